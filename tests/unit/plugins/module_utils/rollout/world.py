# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of a rollout as the API server shows them, to be bent by tests: a Deployment, two ReplicaSets, their pods."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.rollout import deployment as rules
from ansible_collections.creator.platform.plugins.module_utils.rollout import objects
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import (
    Identity,
    Settings,
    Snapshot,
    Verdict,
)

START = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC).timestamp()
DIGEST = "sha256:" + "a" * 64
OTHER_DIGEST = "sha256:" + "b" * 64
IMAGE = f"registry.test/web@{DIGEST}"
SETTINGS = Settings()


def at(seconds: float) -> str:
    """The time that many seconds after the apply, as the API server writes it."""
    return datetime.fromtimestamp(START + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def template(image: str = IMAGE, template_hash: str = "") -> dict[str, Any]:
    """A pod template; the ReplicaSet's carries the hash label."""
    labels = {"app": "web"} | ({"pod-template-hash": template_hash} if template_hash else {})
    return {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": image}]}}


def owner(uid: str) -> list[dict[str, Any]]:
    """The controller reference to that uid."""
    return [{"uid": uid, "controller": True, "kind": "Any", "name": "any"}]


def pod(
    name: str,
    owner_uid: str = "rs-new",
    *,
    digest: str = DIGEST,
    ready: bool = True,
    age: float = 5,
    template_hash: str = "new",
) -> dict[str, Any]:
    """A pod created `age` seconds before START + 10 and, when ready, ready two seconds later."""
    born = 10 - age
    status: dict[str, Any] = {
        "phase": "Running" if ready else "Pending",
        "startTime": at(born),
        "conditions": [
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": at(born)},
            {"type": "ContainersReady", "status": str(ready), "lastTransitionTime": at(born + 2)},
            {"type": "Ready", "status": str(ready), "lastTransitionTime": at(born + 2)},
        ],
        "containerStatuses": [
            {
                "name": "web",
                "ready": ready,
                "started": ready,
                "restartCount": 0,
                "image": IMAGE,
                "imageID": f"registry.test/web@{digest}" if ready else "",
                "state": {"running": {"startedAt": at(born + 1)}}
                if ready
                else {"waiting": {"reason": "ContainerCreating"}},
            }
        ],
    }
    meta = {
        "name": name,
        "uid": f"uid-{name}",
        "creationTimestamp": at(born),
        "labels": {"app": "web", "pod-template-hash": template_hash},
        "ownerReferences": owner(owner_uid),
    }
    return {"metadata": meta, "spec": {"containers": [{"name": "web", "image": IMAGE}]}, "status": status}


class World:
    """A rollout that succeeded 10 seconds after the apply; tests break it and ask again."""

    def __init__(self, replicas: int = 2) -> None:
        self.now = START + 10
        self.identity = Identity("shop", "web", "uid-web", 7, {"web": DIGEST}, START, replicas=replicas)
        self.deployment: dict[str, Any] | None = {
            "metadata": {"name": "web", "uid": "uid-web", "generation": 7, "annotations": {objects.REVISION: "3"}},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"app": "web"}},
                "template": template(),
                "progressDeadlineSeconds": 600,
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            },
            "status": {
                "observedGeneration": 7,
                "replicas": replicas,
                "updatedReplicas": replicas,
                "readyReplicas": replicas,
                "availableReplicas": replicas,
                "conditions": [
                    {
                        "type": "Progressing",
                        "status": "True",
                        "reason": "NewReplicaSetAvailable",
                        "lastUpdateTime": at(7),
                    }
                ],
            },
        }
        self.replica_sets: list[dict[str, Any]] | None = [
            self.replica_set("new", "3", IMAGE, replicas),
            self.replica_set("old", "2", f"registry.test/web@{OTHER_DIGEST}", 0),
        ]
        self.pods: list[dict[str, Any]] | None = [pod(f"web-new-{i}") for i in range(replicas)]
        self.events: list[dict[str, Any]] | None = []
        self.quotas: list[dict[str, Any]] | None = []
        self.deployment_read = True

    @staticmethod
    def replica_set(name: str, revision: str, image: str, replicas: int) -> dict[str, Any]:
        """A ReplicaSet of the Deployment."""
        meta = {
            "name": f"web-{name}",
            "uid": f"rs-{name}",
            "annotations": {objects.REVISION: revision},
            "labels": {"app": "web", "pod-template-hash": name},
            "ownerReferences": owner("uid-web"),
        }
        spec = {"replicas": replicas, "template": template(image, name)}
        return {"metadata": meta, "spec": spec, "status": {"replicas": replicas, "availableReplicas": replicas}}

    def copy(self) -> World:
        """An independent copy."""
        return copy.deepcopy(self)

    def snapshot(self) -> Snapshot:
        """What a poll would read."""
        return Snapshot(self.deployment, self.replica_sets, self.pods, self.events, self.quotas, self.deployment_read)

    def verdict(self, *, after: float | None = None, settings: Settings = SETTINGS, **identity: Any) -> Verdict:
        """The verdict `after` seconds from the apply (default: 10)."""
        now = self.now if after is None else START + after
        return rules.verdict(replace(self.identity, **identity), self.snapshot(), now, settings)

    # --- ways to break it ---

    def unready(self, index: int = 0, **container: Any) -> World:
        """A pod of the new revision that is not ready, its container status changed as told."""
        broken = pod(f"web-new-{index}", ready=False)
        broken["status"]["containerStatuses"][0].update(container)
        self.pods[index] = broken
        self.deployment["status"]["availableReplicas"] -= 1
        return self

    def waiting(
        self, reason: str, message: str = "", *, restarts: int = 0, last: dict[str, Any] | None = None
    ) -> World:
        """Every pod of the new revision waits for that reason."""
        for index in range(len(self.pods)):
            state = {"waiting": {"reason": reason, "message": message}}
            self.unready(index, state=state, restartCount=restarts, lastState={"terminated": last} if last else {})
        return self

    def refused(self, message: str, *, since: float = 1, existing: int = 0) -> World:
        """The new ReplicaSet cannot create its pods."""
        self.pods = self.pods[:existing]
        self.replica_sets[0]["status"] = {
            "replicas": existing,
            "conditions": [
                {
                    "type": "ReplicaFailure",
                    "status": "True",
                    "reason": "FailedCreate",
                    "message": message,
                    "lastTransitionTime": at(since),
                }
            ],
        }
        self.deployment["status"].update(
            {"replicas": existing, "updatedReplicas": existing, "availableReplicas": existing}
        )
        return self

    def old_pods(self, count: int) -> World:
        """Pods of the old revision still serve."""
        self.pods += [
            pod(f"web-old-{i}", "rs-old", digest=OTHER_DIGEST, age=9, template_hash="old") for i in range(count)
        ]
        return self
