"""A local cloud with a database, a bucket and queues, and services as processes beside it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import psycopg

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ROOT / "services"


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def until(ask: Callable[[], Any], patience: float = 60) -> Any:
    """What `ask` answers as soon as that is true."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = ask()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not true within {patience} s")


class Cloud:
    """A local cloud of its own; `environment` is what the services need to use it."""

    def __init__(self) -> None:
        self.state = Path(tempfile.mkdtemp(prefix="lc-", dir="/tmp"))  # a short path, for sockets
        self.state.chmod(0o755)  # PostgreSQL runs as another user
        self._run("up")
        aws: dict[str, str] = json.loads(self._run("env", "--json"))
        self._session = boto3.session.Session(
            aws["AWS_ACCESS_KEY_ID"], aws["AWS_SECRET_ACCESS_KEY"], region_name=aws["AWS_REGION"]
        )
        self._endpoint = aws["AWS_ENDPOINT_URL"]
        made = subprocess.run(
            [sys.executable, str(SERVICES / "laptop.py")],
            env={"PATH": os.environ["PATH"], **aws},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        variables = dict(word.split("=", 1) for word in shlex.split(made) if word != "export")
        self.environment = {name: value for name, value in aws.items() if name.startswith("AWS_")} | variables

    def _run(self, *arguments: str) -> str:
        return subprocess.run(
            [
                str(ROOT / ".venv/bin/python"),
                "-m",
                "localcloud",
                arguments[0],
                "--state",
                str(self.state),
                *arguments[1:],
            ],
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def client(self, service: str) -> Any:
        """A client of the emulated AWS."""
        return self._session.client(service, endpoint_url=self._endpoint)

    def connect(self, database: str = "creator") -> psycopg.Connection[Any]:
        """A connection of the master user."""
        values = self.environment
        return psycopg.connect(
            host=values["DATABASE_HOST"],
            port=values["DATABASE_PORT"],
            dbname=database,
            user=values["DATABASE_USER"],
            password=values["DATABASE_PASSWORD"],
            sslmode=values.get("DATABASE_SSLMODE", "verify-full"),
            sslrootcert=values.get("DATABASE_CA_FILE"),
            autocommit=True,
            options="-c search_path=platform",
        )

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the services' database."""
        with self.connect() as connection:
            return connection.execute(statement, values).fetchall()  # type: ignore[call-overload,no-any-return]

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[dict[str, str]]:
        """An empty database, and the environment that leads to it."""
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
            try:
                yield self.environment | {"DATABASE_NAME": name}
            finally:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]

    def close(self) -> None:
        """Stop it and remove its state."""
        self._run("down")
        shutil.rmtree(self.state)


def command(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """`python -m` with nothing in its environment but this."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SERVICES), **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


class Service:
    """A service as a process of its own."""

    def __init__(self, name: str, environment: dict[str, str], **settings: object) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.lines: list[dict[str, Any]] = []
        values = {key.upper(): str(value) for key, value in settings.items()}
        self.process = command(environment | {"PORT": str(port), "LOG_LEVEL": "DEBUG"} | values, f"publishing.{name}")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def started(self) -> Service:
        """This service, once it answers."""
        until(lambda: self.status("/startupz") == 200)
        return self

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def status(self, path: str) -> int:
        """The status of a path; 0 when nothing listens."""
        try:
            return httpx.get(self.url + path, timeout=10).status_code
        except httpx.TransportError:
            return 0

    def logged(self, **wanted: Any) -> list[dict[str, Any]]:
        """The lines of the log with these members."""
        return [line for line in list(self.lines) if all(line.get(name) == value for name, value in wanted.items())]

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        code = self.process.wait(60)
        self._reader.join(5)
        return code


class Proxy:
    """Forwards TCP to an address, until it is told to be out of reach: "refuse" (nothing listens) or "hang" (no answer)."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.port = free_port()
        self.mode = "pass"
        self._address = address
        self._open: set[socket.socket] = set()
        self._listen()

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _peer = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(near,), daemon=True).start()

    def _forward(self, near: socket.socket) -> None:
        with near, socket.create_connection(self._address) as far, contextlib.suppress(OSError, ValueError):
            self._open |= {near, far}
            while True:
                for ready in select.select([near, far], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    while self.mode == "hang":
                        time.sleep(0.05)
                    (far if ready is near else near).sendall(data)

    def out_of_reach(self, mode: str) -> None:
        """From now on, for connections that are open as well."""
        self.mode = mode
        if mode == "refuse":
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def back(self) -> None:
        """In reach again."""
        if self.mode == "refuse":
            self._listen()
        self.mode = "pass"
