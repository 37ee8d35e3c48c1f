"""Empty nodes before they go, as EKS does: no new pods, evictions that respect disruption budgets, and a limit of time.

https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html
https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from localcloud.kubernetes.api import Api, ApiError

#: AWS seconds for which pods that may not be evicted are waited for.
LIMIT_SECONDS = 900
#: Local seconds beside the grace period of a pod that is ending.
MARGIN_SECONDS = 10.0
PAUSE_SECONDS = 0.2
FEW_NODES = 5


@dataclass(frozen=True)
class Clock:
    """monotonic: seconds; wall: aware time, as deletion timestamps are; sleep: for seconds."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)
    sleep: Callable[[float], None] = time.sleep


def cordon(api: Api, names: Collection[str], *, closed: bool = True) -> None:
    """Keep new pods away from nodes, or let them come again. Raises ApiError."""
    for name in names:
        api.patch(f"/api/v1/nodes/{name}", {"spec": {"unschedulable": closed}})


def drain(api: Api, names: Collection[str], patience: float, clock: Clock | None = None) -> list[str]:
    """Evict the pods of nodes; `namespace/name` of those that are still there when the time is over. Raises ApiError.

    patience: local seconds. A pod that ends has its own grace period, however long that is.
    """
    clock = clock or Clock()
    deadline = clock.monotonic() + patience
    while True:
        left = [pod for pod in _pods(api, names) if to_leave(pod, names)]
        refused = [pod for pod in left if "deletionTimestamp" not in pod["metadata"] and not _evict(api, pod)]
        if not left:
            return []
        over = clock.monotonic() > deadline
        if over and (refused or all(overdue(pod, clock.wall()) for pod in left)):
            return sorted(f"{pod['metadata']['namespace']}/{pod['metadata']['name']}" for pod in left)
        clock.sleep(PAUSE_SECONDS)


def _pods(api: Api, names: Collection[str]) -> list[dict[str, Any]]:
    """Those of the nodes, and maybe others: asked node by node only where these are few."""
    selectors = [f"?fieldSelector=spec.nodeName%3D{name}" for name in names] if len(names) <= FEW_NODES else [""]
    return [pod for selector in selectors for pod in api.get(f"/api/v1/pods{selector}")["items"]]


def to_leave(pod: dict[str, Any], names: Collection[str]) -> bool:
    """Whether a pod has to leave for its node to be empty: not one that has ended, nor one that every node has."""
    if pod["spec"].get("nodeName") not in names or pod["status"].get("phase") in {"Succeeded", "Failed"}:
        return False
    meta = pod["metadata"]
    owners = {owner["kind"] for owner in meta.get("ownerReferences") or []}
    return "DaemonSet" not in owners and "kubernetes.io/config.mirror" not in (meta.get("annotations") or {})


def overdue(pod: dict[str, Any], now: datetime.datetime) -> bool:
    """Whether a pod should have ended: its deletion timestamp has its grace period in it."""
    stamp = pod["metadata"].get("deletionTimestamp")
    if stamp is None:
        return False
    until = datetime.datetime.fromisoformat(str(stamp).replace("Z", "+00:00"))
    return now > until + datetime.timedelta(seconds=MARGIN_SECONDS)


def _evict(api: Api, pod: dict[str, Any]) -> bool:
    """Whether the pod goes, or is gone; no where a disruption budget does not let it."""
    meta = pod["metadata"]
    place = {"name": meta["name"], "namespace": meta["namespace"]}
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": place}
    try:
        api.create(f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/eviction", body)
    except ApiError as error:
        # 500: more than one budget is for the pod, which Kubernetes does not judge; kubectl drain tries again as well.
        if error.status in {429, 500}:
            return False
        if error.status != 404:
            raise
    return True
