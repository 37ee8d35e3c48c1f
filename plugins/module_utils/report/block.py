# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The block of lines that shows who works on what. Pure: standard library only, width and moment are arguments."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from ansible_collections.creator.platform.plugins.module_utils.report.recorder import Active
from ansible_collections.creator.platform.plugins.module_utils.report.units import duration

_BOLD, _DIM, _CYAN, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"
_LEAST_WIDTH, _LEAST_HEIGHT = 24, 8


def block(
    active: Iterable[Active], *, play: str, began: float, now: float, width: int, height: int, colour: bool
) -> list[str]:
    """Lines for a terminal of `width` columns, none of them wider than `width` - 1, at most half of `height`.

    One head line with the play and the time since the run began, then a line per component, the longest at work first.
    Empty when nobody is at work or the terminal is too small to say anything.
    """
    working = sorted(active, key=lambda one: (one.began, one.component))
    if not working or width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return []
    room = height // 2 - 2
    shown = working[:room] if len(working) <= room else working[: room - 1]
    head = _line(play or "Play", duration(int(now - began)), width, (_BOLD, _DIM) if colour else None)
    names = min(max(columns(one.component) for one in shown), 18)
    rows = [
        _line(
            f"  {fit(one.component, names)}  {clean(_doing(one))}",
            duration(int(now - one.began)),
            width,
            (_CYAN, "") if colour else None,
        )
        for one in shown
    ]
    rest = len(working) - len(shown)
    tail = [_line(f"  and {rest} more at work", "", width, (_DIM, "") if colour else None)] if rest else []
    return [head, *rows, *tail]


def _doing(one: Active) -> str:
    """The task, or what it waits for and how often it has asked."""
    if not one.waits:
        return one.task
    return f"{one.waits} (asked {one.asked} times)" if one.asked > 1 else one.waits


def _line(left: str, right: str, width: int, colours: tuple[str, str] | None) -> str:
    room = width - 1 - columns(right) - 1
    left = fit(clean(left), room)
    if colours is None:
        return f"{left} {right}".rstrip()
    return f"{colours[0]}{left}{_RESET} {colours[1]}{right}{_RESET}"


def clean(value: str) -> str:
    """One line without characters that steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in value)


def columns(value: str) -> int:
    """Columns of a terminal that the text takes: https://www.unicode.org/reports/tr11/ (wide and fullwidth take two)."""
    return sum(_columns(char) for char in value)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def fit(value: str, room: int) -> str:
    """The text in exactly `room` columns: cut with an ellipsis or filled with blanks."""
    taken = columns(value)
    if taken <= room:
        return value + " " * (room - taken)
    kept, used = "", 0
    for char in value:
        if used + _columns(char) > room - 1:
            break
        kept, used = kept + char, used + _columns(char)
    return kept + "…" + " " * (room - 1 - used) if room > 0 else ""
