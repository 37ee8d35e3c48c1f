# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that work beside the controller. They are no threads of it, because that forks all the time."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

START_SECONDS = 60.0
READY = b"ready"


class NotStartedError(OSError):
    """The process ended, or did not get ready in time; the text is the last line that it wrote."""


def start(module: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> int:
    """Start `module`'s main() in a session of its own; the process id, once it has called `is_ready`.

    Its sys.argv is this collection's root, what `is_ready` needs, and `arguments`. What it writes goes to `log`.
    Raises NotStartedError.
    """
    root = str(Path(__file__).parents[5])  # the folder that holds ansible_collections
    program = f"import sys; sys.path.insert(0, sys.argv[1]); from {module} import main; main()"
    ready, told = os.pipe()
    try:
        try:
            with log.open("wb") as output:
                process = subprocess.Popen(
                    [sys.executable, "-c", program, root, str(told), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=dict(environment),
                    cwd="/",
                    pass_fds=[told],
                    start_new_session=True,
                )
        finally:
            os.close(told)
        readable, _writable, _other = select.select([ready], [], [], START_SECONDS)
        if not readable or os.read(ready, len(READY)) != READY:
            process.kill()
            process.wait()
            raise NotStartedError(last_line(log))
    finally:
        os.close(ready)
    return process.pid


def is_ready() -> None:
    """Tell the process that started this one."""
    told = int(sys.argv[2])
    os.write(told, READY)
    os.close(told)


def last_line(log: Path) -> str:
    """What a process wrote last."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return (lines or ["no message"])[-1]
