# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the page about what the platform did when it was used. Standard library only."""

from __future__ import annotations

from ansible_collections.creator.platform.plugins.module_utils.report import units, verdicts
from ansible_collections.creator.platform.plugins.module_utils.report.html import Content, Markup, element
from ansible_collections.creator.platform.plugins.module_utils.report.parts import (
    Limits,
    chip,
    clipped,
    figures,
    fold,
    mark,
    more,
    paragraph,
    section,
    table,
)
from ansible_collections.creator.platform.plugins.module_utils.report.uses import Step, Use

_WORDS = {"migration": "Migrated", "smoke": "Answers", "journey": "Arrived", "load": "Nothing lost"}
_STEPS = {"migration": "Done", "smoke": "Right", "journey": "Found"}
#: Height of the chart of requests in pixels, and of its axis.
_HIGH, _AXIS = 96, 18


def use_section(use: Use, limits: Limits) -> Markup:
    """One document as a card of the page."""
    word = "" if use.counted else "Not done"
    return section(
        use.name,
        use.title,
        use.verdict if use.counted else "",
        _WORDS[use.name],
        mark(verdicts.MISSING, word) if word else None,
        paragraph(clipped(use.sentence, limits)),
        figures(use.figures) if use.figures else None,
        _chart(use),
        _steps(use, limits),
        _losses(use, limits),
        _lines(use, limits),
    )


def _steps(use: Use, limits: Limits) -> Content:
    if not use.steps:
        return None
    shown = use.steps[: limits.rows]
    return (
        element("div", {"class": "list"}, [_step(each, _STEPS[use.name], limits) for each in shown]),
        more(len(use.steps), len(shown), "step", f"{use.name}.json"),
    )


def _step(step: Step, word: str, limits: Limits) -> Markup:
    summary = (
        element("span", {"class": "name"}, step.name),
        chip(step.verdict, word),
        element("span", {"class": "sum"}, clipped(step.message, limits)),
        element("span", {"class": "num"}, units.duration(step.seconds) if step.seconds is not None else ""),
    )
    rows = [(key, element("code", None, clipped(value, limits))) for key, value in step.detail if value]
    content = table(("What", "Found"), rows) if rows else paragraph(clipped(step.message, limits))
    return fold(summary, content, css="step", opened=step.verdict != verdicts.SUCCEEDED)


def _chart(use: Use) -> Content:
    """Requests by second: what was answered below, what was lost in red above it, moments as lines."""
    if not use.by_second:
        return None
    most = max(each.sent for each in use.by_second) or 1
    whole = len(use.by_second)
    bars: list[Content] = []
    for place, each in enumerate(use.by_second):
        x, width = f"{100 * place / whole:.3f}%", f"{max(100 / whole - 0.12, 0.1):.3f}%"
        good, bad = _HIGH * (each.sent - each.failed) / most, _HIGH * each.failed / most
        said = f"second {each.second}: {each.sent} sent, {each.failed} lost, slowest {each.slowest * 1000:.0f} ms"
        title = element("title", None, said)
        bars.append(_bar(x, width, _HIGH - good, good, css="c1", title=title))
        if each.failed:
            bars.append(_bar(x, width, max(_HIGH - good - max(bad, 3), 0), max(bad, 3), css="cbad", title=title))
    for name, at in use.marks:
        x = f"{min(100 * at / whole, 100):.2f}%"
        bars.append(element("line", {"class": "mark", "x1": x, "x2": x, "y1": 0, "y2": _HIGH}))
        anchor = "start" if at < whole * 0.7 else "end"
        bars.append(element("text", {"x": x, "y": _HIGH + _AXIS - 4, "text-anchor": anchor}, f"{name} at {at:.0f} s"))
    label = f"Requests by second over {whole} seconds, at most {most} a second"
    attributes: dict[str, str | int | float | None] = {
        "class": "traffic",
        "role": "img",
        "aria-label": label,
        "height": _HIGH + _AXIS,
        "width": "100%",
    }
    return element("svg", attributes, bars)


def _bar(x: str, width: str, y: float, height: float, *, css: str, title: Markup) -> Markup:
    attributes = {"x": x, "width": width, "y": f"{y:.1f}", "height": f"{height:.1f}", "class": css}
    return element("rect", attributes, title)


def _losses(use: Use, limits: Limits) -> Content:
    if not use.losses:
        return None
    shown = use.losses[: limits.rows // 4 + 1]
    rows = [
        (str(each.second), element("code", None, each.path), clipped(each.answer, limits), each.pod or units.UNKNOWN)
        for each in shown
    ]
    return (
        element("h3", None, "Requests that were lost"),
        table(("Second", "Path", "Answer", "Pod"), rows, numeric=(0,)),
        more(len(use.losses), len(shown), "lost request", f"{use.name}.json"),
    )


def _lines(use: Use, limits: Limits) -> Content:
    if not use.lines:
        return None
    shown = use.lines[-limits.lines :]
    text = "\n".join(clipped(line, limits) for line in shown)
    return element(
        "div", {"class": "list"}, fold(element("span", {"class": "name"}, "Last lines"), element("pre", None, text))
    )
