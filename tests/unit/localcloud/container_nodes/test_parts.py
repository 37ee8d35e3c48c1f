"""What is missing is named in one line, with the command that gets it."""

from __future__ import annotations

from pathlib import Path

from localcloud.container_nodes import build, parts

ALL = {name: Path("/bin") / name for name in [*parts.PROGRAMS, *build.BINARIES]}
CNI = Path("/usr/lib/cni")


def test_nothing_is_missing() -> None:
    assert parts.missing(ALL, CNI) is None


def test_packages_are_named_with_their_command() -> None:
    programs = {name: path for name, path in ALL.items() if name not in {"runc", "haproxy", "busybox"}}
    assert parts.missing(programs, None) == (
        "runc, haproxy, busybox, the CNI plug-ins not found: "
        "`apt-get install runc haproxy busybox-static containernetworking-plugins`"
    )


def test_what_is_built_comes_after_what_is_installed() -> None:
    programs = {name: path for name, path in ALL.items() if name != "kubelet"}
    found = parts.missing(programs, CNI)
    assert found is not None
    assert found.startswith("kubelet not built yet: `python -m localcloud build --container-nodes`")


def test_programs_are_found_on_path(tmp_path: Path) -> None:
    own = tmp_path / "runc"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    found, _ = parts.search({"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert found["runc"] == own
    assert not set(build.BINARIES) & set(found)  # nothing is built for that home
