"""The archive of a cluster: base backups and WAL, what moment can be restored from it, and what a restore takes.

Layout below the archive's folder: wal/<segment>, bases/<name>/ and bases/<name>.json, archived.json.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from localcloud.postgres.binaries import PostgresError
from localcloud.postgres.cluster import WAL_SEGMENT_MB, Cluster, Site, write_json
from localcloud.postgres.config import Recovery

_SEGMENT = re.compile(r"[0-9A-F]{24}")
_HISTORY = re.compile(r"[0-9A-F]{8}\.history")
_SEGMENT_BYTES = WAL_SEGMENT_MB * 1024 * 1024
#: A log file is four gigabytes: https://www.postgresql.org/docs/current/wal-internals.html
_SEGMENTS_PER_LOG = 0x1_0000_0000 // _SEGMENT_BYTES
#: A fresh segment starts with a long page header of this size; an insert position no further says that nothing was written.
_LONG_HEADER = 40


@dataclass(frozen=True)
class Archived:
    """until: every commit up to then is in the archive. settled: no commit in it is later than that.

    last: WAL position behind its last record, in `segment`; end: position right after that segment.
    Times in seconds since the epoch, by the server's clock.
    """

    until: float
    settled: float
    segment: str
    last: int
    end: int


@dataclass(frozen=True)
class Base:
    """A base backup that can be restored to any moment from `finished` on, with WAL from segment `first` on."""

    name: str
    finished: float
    first: str


class Archive:
    """The archive in `folder`."""

    def __init__(self, site: Site, folder: str) -> None:
        self.site = site
        self.relative = folder
        self.folder = site.home.path / folder
        self.wal = self.folder / "wal"
        self.bases_folder = self.folder / "bases"

    def prepare(self) -> None:
        """Make the folders."""
        parts = Path(self.relative).parts
        self.site.home.folder(*parts, "wal")
        self.site.home.folder(*parts, "bases")

    def state(self) -> Archived | None:
        """How far the archive goes, None before the first base backup is complete."""
        try:
            return Archived(**json.loads((self.folder / "archived.json").read_text()))
        except FileNotFoundError:
            return None

    def bases(self) -> list[Base]:
        """Complete base backups, oldest first."""
        found = [Base(**json.loads(path.read_text())) for path in self.bases_folder.glob("*.json")]
        return sorted(found, key=lambda base: base.finished)

    def window(self) -> tuple[datetime, datetime] | None:
        """Earliest and latest restorable time, None before the first base backup."""
        state, bases = self.state(), self.bases()
        if state is None or not bases or state.until < bases[0].finished:
            return None
        return datetime.fromtimestamp(bases[0].finished, UTC), datetime.fromtimestamp(state.until, UTC)

    def add_base(self, cluster: Cluster, port: int, name: str) -> Base:
        """Take a base backup of the running cluster and bring the archive up to its end."""
        self.prepare()
        target = self.bases_folder / name
        cluster.base_backup(port, target)
        with cluster.connect(port) as connection:
            row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
        label = (target / "backup_label").read_text()
        first = re.search(r"START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)", label)
        if row is None or first is None:
            raise PostgresError(f"the base backup of {cluster.name} has no start in its backup_label")
        base = Base(name, float(row[0]), first[1])
        write_json(self.bases_folder / f"{name}.json", asdict(base))
        self.advance(cluster, port)
        return base

    def advance(self, cluster: Cluster, port: int, *, patience: float = 10.0) -> bool:
        """Bring everything that is committed now into the archive; False when the server did not archive it in time.

        As RDS does, a heartbeat is written, so that a commit stands at the end of the archive for recovery to stop at.
        """
        before = self.state()
        with cluster.connect(port) as connection:
            now, position = connection.execute(
                "SELECT extract(epoch FROM clock_timestamp())::float8, pg_current_wal_insert_lsn()::text"
            ).fetchone()  # type: ignore[misc]
            if before is not None and before.end <= lsn(position) <= before.end + _LONG_HEADER:
                self._write(replace(before, until=now))
                return True
            connection.execute(
                "INSERT INTO rds_heartbeat2 (id, value) VALUES (1, to_timestamp(%s))"
                " ON CONFLICT (id) DO UPDATE SET value = excluded.value",
                [now],
            )
            segment, switched, settled = connection.execute(
                "SELECT pg_walfile_name(l), l::text, extract(epoch FROM clock_timestamp())::float8 FROM pg_switch_wal() AS l"
            ).fetchone()  # type: ignore[misc]
        end = -(-lsn(switched) // _SEGMENT_BYTES) * _SEGMENT_BYTES
        deadline = time.monotonic() + patience
        while not (self.wal / segment).exists():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        self._write(Archived(now, settled, segment, lsn(switched), end))
        return True

    def _write(self, state: Archived) -> None:
        write_json(self.folder / "archived.json", asdict(state))

    def replay_bytes(self) -> int:
        """Bytes of WAL on disk that a restore of the latest moment replays."""
        bases = self.bases()
        if not bases:
            return 0
        first = bases[-1].first[8:]
        with os.scandir(self.wal) as entries:
            return sum(
                entry.stat().st_blocks * 512
                for entry in entries
                if _SEGMENT.fullmatch(entry.name) and entry.name[8:] >= first
            )

    def thin(self) -> None:
        """Keep the first base backup, which opens the window, and the last two; WAL leads from the first to every moment."""
        for base in self.bases()[1:-2]:
            (self.bases_folder / f"{base.name}.json").unlink()
            shutil.rmtree(self.bases_folder / base.name)

    # -- restoring ----------------------------------------------------------------------------------------------------

    def plan(self, moment: datetime | None) -> tuple[Base, Archived, datetime | None]:
        """Which base backup a restore starts from, how far the archive went, and the moment to stop at.

        moment: None for the latest. The returned moment is None when no commit of the archive is later: then all of it is
        replayed, because recovery to a moment wants a later commit to stop at. ValueError when it is outside the window.
        """
        state, bases = self.state(), self.bases()
        if state is None or not bases:
            raise ValueError("no base backup is complete")
        stop = state.until if moment is None else moment.timestamp()
        usable = [base for base in bases if base.finished <= stop]
        if not usable or stop > state.until:
            raise ValueError(f"{stop} is outside of {bases[0].finished} to {state.until}")
        return usable[-1], state, datetime.fromtimestamp(stop, UTC) if stop < state.settled else None

    def pin(self, target: Path, base: Base, until: Archived, stop: datetime | None) -> None:
        """Hold what a restore needs under `target` by hard links, so that it succeeds whatever happens to the archive."""
        shutil.rmtree(target, ignore_errors=True)
        self.site.home.folder(*target.relative_to(self.site.home.path).parts, "wal")
        link_tree(self.bases_folder / base.name, target / "base")
        for path in self.wal.iterdir():
            if _wanted(path.name, base.first, until.segment):
                os.link(path, target / "wal" / path.name)
        held = {path.name[8:] for path in (target / "wal").iterdir()}
        missing = [name for name in segments_between(base.first, until.segment) if name[8:] not in held]
        content = {"stop": stop.timestamp() if stop else None, "end": until.last, "missing": missing}
        write_json(target / "pin.json", content)

    def follow(self, source: Archive) -> None:
        """Take over what `source` has and this copy in another region has not; the copy then restores what it holds itself."""
        self.prepare()
        state = source.state()
        if state is None:
            return
        have = {path.name for path in self.wal.iterdir()}
        for path in sorted(source.wal.iterdir()):
            if path.name not in have and _wanted(path.name, "", state.segment):
                os.link(path, self.wal / path.name)
        known = {base.name for base in self.bases()}
        for base in source.bases():
            if base.name not in known:
                shutil.rmtree(self.bases_folder / base.name, ignore_errors=True)
                link_tree(source.bases_folder / base.name, self.bases_folder / base.name)
                write_json(self.bases_folder / f"{base.name}.json", asdict(base))
        self._write(state)

    def remove(self) -> None:
        """Remove the archive."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Pin:
    """What a restore starts from: a data directory, and how WAL is replayed on it (None: it holds all it needs).

    end: WAL position that replay must reach when it is not to stop at a moment.
    """

    base: Path
    recovery: Recovery | None
    end: int = 0


def pin_tree(site: Site, source: Path, target: Path) -> None:
    """Hold a data directory that needs no archive, as `Archive.pin` does."""
    shutil.rmtree(target, ignore_errors=True)
    site.home.folder(*target.relative_to(site.home.path).parts)
    link_tree(source, target / "base")
    write_json(target / "pin.json", {"alone": True})


def read_pin(target: Path) -> Pin:
    """What `Archive.pin` or `pin_tree` put under `target`. PostgresError when it is not complete or WAL is missing in it."""
    try:
        content = json.loads((target / "pin.json").read_text())
    except FileNotFoundError as error:
        raise PostgresError(f"{target} does not hold what the restore needs") from error
    if content.get("alone"):
        return Pin(target / "base", None)
    if content["missing"]:
        raise PostgresError(f"WAL is missing in the archive: {', '.join(content['missing'][:3])}")
    stop = datetime.fromtimestamp(content["stop"], UTC) if content["stop"] is not None else None
    return Pin(target / "base", Recovery(target / "wal", stop), content["end"])


def check_replayed(data: Path, end: int) -> None:
    """Whether a promoted data directory has replayed WAL up to `end`: where its timeline forked says so. PostgresError if not.

    https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES
    """
    history = sorted((data / "pg_wal").glob("*.history"))
    if not history:
        raise PostgresError(f"{data} has no timeline history: it was not recovered")
    forked = lsn(history[-1].read_text().strip().splitlines()[-1].split("\t")[1])
    if forked < end:
        raise PostgresError(f"recovery ended at {forked:X}, the archive goes to {end:X}: WAL is damaged")


def segments_between(first: str, last: str) -> list[str]:
    """Names of the WAL segments from `first` to `last`, on the timeline of `first`."""
    return [
        f"{first[:8]}{number // _SEGMENTS_PER_LOG:08X}{number % _SEGMENTS_PER_LOG:08X}"
        for number in range(_segment_number(first), _segment_number(last) + 1)
    ]


def _segment_number(name: str) -> int:
    return int(name[8:16], 16) * _SEGMENTS_PER_LOG + int(name[16:], 16)


def link_tree(source: Path, target: Path) -> None:
    """Copy a folder by hard links, for readers only; folders keep their owner and mode."""
    for folder, _, files in os.walk(source):
        copy = target / Path(folder).relative_to(source)
        copy.mkdir()
        shutil.copystat(folder, copy)
        found = os.stat(folder)
        os.chown(copy, found.st_uid, found.st_gid)
        for name in files:
            os.link(Path(folder) / name, copy / name)


def _wanted(name: str, first: str, last: str) -> bool:
    """Whether a file of the archive is a history file, or a complete segment from `first` (any when empty) to `last`."""
    if _HISTORY.fullmatch(name):
        return True
    return bool(_SEGMENT.fullmatch(name)) and first[8:] <= name[8:] <= last[8:]


def lsn(text: str) -> int:
    """A WAL position as a number: https://www.postgresql.org/docs/current/datatype-pg-lsn.html"""
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)
