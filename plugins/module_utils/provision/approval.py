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
from ansible_collections.creator.platform.plugins.module_utils.provision.render import failure, short, summary

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

    An approved value or name that waited for an output (see outputs.placeholder) is met by whatever was published since, and a
    change is not missed when its only reasons were such values.
    """
    found = {_key(row): row for row in actual}
    told = []
    for row in approved:
        if row["kind"] == OUTPUT:
            continue
        key = next((key for key in found if all(map(matches, _key(row), key))), None)
        if key is None:
            told += [] if _waits(row["attributes"]) else [f"approved and no longer to be done: {failure([row])}"]
        else:
            told += _differing(row, found.pop(key))
    return [*told, *(f"not approved: {failure([row])}" for row in found.values())]


def _waits(attributes: Sequence[Mapping[str, Any]]) -> bool:
    return bool(attributes) and all(awaited(each["after"]) or awaited(each["before"]) for each in attributes)


def _differing(approved: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[str]:
    """A clause for each attribute of a change that is not as approved."""
    wanted = {each["attribute"]: each for each in approved["attributes"]}
    found = {each["attribute"]: each for each in actual["attributes"]}
    for name in sorted(wanted.keys() | found.keys()):
        want, have = wanted.get(name), found.get(name)
        what = f"{name} of {actual['kind']} {actual['name']} ({actual['region']})"
        if have is None and want is not None and not awaited(want["after"]):
            yield f"approved and no longer to be done: {what}, {_step(want)}"
        elif want is None and have is not None:
            yield f"not approved: {what}, {_step(have)}"
        elif want and have and not (matches(want["before"], have["before"]) and matches(want["after"], have["after"])):
            yield f"approved: {what}, {_step(want)}, but it would be {_step(have)}"


def _step(attribute: Mapping[str, Any]) -> str:
    return f"{short(attribute['before'])} -> {short(attribute['after'])}"


def matches(approved: Any, actual: Any) -> bool:
    """Whether a value is the approved one, in which each placeholder stands for any text that is not empty.

    An item of a list that is nothing but a placeholder stands for one item or more, because outputs can be lists.
    """
    if isinstance(approved, Mapping) and isinstance(actual, Mapping) and not any(awaited(key) for key in approved):
        return approved.keys() == actual.keys() and all(matches(approved[key], actual[key]) for key in approved)
    if isinstance(approved, list) and isinstance(actual, list) and awaited(approved):
        return _list_matches(approved, actual)
    if not awaited(approved):
        return canonical(approved) == canonical(actual)
    text = approved if isinstance(approved, str) else canonical(approved)
    pattern = "".join(
        ".+" if number % 3 == 1 else "" if number % 3 == 2 else re.escape(part)
        for number, part in enumerate(PLACEHOLDER.split(text))
    )
    return re.fullmatch(pattern, actual if isinstance(actual, str) else canonical(actual), re.DOTALL) is not None


def _list_matches(approved: Sequence[Any], actual: Sequence[Any]) -> bool:
    # A list is shown in an order that its values decide, so a filled in value may stand elsewhere.
    rest = list(actual)
    open_ended = [item for item in approved if isinstance(item, str) and PLACEHOLDER.fullmatch(item)]
    closed = [item for item in approved if item not in open_ended]
    if not all(_take(rest, item) for item in sorted(closed, key=_is_waiting)):
        return False
    return len(rest) >= len(open_ended) if open_ended else not rest


def _take(rest: list[Any], wanted: Any) -> bool:
    for number, item in enumerate(rest):
        if matches(wanted, item):
            del rest[number]
            return True
    return False


def _is_waiting(value: Any) -> bool:
    return bool(awaited(value))


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["kind"], row["region"], row["name"], row["action"]


def _rows(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one in plan["components"]:
        yield from one["changes"]
