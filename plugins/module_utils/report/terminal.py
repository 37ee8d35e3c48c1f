# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A block of lines at the foot of a terminal that gives way to other output. The stream is the first argument."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ansible_collections.creator.platform.plugins.module_utils.report.block import columns


class Stream(Protocol):
    """What the block needs of a stream."""

    def write(self, text: str, /) -> object:
        """Takes text."""

    def flush(self) -> object:
        """Hands it on."""


class Foot:
    """Draws and erases the block. The caller holds the lock under which everything else is written to the terminal."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._drawn: list[int] = []
        # A prompt or a message without a line break leaves the cursor in the middle of a line: nothing is drawn there.
        self.at_line_start = True

    @property
    def shown(self) -> bool:
        """True while the block stands on the terminal."""
        return bool(self._drawn)

    def erase(self, width: int) -> None:
        """Takes the block away; the cursor is where it was before. `width` is the terminal's now: it may have shrunk."""
        rows = sum(max(-(-taken // max(width, 1)), 1) for taken in self._drawn)
        if rows:
            self._drawn = []
            self._stream.write(f"\x1b[{rows}A\r\x1b[J")
            self._stream.flush()

    def draw(self, lines: Sequence[str], width: int) -> None:
        """Puts the lines in the place of those that stand there."""
        self.erase(width)
        if lines and self.at_line_start:
            self._drawn = [columns(_plain(line)) for line in lines]
            self._stream.write("".join(f"{line}\n" for line in lines))
            self._stream.flush()


def _plain(line: str) -> str:
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[36m"):
        line = line.replace(code, "")
    return line
