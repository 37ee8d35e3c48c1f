"""The namespaces and control groups of the node side: made, entered, and removed without leftovers.

One network namespace with a name, and a process and a mount namespace that live as long as their first process. Ending that
one ends every process inside, whoever started it, and with the last of them every mount goes.
https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
"""

from __future__ import annotations

import os
import re
import signal
import socket
import struct
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
#: Control group of containerd and its shims, in that of their node.
RUNTIME = "runtime"
PATIENCE = 15.0
_PROC = Path("/proc")

#: Weight of processor time where control groups are of version 1, in which each process outside of them weighs 1024: with a
#: group's own 1024 all pods together would get no more of a busy machine than one process.
SHARES = 16 * 1024


class Namespace:
    """The node side's own namespaces of one state folder. ending: set when nobody wants to wait any more."""

    def __init__(self, state: Path, processes: Processes, parts: Parts, ending: threading.Event) -> None:
        self.state, self.name = state, namespace_name(str(state))
        self._processes, self._parts, self._ending = processes, parts, ending

    def open(self, addresses: Sequence[str]) -> None:
        """Make them, with the addresses on the loopback interface, and the control group. Raises ContainerNodesError."""
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
            self.add_address(address)
        try:
            self._make_group()
        except OSError as error:
            raise ContainerNodesError(f"could not make control groups: {error}") from error
        self._hold(folder)

    def add_address(self, address: str) -> None:
        """Have the network namespace answer at an address. Raises ContainerNodesError."""
        argv = [self._parts["ip"], "-n", self.name, "address", "replace", f"{address}/32", "dev", "lo"]
        run(argv, f"add the address {address}")

    def drop_address(self, address: str) -> None:
        """The opposite. Raises ContainerNodesError."""
        argv = [self._parts["ip"], "-n", self.name, "address", "delete", f"{address}/32", "dev", "lo"]
        run(argv, f"remove the address {address}")

    def group(self, name: str) -> str:
        """Path of a control group below that of the state folder."""
        return f"/{self.name}/{name}"

    def add_group(self, name: str) -> list[Path]:
        """Make a node's control group, with one for its runtime; the `cgroup.procs` of the latter. Raises ContainerNodesError."""
        made = [hierarchy / self.name / name / RUNTIME for hierarchy in hierarchies()]
        try:
            for folder in made:
                folder.mkdir(parents=True, exist_ok=True)
                for level in (folder.parent, folder.parent.parent):
                    if (level / "cpu.shares").exists():
                        (level / "cpu.shares").write_text(str(SHARES))
        except OSError as error:
            raise ContainerNodesError(f"could not make control groups: {error}") from error
        return [folder / "cgroup.procs" for folder in made]

    def end_group(self, name: str, patience: float = PATIENCE) -> None:
        """End all processes of a node's control group, whoever started them, and remove it. Raises ContainerNodesError."""
        groups = [folder for hierarchy in hierarchies() if (folder := hierarchy / self.name / name).is_dir()]
        deadline = time.monotonic() + patience
        while pids := {pid for folder in groups for pid in _pids_below(folder)}:
            if time.monotonic() > deadline:
                raise ContainerNodesError(f"processes {sorted(pids)} of {name} do not end after SIGKILL")
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        for folder in groups:
            _remove_group(folder, deadline)

    def unmount(self, *below: str) -> None:
        """Take every mount below these folders of the inside away. Raises ContainerNodesError."""
        mounts = Path(f"/proc/{self.first_process}/mountinfo").read_text()
        found = [_unescaped(line.split()[4]) for line in mounts.splitlines()]
        wanted = [place for place in found if any(place.startswith(f"{folder}/") for folder in below)]
        if wanted:
            run(self.entering(["umount", *reversed(wanted)]), "unmount what a node left")

    def listens(self, address: str, port: int) -> bool:
        """Whether somebody inside listens there: https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html"""
        place = f"{struct.unpack('=I', socket.inet_aton(address))[0]:08X}"
        lines = [line.split() for line in Path(f"/proc/{self.first_process}/net/tcp").read_text().splitlines()[1:]]
        return any(fields[1] == f"{place}:{port:04X}" and fields[3] == "0A" for fields in lines)

    def _make_group(self) -> None:
        for hierarchy in hierarchies():
            own = hierarchy / self.name
            own.mkdir(exist_ok=True)
            controllers = hierarchy / "cgroup.controllers"
            if controllers.exists():  # version 2: children have the controllers that their parents hand down
                wanted = " ".join(f"+{name}" for name in controllers.read_text().split())
                for level in (hierarchy, own):
                    (level / "cgroup.subtree_control").write_text(wanted)

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


def _pids_below(folder: Path) -> list[int]:
    found = []
    for procs in folder.rglob("cgroup.procs"):
        with suppress(OSError):  # a group that goes while it is read
            found += [int(line) for line in procs.read_text().split()]
    return found


def _unescaped(path: str) -> str:
    """A path as /proc/self/mountinfo writes it: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html"""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), path)


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
