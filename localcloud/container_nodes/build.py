"""Build what the container nodes need beside Debian's packages: kubelet, kube-proxy, containerd and its shim, CoreDNS.

As the Kubernetes binaries are built, once, into caches beside theirs. Each go.mod is one of its own, so that none sets the
others' versions. That of kubelet and kube-proxy is the control plane's with what kube-proxy needs beside: in the control plane's
own it would have everybody build that anew. There is no Go source of ours.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.kubernetes import build as kubernetes
from localcloud.kubernetes.build import BuildError, Progress, builder, concluded, kubernetes_flags, locked

HERE = Path(__file__).resolve().parent
FREE_BYTES = 4 * 10**9


@dataclass(frozen=True)
class Module:
    """A go.mod and what is built of it. packages: binary -> Go package; recipe: part of the cache key."""

    name: str
    folder: Path
    packages: Mapping[str, str]
    flags: tuple[str, ...] = ()
    recipe: str = "1: -trimpath, stripped, CGO off"

    def key(self) -> str:
        """What the cache folder of the binaries is called."""
        digest = hashlib.sha256(f"{self.recipe} {' '.join(self.flags)}".encode())
        for name in ("go.mod", "go.sum"):
            digest.update((self.folder / name).read_bytes())
        return digest.hexdigest()[:16]

    def version(self, package: str) -> str:
        """Version of the module that `package` is in, from go.mod, with the leading v. Raises BuildError."""
        for module, version in re.findall(
            r"^\s*(?:require )?(\S+/\S+) (v\S+)", (self.folder / "go.mod").read_text(), re.M
        ):
            if package == module or package.startswith(f"{module}/"):
                return str(version)
        raise BuildError(f"{self.folder / 'go.mod'} does not require {package}: restore the file from version control")


CONTAINERD = "github.com/containerd/containerd/v2/cmd"
MODULES = (
    Module(
        "kubernetes",
        HERE / "kubernetes",
        {"kubelet": "k8s.io/kubernetes/cmd/kubelet", "kube-proxy": "k8s.io/kubernetes/cmd/kube-proxy"},
        recipe="1: -trimpath, stripped, CGO off, version stamped",
    ),
    Module(
        "containerd",
        HERE / "containerd",
        {name: f"{CONTAINERD}/{name}" for name in ("containerd", "containerd-shim-runc-v2", "ctr")},
        # Snapshotters that are not used and would want C libraries.
        ("-tags", "no_btrfs,no_devmapper,no_zfs"),
    ),
    Module("coredns", HERE / "coredns", {"coredns": "github.com/coredns/coredns"}),
)
BINARIES = tuple(binary for module in MODULES for binary in module.packages)


def root(environ: Mapping[str, str] = os.environ) -> Path:
    """Folder of these builds: beside that of Kubernetes."""
    return kubernetes.cache_root(environ).parent / "container-nodes"


def cache_directory(module: Module, environ: Mapping[str, str] = os.environ) -> Path:
    """Folder of the binaries of a module."""
    return root(environ) / f"{module.name}-{module.key()}"


def locate(environ: Mapping[str, str] = os.environ) -> dict[str, Path]:
    """Paths of the binaries that are built. What is missing from the answer has to be."""
    places = {binary: cache_directory(module, environ) / binary for module in MODULES for binary in module.packages}
    # Not is_file(): of a folder that this user may not look into, it raises.
    return {binary: path for binary, path in places.items() if os.access(path, os.X_OK)}


def linker_flags(module: Module, package: str) -> str:
    """Strip; stamp Kubernetes' version: a kubelet without one calls itself v0.0.0-master, and the API server believes it."""
    if not package.startswith("k8s.io/kubernetes/"):
        return "-s -w"
    return kubernetes_flags(module.version(package).lstrip("v"))


def ensure(progress: Progress) -> dict[str, Path]:
    """Paths of all binaries, built where they are missing. Raises BuildError."""
    if len(locate()) < len(BINARIES):
        with locked(root(), progress):
            for module in MODULES:
                missing = [binary for binary in module.packages if binary not in locate()]
                if missing:
                    _build(module, missing, progress)
    return locate()


def _build(module: Module, missing: list[str], progress: Progress) -> None:
    destination = cache_directory(module)
    with builder(destination, progress, "the container nodes", folder=module.folder, needs=FREE_BYTES) as go:
        progress.say(f"building {', '.join(missing)} once; this takes some minutes")
        for binary in missing:
            package = module.packages[binary]
            go.build(binary, package, linker_flags(module, package), module.flags)
            progress.say(f"{binary} {module.version(package)} is built")


def main() -> int:
    """Build what is missing; the exit status is that of `concluded`."""
    return concluded("container nodes", ensure, root())


if __name__ == "__main__":
    sys.exit(main())
