"""The one HAProxy of a state folder: started, asked, and given a new configuration without losing a connection.

Its master takes orders on a socket that only this user opens, hands its listening sockets from worker to worker, and leaves
open connections to the worker that has them.
https://docs.haproxy.org/2.6/management.html#9.4
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from localcloud.load_balancer import LoadBalancerError, haproxy, health
from localcloud.load_balancer.model import Description
from localcloud.places import atomic
from localcloud.processes import Processes

NAME = "load-balancer"
MASTER = "master.sock"
CONFIGURATION = "haproxy.cfg"
PATIENCE = 15.0
LEAST_VERSION = (2, 6)
_TIMEOUT = 5.0
#: Room for lines of the log that were not read yet: about a thousand requests.
_PIPE_BYTES = 2**20
_SESSION = re.compile(r"^(0x[0-9a-f]+): .* be=(\S+) srv=(\S+)", re.MULTILINE)


def obstacle(path: str | None = None) -> str | None:
    """Why there is no data plane of load balancers on this machine, in one line; None where there is one."""
    lacking = "load balancers forward nothing (the AWS API works): "
    program = shutil.which("haproxy", path=path)
    if program is None:
        return f"{lacking}install HAProxy 2.6 or later (Debian: haproxy)"
    found = _version(program)
    if found < LEAST_VERSION:
        return f"{lacking}{program} is version {'.'.join(map(str, found)) or 'unknown'}, expected 2.6 or later"
    return None


def _version(program: str) -> tuple[int, ...]:
    try:
        said = subprocess.run([program, "-v"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"version (\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else ()


class Proxy:
    """One per local cloud; nothing runs before the first `apply`. Not safe for threads, but for `ask` and `statistics`."""

    def __init__(
        self, state: Path, processes: Processes, program: str, connect: float = haproxy.CONNECT_SECONDS
    ) -> None:
        self.folder = state / "load-balancer"
        self._processes, self._program, self._connect = processes, program, connect
        self._applied: str | None = None
        #: Lines of the log come out of `log`, and go in at the other end.
        self.log, self._log_in = os.pipe()
        with suppress(OSError, AttributeError):  # no room for more in the user's limit: the pipe stays small
            fcntl.fcntl(self.log, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._processes.alive(NAME)

    def apply(self, description: Description) -> bool:
        """Have it do what the description says, and only that; whether that was a change. Raises LoadBalancerError."""
        rendered = haproxy.render(description, self._log_in, self._connect)
        if self.alive and rendered.digest == self._applied:
            return False
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for name, content in rendered.files.items():
            atomic(self.folder / name, content)
        known = self.ask("@1 show servers state") if self.alive else ""
        atomic(self.folder / haproxy.STATES, haproxy.server_states(description, known).encode())
        self._check(rendered.text)
        atomic(self.folder / CONFIGURATION, rendered.text.encode())
        self._reload() if self.alive else self._start()
        self._applied = rendered.digest
        self._remove_others(rendered.files)
        return True

    def stop(self) -> None:
        """End it."""
        self._processes.stop(NAME)
        self._applied = None

    def statistics(self) -> dict[tuple[str, str], Mapping[str, str]]:
        """Rows of `show stat` by proxy and server. Raises LoadBalancerError."""
        return health.statistics(self.ask("@1 show stat"))

    def end_sessions(self, servers: Iterable[tuple[str, str]]) -> None:
        """Close what is open to these servers (backend, name), in every worker. Raises LoadBalancerError.

        One by one: a worker that was replaced has no servers any more that it could be told to leave.
        """
        wanted = set(servers)
        for pid in self._workers():
            for session, backend, server in _SESSION.findall(self.ask(f"@!{pid} show sess")):
                if (backend.removesuffix("-open"), server) in wanted:
                    self.ask(f"@!{pid} shutdown session {session}")

    def ask(self, command: str) -> str:
        """The answer of the master, or with `@1` of its worker. Raises LoadBalancerError."""
        try:
            with _connected(self.folder, MASTER) as client:
                client.sendall(f"{command}\n".encode())
                client.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: client.recv(65536), b"")).decode(errors="replace")
        except OSError as error:
            raise LoadBalancerError(f"the proxy of the load balancers does not answer: {error}") from error

    # -- parts

    def _check(self, text: str) -> None:
        path = self.folder / f"{CONFIGURATION}.new"
        atomic(path, text.encode())
        argv = [self._program, "-c", "-q", "-f", path.name]
        try:
            done = subprocess.run(
                argv, cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE, check=False
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LoadBalancerError(f"{self._program} does not run: {error}") from error
        alerts = [line for line in done.stderr.splitlines() if "[ALERT]" in line]
        if done.returncode:
            raise LoadBalancerError(f"HAProxy refuses {path}: {' '.join(alerts) or done.stderr}")
        path.unlink()

    def _start(self) -> None:
        argv = [self._program, "-W", "-db", "-S", f"unix@{MASTER},mode,600", "-f", CONFIGURATION]
        self._processes.spawn(
            NAME, argv, cwd=self.folder, env={"PATH": os.defpath}, stop_signal=signal.SIGTERM, pass_fds=(self._log_in,)
        )  # fmt: skip
        self._await_worker(None)

    def _reload(self) -> None:
        record = self._processes.record(NAME)
        before = self._workers()[:1]
        if record is None or not before:
            raise LoadBalancerError(f"the proxy has no worker: see {self._processes.logs / NAME}.log")
        os.kill(record.pid, signal.SIGUSR2)
        self._await_worker(before[0])

    def _await_worker(self, before: int | None) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(LoadBalancerError):  # the master begins anew with each configuration
                said = self.ask("show proc")
                workers = _workers_in(said)
                if workers and workers[0] != before and self.ask("@1 show info"):
                    return
                if before is not None and re.search(r"\[failed: [1-9]", said):
                    break
            if not self.alive or time.monotonic() > deadline:
                break
            time.sleep(0.01)
        if before is None:
            self.stop()
        raise LoadBalancerError(f"the proxy does not take its configuration: see {self._processes.logs / NAME}.log")

    def _workers(self) -> list[int]:
        """Process ids: the one of now first, then those that only end what they have."""
        return _workers_in(self.ask("show proc"))

    def _remove_others(self, files: Mapping[str, bytes]) -> None:
        for path in self.folder.iterdir():
            if path.name.startswith(("body-", "certificate")) and path.name not in files:
                path.unlink()


def _workers_in(said: str) -> list[int]:
    rows = [line.split() for line in said.splitlines()]
    return [int(row[0]) for row in rows if len(row) > 1 and row[0].isdigit() and row[1] == "worker"]


def _connected(folder: Path, name: str) -> socket.socket:
    """A socket in `folder`, by its descriptor: which is short however deep the folder lies (unix(7): 108 bytes)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        client.settimeout(_TIMEOUT)
        client.connect(f"/proc/self/fd/{descriptor}/{name}")
    except OSError:
        client.close()
        raise
    finally:
        os.close(descriptor)
    return client
