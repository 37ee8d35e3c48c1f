"""One PostgreSQL cluster: made, started, saved, recovered and stopped as the unprivileged user of its home."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from localcloud.loopback import free_ports
from localcloud.places import atomic
from localcloud.postgres.binaries import Binaries, PostgresError
from localcloud.postgres.config import ADMIN, ServerConfig, pg_hba_conf, postgresql_conf
from localcloud.postgres.home import Home
from localcloud.processes import Processes, start_ticks

ADDRESS = "127.0.0.1"
#: One megabyte: a segment that is switched early costs little, and replay needs few files.
WAL_SEGMENT_MB = 1
_POLL = 0.03

IssueCertificate = Callable[[str], tuple[Path, Path]]


@dataclass(frozen=True)
class Site:
    """What all clusters of a local cloud share. issue: paths of a server certificate and its key by name, for TLS."""

    home: Home
    binaries: Binaries
    processes: Processes
    issue: IssueCertificate

    def run(self, argv: Sequence[str], what: str, *, timeout: float = 600.0) -> str:
        """Run a program to its end as the clusters' user; what it printed. PostgresError with its words when it fails."""
        done = subprocess.run(
            list(argv),
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            cwd=self.home.path,
            env={**_environment(), "PGPASSWORD": self.home.password},
            user=self.home.uid,
            group=self.home.gid,
            extra_groups=[] if self.home.uid is not None else None,
        )
        if done.returncode != 0:
            raise PostgresError(f"{what}: {Path(argv[0]).name} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def copy(self, source: Path, target: Path) -> None:
        """Copy a folder as the clusters' user, with reflinks where the file system has them."""
        self.run(["cp", "-a", "--reflink=auto", str(source), str(target)], f"copying {source}")

    def free_port(self, wanted: int | None) -> int:
        """`wanted` if nobody listens there, else a port the kernel picks."""
        try:
            return free_ports(wanted or 0)[0]
        except OSError as error:
            raise PostgresError(f"no free port on {ADDRESS}: {error}") from error


class Cluster:
    """The cluster `name` of a site: folder `instances/<name>`, process `postgres-<name>`."""

    def __init__(self, site: Site, name: str) -> None:
        self.site = site
        self.name = name
        self.process = f"postgres-{name}"
        self.folder = site.home.path / "instances" / name
        self.data = self.folder / "data"

    # -- making -----------------------------------------------------------------------------------------------------

    def initialise(self) -> None:
        """An empty data directory with checksums, whose only user is the engine's. What stood there is removed."""
        self.remove()
        self.site.home.folder("instances", self.name)
        password = self.folder / "password"
        atomic(password, self.site.home.password.encode() + b"\n")
        self.site.home.own(password)
        try:
            self.site.run(
                [
                    *(self.site.binaries.program("initdb"), "--pgdata", str(self.data), "--username", ADMIN),
                    *("--pwfile", str(password), "--auth", "scram-sha-256", "--data-checksums", "--encoding", "UTF8"),
                    *(f"--locale={_locale()}", f"--wal-segsize={WAL_SEGMENT_MB}", "--no-sync", "--no-instructions"),
                ],
                self.name,
            )
        finally:
            password.unlink()

    def copy_from(self, base: Path) -> None:
        """A data directory from a base backup. What stood there is removed."""
        self.remove()
        self.site.home.folder("instances", self.name)
        self.site.copy(base, self.data)

    def configure(self, config: ServerConfig) -> None:
        """Write configuration, certificate and signal files; takes effect on `start`, in part on `reload`."""
        self._write("postgresql.conf", postgresql_conf(config))
        self._write("pg_hba.conf", pg_hba_conf(config))
        self._write("pg_ident.conf", "")
        if config.tls:
            certificate, key = self.site.issue(self.process)
            self._write("server.pem", certificate.read_text())
            self._write("server-key.pem", key.read_text())
        self._signal_file("recovery.signal", config.recovery is not None)
        self._signal_file("standby.signal", config.standby is not None)

    def _write(self, name: str, text: str) -> None:
        atomic(self.folder / name, text.encode())
        self.site.home.own(self.folder / name)

    def _signal_file(self, name: str, wanted: bool) -> None:
        path = self.data / name
        if wanted and not path.exists():
            path.touch(mode=0o600)
            self.site.home.own(path)
        elif not wanted:
            path.unlink(missing_ok=True)

    # -- running ----------------------------------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether the server process lives."""
        return self.site.processes.alive(self.process)

    def start(self, port: int, *, patience: float = 120.0) -> None:
        """Start the server and wait until it takes connections. Raises PostgresError with the server's own words."""
        self.stop_orphan()
        mark = self._log_size()
        home = self.site.home
        self.site.processes.spawn(
            self.process,
            [
                *(self.site.binaries.program("postgres"), "-D", str(self.data)),
                *("-c", f"config_file={self.folder / 'postgresql.conf'}"),
            ],
            env=_environment(),
            user=home.uid,
            group=home.gid,
            cwd=self.folder,
            stop_signal=signal.SIGINT,
        )
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not self.alive:
                raise PostgresError(f"{self.name} ended while starting: {self.last_words(mark)}")
            if self.answers(port):
                return
            time.sleep(_POLL)
        raise PostgresError(f"{self.name} did not take connections within {patience:.0f} s: {self.last_words(mark)}")

    def answers(self, port: int) -> bool:
        """Whether the server takes a connection of the engine now."""
        try:
            self.connect(port, dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, *, patience: float = 20.0) -> None:
        """End all sessions and stop (fast shutdown); nothing when it does not run."""
        self.site.processes.stop(self.process, patience=patience)

    def reload(self) -> None:
        """Have the server read its configuration again."""
        record = self.site.processes.record(self.process)
        if record is not None and self.alive:
            os.kill(record.pid, signal.SIGHUP)

    def stop_orphan(self) -> None:
        """Kill a server of this data directory that outlived its record, and wait until its last process is gone."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return
        if start_ticks(pid) is None or str(self.data) not in command:
            return
        os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + 10
        while start_ticks(pid) is not None and time.monotonic() < deadline:
            time.sleep(_POLL)

    def connect(self, port: int, dbname: str = ADMIN, **options: Any) -> psycopg.Connection:
        """A connection of the engine's superuser, in autocommit mode. Raises psycopg.OperationalError."""
        return psycopg.connect(
            host=ADDRESS,
            port=port,
            user=ADMIN,
            password=self.site.home.password,
            dbname=dbname,
            sslmode="disable",
            connect_timeout=5,
            autocommit=True,
            application_name="rdsadmin",
            **options,
        )

    def base_backup(self, port: int, target: Path) -> None:
        """A consistent copy of the running cluster, with the WAL it needs to come up by itself."""
        shutil.rmtree(target, ignore_errors=True)
        self.site.run(
            [
                *(self.site.binaries.program("pg_basebackup"), "--pgdata", str(target), "--host", ADDRESS),
                *("--port", str(port), "--username", ADMIN, "--checkpoint=fast", "--no-sync", "--no-password"),
                *("--wal-method", "fetch"),
            ],
            f"base backup of {self.name}",
        )

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        if self.data.exists():
            self.stop_orphan()
        if self.folder.exists():
            shutil.rmtree(self.folder)

    # -- what it said -----------------------------------------------------------------------------------------------

    def _log_path(self) -> Path:
        return self.site.processes.logs / f"{self.process}.log"

    def _log_size(self) -> int:
        return self._log_path().stat().st_size if self._log_path().exists() else 0

    def last_words(self, mark: int = 0) -> str:
        """The FATAL and PANIC lines of the server's log since byte `mark`, or else its last line."""
        try:
            with self._log_path().open("rb") as log:
                log.seek(mark)
                lines = log.read().decode(errors="replace").strip().splitlines()
        except OSError:
            return "no log"
        grave = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
        grave = [line for line in grave if "starting up" not in line and "not accepting" not in line]
        return "; ".join(grave[-3:]) if grave else (lines[-1] if lines else "no output")


def effective_settings(cluster: Cluster, port: int, names: Sequence[str]) -> dict[str, int]:
    """The integer settings `names` as the running server has them."""
    with cluster.connect(port, dbname="postgres") as connection:
        rows = connection.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(names)])
        return {str(name): int(setting) for name, setting in rows.fetchall()}


def write_json(path: Path, content: object) -> None:
    """Write `content` to `path` atomically."""
    atomic(path, json.dumps(content, sort_keys=True).encode())


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _locale() -> str:
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    return "C.UTF-8" if {"C.UTF-8", "C.utf8"} & set(known) else "C"
