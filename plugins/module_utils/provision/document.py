# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as a document: canonical, with a digest that names exactly these changes. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import digest
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change

SCHEMA = 2
ACTIONS = ("create", "update", "replace", "delete", "unknown")
#: What stands for an output that is not published yet, as outputs.placeholder writes it.
PLACEHOLDER = re.compile(r"\(known after apply: ([a-z0-9_]+)\.([a-z0-9_]+)\)")


def component_document(
    changes: Iterable[Change], *, platform: str, environment: str, account: str, region: str, component: str
) -> dict[str, Any]:
    """The plan of one component: `changes` sorted by kind, region, name and action, and the `protected` ones by name.

    It holds nothing but what an apply would do, so that equal plans have equal digests on every machine and day.
    """
    rows = sorted(map(_row, changes), key=lambda row: (row["kind"], row["region"], row["name"], row["action"]))
    head = {
        "schema": SCHEMA,
        "platform": platform,
        "environment": environment,
        "account": account,
        "region": region,
        "component": component,
    }
    return with_changes(head, rows)


def with_changes(document: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The document with these changes, and what follows from them.

    unknown_until_apply: attributes whose value is an output that another component has yet to publish.
    preconditions: what must hold when the plan is applied. protected: resources that a named override is needed for.
    """
    # Once for a name that two regions have: an override names both.
    protected = list(dict.fromkeys(f"{row['kind']} {row['name']}" for row in rows if row.get("protected")))
    unknown = [
        {
            "kind": row["kind"],
            "name": row["name"],
            "region": row["region"],
            "attribute": each["attribute"],
            "outputs": names,
        }
        for row in rows
        for each in row["attributes"]
        if (names := awaited(each["after"]))
    ]
    return {
        **document,
        "changes": list(rows),
        "unknown_until_apply": unknown,
        "preconditions": list(_preconditions(document, rows, unknown, protected)),
        "protected": protected,
    }


def awaited(value: Any) -> list[str]:
    """The outputs, each as <component>.<key>, that a planned value waits for."""
    if isinstance(value, Mapping):
        return sorted({name for item in (*value.keys(), *value.values()) for name in awaited(item)})
    if isinstance(value, (list, tuple)):
        return sorted({name for item in value for name in awaited(item)})
    return sorted({".".join(match) for match in PLACEHOLDER.findall(value)}) if isinstance(value, str) else []


def _preconditions(
    document: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    unknown: Sequence[Mapping[str, Any]],
    protected: Sequence[str],
) -> Iterator[str]:
    if rows:
        yield f"the credentials are of account {document['account'] or '(not named)'}"
    for name in sorted({name for each in unknown for name in each["outputs"]}):
        component, _dot, key = name.partition(".")
        yield f"{component} is applied first and publishes {key}"
    for name in protected:
        yield f"component_unprotected names {name}"
    for row in rows:
        if row["action"] == "unknown":
            yield f"{row['kind']} {row['name']} can be read"


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
