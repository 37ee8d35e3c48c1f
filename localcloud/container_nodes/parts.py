"""The programs of the node side: where they are, and in one line what is missing and how to get it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.container_nodes import build

#: Program -> Debian package that has it.
PROGRAMS = {
    "runc": "runc",
    "haproxy": "haproxy",
    "busybox": "busybox-static",
    "nft": "nftables",
    "ip": "iproute2",
    "unshare": "util-linux",
    "nsenter": "util-linux",
}
CNI = ("ptp", "host-local", "loopback")
CNI_PACKAGE = "containernetworking-plugins"
CNI_FOLDERS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"), Path("/usr/libexec/cni"))
#: Beside PATH: an ordinary user's often lacks them, and so does that of a service.
USUAL = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


@dataclass(frozen=True)
class Parts:
    """Where the programs are. programs: those of Debian and our own builds by name; cni: folder of the network plug-ins."""

    programs: Mapping[str, Path]
    cni: Path

    def __getitem__(self, name: str) -> str:
        return str(self.programs[name])


def search(environ: Mapping[str, str] = os.environ) -> tuple[dict[str, Path], Path | None]:
    """The programs that are there, and the folder of the CNI plug-ins where one has all that are needed."""
    path = os.pathsep.join([environ.get("PATH", ""), *USUAL])
    found = {name: Path(place) for name in PROGRAMS if (place := shutil.which(name, path=path))}
    folder = next((folder for folder in CNI_FOLDERS if all((folder / name).is_file() for name in CNI)), None)
    return {**found, **build.locate(environ)}, folder


def missing(programs: Mapping[str, Path], cni: Path | None) -> str | None:
    """One line that names what is missing and the command that gets it; None where all is there."""
    packages = {package: None for name, package in PROGRAMS.items() if name not in programs}
    if cni is None:
        packages[CNI_PACKAGE] = None
    if packages:
        named = [name for name in PROGRAMS if name not in programs] + ([] if cni else ["the CNI plug-ins"])
        return f"{', '.join(named)} not found: `apt-get install {' '.join(packages)}`"
    unbuilt = [name for name in build.BINARIES if name not in programs]
    if unbuilt:
        return f"{', '.join(unbuilt)} not built yet: `python -m localcloud build --container-nodes`, which takes minutes once"
    return None
