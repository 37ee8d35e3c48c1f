# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The use case: read what exists, compare it with what is desired, return the plan. It never writes."""

from __future__ import annotations

import importlib
import json
import queue
import re
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AWS_ERRORS, AwsError, explain
from ansible_collections.creator.platform.plugins.module_utils.provision.approval import deviations
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import digest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import MASK, compare
from ansible_collections.creator.platform.plugins.module_utils.provision.document import (
    by_kind,
    component_document,
    with_changes,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import STALE, RefusalError
from ansible_collections.creator.platform.plugins.module_utils.provision.model import (
    SERVICE_HOMES,
    Change,
    Kind,
    Resource,
    Scope,
    Unread,
    place,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.render import diff, failure, summary

READERS = 8
KINDS = "ansible_collections.creator.platform.plugins.module_utils.provision.kinds"


class PlanError(Exception):
    """The request for a plan is wrong (an unknown kind, a malformed resource), or the plan is not what it must be."""


@dataclass(frozen=True)
class Request:
    """What to plan. `kinds`: also read when nothing of them is desired, so that leftovers are seen. `seconds`: for all reads.

    `regions`: where leftovers are looked for besides the regions of what is desired. `known_tags`: as in Scope.
    """

    platform: str
    environment: str
    component: str
    region: str
    resources: tuple[Resource, ...]
    account: str = ""
    kinds: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    seconds: float = 120
    known_tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A component's plan and what its role needs to apply it.

    steps: desired resources that differ (and found ones to delete), with action, properties, facts and changed attributes.
    facts: {region: {kind: {name: facts}}} of everything found. kinds: {kind: {action: [names]}}.
    desired: kind, name and region of everything wanted.
    """

    document: dict[str, Any]
    digest: str
    kinds: dict[str, dict[str, list[str]]]
    steps: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    desired: list[dict[str, str]] = field(default_factory=list)

    @property
    def pending(self) -> bool:
        """Whether anything differs or is unknown."""
        return bool(self.document["changes"])

    def result(self) -> dict[str, Any]:
        """The plan as a task's result."""
        changes = self.document["changes"]
        return {
            "pending": self.pending,
            "summary": summary(changes),
            "message": failure(changes),
            "unknown": failure([change for change in changes if change["action"] == "unknown"]),
            "plan": self.document,
            "digest": self.digest,
            "kinds": self.kinds,
            "steps": self.steps,
            "facts": self.facts,
            "desired": self.desired,
            "diff": diff(changes),
        }


def resource_of(row: Mapping[str, Any], region: str) -> Resource:
    """A desired resource from {kind, name, region?, properties}. Raises PlanError naming what is missing."""
    for key in ("kind", "name"):
        if not isinstance(row.get(key), str) or not row[key]:
            raise PlanError(f"a resource needs a {key}, a text that is not empty; got {dict(row)!r}")
    properties = row.get("properties", {})
    if not isinstance(properties, Mapping):
        raise PlanError(f"properties of {row['kind']} {row['name']} must be a mapping, got {type(properties).__name__}")
    return Resource(str(row["kind"]), str(row["name"]), properties, str(row.get("region") or region))


def load_kind(name: str) -> Kind:
    """The kind whose file is kinds/<name>.py. Raises PlanError when there is none."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise PlanError(f"{name!r} is no resource kind: kinds are lower case words joined by underscores")
    module = f"{KINDS}.{name}"
    try:
        kind = importlib.import_module(module).KIND
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise PlanError(
            f"no reader for resource kind {name}: add plugins/module_utils/provision/kinds/{name}.py"
        ) from error
    if not isinstance(kind, Kind) or kind.name != name:
        raise PlanError(f"kinds/{name}.py must export KIND, a Kind named {name}")
    return kind


def plan(request: Request, client_for: Callable[[str, str], Any]) -> Plan:
    """Read and compare. A kind that cannot be read makes its resources unknown, and the plan pending.

    Raises PlanError and DesiredError for a wrong request.
    """
    kinds = {name: load_kind(name) for name in sorted({*request.kinds, *(each.kind for each in request.resources)})}
    wanted = _wanted(request, kinds)
    found = read(request, wanted, kinds, client_for)
    salt = "/".join((request.platform, request.environment, request.account))
    changes: list[Change] = []
    for (name, region), resources in wanted.items():
        answer = found[name, region]
        if isinstance(answer, Unread) and not resources:
            changes.append(Change("unknown", name, "*", region, reason=answer.reason))
        changes.extend(compare(resources, answer, kinds[name].rules, salt))
    document = component_document(
        changes,
        platform=request.platform,
        environment=request.environment,
        account=request.account,
        region=request.region,
        component=request.component,
    )
    steps = _steps(document["changes"], wanted, found, kinds)
    return Plan(document, digest(document), by_kind(document["changes"]), steps, _facts(found), _names(wanted))


def with_rows(made: Plan, rows: Sequence[Mapping[str, Any]], desired: Sequence[Mapping[str, str]]) -> Plan:
    """The plan with rows, and names of what is desired, that no kind reads: objects of a cluster (cluster_objects.py)."""
    document = with_changes(made.document, [*made.document["changes"], *rows])
    return replace(
        made, document=document, digest=digest(document), desired=[*made.desired, *({**each} for each in desired)]
    )


def _wanted(request: Request, kinds: Mapping[str, Kind]) -> dict[tuple[str, str], list[Resource]]:
    """Desired resources by kind and region, and an empty list for each further place in which a kind is looked for."""

    def home(kind: str, region: str) -> str:
        return place(kinds[kind].home, region, request.region)

    own = (resource.region or request.region for resource in request.resources)
    regions = sorted({request.region, *request.regions, *own})
    wanted: dict[tuple[str, str], list[Resource]] = {
        (name, home(name, region)): [] for name in request.kinds for region in regions
    }
    for resource in request.resources:
        region = home(resource.kind, resource.region or request.region)
        wanted.setdefault((resource.kind, region), []).append(replace(resource, region=region))
    return wanted


def require(
    made: Plan, purpose: str, unprotected: Collection[str] = (), approved: Mapping[str, Any] | None = None
) -> None:
    """Raises PlanError when a plan does not serve its purpose: look, apply (nothing was changed yet), or converged (all was).

    `unprotected`: protected resources that may be replaced or removed, each as "<kind> <name>".
    `approved`: the environment's plan that was approved; the component may do what is in it and nothing else.
    """
    component, changes = made.document["component"], made.document["changes"]
    if purpose == "converged" and changes:
        raise PlanError(f"{component} was applied but is not what was asked for: {failure(changes)}")
    if purpose != "apply":
        return
    if approved is not None:
        _require_approved(component, changes, approved)
    unknown = failure([change for change in changes if change["action"] == "unknown"])
    if unknown:
        raise PlanError(f"{component} cannot be planned, so nothing of it was changed: {unknown}")
    touched = [name for name in made.document["protected"] if name not in unprotected]
    if touched:
        raise PlanError(
            f"{component}: this plan replaces or removes protected resources, so nothing was changed: {', '.join(touched)}. If "
            f"that is meant, repeat the run with -e '{{\"component_unprotected\": {json.dumps(touched)}}}'"
        )


def _require_approved(component: str, changes: Sequence[Mapping[str, Any]], approved: Mapping[str, Any]) -> None:
    rows = [row for one in approved["components"] if one["component"] == component for row in one["changes"]]
    told = deviations(rows, changes)
    if told:
        raise RefusalError(
            f"{component} changed since the plan was approved, so nothing of it was changed: {'; '.join(told)}. Plan again",
            STALE,
        )


def settle(make: Callable[[], Plan], attempts: int, delay: float, sleep: Callable[[float], None]) -> Plan:
    """The first plan with nothing to do, or the last of `attempts`, `delay` seconds apart.

    AWS is eventually consistent: a reading just after a change may still be the old one.
    """
    made = make()
    for _attempt in range(attempts - 1):
        if not made.pending:
            break
        sleep(delay)
        made = make()
    return made


Found = dict[tuple[str, str], "list[Resource] | Unread"]


def read(
    request: Request,
    wanted: Mapping[tuple[str, str], Sequence[Resource]],
    kinds: Mapping[str, Kind],
    client_for: Callable[[str, str], Any],
) -> Found:
    """What exists, by kind and region: resources, or why they could not be read within `request.seconds`.

    One thread per kind and region, at most READERS at once. The threads are daemons and are never waited for beyond the
    deadline, so that a silent endpoint cannot hold the run.
    """

    def spot(service: str, region: str) -> tuple[str, str]:
        return service, place(SERVICE_HOMES.get(service, ""), region, request.region)

    clients = {
        each: client_for(*each)  # made here: a boto3 session is not thread-safe, its clients are
        for each in sorted(
            {spot(service, region) for name, region in wanted for service in (kinds[name].service, *kinds[name].also)}
        )
    }
    jobs: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    answers: queue.SimpleQueue[tuple[tuple[str, str], list[Resource] | Unread | Exception]] = queue.SimpleQueue()
    for key in wanted:
        jobs.put(key)

    def work() -> None:
        while True:
            try:
                name, region = jobs.get_nowait()
            except queue.Empty:
                return
            kind = kinds[name]
            names = tuple(sorted(resource.name for resource in wanted[name, region]))
            also = {service: clients[spot(service, region)] for service in kind.also}
            who = (request.platform, request.environment, request.component)
            scope = Scope(*who, region, names, also, request.known_tags)
            answers.put(((name, region), _read_one(kind, clients[spot(kind.service, region)], scope)))

    for number in range(min(READERS, len(wanted))):
        threading.Thread(target=work, name=f"reader-{number}", daemon=True).start()
    return _collect(wanted, answers, request.seconds)


def _collect(wanted: Mapping[tuple[str, str], Any], answers: queue.SimpleQueue[Any], seconds: float) -> Found:
    found: Found = {}
    deadline = time.monotonic() + seconds
    while len(found) < len(wanted):
        try:
            key, answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        if isinstance(answer, Exception):
            raise answer  # a fault of the reader itself, not of AWS
        found[key] = answer
    for key in wanted:
        found.setdefault(key, Unread(f"no answer within {seconds:g} seconds"))
    return found


def _read_one(kind: Kind, client: Any, scope: Scope) -> list[Resource] | Unread | Exception:
    try:
        return [
            Resource(kind.name, resource.name, resource.properties, scope.region, resource.facts)
            for resource in kind.read(client, scope)
        ]
    except AWS_ERRORS as error:
        return Unread(str(explain(error)))
    except AwsError as error:  # what a reader knows that AWS would refuse
        return Unread(str(error))
    except Exception as error:  # handed to the thread that waits, which raises it
        return error


def _steps(
    changes: Sequence[Mapping[str, Any]],
    wanted: Mapping[tuple[str, str], Sequence[Resource]],
    found: Found,
    kinds: Mapping[str, Kind],
) -> list[dict[str, Any]]:
    steps = []
    for change in changes:
        key = (change["kind"], change["region"])
        desired = {resource.name: resource for resource in wanted[key]}.get(change["name"])
        answer = found[key]
        existing = {} if isinstance(answer, Unread) else {resource.name: resource for resource in answer}
        have = existing.get(change["name"])
        steps.append(
            {
                "action": change["action"],
                "kind": change["kind"],
                "name": change["name"],
                "region": change["region"],
                "attributes": [row["attribute"] for row in change["attributes"]],
                "properties": _masked(desired or have, kinds[change["kind"]].rules.secret),
                "facts": dict(have.facts) if have else {},
            }
        )
    return steps


def _masked(resource: Resource | None, secret: frozenset[str]) -> dict[str, Any]:
    properties = resource.properties if resource else {}
    return {key: MASK if key in secret else value for key, value in properties.items()}


def _facts(found: Found) -> dict[str, dict[str, dict[str, Any]]]:
    facts: dict[str, dict[str, dict[str, Any]]] = {}
    for (name, region), answer in found.items():
        rows = [] if isinstance(answer, Unread) else answer
        facts.setdefault(region, {})[name] = {resource.name: dict(resource.facts) for resource in rows}
    return facts


def _names(wanted: Mapping[tuple[str, str], Sequence[Resource]]) -> list[dict[str, str]]:
    return [
        {"kind": kind, "name": resource.name, "region": region}
        for (kind, region), resources in sorted(wanted.items())
        for resource in sorted(resources, key=lambda resource: resource.name)
    ]
