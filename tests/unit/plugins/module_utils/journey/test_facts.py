# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a journey writes, and when it has arrived."""

from __future__ import annotations

import struct
import zlib

import pytest
from ansible_collections.creator.platform.plugins.module_utils.journey import facts


def test_the_picture_is_a_png_of_its_size() -> None:
    content = facts.picture(8, 4)
    assert content == facts.picture(8, 4)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == (8, 4)
    start = content.index(b"IDAT") + 4
    length = struct.unpack(">I", content[start - 8 : start - 4])[0]
    assert len(zlib.decompress(content[start : start + length])) == 4 * (1 + 8 * 3)


@pytest.mark.parametrize(
    ("states", "expected", "verdict"),
    [
        (["found", "found"], 2, "succeeded"),
        (["found", "missing"], 2, "failed"),
        (["found"], 2, "inconclusive"),
        ([], 2, "inconclusive"),
        (["unheard of"], 1, "failed"),
    ],
)
def test_verdicts(states: list[str], expected: int, verdict: str) -> None:
    steps = [facts.step(f"step {number}", state, 0.1, "why") for number, state in enumerate(states)]
    assert facts.verdict(steps, expected)[0] == verdict
