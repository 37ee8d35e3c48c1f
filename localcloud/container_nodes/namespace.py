"""The namespaces and control groups of the node side: made, entered, and removed without leftovers.

One network namespace with a name, and a process and a mount namespace that live as long as their first process. Ending that
one ends every process inside, whoever started it, and with the last of them every mount goes.
https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from localcloud.container_nodes import ContainerNodesError, files, machine
from localcloud.container_nodes.addressing import namespace_name
from localcloud.container_nodes.parts import Parts
from localcloud.places import atomic
from localcloud.processes import Processes, descendants

HOLDER = "container-nodes"
PATIENCE = 15.0
_PROC = Path("/proc")


class Namespace:
    """The node side's own namespaces of one state folder. ending: set when nobody wants to wait any more."""

    def __init__(self, state: Path, processes: Processes, parts: Parts, ending: threading.Event) -> None:
        self.state, self.name = state, namespace_name(str(state))
        self._processes, self._parts, self._ending = processes, parts, ending

    def open(self, addresses: Sequence[str], groups: Sequence[str]) -> None:
        """Make them, with the addresses on the loopback interface, and a control group each. Raises ContainerNodesError."""
        folder = machine.mark(self.state).parent
        folder.mkdir(parents=True, exist_ok=True)
        atomic(machine.mark(self.state), self.name.encode())
        # As `ip netns add` does, without the mount that it would make of /run/netns itself and leave behind.
        machine.NAMESPACES.mkdir(exist_ok=True)
        pinned = machine.NAMESPACES / self.name
        pinned.touch(0o444)
        run([self._parts["unshare"], f"--net={pinned}", "true"], "make the network namespace")
        inside = [self._parts["ip"], "-n", self.name]
        run([*inside, "link", "set", "lo", "up"], "set up the network namespace")
        for address in addresses:
            run([*inside, "address", "add", f"{address}/32", "dev", "lo"], "set up the network namespace")
        try:
            self._make_groups(groups)
        except OSError as error:
            raise ContainerNodesError(f"could not make control groups: {error}") from error
        self._hold(folder)

    def group(self, name: str) -> str:
        """Path of a control group below that of the state folder."""
        return f"/{self.name}/{name}"

    def _make_groups(self, names: Sequence[str]) -> None:
        for hierarchy in hierarchies():
            own = hierarchy / self.name
            own.mkdir(exist_ok=True)
            controllers = hierarchy / "cgroup.controllers"
            if controllers.exists():  # version 2: children have the controllers that their parents hand down
                wanted = " ".join(f"+{name}" for name in controllers.read_text().split())
                for level in (hierarchy, own):
                    (level / "cgroup.subtree_control").write_text(wanted)
            for name in names:
                (own / name).mkdir(exist_ok=True)

    def _hold(self, folder: Path) -> None:
        settings = folder / "kernel-settings"
        settings.mkdir(exist_ok=True)
        for path, value in files.KERNEL_SETTINGS.items():
            atomic(settings / files.setting_file(path), f"{value}\n".encode(), 0o644)
        script = folder / "holder.sh"
        atomic(script, files.holder(self.state, settings, self.name).encode())
        argv = [
            self._parts["nsenter"],
            f"--net={machine.NAMESPACES / self.name}",
            *(self._parts["unshare"], "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
            *("/bin/sh", str(script)),
        ]
        self._processes.spawn(HOLDER, argv, stop_signal=signal.SIGKILL, cwd=Path("/"))
        self.await_(
            "the namespaces",
            lambda: self.first_process is not None and self.inside("/run/localcloud/ready").exists(),
            HOLDER,
        )

    @property
    def first_process(self) -> int | None:
        """Process id, as the machine sees it, of the first process inside; None when there is none."""
        record = self._processes.record(HOLDER)
        if record is None or not self._processes.alive(HOLDER):
            return None
        children = descendants(record.pid)
        return children[0] if children else None

    def inside(self, path: str) -> Path:
        """Where the machine sees a path of the inside. Raises ContainerNodesError when nothing runs."""
        first = self.first_process
        if first is None:
            raise ContainerNodesError(f"the first process of {self.name} has ended: see the log {HOLDER}")
        return _PROC / str(first) / "root" / path.lstrip("/")

    def entering(self, argv: Sequence[str]) -> list[str]:
        """`argv` to be run inside. Raises ContainerNodesError when nothing runs."""
        self.inside("/")
        return [
            *(self._parts["nsenter"], "--target", str(self.first_process), "--net", "--pid", "--mount", "--"),
            *argv,
        ]

    def await_(self, what: str, ready: Callable[[], bool], process: str, patience: float = PATIENCE) -> None:
        """Wait until `ready`. Raises ContainerNodesError, with the log's last line, when the process ends or takes too long."""
        deadline = time.monotonic() + patience
        while not ready():
            ended = not self._processes.alive(process)
            if ended or time.monotonic() > deadline:
                log = self._processes.logs / f"{process}.log"
                lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
                how = "ended" if ended else f"not ready after {patience:.0f} s"
                raise ContainerNodesError(
                    f"{what}: {process} {how}: {lines[-1][:300] if lines else 'no output'} (log: {log})"
                )
            if self._ending.wait(0.05):
                raise ContainerNodesError(f"{what}: the cloud stops")


def run(argv: Sequence[str], what: str, *, timeout: float = 60.0) -> str:
    """Run a program to its end; what it printed. Raises ContainerNodesError with its words when it fails."""
    try:
        done = subprocess.run(
            list(argv), capture_output=True, text=True, check=False, timeout=timeout, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ContainerNodesError(f"could not {what}: {error}") from error
    if done.returncode:
        raise ContainerNodesError(f"could not {what}: {done.stderr.strip() or done.stdout.strip() or done.returncode}")
    return done.stdout


def hierarchies(mounts: Path = Path("/proc/mounts")) -> list[Path]:
    """Where control groups are mounted: one folder with version 2, one for each controller with version 1."""
    lines = (line.split() for line in mounts.read_text().splitlines())
    return list(dict.fromkeys(Path(fields[1]) for fields in lines if fields[2] in {"cgroup", "cgroup2"}))


def clean(state: Path, patience: float = PATIENCE) -> list[str]:
    """Remove what a cloud that ended left of namespace and control groups, when all its processes have ended; what was removed.

    Raises ContainerNodesError for a control group that stays in use.
    """
    if not machine.mark(state).exists():
        return []
    removed = []
    name = namespace_name(str(state))
    pinned = machine.NAMESPACES / name
    if pinned.exists():
        if f" {pinned} " in Path("/proc/self/mountinfo").read_text():
            run(["umount", str(pinned)], "remove the network namespace")
        pinned.unlink()
        with suppress(OSError):  # others have theirs there
            machine.NAMESPACES.rmdir()
        removed.append(f"network namespace {name}")
    groups = [folder for hierarchy in hierarchies() if (folder := hierarchy / name).is_dir()]
    for folder in groups:
        _remove_group(folder, time.monotonic() + patience)
    if groups:
        removed.append(f"control groups {name}")
    machine.mark(state).unlink(missing_ok=True)
    return removed


def _remove_group(folder: Path, deadline: float) -> None:
    for below, _, _ in os.walk(folder, topdown=False):
        while True:
            try:
                os.rmdir(below)
            except FileNotFoundError:
                break
            except OSError as error:  # busy for a moment longer than its processes live
                if time.monotonic() > deadline:
                    raise ContainerNodesError(f"control group {below} cannot be removed: {error.strerror}") from error
                time.sleep(0.05)
            else:
                break
