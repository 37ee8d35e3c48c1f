"""Why a machine has no container nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.container_nodes import machine


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    """A /proc of a kernel that has all that is needed."""
    for path in machine.KERNEL:
        place = tmp_path / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("")
    (tmp_path / "proc/filesystems").write_text("nodev\ttmpfs\nnodev\toverlay\n\text4\n")
    (tmp_path / "proc/mounts").write_text("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n")
    return tmp_path


def test_this_kernel_can(kernel: Path) -> None:
    assert machine.kernel(kernel) is None


def test_an_ordinary_user_cannot(tmp_path: Path) -> None:
    reason = machine.obstacle(tmp_path, {}, user=lambda: 1000)
    assert reason is not None
    assert reason.startswith("they need root")


def test_no_overlayfs(kernel: Path) -> None:
    (kernel / "proc/filesystems").write_text("nodev\ttmpfs\n")
    assert machine.kernel(kernel) == "this kernel has no overlayfs: load it with `modprobe overlay`"


def test_no_control_groups(kernel: Path) -> None:
    (kernel / "proc/mounts").write_text("proc /proc proc rw 0 0\n")
    assert machine.kernel(kernel) == "no control groups are mounted at /sys/fs/cgroup"


def test_control_groups_of_version_1_will_do(kernel: Path) -> None:
    """The kubelet is told so, which refuses them by itself: see test_files."""
    (kernel / "proc/mounts").write_text("cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n")
    assert machine.kernel(kernel) is None


@pytest.mark.parametrize("path", list(machine.KERNEL))
def test_no_namespaces_or_tracking(kernel: Path, path: str) -> None:
    (kernel / path.lstrip("/")).unlink()
    assert machine.kernel(kernel) == f"this kernel has no {machine.KERNEL[path]}"


def test_every_reason_is_one_line(kernel: Path, tmp_path: Path) -> None:
    reason = machine.obstacle(tmp_path / "state", {"HOME": str(tmp_path)}, root=kernel, user=lambda: 0)
    assert reason is not None  # nothing is built for that home
    assert "\n" not in reason


def test_a_namespace_of_somebody_else(kernel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "NAMESPACES", tmp_path)
    monkeypatch.setattr(machine.parts, "missing", lambda programs, cni: None)
    state = tmp_path / "state"
    name = machine.namespace_name(str(state))
    (tmp_path / name).touch()
    taken = machine.obstacle(state, {}, root=kernel, user=lambda: 0)
    assert taken == f"the network namespace {name} is there and not of this state folder: `ip netns delete {name}`"
    machine.mark(state).parent.mkdir(parents=True)
    machine.mark(state).touch()
    assert machine.obstacle(state, {}, root=kernel, user=lambda: 0) is None


def test_mounts_take_no_path_with_a_comma(kernel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.parts, "missing", lambda programs, cni: None)
    reason = machine.obstacle(tmp_path / "a,b", {}, root=kernel, user=lambda: 0)
    assert reason is not None
    assert "choose a state folder without" in reason
