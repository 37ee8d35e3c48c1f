"""Which moments an archive holds, and what a restore takes from it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.postgres.binaries import Binaries, PostgresError
from localcloud.postgres.cluster import Site
from localcloud.postgres.home import Home
from localcloud.processes import Processes
from localcloud.rds.archive import Archive, Archived, Base, check_replayed, lsn, pin_tree, read_pin, segments_between

BASE = Base("b1", 100.0, "000000010000000000000002")
LATER = Base("b2", 300.0, "000000010000000000000005")
STATE = Archived(until=500.0, settled=400.0, segment="000000010000000000000006", last=0x612345, end=0x700000)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    home = Home(str(tmp_path / "home"), None, None, False, "secret")
    home.path.mkdir()
    return Site(
        home, Binaries(Path("/nowhere"), "15.18", True, "system"), Processes(tmp_path), lambda name: (tmp_path,) * 2
    )


@pytest.fixture
def archive(site: Site) -> Archive:
    """Two base backups, the segments of both, and things that are none."""
    found = Archive(site, "archives/ab-1")
    found.prepare()
    for base in (BASE, LATER):
        (found.bases_folder / base.name).mkdir()
        (found.bases_folder / base.name / "backup_label").write_text(base.name)
        (found.bases_folder / f"{base.name}.json").write_text(json.dumps(asdict(base)))
    for number in range(1, 9):
        (found.wal / f"00000001{number:016X}").write_text(str(number))
    for name in (".000000010000000000000009", "00000001.history", "000000010000000000000003.partial"):
        (found.wal / name).write_text("")
    (found.folder / "archived.json").write_text(json.dumps(asdict(STATE)))
    return found


@pytest.mark.parametrize(
    ("moment", "base", "stop"),
    [
        (100.0, "b1", 100.0),
        (299.9, "b1", 299.9),
        (300.0, "b2", 300.0),
        (399.9, "b2", 399.9),
        (400.0, "b2", None),
        (500.0, "b2", None),
        (None, "b2", None),
    ],
)
def test_a_moment_is_restored_from_the_last_base_before_it(
    archive: Archive, moment: float | None, base: str, stop: float | None
) -> None:
    found, until, at = archive.plan(None if moment is None else datetime.fromtimestamp(moment, UTC))
    assert (found.name, until) == (base, STATE)
    assert at == (None if stop is None else datetime.fromtimestamp(stop, UTC))


@pytest.mark.parametrize("moment", [99.9, 500.1])
def test_a_moment_outside_of_the_window_is_refused(archive: Archive, moment: float) -> None:
    with pytest.raises(ValueError, match="outside"):
        archive.plan(datetime.fromtimestamp(moment, UTC))


def test_there_is_no_window_before_the_first_base_backup(site: Site) -> None:
    empty = Archive(site, "archives/ab-2")
    empty.prepare()
    assert empty.window() is None
    with pytest.raises(ValueError, match="no base backup"):
        empty.plan(None)


def test_a_pin_holds_the_wal_from_its_base_to_the_end_and_survives_the_archive(archive: Archive, site: Site) -> None:
    target = site.home.path / "pins" / "db-1"
    archive.pin(target, LATER, STATE, None)
    archive.remove()
    pin = read_pin(target)
    assert pin.recovery is not None
    assert (pin.recovery.until, pin.end) == (None, STATE.last)
    assert (pin.base / "backup_label").read_text() == "b2"
    assert sorted(os.listdir(target / "wal")) == [
        "00000001.history",
        "000000010000000000000005",
        "000000010000000000000006",
    ]


@pytest.mark.parametrize("lost", ["000000010000000000000005", "000000010000000000000006"])
def test_a_hole_in_the_wal_is_found(archive: Archive, site: Site, lost: str) -> None:
    (archive.wal / lost).unlink()
    target = site.home.path / "pins" / "db-1"
    archive.pin(target, LATER, STATE, None)
    with pytest.raises(PostgresError, match=lost):
        read_pin(target)


def test_a_pin_that_is_not_there_is_said(site: Site) -> None:
    with pytest.raises(PostgresError, match="does not hold"):
        read_pin(site.home.path / "pins" / "db-9")


def test_a_pinned_snapshot_needs_no_wal(site: Site) -> None:
    (site.home.folder("snapshots", "one") / "PG_VERSION").write_text("15")
    pin_tree(site, site.home.path / "snapshots" / "one", site.home.path / "pins" / "db-2")
    assert read_pin(site.home.path / "pins" / "db-2").recovery is None


def test_a_copy_takes_over_what_is_new_and_keeps_it_when_the_source_goes(archive: Archive, site: Site) -> None:
    copy = Archive(site, "archives/ab-copy")
    copy.follow(archive)
    copy.follow(archive)
    archive.remove()
    assert copy.window() == (datetime.fromtimestamp(100, UTC), datetime.fromtimestamp(500, UTC))
    assert sorted(path.name for path in copy.wal.iterdir())[-1] == STATE.segment
    assert [base.name for base in copy.bases()] == ["b1", "b2"]


def test_what_a_restore_would_replay_is_what_follows_the_last_base(archive: Archive) -> None:
    before = archive.replay_bytes()
    (archive.wal / "000000010000000000000004").write_bytes(bytes(64 * 1024))
    assert archive.replay_bytes() == before
    (archive.wal / "000000010000000000000009").write_bytes(os.urandom(64 * 1024))
    assert archive.replay_bytes() == before + 64 * 1024


def test_the_first_base_and_the_last_two_are_kept(archive: Archive) -> None:
    for name, finished in (("b3", 310.0), ("b4", 320.0)):
        (archive.bases_folder / name).mkdir()
        (archive.bases_folder / f"{name}.json").write_text(json.dumps(asdict(Base(name, finished, LATER.first))))
    archive.thin()
    assert [base.name for base in archive.bases()] == ["b1", "b3", "b4"]
    assert sorted(path.name for path in archive.bases_folder.iterdir() if path.is_dir()) == ["b1", "b3", "b4"]


def test_where_replay_ended_is_read_from_the_timeline_history(tmp_path: Path) -> None:
    (tmp_path / "pg_wal").mkdir()
    with pytest.raises(PostgresError, match="no timeline history"):
        check_replayed(tmp_path, 0)
    (tmp_path / "pg_wal" / "00000002.history").write_text("1\t0/700000\tno recovery target specified\n\n")
    check_replayed(tmp_path, 0x700000)
    with pytest.raises(PostgresError, match="WAL is damaged"):
        check_replayed(tmp_path, 0x700001)


@given(st.integers(0, 2**64 - 1))
def test_positions_are_read_as_postgresql_writes_them(position: int) -> None:
    assert lsn(f"{position >> 32:X}/{position & 0xFFFFFFFF:X}") == position


def test_segments_go_over_from_one_log_file_to_the_next() -> None:
    assert segments_between("000000020000000100000FFE", "000000020000000200000001") == [
        "000000020000000100000FFE",
        "000000020000000100000FFF",
        "000000020000000200000000",
        "000000020000000200000001",
    ]
