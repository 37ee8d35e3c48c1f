# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired and found resources in, changes out. Pure: standard library only, no clock, no AWS."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import canonical, plain
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Rules, Unread

MASK = "(secret)"
UNKNOWN = "(unknown)"
SETTLED = "(settled)"
#: What tells a resource of the platform from another of the same name.
IDENTITY = ("platform", "environment", "managed-by")
_Show = Callable[[str, Any], Any]


class DesiredError(ValueError):
    """The desired resources contradict themselves, or are such as AWS refuses."""


def compare(
    desired: Sequence[Resource], found: Sequence[Resource] | Unread, rules: Rules, salt: str = ""
) -> list[Change]:
    """Changes that lead from `found` to `desired`, all of one kind and region, sorted by name and action.

    What could not be read is `unknown`: a failed read, a property the reader does not answer for, a name that two
    resources bear, or one that bears none of our tags. Found resources that are not desired are deletions.
    `salt`: what the fingerprints of secrets are particular to, such as the environment.
    Raises DesiredError when a name is desired twice, or when AWS would refuse what is desired.
    """
    wanted = _by_name(desired)
    if rules.refuses:
        for resource in desired:
            reason = rules.refuses(resource.properties)
            if reason:
                raise DesiredError(f"{resource.kind} {resource.name} cannot be made: {reason}")
    if isinstance(found, Unread):
        return [_unknown(wanted[name], found.reason) for name in sorted(wanted)]
    existing: dict[str, list[Resource]] = {}
    for resource in found:
        existing.setdefault(resource.name, []).append(resource)
    changes: list[Change] = []
    for name in sorted(wanted.keys() | existing.keys()):
        twins = existing.get(name, [])
        if len(twins) > 1:
            changes.append(_unknown(twins[0], _twins_reason(twins)))
        elif name not in wanted:
            changes.append(_removal(twins[0], rules))
        elif not twins:
            changes.append(_creation(wanted[name], rules, _show(wanted[name], rules, salt)))
        elif _is_foreign(wanted[name], twins[0], rules):
            changes.append(_unknown(twins[0], _foreign_reason(wanted[name])))
        else:
            changes.extend(_difference(wanted[name], twins[0], rules, _show(wanted[name], rules, salt)))
    return changes


def _by_name(resources: Iterable[Resource]) -> dict[str, Resource]:
    named: dict[str, Resource] = {}
    for resource in resources:
        if resource.name in named:
            where = f" in {resource.region}" if resource.region else ""
            raise DesiredError(
                f"{resource.kind} {resource.name} is desired twice{where}: give each resource a name of its own"
            )
        named[resource.name] = resource
    return named


def _twins_reason(twins: Sequence[Resource]) -> str:
    identifiers = sorted(str(twin.facts.get("id", "?")) for twin in twins)
    return f"{len(twins)} resources bear this name ({', '.join(identifiers)}): rename or remove all but one"


def _is_foreign(wanted: Resource, have: Resource, rules: Rules) -> bool:
    """Whether the found resource bears our name and none of the tags that ours have."""
    tags, identity = have.properties.get("tags"), _identity(wanted)
    if not isinstance(tags, Mapping) or not identity or rules.tagged_later:
        return False
    return not any(tags.get(key) == value for key, value in identity.items())


def _identity(wanted: Resource) -> dict[str, str]:
    tags = wanted.properties.get("tags")
    return {key: tags[key] for key in IDENTITY if key in tags} if isinstance(tags, Mapping) else {}


def _foreign_reason(wanted: Resource) -> str:
    tags = ", ".join(f"{key}={value}" for key, value in _identity(wanted).items())
    return (
        f"it bears none of the tags {tags}, so it is not ours and stays as it is: rename or remove it, or give it one of "
        "these tags if this platform shall take it over"
    )


def _unknown(resource: Resource, reason: str) -> Change:
    return Change("unknown", resource.kind, resource.name, resource.region, reason=reason)


def _removal(resource: Resource, rules: Rules) -> Change:
    return Change("delete", resource.kind, resource.name, resource.region, protected=rules.protected)


def _creation(resource: Resource, rules: Rules, show: _Show) -> Change:
    properties = _normal(resource.properties, rules)
    attributes = tuple((key, None, show(key, properties[key])) for key in sorted(properties))
    return Change("create", resource.kind, resource.name, resource.region, attributes)


def _difference(wanted: Resource, have: Resource, rules: Rules, show: _Show) -> list[Change]:
    after = {**rules.defaults, **_normal(wanted.properties, rules)}
    before = _normal(have.properties, rules)
    differing: list[tuple[str, Any, Any]] = []
    unanswered: list[str] = []
    for key in sorted(after):
        if key in rules.ignored:
            continue
        if key not in before:
            unanswered.append(key)
        elif not same(before[key], after[key], key in rules.unordered):
            differing.append((key, show(key, before[key]), show(key, after[key])))
    if have.facts.get("status") in rules.unsettled:
        differing.append(("status", have.facts["status"], SETTLED))
    changes: list[Change] = []
    if differing:
        action = "replace" if any(key in rules.immutable for key, _b, _a in differing) else "update"
        protected = rules.protected and action == "replace"
        changes.append(Change(action, wanted.kind, wanted.name, wanted.region, tuple(differing), protected=protected))
    if unanswered:
        attributes = tuple((key, UNKNOWN, show(key, after[key])) for key in unanswered)
        reason = f"the reader of {wanted.kind} gives no answer for: {', '.join(unanswered)}"
        changes.append(Change("unknown", wanted.kind, wanted.name, wanted.region, attributes, reason))
    return changes


def same(before: Any, after: Any, unordered: bool = False) -> bool:
    """Whether two values are equal as JSON (1 is not true, 1 is not "1"); as multisets when `unordered` and both are lists."""
    before, after = plain(before), plain(after)
    if unordered and isinstance(before, list) and isinstance(after, list):
        return sorted(map(canonical, before)) == sorted(map(canonical, after))
    return canonical(before) == canonical(after)


def _normal(properties: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    values = plain(properties)
    normal: dict[str, Any] = plain(rules.normalize(values)) if rules.normalize else values
    return normal


def _show(resource: Resource, rules: Rules, salt: str) -> _Show:
    """How values of a resource are shown: secrets as fingerprints, unordered lists sorted."""

    def shown(key: str, value: Any) -> Any:
        if key in rules.secret:
            return fingerprint(value, salt, resource.kind, resource.name, key)
        if key in rules.unordered and isinstance(value, list):
            return sorted((plain(item) for item in value), key=canonical)
        return plain(value)

    return shown


def fingerprint(value: Any, *salt: str) -> str:
    """A secret as it may be shown: equal for equal values under the same salt, and dear to guess (scrypt, 16 MiB, about 50 ms).

    https://www.rfc-editor.org/rfc/rfc7914#section-2
    """
    made = hashlib.scrypt(canonical(value).encode(), salt=canonical(salt).encode(), n=2**14, r=8, p=1, dklen=8)
    return f"(secret scrypt:{made.hex()})"
