# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The use case behind rollout_verify: pin what was applied, follow it to its verdict, gather evidence, write it down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from ansible_collections.creator.platform.plugins.module_utils.rollout import document, evidence, follow
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import SUCCEEDED, Settings

_KNOWN = (
    "kind",
    "namespace",
    "name",
    "images",
    "uid",
    "generation",
    "template",
    "replicas",
    "min_replicas",
    "equivalents",
)


class WorkloadError(Exception):
    """A workload that cannot be verified as it is described."""


class Reader(follow.Reader, Protocol):
    """Reads kinds and logs."""

    def logs(self, namespace: str, pod: str, container: str, previous: bool) -> list[str]:
        """The last lines of a container. Raises follow.UnreadableError."""


def verify(
    reader: Reader,
    workloads: Sequence[Mapping[str, Any]],
    settings: Settings,
    *,
    release: str,
    environment: str,
    since: float | None = None,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    interval: float = 0.5,
    progress: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """The rollout document of all workloads, its times counted from `since` (moment of the apply by `clock`; default: now).

    Raises WorkloadError before the first request for a description that cannot mean
    anything, and follow.UnreadableError when a workload that is not pinned by its caller does not exist.
    """
    for wanted in workloads:
        _check(wanted)
    started = min(since, clock()) if since else clock()
    identities = [follow.pin(reader, wanted, started) for wanted in workloads]
    seen = follow.follow(reader, identities, settings, clock=clock, sleep=sleep, interval=interval, progress=progress)
    rows = []
    for identity in identities:
        key = (identity.namespace, identity.name)
        verdict, snapshot = seen.verdicts[key], seen.snapshots[key]
        logs: list[dict[str, Any]] = []
        if verdict.state != SUCCEEDED:

            def read(pod: str, container: str, previous: bool, namespace: str = identity.namespace) -> list[str]:
                return reader.logs(namespace, pod, container, previous)

            logs = evidence.gather(read, verdict, snapshot.pods or [])
            verdict = evidence.explained(verdict, logs)
        rows.append(document.workload(identity, verdict, snapshot, seconds=seen.decided[key] - started, logs=logs))
    found = document.document(
        release=release, environment=environment, started=started, finished=clock(), workloads=rows
    )
    found["polls"] = seen.polls
    found["api_errors"] = [{"message": message, "count": count} for message, count in sorted(seen.errors.items())]
    return found


def _check(wanted: Mapping[str, Any]) -> None:
    what = f"workload {wanted.get('name', '?')}"
    unknown = sorted(set(wanted) - set(_KNOWN))
    if unknown:
        raise WorkloadError(f"{what} has an unknown key {unknown[0]}; known are {', '.join(_KNOWN)}")
    if wanted.get("kind", "Deployment") != "Deployment":
        raise WorkloadError(f"{what} is a {wanted['kind']}; only Deployments can be verified")
    for key in ("namespace", "name"):
        if not isinstance(wanted.get(key), str) or not wanted[key]:
            raise WorkloadError(f"{what} needs a {key}")
    images = wanted.get("images")
    if not isinstance(images, Mapping) or not images or not all(images.values()):
        raise WorkloadError(f"{what} needs the digest of each container in images, found {images!r}")
