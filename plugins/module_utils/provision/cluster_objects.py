# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of a cluster as rows of a component's plan; the API server compared them in a dry run. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ACTIONS = {"created": "create", "changed": "update", "removed": "delete"}


def object_rows(
    objects: Sequence[Mapping[str, Any]], compared: Mapping[str, Any] | None, region: str
) -> list[dict[str, Any]]:
    """Rows of the plan for the objects that the API server would create, change or remove, by kind and name.

    `objects` are the manifests; `compared` is what rollout_apply's dry run returned, or None when there is no
    cluster to ask yet, and then every object is to be created. Raises ValueError when an answer says nothing of an object.
    """
    rows = _unasked(objects, region) if compared is None else _rows(objects, compared, region)
    return sorted(rows, key=_order)


def object_names(objects: Iterable[Mapping[str, Any]], region: str) -> list[dict[str, str]]:
    """Kind, name and region of each object, as a plan names what is desired."""
    return [{"kind": _kind(each["kind"]), "name": each["metadata"]["name"], "region": region} for each in objects]


def _unasked(objects: Iterable[Mapping[str, Any]], region: str) -> list[dict[str, Any]]:
    return [_row("create", each["kind"], each["metadata"]["name"], region, []) for each in objects]


def _rows(objects: Iterable[Mapping[str, Any]], compared: Mapping[str, Any], region: str) -> list[dict[str, Any]]:
    told = {(row["kind"], row.get("namespace", ""), row["name"]): row["change"] for row in compared["objects"]}
    for each in objects:
        if (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]) not in told:
            raise ValueError(f"the cluster said nothing of {each['kind']} {each['metadata']['name']}")
    differences = {each["before_header"]: each for each in compared["differences"]}
    rows = []
    for (kind, namespace, name), change in told.items():
        if change == "unchanged":
            continue
        found = differences.get(f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}", {})
        updated = change == "changed"
        attributes = list(_leaves(found.get("before", {}), found.get("after", {}))) if updated else []
        rows.append(_row(ACTIONS[change], kind, name, region, attributes))
    return rows


def _row(action: str, kind: str, name: str, region: str, attributes: list[tuple[str, Any, Any]]) -> dict[str, Any]:
    return {
        "action": action,
        "kind": _kind(kind),
        "name": name,
        "region": region,
        "attributes": [{"attribute": key, "before": old, "after": new} for key, old, new in sorted(attributes)],
    }


def _kind(kind: str) -> str:
    return f"kubernetes_{kind.lower()}"


def _order(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["kind"], row["name"]


def _leaves(before: Any, after: Any, path: str = "") -> Iterable[tuple[str, Any, Any]]:
    """Each differing value below two objects, as (path, before, after); a list is one value."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from _leaves(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif before != after:
        yield path, before, after
