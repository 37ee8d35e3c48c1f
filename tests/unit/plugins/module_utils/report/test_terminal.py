# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The block on a terminal: what stands above it is what would stand there without it."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.report.block import block, columns, fit
from ansible_collections.creator.platform.plugins.module_utils.report.live import Live
from ansible_collections.creator.platform.plugins.module_utils.report.recorder import Active, Recorder
from ansible_collections.creator.platform.plugins.module_utils.report.terminal import Foot
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.text(st.characters(blacklist_categories=("Cs",)), max_size=40)


class Screen:
    """As much of a terminal as the block uses: lines, cursor up, return, clear to the end. Lines longer than it wrap."""

    def __init__(self, width: int = 80) -> None:
        self.lines = [""]
        self.row = 0
        self.width = width

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise ValueError("no file")

    def flush(self) -> None:
        """Nothing is kept back."""

    def write(self, text: str) -> None:
        for part in re.findall(r"\x1b\[\d*[A-Za-z]|\n|\r|[^\x1b\n\r]+", text):
            if part == "\n":
                self.row += 1
                if self.row == len(self.lines):
                    self.lines.append("")
            elif part.endswith("A") and part.startswith("\x1b"):
                self.row = max(self.row - int(part[2:-1]), 0)
            elif part == "\x1b[J":
                self.lines[self.row :] = [""]
            elif not part.startswith(("\x1b", "\r")):
                self._put(part)

    def _put(self, part: str) -> None:
        self.lines[self.row] += part
        while len(self.lines[self.row]) > self.width:
            line = self.lines[self.row]
            self.lines[self.row : self.row + 1] = [line[: self.width], line[self.width :]]
            self.row += 1


class Display:
    """Ansible's display as far as the block knows it."""

    def __init__(self, screen: Screen) -> None:
        self._lock = threading.RLock()
        self._screen = screen
        self.asked: list[str] = []

    def display(self, msg: str, color: str | None = None, stderr: bool = False, newline: bool = True) -> None:
        self._screen.write(msg + ("\n" if newline else ""))

    def prompt_until(self, msg: str) -> str:
        self.display(msg)
        self._screen.write("answer")
        return "answer"


def active(*names: str, task: str = "Wait") -> list[Active]:
    return [Active("1", "Play", name, "", task, float(place)) for place, name in enumerate(names)]


@given(st.lists(st.tuples(TEXT, TEXT), max_size=30), st.integers(1, 200), st.integers(1, 80), st.booleans())
def test_no_line_is_wider_than_the_terminal(work: list[tuple[str, str]], width: int, height: int, colour: bool) -> None:
    tasks = [Active("1", "Play", name, "", task, 0.0) for name, task in work]
    lines = block(tasks, play="Foundation", began=0.0, now=72.0, width=width, height=height, colour=colour)
    plain = [re.sub(r"\x1b\[\d+m", "", line) for line in lines]
    assert all(columns(line) <= width - 1 for line in plain)
    assert all(char.isprintable() for line in plain for char in line)
    assert len(lines) < max(height // 2, 1)
    assert not lines or work


@given(TEXT, st.integers(1, 60))
def test_text_fits_its_room(value: str, room: int) -> None:
    assert columns(fit(value, room)) == room


def test_who_works_longest_stands_first_and_the_rest_is_counted() -> None:
    lines = block(
        active("a", "b", "c", "d", "e"), play="Stateful", began=0.0, now=72.4, width=40, height=12, colour=False
    )
    assert lines == [
        "Stateful                       1 m 12 s",
        "  a  Wait                      1 m 12 s",
        "  b  Wait                      1 m 11 s",
        "  c  Wait                      1 m 10 s",
        "  and 2 more at work",
    ]


def test_a_narrow_terminal_shows_nothing() -> None:
    assert block(active("a"), play="Stateful", began=0.0, now=1.0, width=20, height=24, colour=True) == []


@given(
    st.lists(st.one_of(st.integers(0, 5), st.sampled_from(["ok: [network]", "PLAY", "a\nb", "x" * 90])), max_size=30)
)
def test_the_block_leaves_no_trace(steps: list[int | str]) -> None:
    screen, bare, foot = Screen(), Screen(), Foot(Screen())
    foot = Foot(screen)
    for step in steps:
        if isinstance(step, int):
            foot.draw([f"line {number}" for number in range(step)], 80)
        else:
            foot.erase(80)
            screen.write(step + "\n")
            bare.write(step + "\n")
    foot.erase(80)
    assert screen.lines == bare.lines


def test_a_terminal_that_shrank_is_cleaned_too() -> None:
    screen = Screen()
    foot = Foot(screen)
    screen.write("before\n")
    foot.draw(["x" * 70], 80)
    screen.lines[1:2] = ["x" * 40, "x" * 30]
    screen.row += 1
    foot.erase(40)
    assert screen.lines == ["before", ""]


@pytest.fixture
def live() -> tuple[Live, Screen, Display, Recorder]:
    screen = Screen()
    display = Display(screen)
    recorder = Recorder(play="Stateful", began=0.0)
    # An interval that no test lives to see: the tests draw themselves.
    found = Live(display, screen, recorder, lambda: 12.0, 3600.0)
    found.start()
    return found, screen, display, recorder


def test_output_goes_above_the_block(live: tuple[Live, Screen, Display, Recorder]) -> None:
    block_of, screen, display, recorder = live
    recorder.active["database"] = active("database")[0]
    block_of._draw()
    display.display("changed: [network]")
    assert [line.split()[0] for line in screen.lines if line] == ["changed:", "Stateful", "database"]
    block_of.stop()
    assert [line for line in screen.lines if line] == ["changed: [network]"]


def test_an_open_line_is_not_drawn_upon(live: tuple[Live, Screen, Display, Recorder]) -> None:
    block_of, screen, display, recorder = live
    recorder.active["database"] = active("database")[0]
    display.display("waiting", newline=False)
    block_of._draw()
    assert screen.lines == ["waiting"]
    display.display(" done")
    block_of._draw()
    assert screen.lines[0] == "waiting done"
    assert len(screen.lines) == 4
    block_of.stop()


def test_a_prompt_is_left_alone(live: tuple[Live, Screen, Display, Recorder]) -> None:
    block_of, screen, display, recorder = live
    recorder.active["database"] = active("database")[0]
    block_of._draw()
    assert display.prompt_until("Go on?") == "answer"
    block_of._draw()
    assert screen.lines == ["Go on?", "answer"]
    block_of.stop()


def test_the_display_is_given_back(live: tuple[Live, Screen, Display, Recorder]) -> None:
    block_of, _screen, display, _recorder = live
    assert "display" in vars(display)
    block_of.stop()
    block_of.stop()
    assert not {"display", "prompt_until"} & set(vars(display))


def test_a_terminal_that_went_away_does_not_stop_the_output(live: tuple[Live, Screen, Display, Recorder]) -> None:
    block_of, screen, display, recorder = live
    recorder.active["database"] = active("database")[0]
    block_of._draw()

    def gone(_text: str) -> None:
        raise OSError(5, "Input/output error")

    screen.write, whole = gone, screen.write  # type: ignore[method-assign]
    with pytest.raises(OSError, match="Input/output"):
        display.display("what Ansible would fail at itself")
    screen.write = whole  # type: ignore[method-assign]
    display.display("next")
    assert screen.lines[-2:] == ["next", ""]
    block_of.stop()


@pytest.mark.parametrize(
    ("terminal", "term", "possible"),
    [
        (True, "xterm-256color", True),
        (False, "xterm", False),
        (True, "dumb", False),
        (True, None, False),
        (True, "", False),
    ],
)
def test_only_a_real_terminal_gets_a_block(
    terminal: bool, term: str | None, possible: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr(screen, "isatty", lambda: terminal)
    monkeypatch.delenv("TERM", raising=False)
    if term is not None:
        monkeypatch.setenv("TERM", term)
    assert Live.possible(screen, Display(screen)) is possible
    assert not Live.possible(screen, object())


def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Any] = []
    screen = Screen()
    recorder = Recorder(play="Stateful", began=0.0, active={"database": active("database")[0]})
    for wanted in (True, False):
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.delenv("ANSIBLE_NOCOLOR", raising=False)
        if not wanted:
            monkeypatch.setenv("NO_COLOR", "1")
        found = Live(Display(screen), screen, recorder, lambda: 1.0, 1.0)
        written.clear()
        monkeypatch.setattr(screen, "write", written.append)
        found._draw()
        assert ("\x1b[1m" in "".join(written)) is wanted


def test_a_wait_says_for_what_and_how_often_it_has_asked() -> None:
    one = Active("1", "Stateful", "database", "database", "Ask RDS", 0.0, "waits until the instance is available", 7)
    lines = block([one], play="Stateful", began=0.0, now=42.0, width=100, height=24, colour=False)
    assert "waits until the instance is available (asked 7 times)" in lines[1]
    assert "Ask RDS" not in lines[1]
