# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that are run for images, and the one error of all that has to do with them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Longest run of one program, in seconds: a download on a slow line, or a build on a busy machine.
PATIENCE = 1800.0
_LAST_LINES = 3
_LONGEST = 600


class ImageError(Exception):
    """A program, a file or a registry refused; the message names it, what it said and what to do."""


def found(program: str, package: str) -> str:
    """Path of a program. Raises ImageError, which names the Debian package that has it."""
    path = shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))
    if path is None:
        raise ImageError(f"{program} not found: `apt-get install {package}`")
    return path


def run(
    argv: Sequence[str], what: str, *, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A program that was run to its end. environment: beside the process's own. Raises ImageError with its last lines.

    what: completes "could not …" in the message.
    """
    try:
        # An adapter has no AnsibleModule, of which run_command is a method.
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            list(argv), capture_output=True, text=True, check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})}, cwd=folder,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ImageError(f"could not {what}: {error}") from error
    if done.returncode:
        raise ImageError(f"could not {what}: {explained(done.stderr or done.stdout) or f'exit code {done.returncode}'}")
    return done


def explained(said: str) -> str:
    """The last lines of what a program said as one line, and what to do where that is known."""
    lines = [line.strip() for line in said.strip().splitlines() if line.strip()]
    text = " / ".join(lines[-_LAST_LINES:])[-_LONGEST:]
    for words, advice in _ADVICE.items():
        if words in said:
            return f"{text} ({advice})"
    return text


#: Words of a program -> what to do.
_ADVICE = {
    "No space left on device": "the disk is full: make room and run again, what was finished is kept",
    "no space left on device": "the disk is full: make room and run again, what was finished is kept",
    "DO NOT MATCH THE HASHES": "a package is not the one that was locked: do not use that index, or lock again",
    "No matching distribution found": "pip has no wheel for the image's Python: download with a Python of the same version "
    "and for the same platform as the base image's",
    "Temporary failure resolving": "no source of packages is reached: configure apt on this machine, or name a base image",
}
