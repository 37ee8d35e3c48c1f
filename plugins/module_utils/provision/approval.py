# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a plan may be applied: approved by its digest, or free to. Pure: standard library only."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import canonical
from ansible_collections.creator.platform.plugins.module_utils.provision.document import PLACEHOLDER, awaited
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import STALE, UNAPPROVED, RefusalError
from ansible_collections.creator.platform.plugins.module_utils.provision.render import failure, summary

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
#: Rows that stand for published outputs: another way to see what the component itself does at its end.
OUTPUT = "component_output"
TOLD = 8


@dataclass(frozen=True)
class Wish:
    """What the caller allows. digest: of the approved plan, or "". free: whether this environment takes no approval.

    stored: plan.json of the evidence folder, or None. unprotected: protected resources that may go, as "<kind> <name>".
    """

    digest: str = ""
    free: bool = False
    stored: Mapping[str, Any] | None = None
    unprotected: Collection[str] = field(default_factory=tuple)


def require_applicable(plan: Mapping[str, Any], wish: Wish) -> None:
    """Raises RefusalError when the plan of an environment must not be applied: unknown, stale, unapproved, or protected."""
    unknown = [row for row in _rows(plan) if row["action"] == "unknown"]
    if unknown:
        raise RefusalError(f"the plan is not complete, so nothing was changed: {failure(unknown)}")
    if wish.digest:
        _require_fresh(plan, wish)
    elif plan["pending"] and not wish.free:
        raise RefusalError(
            f"{plan['environment']} takes approved plans only, so nothing was changed ({summary(list(_rows(plan)))}): run "
            f"playbooks/plan.yml, have its plan.md looked at, and apply it with -e plan_digest={plan['digest']}",
            UNAPPROVED,
        )
    touched = [name for one in plan["components"] for name in one["protected"] if name not in wish.unprotected]
    if touched:
        raise RefusalError(
            f"this plan replaces or removes protected resources, so nothing was changed: {', '.join(touched)}. If that is meant, "
            f"repeat the run with -e '{{\"component_unprotected\": {json.dumps(touched)}}}'"
        )


def _require_fresh(plan: Mapping[str, Any], wish: Wish) -> None:
    if not DIGEST.fullmatch(wish.digest):
        raise RefusalError(
            f"plan_digest must be sha256: and 64 hexadecimal digits, as plan.md ends with; got {wish.digest!r}"
        )
    if wish.digest != plan["digest"]:
        raise RefusalError(f"stale plan, so nothing was changed: {'; '.join(_stale(plan, wish))}. Plan again", STALE)


def _stale(plan: Mapping[str, Any], wish: Wish) -> list[str]:
    stored = wish.stored
    if stored is None or stored.get("digest") != wish.digest:
        known = (
            f"the plan kept there is {stored['digest']}" if stored and "digest" in stored else "no plan is kept there"
        )
        return [
            f"what would be done now is {plan['digest']}, not the approved {wish.digest}; what changed since "
            f"cannot be told without that plan as plan.json in the evidence folder ({known})"
        ]
    for what in ("environment", "account", "platform"):
        if stored[what] != plan[what]:
            return [f"the approved plan is of {what} {stored[what]}, this run is of {what} {plan[what]}"]
    had, has = ({one["component"] for one in each["components"]} for each in (stored, plan))
    if had != has:
        return [f"the approved plan is of {', '.join(sorted(had))}, this run is of {', '.join(sorted(has))}"]
    told = list(changed_since(stored, plan))
    more = [f"and {len(told) - TOLD} more"] if len(told) > TOLD else []
    return [*told[:TOLD], *more] or ["the plans differ in what they note beside the changes"]


def changed_since(stored: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterator[str]:
    """How the plan of an environment differs from an earlier one, a clause for each change."""
    before, after = ({_key(row): row for row in _rows(each)} for each in (stored, plan))
    for key in sorted(before.keys() | after.keys()):
        if key not in after:
            yield f"no longer to be done: {failure([before[key]])}"
        elif key not in before:
            yield f"new: {failure([after[key]])}"
        elif before[key] != after[key]:
            yield f"planned otherwise: {failure([before[key]])}, now {failure([after[key]])}"


def deviations(approved: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]]) -> list[str]:
    """How a component's changes, at the moment of their apply, differ from the approved ones; empty when they are those.

    An approved value that waited for an output (see outputs.placeholder) is met by whatever was published since, and a
    change is not missed when its only reasons were such values.
    """
    wanted = {_key(row): row for row in approved if row["kind"] != OUTPUT}
    found = {_key(row): row for row in actual}
    told = [f"not approved: {failure([row])}" for key, row in found.items() if key not in wanted]
    for key, row in wanted.items():
        if key not in found:
            if not _waits(row["attributes"]):
                told.append(f"approved and no longer to be done: {failure([row])}")
        elif not _meets(row["attributes"], found[key]["attributes"]):
            told.append(f"approved: {failure([row])}, but it would be {failure([found[key]])}")
    return told


def _waits(attributes: Sequence[Mapping[str, Any]]) -> bool:
    return bool(attributes) and all(awaited(each["after"]) or awaited(each["before"]) for each in attributes)


def _meets(approved: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]]) -> bool:
    wanted = {each["attribute"]: each for each in approved}
    found = {each["attribute"]: each for each in actual}
    if found.keys() - wanted.keys():
        return False
    return all(
        matches(each["before"], found[name]["before"]) and matches(each["after"], found[name]["after"])
        if name in found
        else bool(awaited(each["after"]))
        for name, each in wanted.items()
    )


def matches(approved: Any, actual: Any) -> bool:
    """Whether a value is the approved one, in which each placeholder stands for any text that is not empty."""
    if isinstance(approved, Mapping) and isinstance(actual, Mapping) and not any(awaited(key) for key in approved):
        return approved.keys() == actual.keys() and all(matches(approved[key], actual[key]) for key in approved)
    if isinstance(approved, list) and isinstance(actual, list) and awaited(approved):
        # A list is shown in an order that its values decide, so a filled in value may stand elsewhere.
        rest = list(actual)
        return len(approved) == len(actual) and all(_take(rest, item) for item in sorted(approved, key=_waiting_last))
    if not awaited(approved):
        return canonical(approved) == canonical(actual)
    text = approved if isinstance(approved, str) else canonical(approved)
    pattern = "".join(
        ".+" if number % 3 == 1 else "" if number % 3 == 2 else re.escape(part)
        for number, part in enumerate(PLACEHOLDER.split(text))
    )
    return re.fullmatch(pattern, actual if isinstance(actual, str) else canonical(actual), re.DOTALL) is not None


def _take(rest: list[Any], wanted: Any) -> bool:
    for number, item in enumerate(rest):
        if matches(wanted, item):
            del rest[number]
            return True
    return False


def _waiting_last(value: Any) -> bool:
    return bool(awaited(value))


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["kind"], row["region"], row["name"], row["action"]


def _rows(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one in plan["components"]:
        yield from one["changes"]
