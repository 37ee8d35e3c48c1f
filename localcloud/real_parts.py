"""What a machine lacks for the services to run in containers, in one line: `python -m localcloud.real_parts`. Changes nothing.

What is built here from sources does not count as missing: `python -m localcloud build --container-nodes` builds it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from localcloud.container_nodes import build, machine, parts
from localcloud.load_balancer import proxy

#: What builds images -> the Debian package that has it.
BUILDERS = {"buildah": "buildah", "mmdebstrap": "mmdebstrap"}


def missing(
    environ: Mapping[str, str] = os.environ, *, root: Path = Path("/"), user: Callable[[], int] = os.geteuid
) -> str:
    """All that is missing, parted by semicolons; "" where nothing is. root: folder in which /proc is looked at."""
    found, cni = parts.search(environ)
    path = os.pathsep.join([environ.get("PATH", ""), *parts.USUAL])
    builders = [package for name, package in BUILDERS.items() if shutil.which(name, path=path) is None]
    reasons = [
        "root: run it with sudo" if user() != 0 else None,
        machine.kernel(root),
        parts.missing({**found, **dict.fromkeys(build.BINARIES, Path())}, cni),
        proxy.obstacle(path),
        f"a builder of images: `apt-get install {' '.join(builders)}`" if builders else None,
    ]
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))


if __name__ == "__main__":
    print(missing())
    sys.exit(0)
