# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was provisioned: one entry per component, with the plan that was applied. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.report import units, verdicts
from ansible_collections.creator.platform.plugins.module_utils.report.collect import READ, Document
from ansible_collections.creator.platform.plugins.module_utils.report.values import (
    flag,
    mapping,
    mappings,
    number,
    text,
)

ACTIONS = ("create", "update", "replace", "delete", "unknown")


@dataclass(frozen=True)
class Attribute:
    """An attribute that a change sets, before and after, as JSON text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One entry of the plan."""

    action: str
    kind: str
    name: str
    region: str
    reason: str
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True)
class Component:
    """A component as it stands. `changed` is None when that is unknown; `resources` are (kind, name, region)."""

    name: str
    verdict: str
    sentence: str
    changed: bool | None = None
    seconds: float | None = None
    started: str = ""
    finished: str = ""
    digest: str = ""
    counts: Mapping[str, int] | None = None
    changes: tuple[Change, ...] = ()
    resources: tuple[tuple[str, str, str], ...] = ()
    outputs: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Provision:
    """All components, expected or found, and the worst of their verdicts."""

    verdict: str
    sentence: str
    components: tuple[Component, ...]


def provision(documents: Iterable[Document], expected: Sequence[str]) -> Provision:
    """Judges the components' documents; an expected component without one is missing."""
    found = [_component(document) for document in documents]
    names = {component.name for component in found}
    order = {name: place for place, name in enumerate(expected)}
    lost = [
        Component(name, verdicts.MISSING, "no evidence that it was provisioned")
        for name in expected
        if name not in names
    ]
    components = tuple(sorted(found + lost, key=lambda one: (order.get(one.name, len(order)), one.name)))
    verdict = verdicts.worst(component.verdict for component in components)
    return Provision(verdict, _sentence(components), components)


def _sentence(components: Sequence[Component]) -> str:
    if not components:
        return "There is no evidence of any component."
    bad = [component for component in components if component.verdict != verdicts.SUCCEEDED]
    if bad:
        which = ", ".join(component.name for component in bad[:3])
        more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
        return f"{units.plural(len(bad), 'component')} without proof: {which}{more}."
    resources = sum(len(component.resources) for component in components)
    changed = sum(1 for component in components if component.changed)
    stand = f"{units.plural(len(components), 'component')}, {units.plural(resources, 'resource')}"
    return f"{stand}: {f'{changed} changed' if changed else 'nothing had to change'}."


def _component(document: Document) -> Component:
    name = document.path.rsplit("/", 1)[-1].removesuffix(".json")
    if document.state != READ:
        return Component(name, verdicts.MISSING, f"its evidence is {document.state}: {document.reason}")
    data = document.data
    name = text(data.get("component")) or name
    finished, changed = text(data.get("finished")), flag(data.get("changed"))
    verdict, sentence = verdicts.SUCCEEDED, "changed" if changed else "no change"
    if not finished or changed is None:
        verdict, sentence = verdicts.INCONCLUSIVE, "its evidence does not say that it was finished"
    changes = _changes(data.get("plan"))
    return Component(
        name=name,
        verdict=verdict,
        sentence=sentence,
        changed=changed,
        seconds=number(data.get("seconds")),
        started=text(data.get("started")),
        finished=finished,
        digest=text(data.get("digest")),
        counts={action: sum(1 for one in changes if one.action == action) for action in ACTIONS},
        changes=changes,
        resources=tuple(
            (text(one.get("kind")), text(one.get("name")), text(one.get("region")))
            for one in mappings(data.get("resources"))
        ),
        outputs={text(key): _shown(value) for key, value in sorted(mapping(data.get("outputs")).items())},
    )


def _changes(plan: Any) -> tuple[Change, ...]:
    return tuple(
        Change(
            action=text(one.get("action")),
            kind=text(one.get("kind")),
            name=text(one.get("name")),
            region=text(one.get("region")),
            reason=text(one.get("reason")),
            attributes=tuple(
                Attribute(text(each.get("attribute")), _shown(each.get("before")), _shown(each.get("after")))
                for each in mappings(one.get("attributes"))
            ),
        )
        for one in mappings(mapping(plan).get("changes"))
    )


def _shown(value: Any) -> str:
    """A value as JSON text without quotes around a string."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
