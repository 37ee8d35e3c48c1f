# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small parts of the page: chips, icons, tables, folds. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.creator.platform.plugins.module_utils.report import units, verdicts
from ansible_collections.creator.platform.plugins.module_utils.report.html import Content, Markup, element, join

TONES = {
    verdicts.SUCCEEDED: "good",
    verdicts.MISSING: "none",
    verdicts.INCONCLUSIVE: "warn",
    verdicts.TIMED_OUT: "bad",
    verdicts.FAILED: "bad",
}

_ICONS = {
    verdicts.SUCCEEDED: "M5 12.5l4.5 4.5L19 7.5",
    verdicts.FAILED: "M6.5 6.5l11 11M17.5 6.5l-11 11",
    verdicts.TIMED_OUT: "M12 7v5.5l3.5 2M12 3a9 9 0 1 0 .01 0",
    verdicts.INCONCLUSIVE: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 18v.01",
    verdicts.MISSING: "M6 12h12",
}

SYMBOLS = element(
    "svg",
    {"class": "defs", "aria-hidden": "true"},
    [
        element("symbol", {"id": f"i-{name}", "viewBox": "0 0 24 24"}, element("path", {"d": path}))
        for name, path in _ICONS.items()
    ],
)


@dataclass(frozen=True)
class Limits:
    """How much of long lists the page shows; the rest is named by its count and stands in the evidence."""

    rows: int = 400
    lines: int = 60
    characters: int = 600

    def shrunk(self) -> Limits:
        """Half of it."""
        return Limits(max(self.rows // 2, 1), max(self.lines // 2, 1), max(self.characters // 2, 40))


def icon(verdict: str) -> Markup:
    """The sign of a verdict; a word always stands beside it."""
    return element("svg", {"class": "i", "aria-hidden": "true"}, element("use", {"href": f"#i-{verdict}"}))


def chip(verdict: str, word: str = "") -> Markup:
    """A verdict as a sign with its word; `word` is said in place of `Proved`."""
    said = word if word and verdict == verdicts.SUCCEEDED else verdicts.WORDS[verdict]
    return mark(verdict, said)


def mark(verdict: str, word: str) -> Markup:
    """A word in the tone and with the sign of a verdict."""
    return element("span", {"class": f"chip {TONES[verdict]}"}, icon(verdict), word)


def clipped(value: str, limits: Limits) -> str:
    """The text, cut at the limit with the number of characters left out."""
    more = len(value) - limits.characters
    return value if more <= 0 else f"{value[: limits.characters]}… ({units.count(more)} more characters)"


def short(digest: str) -> Markup:
    """A digest by its first digits; the whole of it is the title."""
    if not digest:
        return element("span", {"class": "soft"}, units.UNKNOWN)
    kind, separator, value = digest.rpartition(":")
    return element("code", {"title": digest}, f"{kind}{separator}{value[:12]}")


def figures(pairs: Iterable[tuple[str, Content]], css: str = "fig") -> Markup:
    """Names and values side by side."""
    return element(
        "dl", {"class": css}, [element("div", None, element("dt", None, k), element("dd", None, v)) for k, v in pairs]
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[Content]], numeric: Sequence[int] = ()) -> Markup:
    """A table that becomes a list of cards on a phone. `numeric` columns are set flush right."""
    marks = ["num" if place in numeric else None for place in range(len(heads))]
    top = element(
        "tr",
        None,
        [element("th", {"scope": "col", "class": mark}, head) for head, mark in zip(heads, marks, strict=True)],
    )
    body = [
        element(
            "tr",
            None,
            [
                element("td", {"data-label": head, "class": mark or ("head" if place == 0 else None)}, cell)
                for place, (cell, head, mark) in enumerate(zip(row, heads, marks, strict=True))
            ],
        )
        for row in rows
    ]
    return element(
        "div",
        {"class": "wide"},
        element("table", {"class": "stack"}, element("thead", None, top), element("tbody", None, body)),
    )


def more(total: int, shown: int, what: str, where: str, many: str = "") -> Markup | None:
    """The sentence for what a list leaves out; None when it shows all."""
    if total <= shown:
        return None
    rest = units.plural(total - shown, f"more {what}", f"more {many or what + 's'}")
    return element("p", {"class": "more"}, f"{rest} in {where}.")


def fold(summary: Content, *content: Content, css: str = "", opened: bool = False) -> Markup:
    """A part that opens on demand, without a script."""
    attributes = {"class": css or None, "open": "" if opened else None}
    return element("details", attributes, element("summary", None, summary), element("div", {"class": "in"}, *content))


def section(name: str, title: str, verdict: str, word: str, *content: Content) -> Markup:
    """A card of the page; no chip for an empty verdict."""
    head = element("header", None, element("h2", None, title), chip(verdict, word) if verdict else None)
    return element("section", {"class": "card", "id": name}, head, *content)


def paragraph(*content: Content, css: str = "") -> Markup:
    """A paragraph."""
    return element("p", {"class": css or None}, *content)


def lines(content: Iterable[Content]) -> Markup:
    """Content, one to a line."""
    return Markup("\n".join(join(one) for one in content))
