# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What components publish for each other: names, text values, placeholders for what is not published yet. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: Letters, digits and underscores: what a parameter name and an Ansible variable both allow.
KEY = re.compile(r"[a-z][a-z0-9_]*")


class OutputsError(Exception):
    """Outputs cannot be published or read; the text says which, and what to do."""


@dataclass(frozen=True)
class Publication:
    """Parameters to write (name to value), to delete (names), and whether there is anything to do."""

    write: dict[str, str]
    delete: list[str]

    @property
    def pending(self) -> bool:
        """Whether anything is to be written or deleted."""
        return bool(self.write or self.delete)


def folder(platform: str, environment: str, component: str) -> str:
    """The parameter path under which a component publishes: /<platform>/<environment>/<component>."""
    return f"/{platform}/{environment}/{component}"


def text(key: str, value: Any) -> str:
    """A value as published: lists joined by commas, booleans as true and false.

    Raises OutputsError for a value that is empty (SSM holds none) or a list item with a comma.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        items = [text(key, item) for item in value]
        if any("," in item for item in items):
            raise OutputsError(f"output {key} is a list with a comma in an item, and commas part the items: {items}")
        value = ",".join(items)
    if value is None or isinstance(value, Mapping) or str(value) == "":
        raise OutputsError(
            f"output {key} must be a text, a number, a boolean or a list of those, and not empty; got {value!r}"
        )
    return str(value)


def publication(path: str, values: Mapping[str, Any], published: Mapping[str, str], *, purge: bool) -> Publication:
    """What makes `published` (parameter name to value, of everything under `path`) equal to `values`.

    Raises OutputsError for a key or value that cannot be published.
    """
    wanted = {}
    for key, value in values.items():
        if not KEY.fullmatch(key):
            raise OutputsError(f"output {key!r} of {path}: a key is lower case letters, digits and underscores")
        wanted[f"{path}/{key}"] = text(key, value)
    write = {name: value for name, value in sorted(wanted.items()) if published.get(name) != value}
    return Publication(write, sorted(published.keys() - wanted.keys()) if purge else [])


def rows(todo: Publication, published: Mapping[str, str], region: str) -> list[dict[str, Any]]:
    """What a publication changes as rows of a plan, of the kind `component_output`, sorted by name."""
    changes = []
    for name in sorted({*todo.write, *todo.delete}):
        before, after = published.get(name), todo.write.get(name)
        action = "delete" if after is None else "create" if before is None else "update"
        value = [] if after is None else [{"attribute": "value", "before": before, "after": after}]
        changes.append(
            {"action": action, "kind": "component_output", "name": name, "region": region, "attributes": value}
        )
    return changes


def placeholder(component: str, key: str) -> str:
    """What stands for an output that is not published yet. No resource has such a value, so it always shows as a change."""
    return f"(known after apply: {component}.{key})"


def select(
    component: str, path: str, published: Mapping[str, str], keys: Iterable[str], *, placeholders: bool
) -> dict[str, str]:
    """The outputs of a component by key: the `keys` asked for, or all.

    With `placeholders`, missing keys get a placeholder. Otherwise raises OutputsError: nothing published, or keys missing.
    """
    outputs = {name.removeprefix(f"{path}/"): value for name, value in published.items()}
    asked = list(keys)
    missing = [key for key in asked if key not in outputs]
    if placeholders:
        return {**({} if asked else outputs), **{key: outputs.get(key, placeholder(component, key)) for key in asked}}
    remedy = f"run provision.yml --limit {component} first"
    if not outputs:
        raise OutputsError(f"component {component} has published nothing under {path}: {remedy}")
    if missing:
        raise OutputsError(f"component {component} publishes no {', '.join(missing)} under {path}: {remedy}")
    return {key: outputs[key] for key in asked or sorted(outputs)}


def shown(names: Iterable[str], values: Mapping[str, str]) -> str:
    """Parameters as lines for a diff."""
    return "".join(f"{name} = {values[name]}\n" for name in names if name in values)
