"""What `up` makes sure of before it starts anything; each finding is one sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from localcloud import places, safety
from localcloud.postgres import binaries

PYTHON = (3, 11)
LEAST_FREE = 1024**3


def own_keys(state: Path) -> list[str]:
    """The access key ids of the root user of the local cloud of `state`."""
    try:
        content = places.read(state)
    except ValueError:
        return []
    return [] if content is None else [content.access_key_id, *content.further_root_keys]


def reach(state: Path, environ: Mapping[str, str]) -> list[str]:
    """What real is in reach of this environment: see `safety.check`."""
    return safety.check(environ, Path(environ.get("HOME") or Path.home()), own_keys(state))


def findings(
    state: Path,
    environ: Mapping[str, str],
    *,
    least_free: int = LEAST_FREE,
    python: tuple[int, ...] = tuple(sys.version_info[:2]),
) -> list[str]:
    """Why the cloud of `state` may not start; empty when it may. least_free: bytes."""
    found = []
    if python < PYTHON:
        have = ".".join(map(str, python))
        found.append(f"this is Python {have}, the local cloud needs 3.11 or later: run it with a later one")
    found += reach(state, environ)
    found += _folder(state, least_free)
    found += _postgresql()
    return found


def _postgresql() -> list[str]:
    try:
        binaries.find_binaries()
    except binaries.PostgresError as error:
        return [str(error)]
    return []


def _folder(state: Path, least_free: int) -> list[str]:
    if state.exists() and not state.is_dir():
        return [f"{state} is not a folder: choose another with --state"]
    if foreign(state):
        return [f"{state} holds files, but no local cloud's: choose an empty folder with --state"]
    existing = next(folder for folder in (state, *state.parents) if folder.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        return [f"{existing} cannot be written to: choose another folder with --state"]
    free = shutil.disk_usage(existing).free
    if free < least_free:
        return [
            f"the disk of {existing} has {free // 2**20} MiB free, {least_free // 2**20} are needed: "
            "free some, or choose another with --state"
        ]
    return []


def foreign(state: Path) -> bool:
    """Whether the folder holds something, but nothing that says that it is a local cloud's."""
    if not state.is_dir():
        return False
    names = {entry.name for entry in state.iterdir()}
    return bool(names) and not names & {"state.json", "lock", "lifecycle.lock"}
