# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last plan and the last check for drift, when there were any. The verdict does not depend on them. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.report import units, verdicts
from ansible_collections.creator.platform.plugins.module_utils.report.collect import READ, Document
from ansible_collections.creator.platform.plugins.module_utils.report.html import Content, Markup, element
from ansible_collections.creator.platform.plugins.module_utils.report.parts import (
    Limits,
    figures,
    fold,
    more,
    paragraph,
    section,
    short,
    table,
)
from ansible_collections.creator.platform.plugins.module_utils.report.values import mapping, mappings, text

#: A plan of more resources than these is folded.
OPEN_ROWS = 12


@dataclass(frozen=True)
class Row:
    """A resource that differs: what would be done, in which component, which attributes, and who changed it last."""

    component: str
    action: str
    kind: str
    name: str
    attributes: tuple[str, ...]
    author: str


@dataclass(frozen=True)
class Check:
    """A look at the environment. name: plan or drift."""

    name: str
    verdict: str
    sentence: str
    digest: str = ""
    when: str = ""
    rows: tuple[Row, ...] = ()


def check(name: str, document: Document) -> Check | None:
    """The look that a document tells of; None when there is no document."""
    if document.state != READ:
        if document.state == "missing":
            return None
        return Check(name, verdicts.INCONCLUSIVE, f"Its evidence is {document.state}: {document.reason}.")
    data = document.data
    rows = tuple(_rows(data) if name == "plan" else map(_row, mappings(data.get("resources"))))
    verdict = verdicts.INCONCLUSIVE if any(row.action == "unknown" for row in rows) else verdicts.SUCCEEDED
    if name == "drift" and rows:
        verdict = verdicts.FAILED
    return Check(name, verdict, _sentence(name, rows), text(data.get("digest")), text(data.get("checked")), rows)


def _sentence(name: str, rows: Sequence[Row]) -> str:
    if not rows:
        return "Nothing differed from the variables." if name == "drift" else "There was nothing to do."
    parts = units.plural(len({row.component for row in rows}), "component")
    verb = "differed" if name == "drift" else "would be changed"
    return f"{units.plural(len(rows), 'resource')} of {parts} {verb}."


def _rows(plan: Mapping[str, Any]) -> list[Row]:
    return [
        _row({"component": one.get("component"), **change})
        for one in mappings(plan.get("components"))
        for change in mappings(one.get("changes"))
    ]


def _row(data: Mapping[str, Any]) -> Row:
    last = next(iter(mappings(data.get("events"))), None)
    author = (
        f"{text(mapping(last).get('who'))}, {text(mapping(last).get('when'))}" if last else text(data.get("unknown"))
    )
    return Row(
        text(data.get("component")),
        text(data.get("action")),
        text(data.get("kind")),
        text(data.get("name")),
        tuple(text(each.get("attribute")) for each in mappings(data.get("attributes"))),
        author,
    )


def _listed(found: Check, rows: Markup) -> Markup:
    """What drifted is seen at once; a plan of many resources opens on demand."""
    if found.name == "drift" or len(found.rows) <= OPEN_ROWS:
        return rows
    title = element("span", {"class": "name"}, units.plural(len(found.rows), "resource"))
    return element("div", {"class": "list"}, fold(title, rows))


def check_section(found: Check | None, limits: Limits) -> Markup | None:
    """The part of the page; None when nobody looked."""
    if found is None:
        return None
    drift = found.name == "drift"
    heads = ("Component", "Action", "Kind", "Name", "Attributes", *(["Last changed by"] if drift else []))
    shown = found.rows[: limits.rows]
    rows: list[tuple[Content, ...]] = [
        (row.component, row.action, row.kind, row.name, ", ".join(row.attributes), *([row.author] if drift else []))
        for row in shown
    ]
    pairs: list[tuple[str, Content]] = [("Digest", short(found.digest))] if found.digest else []
    pairs += [("Checked", found.when)] if found.when else []
    return section(
        found.name,
        "Last check for drift" if drift else "Last plan",
        found.verdict,
        "No drift" if drift else "Made",
        paragraph(found.sentence),
        figures(pairs) if pairs else None,
        _listed(found, table(heads, rows)) if rows else None,
        more(len(found.rows), len(shown), "resource", f"{found.name}.json"),
    )
