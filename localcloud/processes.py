"""Real processes behind the emulated API: started, found again after a crash, and stopped without leftovers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from localcloud.places import MARKER

_PROC = Path("/proc")


@dataclass(frozen=True)
class ProcessRecord:
    """A process as its record file tells: `started` is the kernel's start time in clock ticks, so that a reused pid is not it."""

    name: str
    pid: int
    started: int
    argv: list[str]
    #: What asks it to end without delay; PostgreSQL for one wants SIGINT, as SIGTERM waits for its clients.
    stop_signal: int = signal.SIGTERM


def start_ticks(pid: int) -> int | None:
    """Kernel start time of `pid` (proc(5), stat field 22), or None when it is gone or a zombie."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


def resident_bytes(pid: int) -> int:
    """Resident memory of `pid` in bytes (proc(5), statm field 2), 0 when it is gone."""
    try:
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def descendants(pid: int) -> list[int]:
    """Pids of the living children, grandchildren … of `pid` (proc(5), stat field 4), without itself."""
    parents: dict[int, list[int]] = {}
    for entry in _pids():
        try:
            fields = (_PROC / str(entry) / "stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        if fields[0] != "Z":
            parents.setdefault(int(fields[1]), []).append(entry)
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def marked(state: Path) -> list[int]:
    """Pids of living processes that say in their environment that they belong to the cloud of `state`, without the caller."""
    mark = f"{MARKER}={state}".encode()
    found = []
    for pid in _pids():
        try:
            environment = (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:  # gone, or another user's: not ours to stop
            continue
        if mark in environment and pid != os.getpid() and start_ticks(pid) is not None:
            found.append(pid)
    return found


def kill_marked(state: Path, patience: float = 5.0) -> list[int]:
    """SIGKILL every marked process, again and again until none is left; the pids that were killed.

    Raises TimeoutError when one is still there after `patience` seconds.
    """
    killed: dict[int, int | None] = {}
    deadline = time.monotonic() + patience
    while True:
        # A process that ends loses its environment, and so its mark, a little before it is gone.
        ending = [pid for pid, ticks in killed.items() if ticks is not None and start_ticks(pid) == ticks]
        found = marked(state)
        if not found and not ending:
            return list(killed)
        if time.monotonic() > deadline:
            raise TimeoutError(f"processes {sorted({*found, *ending})} of {state} do not end after SIGKILL")
        for pid in found:
            killed.setdefault(pid, start_ticks(pid))
            _signal_one(pid, signal.SIGKILL)
        time.sleep(0.02)


class Processes:
    """Starts processes in groups of their own with a record file each under `<state>/processes/`."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.records = state / "processes"
        self.logs = state / "logs"
        self.records.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)

    def spawn(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        user: int | None = None,
        group: int | None = None,
        cwd: Path | None = None,
        stop_signal: int = signal.SIGTERM,
        pass_fds: Sequence[int] = (),
    ) -> ProcessRecord:
        """Start `argv`; its output goes to `<state>/logs/<name>.log`. RuntimeError when `name` runs already.

        stop_signal: what `stop` sends first. Its environment carries the mark of this state folder in any case.
        pass_fds: descriptors that it has too, under the same numbers.
        """
        if self.alive(name):
            raise RuntimeError(f"process {name} runs already")
        environment = {**(os.environ if env is None else env), MARKER: str(self.state)}
        with (self.logs / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                user=user,
                group=group,
                extra_groups=[] if user is not None else None,
                cwd=cwd,
                start_new_session=True,
                pass_fds=pass_fds,
            )
        record = ProcessRecord(name, child.pid, start_ticks(child.pid) or 0, list(argv), int(stop_signal))
        partial = self.records / f".{name}"
        partial.write_text(json.dumps(record.__dict__))
        partial.replace(self.records / f"{name}.json")
        return record

    def record(self, name: str) -> ProcessRecord | None:
        """The record of `name`, whether it lives or not."""
        try:
            return ProcessRecord(**json.loads((self.records / f"{name}.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def names(self) -> list[str]:
        """Names of all recorded processes, living or not."""
        return sorted(path.stem for path in self.records.glob("*.json") if not path.name.startswith("."))

    def alive(self, name: str) -> bool:
        """Whether the recorded process still is the one that was started."""
        record = self.record(name)
        return record is not None and start_ticks(record.pid) == record.started

    def stop(self, name: str, *, sig: int | None = None, patience: float = 10.0) -> None:
        """Stop the process and its group, then forget it: `sig` (None: its own), after `patience` seconds SIGKILL."""
        self.stop_many([name], sig=sig, patience=patience)

    def stop_many(self, names: Iterable[str], *, sig: int | None = None, patience: float = 10.0) -> list[str]:
        """As `stop`, for several at once, so that they end side by side; the names of those that were alive."""
        living = {name: record for name in names if (record := self.record(name)) is not None}
        stopped = []
        for name, record in living.items():
            if self.alive(name):
                stopped.append(name)
                self._signal(record.pid, record.stop_signal if sig is None else sig)
        deadline = time.monotonic() + patience
        for name in stopped:
            while self._alive_after_reaping(name) and time.monotonic() < deadline:
                time.sleep(0.02)
            if self._alive_after_reaping(name):
                self._signal(living[name].pid, signal.SIGKILL)
                while self._alive_after_reaping(name) and time.monotonic() < deadline + patience:
                    time.sleep(0.02)
        for name in living:
            (self.records / f"{name}.json").unlink(missing_ok=True)
        return stopped

    def _alive_after_reaping(self, name: str) -> bool:
        record = self.record(name)
        if record is not None:
            self._reap(record.pid)
        return self.alive(name)

    @staticmethod
    def _signal(pid: int, sig: int) -> None:
        try:
            os.killpg(pid, sig)
        except ProcessLookupError:
            _signal_one(pid, sig)  # it left its group: at least itself

    @staticmethod
    def _reap(pid: int) -> None:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def _pids() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]


def _signal_one(pid: int, sig: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, sig)
