# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rollout document (rollout.json): verdicts, identities and evidence of all workloads of a release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.rollout import objects
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import (
    FAILED,
    INCONCLUSIVE,
    SUCCEEDED,
    TIMED_OUT,
    Identity,
    Object,
    Snapshot,
    Verdict,
)
from ansible_collections.creator.platform.plugins.module_utils.rollout.objects import number, text
from ansible_collections.creator.platform.plugins.module_utils.rollout.pods import container_statuses
from ansible_collections.creator.platform.plugins.module_utils.rollout.redact import redact

#: The worst of the workloads is the verdict of the release.
_WORST_FIRST = (FAILED, TIMED_OUT, INCONCLUSIVE, SUCCEEDED)
EVENTS = 50


def iso(moment: float) -> str:
    """UTC, ISO 8601 with milliseconds and Z."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def document(
    *, release: str, environment: str, started: float, finished: float, workloads: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The document without rollback. Without any workload nothing was proved: inconclusive."""
    states = [workload["verdict"] for workload in workloads]
    worst = next((state for state in _WORST_FIRST if state in states), INCONCLUSIVE)
    decisive = next((workload for workload in workloads if workload["verdict"] == worst), None)
    if worst == SUCCEEDED:
        reason, message = "Complete", f"all {len(workloads)} workloads of release {release} run as pinned"
    elif decisive:
        reason, message = decisive["reason"], f"{decisive['name']}: {decisive['message']}"
    else:
        reason, message = "NoWorkloads", "the release has no workload that could be verified"
    return {
        "release": release,
        "environment": environment,
        "verdict": worst,
        "reason": reason,
        "message": message,
        "started": iso(started),
        "finished": iso(finished),
        "seconds": round(finished - started, 3),
        "workloads": [dict(workload) for workload in workloads],
        "rollback": None,
    }


def workload(
    identity: Identity, verdict: Verdict, snapshot: Snapshot, *, seconds: float, logs: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """One workload's part of the document. Evidence is gathered for those that did not succeed."""
    pods = [pod for pod in snapshot.pods or [] if objects.name(pod) in verdict.pods]
    return {
        "kind": "Deployment",
        "namespace": identity.namespace,
        "name": identity.name,
        "verdict": verdict.state,
        "reason": verdict.reason,
        "message": redact(verdict.message),
        "seconds": round(seconds, 3),
        "identity": {
            "uid": identity.uid,
            "generation": identity.generation,
            "revision": verdict.revision,
            "template_hash": verdict.template_hash,
        },
        "images": [
            {
                "container": proof.container,
                "expected_digest": proof.expected_digest,
                "running_digest": proof.running_digest,
                "match": proof.match,
                "pod": proof.pod,
            }
            for proof in verdict.images
        ],
        "pods": [_pod(pod) for pod in pods],
        "evidence": _evidence(identity, verdict, snapshot, pods, logs),
    }


def _pod(pod: Object) -> dict[str, Any]:
    return {
        "name": objects.name(pod),
        "phase": text(pod, "status", "phase"),
        "ready": objects.is_true(pod, "Ready"),
        "restarts": sum(number(status, "restartCount") or 0 for status, _init in container_statuses(pod)),
        "node": text(pod, "spec", "nodeName"),
    }


def _evidence(
    identity: Identity, verdict: Verdict, snapshot: Snapshot, pods: Sequence[Object], logs: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    if verdict.state == SUCCEEDED:
        return {"events": [], "logs": [], "conditions": []}
    owned = [rs for rs in snapshot.replica_sets or [] if objects.owned_by(rs, identity.uid)]
    uids = [identity.uid, *(objects.uid(obj) for obj in (*owned, *pods))]
    conditions = [_conditions(snapshot.deployment), *(_conditions(obj) for obj in (*owned, *pods))]
    return {
        "events": _events(objects.events_of(snapshot.events, uids), identity.pinned_at),
        "logs": [dict(log) for log in logs],
        "conditions": [condition for listed in conditions for condition in listed],
    }


def _conditions(obj: Object | None) -> list[dict[str, Any]]:
    """Conditions that say what is wrong or unknown; those that hold are left out."""
    if obj is None:
        return []
    return [
        {
            "object": objects.name(obj),
            "type": condition.get("type"),
            "status": condition.get("status"),
            "reason": condition.get("reason", ""),
            "message": redact(str(condition.get("message", ""))),
        }
        for condition in objects.items(obj, "status", "conditions")
        if condition.get("status") != "True" or condition.get("type") == "ReplicaFailure"
    ]


def _events(events: Sequence[Object], since: float) -> list[dict[str, Any]]:
    """Events since the apply (5 s of tolerance for whole seconds and order), oldest first, the newest EVENTS of them."""
    timed = [
        (moment, event) for event in events if (moment := objects.event_time(event)) is not None and moment >= since - 5
    ]
    return [
        {
            "time": iso(moment),
            "reason": text(event, "reason"),
            "message": redact(text(event, "message")),
            "object": f"{text(event, 'involvedObject', 'kind')}/{text(event, 'involvedObject', 'name')}",
            "count": number(event, "count") or number(event, "series", "count") or 1,
        }
        for moment, event in sorted(timed, key=lambda pair: pair[0])[-EVENTS:]
    ]
