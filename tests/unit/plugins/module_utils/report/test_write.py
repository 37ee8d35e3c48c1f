# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from ansible_collections.creator.platform.plugins.module_utils.report import write as writing
from ansible_collections.creator.platform.plugins.module_utils.report.write import ReportError, write
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.report.evidence import (
    FIXTURES,
    GENERATED,
    changed_row,
    from_folder,
    report,
)

LATER = "2026-11-25T00:00:00Z"


def test_writes_once(tmp_path: Path) -> None:
    found = from_folder(FIXTURES / "good")
    first = write(found, tmp_path / "new", GENERATED)
    before = first.html.read_bytes(), first.json.read_bytes()
    second = write(found, tmp_path / "new", LATER)
    assert (first.changed, second.changed) == (True, False)
    assert before == (first.html.read_bytes(), first.json.read_bytes())
    assert sorted(path.name for path in first.html.parent.iterdir()) == ["report.html", "report.json"]
    assert first.html.stat().st_mode & 0o777 == 0o644


def test_other_evidence_is_written(tmp_path: Path) -> None:
    write(from_folder(FIXTURES / "good"), tmp_path, GENERATED)
    found = write(report(changed_row()), tmp_path, LATER)
    assert found.changed
    data = json.loads(found.json.read_text())
    assert (data["schema_version"], data["generated"], data["verdict"]) == (1, LATER, "failed")


@pytest.mark.parametrize("name", ["report.html", "report.json"])
@pytest.mark.parametrize("content", [None, b"", b"\xff", b"[]", b'{"generated": 1}'])
def test_what_was_lost_or_spoilt_is_written_again(tmp_path: Path, name: str, content: bytes | None) -> None:
    found = from_folder(FIXTURES / "good")
    write(found, tmp_path, GENERATED)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    assert write(found, tmp_path, GENERATED).changed
    assert not write(found, tmp_path, LATER).changed


def test_check_writes_nothing(tmp_path: Path) -> None:
    assert write(from_folder(FIXTURES / "good"), tmp_path / "new", GENERATED, check=True).changed
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match=r"cannot write the report into .*file"):
        write(from_folder(FIXTURES / "good"), tmp_path / "file", GENERATED)


def test_a_full_disk_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(from_folder(FIXTURES / "good"), tmp_path, GENERATED)
    before = (tmp_path / "report.html").read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(writing.os, "fsync", full)
    with pytest.raises(ReportError, match="No space left"):
        write(report(changed_row()), tmp_path, LATER)
    assert (tmp_path / "report.html").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json"]
