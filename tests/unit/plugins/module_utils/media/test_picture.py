# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures that any reader takes."""

from __future__ import annotations

import hashlib
import struct
import zlib

import pytest
from ansible_collections.creator.platform.plugins.module_utils.media.picture import picture


def test_the_picture_is_a_png_of_its_size() -> None:
    content = picture(8, 4)
    assert content == picture(8, 4)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == (8, 4)
    start = content.index(b"IDAT") + 4
    length = struct.unpack(">I", content[start - 8 : start - 4])[0]
    assert len(zlib.decompress(content[start : start + length])) == 4 * (1 + 8 * 3)


def test_another_tint_is_another_picture() -> None:
    assert picture(tint=(255, 255, 255)) != picture() != picture(tint=(1, 0, 128))


def test_the_picture_is_the_same_whatever_made_it() -> None:
    """Platforms hold it: a run of another Python must find it there."""
    assert hashlib.sha256(picture()).hexdigest() == "abf069c777f99e1d12b0b34ff3f63a1f1a1312d138467a2a410da2cded57c249"


def test_a_picture_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="65535"):
        picture(200, 200)
