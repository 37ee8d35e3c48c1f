# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image layouts: what is read of layers that lie on each other, and what is not whole."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
from pathlib import Path

import pytest
from ansible_collections.creator.platform.plugins.module_utils.oci.command import ImageError
from ansible_collections.creator.platform.plugins.module_utils.oci.layout import Layout


def put(layout: Layout, content: bytes) -> str:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    layout.path(digest).parent.mkdir(parents=True, exist_ok=True)
    layout.path(digest).write_bytes(content)
    return digest


def layer(layout: Layout, *files: tuple[str, str]) -> str:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in files:
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return put(layout, gzip.compress(packed.getvalue(), mtime=0))


@pytest.mark.parametrize(
    ("upper", "expected"),
    [
        ((), {"etc/a": "1", "etc/b": "1"}),
        ((("etc/a", "2"),), {"etc/a": "2", "etc/b": "1"}),
        ((("./etc/.wh.a", ""),), {"etc/b": "1"}),
        ((("etc/.wh..wh..opq", ""), ("etc/c", "2")), {"etc/c": "2"}),
        (((".wh.etc", ""),), {}),
    ],
)
def test_upper_layers_hide_lower_ones(
    tmp_path: Path, upper: tuple[tuple[str, str], ...], expected: dict[str, str]
) -> None:
    layout = Layout(tmp_path)
    layers = [layer(layout, ("./etc/a", "1"), ("etc/b", "1"), ("usr/a", "not wanted")), layer(layout, *upper)]
    assert layout.texts(layers, re.compile("etc/.*")) == expected


def test_what_is_not_whole_is_refused(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    digest = put(layout, b'{"a": 1}')
    assert layout.document(digest) == {"a": 1}
    layout.path(digest).write_bytes(b'{"a": 2}')
    with pytest.raises(ImageError, match="is damaged"):
        layout.document(digest)
    with pytest.raises(ImageError, match=r"index\.json"):
        layout.index()
    with pytest.raises(ImageError, match="expected an object"):
        layout.document(put(layout, b"[]"))
    cut = put(layout, layout.path(layer(layout, ("etc/a", "1" * 5000))).read_bytes()[:-20])
    with pytest.raises(ImageError, match=cut):
        layout.texts([cut], re.compile("etc/.*"))
