# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mmdebstrap's command line: a root file system of Debian packages, the same bytes for the same packages.

https://manpages.debian.org/bookworm/mmdebstrap/mmdebstrap.1.en.html
The packages come from where this machine's own come from; nothing of that is left in the file system.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ansible_collections.creator.platform.plugins.module_utils.oci.command import ImageError, found, run

#: The time of every file: not that of a revision, so that a base serves many. The first that zip files can tell.
EPOCH = 315532800
_LEFT_OUT = ("doc", "info", "locale", "man")
#: What holds times, randomness or the settings of the machine; bytecode is made anew, checked against no file's time.
TIDY = """\
#!/bin/sh
set -eu
cd "$1"
find usr -name __pycache__ -prune -exec rm -rf {} +
for library in usr/lib/python3 usr/lib/python3.[0-9]*; do
  if [ -d "$library" ]; then
    PYTHONHASHSEED=0 chroot . /usr/bin/python3 -m compileall -q -j 1 --invalidation-mode unchecked-hash "/$library"
  fi
done
rm -rf etc/apt/sources.list etc/apt/sources.list.d/* etc/apt/auth.conf.d etc/apt/apt.conf.d/99mmdebstrap
rm -rf etc/hostname etc/resolv.conf etc/machine-id var/lib/dbus/machine-id var/lib/systemd var/lib/apt/lists/*
rm -rf var/log/* var/cache/* var/lib/dpkg/*-old tmp/* run/*
"""
CONTAINERFILE = """\
FROM scratch
ADD rootfs.tar /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
CMD ["/usr/bin/python3"]
"""
#: What decides the bytes of a base beside its packages.
RECIPE = "\n".join(("1", TIDY, CONTAINERFILE, *_LEFT_OUT))


def sources(root: Path = Path("/etc/apt")) -> list[Path]:
    """The files that name this machine's sources of packages. Raises ImageError when there are none."""
    listed = [
        *([root / "sources.list"] if (root / "sources.list").is_file() else []),
        *sorted((root / "sources.list.d").glob("*.list")),
        *sorted((root / "sources.list.d").glob("*.sources")),
    ]
    told = [path for path in listed if any(_tells(line) for line in path.read_text(errors="replace").splitlines())]
    if not told:
        raise ImageError(f"{root} names no source of packages: configure apt on this machine, or name a base image")
    return told


def _tells(line: str) -> bool:
    return line.strip().startswith(("deb ", "deb\t", "deb[", "Types:"))


class Debian:
    """The packages of a base, with mmdebstrap. folder: for what it needs on the way, open to this user only."""

    def __init__(self, packages: Sequence[str], folder: Path) -> None:
        self._packages, self._folder = packages, folder
        self._program = found("mmdebstrap", "mmdebstrap")

    def resolve(self) -> str:
        """What apt would do, as `apt-get --simulate` says it, one line of it for each package. Raises ImageError."""
        return self._run("null", "resolve the packages of the base image", "--simulate", "--verbose")

    def write(self, archive: Path) -> None:
        """Write the file system as an uncompressed archive. Raises ImageError."""
        tidy = self._folder / "tidy.sh"
        tidy.write_text(TIDY)
        tidy.chmod(0o700)
        excluded = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _LEFT_OUT]
        kept = "--dpkgopt=path-include=/usr/share/doc/*/copyright"
        self._run(str(archive), "make the base image", *excluded, kept, f"--customize-hook={tidy}")

    def _run(self, target: str, what: str, *options: str) -> str:
        """What it said, which is on its standard error."""
        # This machine's way to the packages, such as a proxy, may hold a password: by a file, not by an argument.
        settings = self._folder / "apt.conf"
        settings.touch(0o600)
        dumped = ["apt-config", "dump", "--no-empty", "--format", '%F "%v";%n', "Acquire"]
        settings.write_text(run(dumped, "read this machine's settings of apt").stdout)
        argv = [
            self._program, "--mode=root", "--variant=essential", f"--include={','.join(self._packages)}",
            f"--aptopt={settings}", "--format=null" if target == "null" else "--format=tar", *options,
            "", "-" if target == "null" else target, *(str(path) for path in sources()),
        ]  # fmt: skip
        environment = {"SOURCE_DATE_EPOCH": str(EPOCH), "LC_ALL": "C.UTF-8", "TMPDIR": str(self._folder)}
        return run(argv, what, environment=environment).stderr
