# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages that an image holds, as its own files tell them: dpkg's status and the metadata of Python packages. Pure.

https://www.debian.org/doc/debian-policy/ch-controlfields.html
https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser

DPKG_STATUS = "var/lib/dpkg/status"
OS_RELEASE = "usr/lib/os-release"
METADATA = re.compile(r"(?:.*/)?[^/]+\.dist-info/METADATA")
#: What is read of an image's layers.
WANTED = re.compile(rf"{DPKG_STATUS}|{OS_RELEASE}|{METADATA.pattern}")
#: A line of `apt-get --simulate`: what would be installed, in which version.
_INSTALLED = re.compile(
    r"^Inst (?P<name>\S+) (?:\[\S+\] )?\((?P<version>\S+) .*\[(?P<architecture>\w+)\]\)", re.MULTILINE
)


class PackagesError(ValueError):
    """The packages of an image are not to be told; the message says why."""


@dataclass(frozen=True, order=True)
class Package:
    """One package. kind: `deb` or `pypi`; source: Debian's source package with its version, where they differ."""

    kind: str
    name: str
    version: str
    architecture: str = ""
    source: str = ""
    summary: str = ""


def simulated(text: str) -> tuple[str, ...]:
    """`name=version:architecture` of all that apt would install, sorted. Raises PackagesError for an answer without any."""
    found = sorted({f"{hit['name']}={hit['version']}:{hit['architecture']}" for hit in _INSTALLED.finditer(text)})
    if not found:
        raise PackagesError("apt told of no package that it would install: see what it said in the log")
    return tuple(found)


def base_key(packages: Iterable[str], recipe: str) -> str:
    """Under what a base image is kept: changes with any version of a package and with the recipe. 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps([recipe, *sorted(packages)]).encode()).hexdigest()


def of_image(files: Mapping[str, str]) -> tuple[Package, ...]:
    """All packages that the files of an image (path -> text) tell of, sorted.

    Raises PackagesError without dpkg's status: a list that leaves out the operating system would pass for a whole one.
    """
    status = files.get(DPKG_STATUS)
    if status is None:
        raise PackagesError(
            f"the image has no /{DPKG_STATUS}, so its packages are unknown: choose a base image of Debian or one of its kind"
        )
    python = [_python(path, text) for path, text in files.items() if METADATA.fullmatch(path)]
    return tuple(sorted({*_debian(status), *python}))


def distribution(files: Mapping[str, str]) -> tuple[str, str]:
    """ID and VERSION_ID of os-release(5), for example `debian`, `12`; `linux` and "" where they are not told."""
    fields = dict(line.split("=", 1) for line in files.get(OS_RELEASE, "").splitlines() if "=" in line)
    return fields.get("ID", "linux").strip('"'), fields.get("VERSION_ID", "").strip('"')


def _debian(status: str) -> list[Package]:
    found = []
    for paragraph in re.split(r"\n\s*\n", status):
        fields = HeaderParser().parsestr(paragraph)
        if not str(fields.get("Status", "")).endswith(" installed"):
            continue
        name, version = fields.get("Package", ""), fields.get("Version", "")
        source = re.fullmatch(r"(\S+)(?: \((\S+)\))?", fields.get("Source", name))
        origin = f"{source[1]}@{source[2] or version}" if source else ""
        summary = str(fields.get("Description", "")).partition("\n")[0]
        architecture = fields.get("Architecture", "")
        found.append(
            Package("deb", name, version, architecture, "" if origin == f"{name}@{version}" else origin, summary)
        )
    return found


def _python(path: str, text: str) -> Package:
    fields = HeaderParser().parsestr(text.partition("\n\n")[0])
    name, version = fields.get("Name"), fields.get("Version")
    if not name or not version:
        raise PackagesError(f"/{path} has no Name or no Version: the package was not installed whole")
    normal = re.sub(r"[-_.]+", "-", name).lower()
    return Package("pypi", normal, version, summary=str(fields.get("Summary", "")).partition("\n")[0])
