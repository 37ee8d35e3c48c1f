"""Processes: started with a mark, stopped without leftovers, never mistaken."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.places import MARKER
from localcloud.processes import Processes, descendants, kill_marked, marked, resident_bytes, start_ticks

HOURS = ["sleep", "7200"]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder; what was started for it is stopped."""
    yield tmp_path
    kill_marked(tmp_path)


def test_spawn_and_stop(state: Path) -> None:
    """Alive, marked, recorded; then nothing."""
    processes = Processes(state)
    record = processes.spawn("a", HOURS, env={})
    assert processes.alive("a")
    assert processes.names() == ["a"]
    assert marked(state) == [record.pid]
    assert resident_bytes(record.pid) > 0
    with pytest.raises(RuntimeError, match="process a runs already"):
        processes.spawn("a", HOURS)
    processes.stop("a")
    assert start_ticks(record.pid) is None
    assert processes.names() == []


def test_stop_signal(state: Path) -> None:
    """What a process wants is remembered in its record, also for who did not start it."""
    code = "import os, signal, time; signal.signal(2, lambda *_: (os.write(1, b'asked'), os._exit(0)))"
    Processes(state).spawn(
        "a", [sys.executable, "-c", f"{code}; os.write(1, b'ready '); time.sleep(7200)"], stop_signal=signal.SIGINT
    )
    log = state / "logs" / "a.log"
    while "ready" not in log.read_text():
        pass
    Processes(state).stop("a")
    assert log.read_text().split() == ["ready", "asked"]


def test_pid_of_another_is_left_alone(state: Path) -> None:
    """A record whose pid the kernel gave to somebody else."""
    other = subprocess.Popen(HOURS)
    try:
        processes = Processes(state)
        record = {"name": "a", "pid": other.pid, "started": 1, "argv": HOURS}
        (state / "processes" / "a.json").write_text(json.dumps(record))
        assert not processes.alive("a")
        processes.stop("a")
        assert other.poll() is None
        assert processes.names() == []
    finally:
        other.kill()
        other.wait()


def test_damaged_record(state: Path) -> None:
    """A record that cannot be read is no process."""
    processes = Processes(state)
    (state / "processes" / "a.json").write_text("{")
    assert processes.record("a") is None
    assert not processes.alive("a")


def test_several_at_once(state: Path) -> None:
    """The group of each, and its children."""
    processes = Processes(state)
    for name in ("a", "b"):
        processes.spawn(name, ["sh", "-c", "sleep 7200 & sleep 7200 & wait"])
    first = processes.record("a")
    assert first is not None
    while len(descendants(first.pid)) < 2:
        pass
    assert processes.stop_many(["a", "b", "absent"]) == ["a", "b"]
    assert kill_marked(state) == [] or not marked(state)


def test_mark_of_another_folder(state: Path) -> None:
    """Only the very folder's processes are killed."""
    other = subprocess.Popen(HOURS, env={**os.environ, MARKER: f"{state}-other"})
    mine = subprocess.Popen(HOURS, env={**os.environ, MARKER: str(state)})
    try:
        assert kill_marked(state) == [mine.pid]
        assert other.poll() is None
        assert mine.wait(5) == -signal.SIGKILL
    finally:
        other.kill()
        other.wait()
