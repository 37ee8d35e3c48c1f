# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drawings of the page: SVG in percent, as wide as its place while text keeps its size. Standard library only."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ansible_collections.creator.platform.plugins.module_utils.report import units
from ansible_collections.creator.platform.plugins.module_utils.report.html import Content, Markup, element
from ansible_collections.creator.platform.plugins.module_utils.report.lanes import Lane, Run, merged
from ansible_collections.creator.platform.plugins.module_utils.report.parts import Limits, more
from ansible_collections.creator.platform.plugins.module_utils.report.recovery import Phase

HUES = 7
# A play none of whose lanes is longer than this part of the run is drawn as one.
_SHORT = 0.04
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)


def hue(place: int) -> str:
    """The class that colours the thing at `place` of a list."""
    return f"c{place % HUES + 1}"


def swatch(css: str) -> Markup:
    """A small square in a colour, for a legend."""
    return element("svg", {"aria-hidden": "true"}, _rect(0, 100, 0, 12, css, rx=3))


def ticks(seconds: float, most: int = 6) -> list[float]:
    """Round times from zero to `seconds`, at most `most` and the zero."""
    step = next((step for step in _STEPS if seconds / step <= most), 86400 * math.ceil(seconds / 86400 / most))
    return [step * place for place in range(int(seconds // step) + 1)]


def _percent(part: float, whole: float) -> str:
    share = 100 * part / whole if whole else 0
    return f"{min(max(share, 0), 100):.2f}%"


def _rect(begin: float, end: float, y: float, height: float, css: str, *, rx: float = 4, title: str = "") -> Markup:
    """A bar between two percentages, never thinner than the eye can see."""
    width = max(end - begin, 0.35)
    return element(
        "rect",
        {
            "x": f"{min(begin, 100 - width):.2f}%",
            "y": y,
            "width": f"{width:.2f}%",
            "height": height,
            "rx": rx,
            "class": css,
        },
        element("title", None, title) if title else None,
    )


def gantt(run: Run, limits: Limits) -> Markup | None:
    """Lanes of the run under its clock; None without any."""
    whole = run.seconds or 0
    if not run.groups:
        return None
    marks = ticks(whole)
    grid = element(
        "svg", {"class": "under", "aria-hidden": "true"}, [_mark(_percent(mark, whole), "100%") for mark in marks]
    )
    rows: list[Content] = [grid, _axis(marks, whole)]
    shown = total = 0
    for place, group in enumerate(run.groups):
        total += len(group.lanes)
        lanes = list(group.lanes)[: max(limits.rows // 2 - shown, 0)]
        shown += len(lanes)
        name = group.name or "Play without a name"
        # A failed lane keeps its name.
        if lanes and not any(lane.failed or lane.end - lane.begin >= whole * _SHORT for lane in lanes):
            lanes = [_together(lanes)]
        if len(lanes) == 1:
            label = (element("b", None, name), " ", element("span", {"class": "soft"}, lanes[0].name))
            rows.append(_row(lanes[0], label, hue(place), whole, css="row alone"))
        elif lanes:
            rows.append(element("div", {"class": "group"}, name))
            rows.extend(_row(lane, lane.name, hue(place), whole) for lane in lanes)
    rows.append(more(total, shown, "lane", "timeline.json"))
    return element("div", {"class": "gantt"}, rows)


def _together(lanes: Sequence[Lane]) -> Lane:
    """Lanes of a short play as one: it is the others that are looked at."""
    return Lane(
        name=lanes[0].name if len(lanes) == 1 else units.plural(len(lanes), "component"),
        begin=min(lane.begin for lane in lanes),
        end=max(lane.end for lane in lanes),
        failed=any(lane.failed for lane in lanes),
        segments=merged((part.begin, part.end) for lane in lanes for part in lane.segments),
    )


def _mark(x: str, height: str | int) -> Markup:
    return element("line", {"class": "grid", "x1": x, "x2": x, "y1": 0, "y2": height})


def _axis(marks: Sequence[float], whole: float) -> Markup:
    texts = [
        element(
            "text",
            {
                "x": _percent(mark, whole),
                "y": 12,
                "text-anchor": "start" if not mark else "end" if mark > whole * 0.93 else "middle",
            },
            units.duration(mark),
        )
        for mark in marks
    ]
    blank = element("span", {"class": "label"})
    return element(
        "div",
        {"class": "row axis", "aria-hidden": "true"},
        blank,
        element("svg", None, texts),
        element("span", {"class": "num"}),
    )


def _row(lane: Lane, label: Content, css_bar: str, whole: float, *, css: str = "row") -> Markup:
    fill = "cbad" if lane.failed else css_bar
    scale = 100 / whole if whole else 0
    # Segments closer than a pixel look like one; drawing them as one keeps the page small.
    solid = [
        _rect(part.begin * scale, part.end * scale, 7, 12, fill, rx=3)
        for part in merged(((part.begin, part.end) for part in lane.segments), gap=whole / 800)
    ]
    slow = "; ".join(f"{name} {units.duration(seconds)}" for name, seconds in lane.slowest)
    said = f"{lane.name}: from {units.duration(lane.begin)} to {units.duration(lane.end)}" + (
        f". {slow}" if slow else ""
    )
    drawn = element(
        "svg",
        {"role": "img", "aria-label": said},
        element("title", None, said),
        _rect(lane.begin * scale, lane.end * scale, 5, 16, f"{fill} faint"),
        solid,
    )
    took = f"✕ {units.duration(lane.end - lane.begin)}" if lane.failed else units.duration(lane.end - lane.begin)
    return element(
        "div",
        {"class": css},
        element("span", {"class": "label"}, label),
        drawn,
        element("span", {"class": "num bad" if lane.failed else "num"}, took),
    )


def meter(part: float | None, whole: float, css: str = "c1") -> Markup:
    """A thin bar that shows a share."""
    share = 100 * (part or 0) / whole if whole else 0
    drawn = _rect(0, share, 0, 6, css, rx=3) if part else None
    return element("svg", {"class": "meter", "aria-hidden": "true"}, _rect(0, 100, 0, 6, "track", rx=3), drawn)


def recovery_time(phases: Sequence[Phase], rto: float, target: float) -> Markup:
    """The recovery time against its target, and below, enlarged, the phases that it is made of."""
    whole = max(rto, target)
    over = rto > target
    against = element(
        "svg",
        {"class": "slim", "role": "img", "aria-label": f"{units.duration(rto)} of {units.duration(target)}"},
        _rect(0, 100, 0, 12, "track", rx=6),
        _rect(0, 100 * rto / whole, 0, 12, "cbad" if over else "c5", rx=6),
        element(
            "line", {"class": "grid", "x1": _percent(target, whole), "x2": _percent(target, whole), "y1": 0, "y2": 12}
        )
        if over
        else None,
    )
    edge = max(100 * rto / whole, 0.4)
    zoom = element(
        "svg",
        {"class": "zoom", "viewBox": "0 0 100 26", "preserveAspectRatio": "none", "aria-hidden": "true"},
        element("polygon", {"class": "c5 pale", "points": f"0,2 {edge:.2f},2 100,24 0,24"}),
    )
    counted = [phase for phase in phases if phase.recovery]
    timed = [(place, phase, phase.seconds) for place, phase in enumerate(counted) if phase.seconds is not None]
    total = sum(seconds for _place, _phase, seconds in timed)
    bars, at = [], 0.0
    for place, phase, seconds in timed:
        width = 100 * seconds / total if total else 0
        gap = 0.25 if width > 1 else 0
        bars.append(
            _rect(at, at + width - gap, 0, 30, hue(place), rx=4, title=f"{phase.name}: {units.duration(seconds)}")
        )
        at += width
    return element(
        "div",
        {"class": "chart"},
        element(
            "div",
            {"class": "scale"},
            element("strong", None, f"{units.duration(rto)}, {units.percent(rto, target)} of the target"),
            element("span", None, f"target {units.duration(target)}"),
        ),
        against,
        zoom if timed else None,
        element("svg", {"class": "bar", "role": "img", "aria-label": "Phases of the recovery time"}, bars)
        if timed
        else None,
        element("ul", {"class": "legend"}, [_entry(place, phase, total) for place, phase in enumerate(counted)]),
    )


def _entry(place: int, phase: Phase, total: float) -> Markup:
    share = (
        f"{units.duration(phase.seconds)} · {units.percent(phase.seconds, total)}"
        if phase.seconds
        else units.duration(phase.seconds)
    )
    return element("li", None, swatch(hue(place)), phase.name, element("span", {"class": "num soft"}, share))


def interval(lower: float, upper: float, target: float) -> Markup:
    """The interval in which the loss lies on a scale that ends at the target or, beyond it, at the upper bound."""
    whole = max(target, upper)
    bad = upper > target
    return element(
        "div",
        {"class": "chart"},
        element(
            "div",
            {"class": "scale"},
            element("strong", None, f"between {units.duration(lower)} and {units.duration(upper)}"),
            element("span", None, f"target {units.duration(target)}"),
        ),
        element(
            "svg",
            {"class": "slim", "role": "img", "aria-label": f"from {units.duration(lower)} to {units.duration(upper)}"},
            _rect(0, 100, 0, 12, "track", rx=6),
            _rect(100 * lower / whole, 100 * upper / whole, 0, 12, "cbad" if bad else "c5", rx=6),
        ),
    )
