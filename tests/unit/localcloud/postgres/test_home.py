"""Where clusters live and as whom."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from localcloud.postgres import home
from localcloud.postgres.binaries import Binaries, PostgresError

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of a test is left in /var/tmp: the folders of pytest are private, so every home is outside of them."""
    folder = tmp_path / "outside"
    folder.mkdir()
    monkeypatch.setattr(home, "OUTSIDE", folder)
    return folder


@root_only
def test_root_drops_to_one_user_and_keeps_to_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    first = home.open_home(tmp_path)
    assert first.uid not in {None, 0}
    assert home.open_home(tmp_path) == first
    assert (tmp_path / home.RECORD).stat().st_mode & 0o777 == 0o600
    assert first.path.stat().st_uid == first.uid
    assert first.folder("instances", "one").stat().st_uid == first.uid


@root_only
def test_a_state_folder_that_the_user_cannot_reach_has_its_data_outside(tmp_path: Path, outside: Path) -> None:
    state = tmp_path / "private" / "state"
    state.mkdir(parents=True)
    state.parent.chmod(0o700)
    found = home.open_home(state)
    assert found.external
    assert found.path.parent == outside
    assert found.path.stat().st_mode & 0o777 == 0o700
    home.remove_external(state)
    assert list(outside.iterdir()) == []


@root_only
def test_a_folder_of_somebody_else_is_not_taken(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    state = tmp_path / "state"
    state.mkdir()
    home._outside(state).mkdir()
    with pytest.raises(PostgresError, match="remove it or use another state folder"):
        home.open_home(state)


@root_only
def test_binaries_that_the_user_cannot_reach_are_copied(tmp_path: Path) -> None:
    private, state = tmp_path / "private", tmp_path / "state"
    (private / "install" / "bin").mkdir(parents=True)
    (private / "install" / "bin" / "postgres").write_text("program")
    private.chmod(0o700)
    state.mkdir()
    found = home.open_home(state)
    binaries = Binaries(private / "install" / "bin", "18.6", False, "wheel")
    copied = home.readable_binaries(found, binaries)
    assert copied.folder.parent.parent == found.path
    assert (copied.folder / "postgres").read_text() == "program"
    assert home.readable_binaries(found, binaries) == copied


def test_nothing_outside_is_removed_when_nothing_is_kept_there(tmp_path: Path) -> None:
    home.remove_external(tmp_path)
