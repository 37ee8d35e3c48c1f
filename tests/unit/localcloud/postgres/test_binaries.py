"""Which PostgreSQL is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.postgres import binaries
from localcloud.postgres.binaries import PostgresError, find_binaries


def fake(folder: Path, version: str, *, tls: bool = True) -> Path:
    """A folder with programs that say that version."""
    folder.mkdir(parents=True)
    for name in ("initdb", "pg_basebackup", "postgres"):
        path = folder / name
        path.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n{'# libssl.so.3' if tls else ''}\n")
        path.chmod(0o755)
    return folder


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty system without PostgreSQL."""
    monkeypatch.setattr(binaries, "DEBIAN", tmp_path / "debian")
    monkeypatch.setattr(binaries.shutil, "which", lambda name: None)
    monkeypatch.setattr(binaries, "_wheel_folders", lambda: [tmp_path / "wheel" / "bin"])
    return tmp_path


def test_the_newest_of_the_system_is_taken(places: Path) -> None:
    fake(places / "debian" / "15" / "bin", "15.18 (Debian)")
    fake(places / "debian" / "17" / "bin", "17.10")
    fake(places / "debian" / "9.6" / "bin", "9.6.24")
    found = find_binaries()
    assert (found.version, found.major, found.origin, found.tls) == ("17.10", 17, "system", True)


def test_the_wheel_serves_where_the_system_has_none_that_fits(places: Path) -> None:
    fake(places / "debian" / "14" / "bin", "14.23")
    fake(places / "wheel" / "bin", "18.6", tls=False)
    found = find_binaries()
    assert (found.version, found.origin, found.tls) == ("18.6", "wheel", False)


def test_an_incomplete_installation_is_passed_over(places: Path) -> None:
    folder = fake(places / "debian" / "16" / "bin", "16.14")
    (folder / "pg_basebackup").unlink()
    with pytest.raises(PostgresError, match="no PostgreSQL 15 or later found"):
        find_binaries()
