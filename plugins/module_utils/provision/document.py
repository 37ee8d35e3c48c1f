# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as a document: canonical, with a digest that names exactly these changes. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import digest
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change

SCHEMA = 1
ACTIONS = ("create", "update", "replace", "delete", "unknown")


def component_document(
    changes: Iterable[Change], *, platform: str, environment: str, account: str, region: str, component: str
) -> dict[str, Any]:
    """The plan of one component: `changes` sorted by kind, region, name and action, and the `protected` ones by name.

    It holds nothing but what an apply would do, so that equal plans have equal digests on every machine and day.
    """
    rows = sorted(map(_row, changes), key=lambda row: (row["kind"], row["region"], row["name"], row["action"]))
    return {
        "schema": SCHEMA,
        "platform": platform,
        "environment": environment,
        "account": account,
        "region": region,
        "component": component,
        "changes": rows,
        "protected": [f"{row['kind']} {row['name']}" for row in rows if row.get("protected")],
    }


def environment_document(documents: Iterable[Mapping[str, Any]], revision: str = "") -> dict[str, Any]:
    """The plan of an environment: its components' plans sorted by name, `pending`, and the `digest` of them all.

    `revision` (of the repository) is told, but is no part of the digest: the same changes are the same plan.
    Raises ValueError when the documents are of several environments or of none.
    """
    components = sorted((dict(document) for document in documents), key=lambda document: document["component"])
    places = {(document["platform"], document["environment"], document["account"]) for document in components}
    if len(places) != 1:
        raise ValueError(f"a plan is of one environment; these documents are of {len(places)}: {sorted(places)}")
    platform, environment, account = places.pop()
    return {
        "schema": SCHEMA,
        "platform": platform,
        "environment": environment,
        "account": account,
        "revision": revision,
        "pending": any(document["changes"] for document in components),
        "components": components,
        "digest": digest(components),
    }


def by_kind(changes: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    """Names by kind and action, every action present: {"ec2_subnet": {"create": ["a"], "update": [], …}}."""
    kinds: dict[str, dict[str, list[str]]] = {}
    for change in changes:
        names = kinds.setdefault(change["kind"], {action: [] for action in ACTIONS})[change["action"]]
        if change["name"] not in names:
            names.append(change["name"])
    return kinds


def counts(changes: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many changes there are of each action, in the order of ACTIONS, without the zeros."""
    totals = {action: sum(change["action"] == action for change in changes) for action in ACTIONS}
    return {action: total for action, total in totals.items() if total}


def _row(change: Change) -> dict[str, Any]:
    row: dict[str, Any] = {
        "action": change.action,
        "kind": change.kind,
        "name": change.name,
        "region": change.region,
        "attributes": [
            {"attribute": key, "before": before, "after": after}
            for key, before, after in sorted(change.attributes, key=lambda item: item[0])
        ],
    }
    if change.reason:
        row["reason"] = change.reason
    if change.protected:
        row["protected"] = True
    return row
