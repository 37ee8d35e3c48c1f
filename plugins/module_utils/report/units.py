# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the report writes times, durations and counts. Standard library only."""

from __future__ import annotations

from datetime import datetime

UNKNOWN = "unknown"
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def duration(seconds: float | None) -> str:
    """Seconds as a reader says them: `0.4 s`, `12 s`, `1 m 12 s`, `2 h 5 m`; `unknown` for None.

    The two largest units are given, rounded to the smaller one.
    """
    if seconds is None:
        return UNKNOWN
    if seconds < 9.95:
        return f"{f'{seconds:.1f}'.removesuffix('.0')} s"
    value = int(seconds + 0.5)
    place = next(place for place, (_unit, size) in enumerate(_UNITS) if value >= size)
    unit, size = _UNITS[place]
    if size == 1:
        return f"{value} s"
    small, step = _UNITS[place + 1]
    whole, rest = divmod(int(value / step + 0.5) * step, size)
    return f"{whole} {unit}" + (f" {rest // step} {small}" if rest else "")


def count(value: int | None) -> str:
    """A count with a thin space between thousands; `unknown` for None."""
    return UNKNOWN if value is None else f"{value:,}".replace(",", "\u202f")


def plural(value: int, word: str, many: str = "") -> str:
    """`1 table`, `12 tables`; `many` where the plural is not the word and an s."""
    return f"{count(value)} {word if value == 1 else many or word + 's'}"


def clock(when: datetime | None) -> str:
    """`2026-11-24 08:12:03 UTC`; `unknown` for None. Expects UTC."""
    return UNKNOWN if when is None else when.strftime("%Y-%m-%d %H:%M:%S UTC")


def percent(part: float, whole: float) -> str:
    """A share with as many digits as it needs to be told from zero."""
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 0.1:
        return "< 0.1 %"
    return f"{share:.1f} %" if share < 10 else f"{share:.0f} %"
