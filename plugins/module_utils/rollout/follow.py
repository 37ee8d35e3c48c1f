# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Following rollouts until each has a verdict: reads a namespace as a whole, asks the rules, waits, repeats.

One list per kind and poll, whatever the number of workloads. Clock and sleep are arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ansible_collections.creator.platform.plugins.module_utils.rollout import creation, deployment, objects
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import (
    FAILED,
    INCONCLUSIVE,
    PROGRESSING,
    Identity,
    Object,
    Settings,
    Snapshot,
    Verdict,
)

#: The Date header counts in whole seconds; a smaller difference says nothing about the clocks.
SKEW_THRESHOLD = 2.0

#: Kinds that explain but do not prove: a run without the right to read them does without.
_OPTIONAL = ("Event", "ResourceQuota")


class UnreadableError(Exception):
    """What a Reader raises when a list could not be read. passing: whether a later attempt may succeed."""

    def __init__(self, message: str, *, passing: bool = True, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.passing = passing
        self.retry_after = retry_after


class Reader(Protocol):
    """Reads whole kinds of a namespace."""

    def objects(self, kind: str, namespace: str) -> list[Object]:
        """Every object of the kind. Raises UnreadableError."""

    def server_time(self) -> float | None:
        """The server's time at the last answer, in seconds since the epoch, None when it told none."""


@dataclass
class Follow:
    """What following the rollouts saw: the last verdict and snapshot of each, when each was decided, and what went wrong."""

    verdicts: dict[tuple[str, str], Verdict] = field(default_factory=dict)
    snapshots: dict[tuple[str, str], Snapshot] = field(default_factory=dict)
    decided: dict[tuple[str, str], float] = field(default_factory=dict)
    polls: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    denied: set[tuple[str, str]] = field(default_factory=set)


def follow(
    reader: Reader,
    identities: Sequence[Identity],
    settings: Settings,
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    interval: float = 0.5,
    progress: Callable[[str], None] = lambda line: None,
) -> Follow:
    """Poll every `interval` seconds until all rollouts have a verdict or one failed.

    A failure ends the whole: the rollouts that are still under way are then inconclusive with reason Abandoned. An API error
    is counted and survived; what cannot be read until the time is over is inconclusive. `pinned_at` of the identities is by
    `clock`; if the server's clock differs from it, everything is compared in the server's time.
    """
    seen, last_line = Follow(), ""
    skew = 0.0
    while True:
        seen.polls += 1
        wait = _poll(reader, identities, seen)
        skew = _skew(reader, clock, skew)
        _judge(identities, seen, settings, clock(), skew)
        line = summary(identities, seen)
        if line != last_line:
            progress(line)
            last_line = line
        if _over(seen):
            return seen
        sleep(max(interval, wait))


def summary(identities: Sequence[Identity], seen: Follow) -> str:
    """One line for a person: each workload and where it stands."""
    return "; ".join(f"{i.name} {v.state} ({v.reason})" for i in identities if (v := seen.verdicts.get(_key(i))))


def _key(identity: Identity) -> tuple[str, str]:
    return identity.namespace, identity.name


def _poll(reader: Reader, identities: Sequence[Identity], seen: Follow) -> float:
    """Read every namespace once; returns the seconds for which the server asked to be left alone."""
    wait = 0.0

    def listing(kind: str, namespace: str) -> list[Object] | None:
        nonlocal wait
        if (kind, namespace) in seen.denied:
            return None
        try:
            return reader.objects(kind, namespace)
        except UnreadableError as error:
            seen.errors[str(error)] = seen.errors.get(str(error), 0) + 1
            wait = max(wait, error.retry_after or 0.0)
            if kind in _OPTIONAL and not error.passing:
                seen.denied.add((kind, namespace))
            return None

    for namespace in sorted({identity.namespace for identity in identities}):
        deployments = listing("Deployment", namespace)
        replica_sets, pods = listing("ReplicaSet", namespace), listing("Pod", namespace)
        events = listing("Event", namespace)
        quotas = listing("ResourceQuota", namespace) if creation.names_quota(replica_sets) else None
        for identity in identities:
            if identity.namespace == namespace:
                found = next((d for d in deployments or [] if objects.name(d) == identity.name), None)
                seen.snapshots[_key(identity)] = Snapshot(
                    found, replica_sets, pods, events, quotas, deployment_read=deployments is not None
                )
    return wait


def _skew(reader: Reader, clock: Callable[[], float], before: float) -> float:
    told = reader.server_time()
    if told is None:
        return before
    return told - clock() if abs(told - clock()) > SKEW_THRESHOLD else 0.0


def _judge(identities: Sequence[Identity], seen: Follow, settings: Settings, now: float, skew: float) -> None:
    for identity in identities:
        key = _key(identity)
        if key not in seen.decided:
            pinned = replace(identity, pinned_at=identity.pinned_at + skew)
            seen.verdicts[key] = deployment.verdict(pinned, seen.snapshots[key], now + skew, settings)
            if seen.verdicts[key].done:
                seen.decided[key] = now
    failed = [key for key, found in seen.verdicts.items() if found.state == FAILED]
    if failed:
        for key, found in seen.verdicts.items():
            if found.state == PROGRESSING:
                message = f"not finished when {failed[0][1]} failed: {found.message}"
                seen.verdicts[key] = replace(found, state=INCONCLUSIVE, reason="Abandoned", message=message)
                seen.decided[key] = now


def _over(seen: Follow) -> bool:
    return all(found.done for found in seen.verdicts.values())


def pin(reader: Reader, wanted: Mapping[str, Any], now: float) -> Identity:
    """The identity of a workload from what the caller knows of its apply, completed from the live object.

    wanted: namespace, name, images, and where known uid, generation, template, replicas, min_replicas, equivalents.
    Raises UnreadableError when the live object is needed and cannot be read or does not exist.
    """
    uid, generation = wanted.get("uid") or "", wanted.get("generation")
    template, replicas = wanted.get("template") or "", wanted.get("replicas")
    if not uid or not generation:
        live = next(
            (d for d in reader.objects("Deployment", wanted["namespace"]) if objects.name(d) == wanted["name"]), None
        )
        if live is None:
            raise UnreadableError(f"Deployment {wanted['namespace']}/{wanted['name']} does not exist", passing=False)
        uid, generation = objects.uid(live), objects.number(live, "metadata", "generation") or 0
        template = objects.fingerprint(objects.dig(live, "spec", "template"))
        replicas = objects.number(live, "spec", "replicas")
    return Identity(
        namespace=wanted["namespace"],
        name=wanted["name"],
        uid=uid,
        generation=generation,
        images=dict(wanted["images"]),
        pinned_at=now,
        replicas=replicas,
        min_replicas=wanted.get("min_replicas") or 0,
        template=template,
        equivalents=wanted.get("equivalents") or {},
    )
