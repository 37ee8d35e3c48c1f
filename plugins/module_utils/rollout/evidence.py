# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs of the containers that a rollout failed on, gathered once, before anything is rolled back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.rollout import objects
from ansible_collections.creator.platform.plugins.module_utils.rollout.follow import UnreadableError
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import Object, Verdict
from ansible_collections.creator.platform.plugins.module_utils.rollout.objects import number, text
from ansible_collections.creator.platform.plugins.module_utils.rollout.pods import container_statuses
from ansible_collections.creator.platform.plugins.module_utils.rollout.redact import redact

PODS = 3
LINES = 25

#: (pod, container, previous instance) to its last lines. Raises UnreadableError.
LogReader = Callable[[str, str, bool], list[str]]


def gather(read: LogReader, verdict: Verdict, pods: Sequence[Object]) -> list[dict[str, Any]]:
    """The last lines of every container that is not ready, of the first pods of the new revision.

    A node that has no logs (kwok's simulated nodes, a container that never started) is said in `note`, not an error.
    """
    faulty = [pod for pod in pods if objects.name(pod) in verdict.pods and not objects.is_true(pod, "Ready")]
    return [entry for pod in faulty[:PODS] for entry in _of(read, pod)]


def _of(read: LogReader, pod: Object) -> Iterator[dict[str, Any]]:
    for status, _init in container_statuses(pod):
        if status.get("ready") is True:
            continue
        name, container = objects.name(pod), text(status, "name")
        here = bool(objects.dig(status, "state", "running") or objects.dig(status, "state", "terminated"))
        if number(status, "restartCount"):
            yield (entry := _one(read, name, container, previous=True))
            # A kubelet keeps one dead instance of a container, so that the previous one of the snapshot may be gone, and tells
            # of the kept one when asked for the last: https://kubernetes.io/docs/concepts/architecture/garbage-collection/
            here = here or bool(entry["note"])
        if here:
            yield _one(read, name, container, previous=False)


def _one(read: LogReader, pod: str, container: str, previous: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"pod": pod, "container": container, "previous": previous, "lines": [], "note": ""}
    try:
        entry["lines"] = [redact(line) for line in read(pod, container, previous)]
    except UnreadableError as error:
        entry["note"] = f"no logs: {redact(str(error))}"
    return entry


def explained(verdict: Verdict, logs: Sequence[Mapping[str, Any]]) -> Verdict:
    """The verdict with what a container that keeps crashing says of it, where its log says something. logs: of `gather`."""
    if verdict.reason != "CrashLoop":
        return verdict
    said = next((words for entry in logs if (words := complaint(entry["lines"]))), "")
    return replace(verdict, message=f"{verdict.message}: {said}") if said else verdict


def complaint(lines: Sequence[str]) -> str:
    """What a service says of its end: the message of its last line of JSON at level error or worse, else its last line."""
    for line in reversed(lines):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, Mapping) and str(found.get("level", "")).lower() in ("error", "critical", "fatal"):
            return str(found.get("message", ""))[:500]
    return lines[-1][:500] if lines else ""
