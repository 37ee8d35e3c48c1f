# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module is about to do, decided before anything is written. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: A boto3 method and its parameters.
Call = tuple[str, dict[str, Any]]


class ChangeError(Exception):
    """A change that AWS cannot make, or should not: the message names the resource, says why and what to do."""


@dataclass(frozen=True)
class Found:
    """A resource as it is. properties: in the words of the module's options. facts: ids, ARNs and what else AWS chose."""

    properties: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Steps:
    """The calls that bring a resource closer to what is desired, and what a diff shows.

    before, after: properties ({} when there is, or will be, no resource). pending: properties that still differ after the
    calls, because AWS takes one change at a time or the resource is busy: call again when it is settled.
    """

    calls: list[Call] = field(default_factory=list)
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.calls)

    def diff(self) -> dict[str, Any]:
        """The changed properties as Ansible's diff; whole properties for a creation or removal."""
        if not self.before or not self.after:
            return {"before": dict(self.before), "after": dict(self.after)}
        names = [name for name in self.after if self.before.get(name) != self.after[name]]
        return {
            "before": {name: self.before.get(name) for name in names},
            "after": {name: self.after[name] for name in names},
        }


def merged(found: Mapping[str, Any], desired: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """`found` with the desired values of `names`."""
    return {**found, **{name: desired[name] for name in names}}


def tag_changes(
    found: Mapping[str, str], desired: Mapping[str, str] | None, purge: bool
) -> tuple[dict[str, str], list[str]]:
    """Tags to set and names of tags to take away; nothing when `desired` is None."""
    if desired is None:
        return {}, []
    gone = sorted(name for name in found if name not in desired) if purge else []
    return {name: value for name, value in desired.items() if found.get(name) != value}, gone


def with_tags(found: Mapping[str, str], desired: Mapping[str, str] | None, purge: bool) -> dict[str, str]:
    """The tags that stand after `tag_changes` were made."""
    add, gone = tag_changes(found, desired, purge)
    return {**{name: value for name, value in found.items() if name not in gone}, **add}
