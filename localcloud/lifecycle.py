"""Start, find and stop the cloud of a state folder from another process."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from localcloud import daemon, places, preflight
from localcloud.container_nodes import ContainerNodesError, addressing, machine, namespace
from localcloud.postgres.home import remove_external
from localcloud.processes import Processes, kill_marked, start_ticks

Say = Callable[[str], None]
START_PATIENCE = 60.0
STOP_PATIENCE = 20.0
PROCESS_PATIENCE = 10.0


class CloudError(Exception):
    """The cloud cannot be started or stopped as asked; the message says what to do."""


def running(state: Path) -> places.StateFile | None:
    """The state file of the cloud that serves `state` now, or None."""
    content = places.read(state)
    if content is None or content.pid == 0 or not held(state):
        return None
    return content if answers(content.endpoint, timeout=10) else None


def held(state: Path) -> bool:
    """Whether a living process holds the lock of the state folder."""
    if not (state / "lock").exists():
        return False
    lock = daemon.hold(state)
    if lock is None:
        return True
    lock.close()
    return False


def answers(endpoint: str, timeout: float = 2.0) -> bool:
    """Whether a local cloud answers at `endpoint`."""
    try:
        with urllib.request.urlopen(f"{endpoint}/_localcloud/ping", timeout=timeout) as answer:  # noqa: S310 - our own loopback
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False
    except OSError:
        return False


def up(
    state: Path,
    *,
    port: int | None,
    factor: float,
    environ: Mapping[str, str],
    say: Say,
    least_free: int = preflight.LEAST_FREE,
    root_key: str | None = None,
    container_nodes: bool = True,
) -> places.StateFile:
    """Start the cloud, or find that it runs; what a dead one left behind is stopped first.

    least_free: bytes that the disk must have. root_key: `ID:SECRET`, a further key of the root user, kept with the state.
    container_nodes: whether wanted; where they cannot be, `say` is told why, and the cloud starts without them.
    Raises CloudError, ValueError for a root key that is none.
    """
    added = places.parse_key(root_key) if root_key else None
    if found := preflight.findings(state, environ, least_free=least_free):
        raise CloudError("\n".join(found))
    state.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(state):
        content = running(state)
        if content is not None:
            if port is not None and content.port != port:
                raise CloudError(
                    f"the cloud of {state} runs on port {content.port}; stop it with `down` to use port {port}"
                )
            if added and content.further_root_keys.get(added[0]) != added[1]:
                raise CloudError(
                    f"the cloud of {state} runs without the root key {added[0]}: stop it with `down` first"
                )
            say(f"runs already at {content.endpoint}")
            return content
        if held(state):
            raise CloudError(f"another local cloud holds {state} and does not answer; stop it with `down`")
        if left := _stop_leftovers(state):
            say(f"stopped what a killed cloud left behind: {', '.join(left)}")
        further = {places.ROOT_KEY: root_key} if root_key else {}
        if container_nodes and (reason := machine.obstacle(state, environ)):
            say(f"no container nodes, kwok nodes only: {reason}")
        return _start(state, port, factor, {**environ, **further}, say, container_nodes=container_nodes)


def _start(
    state: Path, port: int | None, factor: float, environ: Mapping[str, str], say: Say, *, container_nodes: bool
) -> places.StateFile:
    say("starting the AWS API")
    (state / "logs").mkdir(exist_ok=True)
    argv = [sys.executable, "-m", "localcloud.daemon", "--state", str(state), "--factor", repr(factor)]
    argv += ["--container-nodes", addressing.mode(container_nodes)]
    if port is not None:
        argv += ["--port", str(port)]
    log_path = state / "logs" / "daemon.log"
    with log_path.open("ab") as log:
        offset = log.tell()
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=daemon_environment(state, environ),
            cwd=places.REPOSITORY,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_PATIENCE
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise CloudError(_why(child.returncode, state, port, log_path, offset))
        content = places.read(state)
        if content is not None and content.pid == child.pid and answers(content.endpoint):
            return content
        time.sleep(0.05)
    kill_marked(state)
    raise CloudError(f"the cloud did not answer within {START_PATIENCE:.0f} s; see {log_path}")


def _why(code: int, state: Path, port: int | None, log_path: Path, offset: int) -> str:
    if code == 3:
        return f"another local cloud holds {state}; stop it with `down` or use another folder with --state"
    if code == 4:
        return f"port {port} is taken; choose another with --port, or none to have one picked"
    tail = log_path.read_bytes()[offset:].decode(errors="replace").strip().splitlines()
    if code == 5 and tail:
        return tail[-1].partition("localcloud: ")[2]
    return f"the cloud ended with code {code} while starting ({tail[-1] if tail else 'no output'}); see {log_path}"


def daemon_environment(state: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of the daemon: nothing of AWS, so that it can reach nothing real whatever a service does."""
    kept = {name: value for name, value in environ.items() if not name.startswith(("AWS_", "BOTO", "MOTO_"))}
    kept |= {places.MARKER: str(state), "PYTHONPATH": str(places.REPOSITORY), "PYTHONUNBUFFERED": "1"}
    kept |= {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    return kept


def down(state: Path, say: Say) -> list[str]:
    """Stop the cloud of `state` and every process that belongs to it, whatever state they are in; what was stopped."""
    if not state.exists():
        return []
    with _one_at_a_time(state):
        stopped = _stop_daemon(state, say)
        return stopped + _stop_leftovers(state)


def reset(state: Path, say: Say) -> None:
    """`down`, then remove all of the state folder's content. Raises CloudError for a folder that is not a local cloud's."""
    if not state.exists():
        return
    if preflight.foreign(state):
        raise CloudError(
            f"{state} holds files, but no local cloud's: nothing was removed; name the right folder with --state"
        )
    down(state, say)
    remove_external(state)
    for entry in state.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    state.rmdir()


def _stop_daemon(state: Path, say: Say) -> list[str]:
    try:
        content = places.read(state)
    except ValueError:
        content = None  # not readable: the marks in the processes' environment find them
    if content is None or content.pid == 0 or not held(state) or start_ticks(content.pid) is None:
        return []
    say(f"stopping the AWS API (process {content.pid})")
    try:
        os.kill(content.pid, signal.SIGTERM)
    except ProcessLookupError:
        return []
    deadline = time.monotonic() + STOP_PATIENCE
    while (held(state) or start_ticks(content.pid) is not None) and time.monotonic() < deadline:
        time.sleep(0.05)
    return ["daemon"]


def _stop_leftovers(state: Path) -> list[str]:
    processes = Processes(state)
    stopped = processes.stop_many(processes.names(), patience=PROCESS_PATIENCE)
    killed = kill_marked(state)
    try:
        removed = namespace.clean(state)
    except ContainerNodesError as error:
        raise CloudError(str(error)) from error
    return stopped + [f"process {pid}" for pid in killed] + removed


@contextmanager
def _one_at_a_time(state: Path) -> Iterator[None]:
    with (state / "lifecycle.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
