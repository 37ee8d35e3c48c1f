"""Real PostgreSQL servers for tests: started from the system's binaries, on a socket and a loopback port, as nobody special."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import Target

PASSWORD = "of the tests"


def binaries() -> Path:
    """Folder of initdb and postgres, the newest that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise RuntimeError("No PostgreSQL server binaries found: install the package postgresql (15 or later).")
    return found[-1].parent if found else Path(on_path or "").parent


def _user() -> dict[str, object]:
    """Keyword arguments that make subprocess drop from root, which initdb and postgres refuse."""
    if os.getuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Cluster:
    """A running server with database `platform`."""

    folder: Path
    port: int

    @property
    def target(self) -> Target:
        return Target("127.0.0.1", self.port, "platform", "creator", PASSWORD)

    def execute(self, *statements: str) -> list[tuple[object, ...]]:
        """Run statements, each committed; rows of the last one."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, dbname="platform", user="creator", password=PASSWORD, autocommit=True
        ) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def copy(self, folder: Path) -> Cluster:
        """A physical copy of now (base backup with its WAL), started."""
        run(
            "pg_basebackup",
            "-D",
            str(folder),
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "creator",
            "-c",
            "fast",
            "-X",
            "stream",
        )
        return start(folder)

    def stop(self) -> None:
        run("pg_ctl", "-D", str(self.folder), "-m", "immediate", "-w", "stop")


def run(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(binaries() / program), *arguments],
        env={"PATH": os.environ["PATH"], "PGPASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        **_user(),  # type: ignore[call-overload]
    )
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stdout}")


def start(folder: Path) -> Cluster:
    port = free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c shared_buffers=16MB"
    run("pg_ctl", "-D", str(folder), "-l", str(folder) + ".log", "-o", options, "-w", "start")
    return Cluster(folder, port)


def create(folder: Path) -> Cluster:
    password_file = folder.with_suffix(".password")
    password_file.write_text(PASSWORD)
    password_file.chmod(0o644)
    run(
        "initdb",
        "-D",
        str(folder),
        "-U",
        "creator",
        "-A",
        "scram-sha-256",
        f"--pwfile={password_file}",
        "-k",
        "-N",
        "-E",
        "UTF8",
    )
    cluster = start(folder)
    run("createdb", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "creator", "platform")
    return cluster


# Waits until its standard input ends, which a test process cannot avoid: ansible-test runs each test in a fork of its own that
# leaves without a teardown.
_JANITOR = """
import os, pathlib, shutil, signal, sys, time
sys.stdin.read()
for file in pathlib.Path(sys.argv[1]).glob("*/postmaster.pid"):
    pid = int(file.read_text().split()[0])
    try:
        os.kill(pid, signal.SIGQUIT)
        while True:
            os.kill(pid, 0)
            time.sleep(0.02)
    except ProcessLookupError:
        pass
shutil.rmtree(sys.argv[1])
"""


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that the servers' user may use, outside of root's home. Its servers and itself are gone with the process."""
    folder = Path(tempfile.mkdtemp(prefix="creator-postgres-", dir="/var/tmp"))
    user = _user()
    if user:
        os.chown(folder, int(str(user["user"])), int(str(user["group"])))
    with subprocess.Popen(
        [sys.executable, "-c", _JANITOR, str(folder)], stdin=subprocess.PIPE, start_new_session=True
    ) as janitor:
        try:
            yield folder
        finally:
            janitor.communicate()
