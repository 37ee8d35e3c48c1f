"""Preflight: why a cloud may not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud import places
from localcloud.preflight import findings, foreign


def env(tmp_path: Path) -> dict[str, str]:
    """An environment with an empty home."""
    return {"HOME": str(tmp_path / "home")}


def test_nothing_found(tmp_path: Path) -> None:
    """A folder that is still to be made."""
    assert findings(tmp_path / "a" / "b", env(tmp_path), least_free=1) == []


def test_old_python(tmp_path: Path) -> None:
    """Named with what is needed."""
    (sentence,) = findings(tmp_path / "a", env(tmp_path), least_free=1, python=(3, 10))
    assert sentence == "this is Python 3.10, the local cloud needs 3.11 or later: run it with a later one"


def test_full_disk(tmp_path: Path) -> None:
    """Told with figures and the disk's folder that exists."""
    (sentence,) = findings(tmp_path / "a", env(tmp_path), least_free=2**60)
    assert sentence.startswith(f"the disk of {tmp_path} has ")
    assert str(2**40) in sentence


def test_file_in_the_way(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "a").write_text("")
    (sentence,) = findings(tmp_path / "a", env(tmp_path), least_free=1)
    assert "is not a folder" in sentence


@pytest.mark.parametrize(
    ("names", "expected"), [([], False), (["lock"], False), (["state.json", "x"], False), (["x"], True)]
)
def test_foreign(tmp_path: Path, names: list[str], expected: bool) -> None:
    """What says that a folder is a local cloud's."""
    for name in names:
        (tmp_path / name).write_text("")
    assert foreign(tmp_path) is expected


def test_state_file_round_trip(tmp_path: Path) -> None:
    """Written for its owner only, read as it was; one of another version is told from none."""
    content = places.StateFile(1, "http://127.0.0.1:5", *places.new_keys(), factor=0.005, started=1.0)
    assert places.read(tmp_path) is None
    places.write(tmp_path, content)
    assert places.read(tmp_path) == content
    assert content.port == 5
    assert (tmp_path / "state.json").stat().st_mode & 0o077 == 0
    (tmp_path / "state.json").write_text('{"version": 9}')
    with pytest.raises(ValueError, match="run `reset`"):
        places.read(tmp_path)


def test_new_keys_have_the_form_of_aws() -> None:
    """20 letters and digits, as moto and SDKs expect, different each time."""
    first, second = places.new_keys(), places.new_keys()
    assert first != second
    assert len(first[0]) == 20
    assert first[0].isalnum()
    assert first[0].isupper()
