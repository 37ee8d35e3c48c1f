# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the removal of a kind of resource consists of. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call


@dataclass(frozen=True)
class Resource:
    """One resource to remove. facts: what a plan's step knows of it, its `id` or `arn`."""

    kind: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Removal:
    """How the resources of a kind are removed.

    service: boto3's name. key: the fact that must be there, for AWS knows the resource by it; empty for the name.
    find(client, resources): what is there of each, by name, with all that `calls` needs; what is gone is left out; reads only.
    calls(found): the calls that remove one.
    """

    service: str
    key: str
    find: Callable[[Any, Sequence[Resource]], Mapping[str, Any]]
    calls: Callable[[Any], list[Call]]
