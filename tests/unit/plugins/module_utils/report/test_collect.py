# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.creator.platform.plugins.module_utils.report.collect import collect, read


def test_an_absent_folder_is_all_missing(tmp_path: Path) -> None:
    found = collect(tmp_path / "nowhere")
    assert {document.state for document in found.documents} == {"missing"}
    assert len(found.documents) == 5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not JSON"),
        (b'{"verdict": "succ', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"seconds": NaN}', "NaN is not JSON"),
        (b"[" * 100000, "not JSON"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "drill.json").write_bytes(content)
    found = read(tmp_path, "drill.json")
    assert found.state == "unreadable"
    assert reason in found.reason
    assert not found.data


def test_a_folder_in_place_of_a_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "drill.json").mkdir()
    assert read(tmp_path, "drill.json").state == "unreadable"


def test_a_readable_document_has_a_digest(tmp_path: Path) -> None:
    (tmp_path / "seed.json").write_text("{}")
    found = read(tmp_path, "seed.json")
    assert (found.state, found.size) == ("read", 2)
    assert found.sha256 == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
