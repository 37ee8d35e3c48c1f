"""Whether this machine can have container nodes, and in one line why it cannot."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.container_nodes import parts
from localcloud.container_nodes.addressing import namespace_name
from localcloud.container_nodes.parts import Parts

NAMESPACES = Path("/run/netns")
#: What the node side needs of the kernel: a file that is there with it -> how it is called.
KERNEL = {
    "/proc/self/ns/net": "network namespaces",
    "/proc/self/ns/pid": "process namespaces",
    "/proc/sys/net/netfilter/nf_conntrack_max": "connection tracking (nf_conntrack)",
}
CONTROLLERS = ("cpu", "memory", "pids")


def obstacle(
    state: Path,
    environ: Mapping[str, str] = os.environ,
    *,
    root: Path = Path("/"),
    user: Callable[[], int] = os.geteuid,
) -> str | None:
    """Why there can be no container nodes, as one line without a full stop; None where they are possible.

    root: folder in which /proc is looked at.
    """
    if user() != 0:
        return "they need root: run `up` as root, for example with sudo"
    reason = kernel(root)
    if reason is not None:
        return reason
    reason = parts.missing(*parts.search(environ))
    if reason is not None:
        return reason
    if " " in str(state) or ":" in str(state) or "," in str(state):
        return f"mounts do not take the path {state}: choose a state folder without space, comma and colon"
    name = namespace_name(str(state))
    if (NAMESPACES / name).exists() and not owned(state):
        return f"the network namespace {name} is there and not of this state folder: `ip netns delete {name}`"
    return None


@dataclass(frozen=True)
class Resources:
    """Processors, and MiB of memory."""

    cpus: int
    memory: int


def resources() -> Resources:
    """What this machine has: https://man7.org/linux/man-pages/man5/proc_meminfo.5.html"""
    line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal:"))
    return Resources(os.cpu_count() or 1, int(line.split()[1]) // 1024)


def kernel(root: Path) -> str | None:
    """What the kernel lacks, None where it lacks nothing."""
    for path, name in KERNEL.items():
        if not (root / path.lstrip("/")).exists():
            return f"this kernel has no {name}"
    if "\toverlay\n" not in (root / "proc/filesystems").read_text():
        return "this kernel has no overlayfs: load it with `modprobe overlay`"
    if "cgroup" not in (root / "proc/mounts").read_text():
        return "no control groups are mounted at /sys/fs/cgroup"
    return None


def owned(state: Path) -> bool:
    """Whether the namespace of that name is one that the cloud of this folder made."""
    return mark(state).exists()


def mark(state: Path) -> Path:
    """The file that says that this state folder has, or had, a namespace and control groups."""
    return state / "container-nodes" / "namespace"


def found_parts(environ: Mapping[str, str] = os.environ) -> Parts:
    """Where the parts are; only after `obstacle` found nothing."""
    programs, cni = parts.search(environ)
    if cni is None:
        raise LookupError("the CNI plug-ins are gone")
    return Parts(programs, cni)
