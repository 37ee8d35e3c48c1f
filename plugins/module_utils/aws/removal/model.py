# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the removal of a kind of resource consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call


@dataclass(frozen=True)
class Resource:
    """One resource to remove. facts: what a plan's step knows of it, its `id` or `arn`. region: empty for the caller's own."""

    kind: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" in {self.region}" if self.region else "")


def _nothing(_found: Any) -> list[Call]:
    return []


@dataclass(frozen=True)
class Removal:
    """How the resources of a kind are removed.

    service: boto3's name. key: the fact that must be there, for AWS knows the resource by it; empty for the name.
    find(client, resources): what is there of each, by name, with all that `calls` needs; what is gone is left out; reads only.
    calls(found): the calls that remove one. before(found): calls that come before any of the kind is removed.
    """

    service: str
    key: str
    find: Callable[[Any, Sequence[Resource]], Mapping[str, Any]]
    calls: Callable[[Any], list[Call]]
    before: Callable[[Any], list[Call]] = _nothing


def each(find: Callable[[Any, Resource], Any]) -> Callable[[Any, Sequence[Resource]], dict[str, Any]]:
    """A `Removal.find` of one that asks for a single resource and answers None for what is gone; side by side."""

    def found(client: Any, resources: Sequence[Resource]) -> dict[str, Any]:
        answers = at_once(lambda resource: find(client, resource), resources)
        return {one.name: answer for one, answer in zip(resources, answers, strict=True) if answer is not None}

    return found
