# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What server-side apply would make of an object, told from the object itself: for who may read it and not write it.

A dry run needs the right to write, so nobody who only looks can ask for one. Standard library only.
https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run-authorization
https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any


def applied(found: Mapping[str, Any], manifest: Mapping[str, Any], manager: str) -> dict[str, Any]:
    """`found` as it would stand after `manager` applied `manifest`, all conflicts forced.

    A list is replaced as a whole unless it says the same already, with what the API server filled in: so are those of the
    kinds that a namespace begins with. A quantity that the API server writes in another way (0.5, 500m) is a difference.
    """
    result = copy.deepcopy(dict(found))
    for path in _given_up(found, manifest, manager):
        _remove(result, path)
    merged: dict[str, Any] = _merged(result, manifest)
    return merged


def _merged(found: Any, wanted: Any) -> Any:
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        return {**found, **{key: _merged(found.get(key), value) for key, value in wanted.items()}}
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        merged = [_merged(one, other) for one, other in zip(found, wanted, strict=True)]
        return merged if merged == found else copy.deepcopy(wanted)
    return copy.deepcopy(wanted)


def _given_up(found: Mapping[str, Any], manifest: Mapping[str, Any], manager: str) -> Iterator[tuple[str, ...]]:
    """Fields that only this manager has applied and no longer wants: server-side apply removes them."""
    owned: dict[tuple[str, ...], set[str]] = {}
    mine = ""
    for entry in found.get("metadata", {}).get("managedFields") or []:
        owner = json.dumps([entry.get("manager"), entry.get("operation"), entry.get("subresource", "")])
        if (entry.get("manager"), entry.get("operation")) == (manager, "Apply"):
            mine = owner
        for path in _fields(entry.get("fieldsV1") or {}):
            owned.setdefault(path, set()).add(owner)
    for path, owners in owned.items():
        if owners == {mine} and not _has(manifest, path):
            yield path


def _fields(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of the fields in a set of fields (`f:name`); an element of a list stands for the list."""
    for key, below in tree.items():
        if key == ".":
            continue
        if not key.startswith("f:"):
            yield path
            continue
        here = (*path, key[2:])
        deeper = [name for name in below if name != "."]
        if deeper:
            yield from _fields(below, here)
        else:
            yield here


def _has(value: Any, path: tuple[str, ...]) -> bool:
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return False
        value = value[name]
    return True


def _remove(value: dict[str, Any], path: tuple[str, ...]) -> None:
    """Remove a field, and the mappings that are empty without it."""
    *above, last = path
    holders: list[tuple[dict[str, Any], str]] = []
    for name in above:
        inner = value.get(name)
        if not isinstance(inner, dict):
            return
        holders.append((value, name))
        value = inner
    value.pop(last, None)
    for holder, name in reversed(holders):
        if holder[name]:
            return
        del holder[name]
