"""Real processes behind the emulated API: started, found again after a crash, and stopped without leftovers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessRecord:
    """A process as its record file tells: `started` is the kernel's start time in clock ticks, so a reused pid is not mistaken."""

    name: str
    pid: int
    started: int
    argv: list[str]


def start_ticks(pid: int) -> int | None:
    """Kernel start time of `pid` (proc(5), stat field 22), or None when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


class Processes:
    """Starts processes in groups of their own with a record file each under `<state>/processes/`."""

    def __init__(self, state: Path) -> None:
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
    ) -> ProcessRecord:
        """Start `argv`; its output goes to `<state>/logs/<name>.log`. A living process of that name is an error."""
        if self.alive(name):
            raise RuntimeError(f"process {name} runs already")
        with (self.logs / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                list(argv), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=dict(env) if env is not None else None,
                user=user, group=group, extra_groups=[] if user is not None else None, cwd=cwd, start_new_session=True,
            )
        record = ProcessRecord(name, child.pid, start_ticks(child.pid) or 0, list(argv))
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
        return sorted(path.stem for path in self.records.glob("*.json"))

    def alive(self, name: str) -> bool:
        """Whether the recorded process still is the one that was started."""
        record = self.record(name)
        return record is not None and start_ticks(record.pid) == record.started

    def stop(self, name: str, *, sig: int = signal.SIGTERM, patience: float = 10.0) -> None:
        """Stop the process and its group: `sig`, after `patience` seconds SIGKILL; then forget it."""
        record = self.record(name)
        if record is not None and start_ticks(record.pid) == record.started:
            self._signal(record.pid, sig)
            deadline = time.monotonic() + patience
            while self.alive(name) and time.monotonic() < deadline:
                self._reap(record.pid)
                time.sleep(0.02)
            if self.alive(name):
                self._signal(record.pid, signal.SIGKILL)
                self._reap(record.pid)
        (self.records / f"{name}.json").unlink(missing_ok=True)

    @staticmethod
    def _signal(pid: int, sig: int) -> None:
        try:
            os.killpg(pid, sig)
        except ProcessLookupError:
            pass

    @staticmethod
    def _reap(pid: int) -> None:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass
