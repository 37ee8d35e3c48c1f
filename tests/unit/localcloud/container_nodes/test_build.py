"""What is built for the container nodes, of what, and where it is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from localcloud.container_nodes import build
from localcloud.kubernetes.build import BuildError, module_version


def test_every_package_is_of_a_module_that_go_mod_pins() -> None:
    for module in build.MODULES:
        for package in module.packages.values():
            assert module.version(package).startswith("v")


def test_kubelet_is_of_the_version_of_the_control_plane() -> None:
    kubelet = build.MODULES[0]
    package = kubelet.packages["kubelet"]
    assert kubelet.version(package) == f"v{module_version('kube-apiserver')}"
    assert f".gitVersion={kubelet.version(package)} " in build.linker_flags(kubelet, package)


def test_a_package_of_no_module_is_an_error() -> None:
    with pytest.raises(BuildError, match=r"does not require example\.test/none"):
        build.MODULES[0].version("example.test/none")


def test_other_flags_are_another_build() -> None:
    module = build.MODULES[1]
    assert replace(module, flags=()).key() != module.key() == replace(module).key()


def test_what_is_there_is_found(tmp_path: Path) -> None:
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    assert build.locate(environ) == {}
    folder = build.cache_directory(build.MODULES[1], environ)
    folder.mkdir(parents=True)
    (folder / "ctr").touch(0o755)
    assert build.locate(environ) == {"ctr": folder / "ctr"}
    assert folder.parent == tmp_path / "creator-platform" / "container-nodes"
