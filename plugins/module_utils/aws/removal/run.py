# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The use case: remove many resources, kind by kind, those of one kind side by side.

AWS refuses what something else still uses, often for minutes after that was removed; such are tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import code_of
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.identity import IDENTITY
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.keys import KEYS
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.messaging import MESSAGING
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.model import Removal, Resource
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.network import NETWORK
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.observability import OBSERVABILITY
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.registry import REGISTRY
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

#: By kind, in the order in which nothing is in use any more.
REMOVALS: dict[str, Removal] = {**OBSERVABILITY, **MESSAGING, **REGISTRY, **NETWORK, **IDENTITY, **KEYS}
#: AWS's codes for what something else still uses.
BUSY = frozenset({"DependencyViolation", "DeleteConflict", "InvalidIPAddress.InUse"})
#: Codes that end so say that somebody else has removed it since it was read.
GONE = ("NotFound", "NotFoundException", "NoSuchEntity", "NonExistentQueue", "QueueDoesNotExist")


@dataclass(frozen=True)
class Outcome:
    """Resources by how it ended: removed now (or, in check mode, to be removed), or gone before."""

    removed: list[Resource] = field(default_factory=list)
    gone: list[Resource] = field(default_factory=list)


def resources_of(rows: Iterable[Mapping[str, Any]]) -> list[Resource]:
    """Resources from {kind, name, facts, region}.

    Raises ChangeError for a kind that is not known here, or a fact that is missing.
    """
    found = []
    for row in rows:
        resource = Resource(str(row["kind"]), str(row["name"]), row.get("facts") or {}, str(row.get("region") or ""))
        removal = REMOVALS.get(resource.kind)
        if removal is None:
            raise ChangeError(
                f"nothing was removed: {resource} is of a kind that this cannot remove; it can {', '.join(REMOVALS)}"
            )
        if removal.key and not resource.facts.get(removal.key):
            raise ChangeError(f"nothing was removed: the {removal.key} of {resource} is not among its facts")
        found.append(resource)
    return found


def remove(
    resources: Sequence[Resource],
    client_for: Callable[[str, str], Any],
    *,
    check: bool,
    attempts: int,
    delay: float,
    sleep: Callable[[float], None],
) -> Outcome:
    """Remove what is there of `resources`; only tell in check mode.

    What is in use is tried `attempts` times, `delay` seconds apart. Raises ChangeError that names what was removed and what
    could not be, with AWS's reason; kinds that come later are left alone then. Raises AnsibleAWSError when AWS cannot be
    read, or refuses what comes before.
    """
    outcome = Outcome()
    for kind, removal in REMOVALS.items():
        waiting = [resource for resource in resources if resource.kind == kind]
        for attempt in range(1, attempts + 1):
            if not waiting:
                break
            if attempt > 1:
                sleep(delay)
            left = []
            for region in sorted({resource.region for resource in waiting}):
                some = [resource for resource in waiting if resource.region == region]
                client = client_for(removal.service, region)
                left += _pass(removal, client, some, outcome, check=check, last=attempt == attempts)
            waiting = left
    return outcome


def _pass(
    removal: Removal, client: Any, waiting: Sequence[Resource], outcome: Outcome, *, check: bool, last: bool
) -> list[Resource]:
    """One attempt at resources of a kind; those that are still in use."""
    found = removal.find(client, waiting)
    outcome.gone.extend(resource for resource in waiting if resource.name not in found)
    there = [resource for resource in waiting if resource.name in found]
    if check:
        outcome.removed.extend(there)
        return []
    at_once(lambda resource: perform(client, removal.before(found[resource.name])), there)
    errors = at_once(lambda resource: _remove(client, removal, found[resource.name]), there)
    refused = {resource.name: error for resource, error in zip(there, errors, strict=True) if error}
    outcome.removed.extend(resource for resource in there if resource.name not in refused)
    left = [resource for resource in there if resource.name in refused]
    if left and (last or any(code not in BUSY for code, _text in refused.values())):
        raise ChangeError(_told([f"{resource}: {refused[resource.name][1]}" for resource in left], outcome))
    return left


def _remove(client: Any, removal: Removal, found: Any) -> tuple[str, str] | None:
    """AWS's code and words when it refuses; None when the resource is gone."""
    try:
        answers = perform(client, removal.calls(found))
    except AnsibleAWSError as error:
        code = code_of(error.exception) if hasattr(error.exception, "response") else ""
        return None if code.endswith(GONE) else (code, str(error))
    return next(_unsuccessful(answers), None)


def _unsuccessful(answers: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """What EC2 refuses in an answer that is no error.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
    """
    for answer in answers:
        for row in answer.get("Unsuccessful") or []:
            error = row.get("Error", {})
            yield str(error.get("Code", "")), f"{error.get('Code')}: {error.get('Message')}"


def _told(reasons: Iterable[str], outcome: Outcome) -> str:
    done = f". {len(outcome.removed)} others were removed" if outcome.removed else ""
    return f"AWS does not remove {'; '.join(reasons)}{done}. Mend that and run again, what is gone stays gone"
