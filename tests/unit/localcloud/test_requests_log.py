"""The record: bounded in memory and on disk, and filtered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.requests_log import RequestsLog


def record(service: str = "s3", action: str = "PutObject", status: int = 200, mutating: bool = True) -> dict[str, Any]:
    """A record with what filters look at."""
    return {
        "service": service,
        "action": action,
        "region": "eu-west-1",
        "principal": "p",
        "status": status,
        "mutating": mutating,
    }


def test_ring_and_file(tmp_path: Path) -> None:
    """Memory keeps the last ones, the file all; only its owner reads it."""
    path = tmp_path / "requests.jsonl"
    log = RequestsLog(path, kept=2)
    for status in (200, 201, 202):
        log.add(record(status=status))
    assert [row["status"] for row in log.find({})] == [201, 202]
    assert [json.loads(line)["status"] for line in path.read_text().splitlines()] == [200, 201, 202]
    assert path.stat().st_mode & 0o077 == 0


def test_file_is_bounded(tmp_path: Path) -> None:
    """At its largest size it is started anew, and the one before is kept."""
    path = tmp_path / "requests.jsonl"
    log = RequestsLog(path, largest=200)
    for _ in range(5):
        log.add(record())
    assert path.stat().st_size <= 400
    assert (tmp_path / "requests.old.jsonl").exists()
    assert log.clear() == 5
    assert log.find({}) == []
    assert path.read_text() == ""
    assert not (tmp_path / "requests.old.jsonl").exists()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"service": "s3"}, 2),
        ({"mutating": "false"}, 1),
        ({"mutating": "true", "service": "s3"}, 1),
        ({"status": "4xx"}, 1),
        ({"status": "200"}, 2),
        ({"action": "Nothing"}, 0),
        ({"limit": "1"}, 1),
        ({"limit": "0"}, 0),
    ],
)
def test_filters(tmp_path: Path, filters: dict[str, str], expected: int) -> None:
    """All must be met."""
    log = RequestsLog(tmp_path / "requests.jsonl")
    log.add(record())
    log.add(record(action="GetObject", mutating=False))
    log.add(record(service="rds", status=404))
    assert len(log.find(filters)) == expected


@pytest.mark.parametrize("filters", [{"servce": "s3"}, {"mutating": "yes"}, {"limit": "-1"}])
def test_bad_filters(tmp_path: Path, filters: dict[str, str]) -> None:
    """Refused, as an empty answer would look like no requests."""
    log = RequestsLog(tmp_path / "requests.jsonl")
    log.add(record())
    with pytest.raises(ValueError, match=next(iter(filters))):
        log.find(filters)
