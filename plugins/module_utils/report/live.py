# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the block on the terminal up to date and out of the way of Ansible's own output. The display is the first argument.

Ansible writes to the terminal in one process only: workers send what they have to say to it. There, everything passes
`Display.display` (and `prompt_until`), under the lock `Display._lock`, which is also held while a worker is forked. Both are
wrapped on the instance: take the block away, let Ansible write, put the block back, all under that lock.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.report.block import block
from ansible_collections.creator.platform.plugins.module_utils.report.recorder import Recorder
from ansible_collections.creator.platform.plugins.module_utils.report.terminal import Foot


class Live:
    """The block and the thread that renews it."""

    def __init__(
        self, display: Any, stream: Any, recorder: Recorder, now: Callable[[], float], interval: float
    ) -> None:
        self._display = display
        self._stream = stream
        self._recorder = recorder
        self._now = now
        self._interval = max(interval, 0.1)
        self._foot = Foot(stream)
        self._ended = threading.Event()
        self._pid = os.getpid()
        self._wrapped: dict[str, Callable[..., Any]] = {}
        self._prompting = False
        self._colour = "NO_COLOR" not in os.environ and "ANSIBLE_NOCOLOR" not in os.environ

    @staticmethod
    def possible(stream: Any, display: Any) -> bool:
        """Whether the stream is a terminal that can move its cursor, and the display has what the block relies on."""
        lock = getattr(display, "_lock", None)
        return (
            stream.isatty()
            and os.environ.get("TERM", "dumb") not in ("", "dumb")
            and hasattr(lock, "acquire")
            and hasattr(display, "prompt_until")
        )

    def start(self) -> None:
        """Wraps the display and starts the thread."""
        for name, wrapper in (("display", self._write), ("prompt_until", self._prompt)):
            self._wrapped[name] = getattr(self._display, name)
            setattr(self._display, name, wrapper)
        threading.Thread(target=self._tick, name="progress", daemon=True).start()

    def stop(self) -> None:
        """Takes the block away and gives the display back. Safe to call twice."""
        self._ended.set()
        with self._display._lock:
            self._foot.erase(self._size()[0])
            for name in self._wrapped:
                # The wrapper hides the method of the class; without it that is found again.
                delattr(self._display, name)
            self._wrapped = {}

    def _tick(self) -> None:
        while not self._ended.wait(self._interval):
            with self._display._lock:
                if not self._ended.is_set():
                    self._guard(self._draw)

    def _draw(self) -> None:
        if self._prompting:
            return
        width, height = self._size()
        recorder, now = self._recorder, self._now()
        lines = block(
            recorder.active.values(),
            play=recorder.play,
            began=recorder.began if recorder.began is not None else now,
            now=now,
            width=width,
            height=height,
            colour=self._colour,
        )
        self._foot.draw(lines, width)

    def _write(self, msg: str, *args: Any, **kwargs: Any) -> Any:
        original = self._original("display")
        if os.getpid() != self._pid or self._ended.is_set():
            return original(msg, *args, **kwargs)
        with self._display._lock:
            shown = self._foot.shown
            self._guard(lambda: self._foot.erase(self._size()[0]))
            try:
                return original(msg, *args, **kwargs)
            finally:
                self._foot.at_line_start = kwargs.get("newline", True) or str(msg).endswith("\n")
                if shown:
                    self._guard(self._draw)

    def _prompt(self, *args: Any, **kwargs: Any) -> Any:
        original = self._original("prompt_until")
        with self._display._lock:
            self._guard(lambda: self._foot.erase(self._size()[0]))
            self._prompting = True
        try:
            return original(*args, **kwargs)
        finally:
            self._prompting = False
            self._foot.at_line_start = False

    def _original(self, name: str) -> Callable[..., Any]:
        return self._wrapped.get(name) or getattr(type(self._display), name).__get__(self._display)

    def _guard(self, action: Callable[[], None]) -> None:
        """A terminal that went away ends the block, not the run."""
        try:
            action()
        except (OSError, ValueError):
            self._ended.set()

    def _size(self) -> tuple[int, int]:
        try:
            found = os.get_terminal_size(self._stream.fileno())
        except (OSError, ValueError):
            return 80, 24
        return found.columns or 80, found.lines or 24
