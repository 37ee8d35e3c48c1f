# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes (texts by key) of load balancers and target groups as settings, and their tags. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call, tag_changes
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list


@dataclass(frozen=True)
class Attribute:
    """AWS's key of a setting, the type of the setting, and what AWS has when nothing was said."""

    key: str
    kind: type
    default: Any


def settings_of(attributes: Mapping[str, Attribute], found: Mapping[str, str]) -> dict[str, Any]:
    """Settings from AWS's texts."""
    return {name: _value(attribute, found.get(attribute.key)) for name, attribute in attributes.items()}


def attribute_call(
    method: str, parameter: str, arn: Any, attributes: Mapping[str, Attribute], settings: Mapping[str, Any]
) -> list[Call]:
    """The call that sets `settings`; none when no attribute is among them."""
    rows = [
        {"Key": attributes[name].key, "Value": _text(value)}
        for name, value in sorted(settings.items())
        if name in attributes
    ]
    return [(method, {parameter: arn, "Attributes": rows})] if rows else []


def tag_calls(arn: str, found: Mapping[str, str], desired: Mapping[str, str] | None, purge: bool) -> list[Call]:
    """The calls that bring the tags of `arn` to what is desired."""
    add, gone = tag_changes(found, desired, purge)
    calls: list[Call] = []
    if add:
        calls.append(("add_tags", {"ResourceArns": [arn], "Tags": tag_list(add)}))
    if gone:
        calls.append(("remove_tags", {"ResourceArns": [arn], "TagKeys": gone}))
    return calls


def _value(attribute: Attribute, text: str | None) -> Any:
    if text is None:
        return attribute.default
    return text == "true" if attribute.kind is bool else attribute.kind(text)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
