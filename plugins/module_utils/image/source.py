# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an image is built of, as one digest, and the tag that follows from it. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_PINNED = re.compile(r"[^\s@]+@sha256:[0-9a-f]{64}")
_SHORT = 12
#: Raised when the way of building changes what comes out of the same inputs.
_RECIPE = "1"


class SourceError(ValueError):
    """What was asked for cannot be built; the message says what was expected, what was found, and what to do."""


@dataclass(frozen=True, order=True)
class File:
    """One file of the source. path: relative, with /; sha256: of its content, in hexadecimal digits."""

    path: str
    sha256: str
    executable: bool = False

    @property
    def mode(self) -> int:
        """Permissions that it has in the image, whatever the umask of the checkout was."""
        return 0o755 if self.executable else 0o644


@dataclass(frozen=True)
class Inputs:
    """All that decides the bytes of an image, but the builder's version. base: digest; epoch: seconds, of every file's time."""

    files: tuple[File, ...]
    containerfile: str
    arguments: Mapping[str, str]
    base: str
    epoch: int
    platform: str

    def lines(self) -> list[str]:
        """The inputs, sorted, one a line, as a diff shows them."""
        files = [f"{file.path} {file.mode:o} sha256:{file.sha256}" for file in sorted(self.files)]
        arguments = [f"{name}={value}" for name, value in sorted(self.arguments.items())]
        return [
            f"containerfile {self.containerfile}", f"base {self.base}", f"platform {self.platform}", f"epoch {self.epoch}",
            *arguments, *files,
        ]  # fmt: skip

    def digest(self) -> str:
        """SHA-256 of the inputs and of the recipe, in hexadecimal digits."""
        return hashlib.sha256(json.dumps([_RECIPE, *self.lines()]).encode()).hexdigest()


def pinned(reference: str) -> str:
    """`reference`, a base image of a registry. Raises SourceError unless it names a digest."""
    if not _PINNED.fullmatch(reference):
        raise SourceError(
            f"base image {reference!r}: expected a name with a digest, as registry/name@sha256:<64 hexadecimal digits>: "
            "a tag may lead to another image tomorrow"
        )
    return reference


def tag_of(revision: str, source_digest: str, *, modified: bool) -> str:
    """The image's tag: the revision; with the source's digest where the source is no longer that of the revision.

    Tags are immutable, and a checkout that is worked on has many contents of one revision. Raises SourceError.
    """
    tag = f"{revision}-{source_digest[:_SHORT]}" if modified else revision
    if not TAG.fullmatch(tag):
        raise SourceError(f"revision {revision!r}: expected letters, digits, dots, dashes and underscores, at most 128")
    return tag


def chosen(paths: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of `paths` that are, or are below, one of `wanted`, without what Python compiled. Raises SourceError.

    A wanted path with no file is an error: an image would be built without it.
    """
    known = [path for path in paths if "__pycache__" not in path.split("/")]
    found: set[str] = set()
    for name in wanted:
        prefix = name.rstrip("/")
        below = {path for path in known if path == prefix or path.startswith(f"{prefix}/")}
        if not below:
            raise SourceError(f"source {name}: there is no such file or folder, or nothing in it")
        found |= below
    return tuple(sorted(found))
