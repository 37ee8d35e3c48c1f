"""Updates of EKS clusters, node groups and add-ons: recorded, in progress for a while, then successful.

https://docs.aws.amazon.com/eks/latest/APIReference/API_Update.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.eks.exceptions import ResourceNotFoundException

from localcloud.kubernetes.eks.model import Call, Cluster, Record, new_id, now, page

if TYPE_CHECKING:
    from localcloud.kubernetes.eks.service import Eks


def parameter(kind: str, value: Any) -> Record:
    """One entry of `params`; the API gives every value as text."""
    return {"type": kind, "value": value if isinstance(value, str) else json.dumps(value)}


@dataclass(frozen=True)
class Change:
    """What an update does to its target.

    values: what the target's record gets after `aws_seconds`; kept with the update, so that a restart of the local cloud
    finishes what was under way (`resume`). about: {"nodegroupName": …} or {"addonName": …} for updates that are not the
    cluster's own. after: runs when the values are set, outside the lock; when it fails, the update is Failed with its text.
    """

    kind: str
    parameters: list[Record]
    aws_seconds: float
    values: Record = field(default_factory=dict)
    about: Record = field(default_factory=dict)
    after: Callable[[], object] | None = None


def start(eks: Eks, cluster: Cluster, target: Record, change: Change) -> Record:
    """The Update record: InProgress with `target` UPDATING; both are settled after the scaled time."""
    update: Record = {
        "id": new_id(),
        "status": "InProgress",
        "type": change.kind,
        "params": change.parameters,
        "createdAt": now(),
        "errors": [],
    }
    cluster.updates[update["id"]] = {"update": update, "values": change.values, **change.about}
    target["status"] = "UPDATING"

    def finish() -> None:
        error = code = None
        with eks.cloud.lock:
            target.update(change.values)
        try:
            if change.after is not None:
                change.after()
        except Exception as failure:
            error, code = str(failure), getattr(failure, "code", "Unknown")
            raise
        finally:
            with eks.cloud.lock:
                settle(target, update, error, code or "Unknown")
            eks.touched()

    eks.cloud.later(change.aws_seconds, finish, f"eks {cluster.name} {change.kind}")
    return update


def resume(cluster: Cluster) -> None:
    """Finish the updates that were under way when the local cloud stopped."""
    for entry in cluster.updates.values():
        if entry["update"]["status"] == "InProgress":
            target = cluster.record
            if "nodegroupName" in entry:
                target = cluster.nodegroups.get(entry["nodegroupName"], {})
            elif "addonName" in entry:
                target = cluster.addons.get(entry["addonName"], {})
            target.update(entry["values"])
            settle(target, entry["update"], None)


def settle(target: Record, update: Record, error: str | None, code: str = "Unknown") -> None:
    """End an update: successful, or failed with the text and the code of the error."""
    target["status"] = "ACTIVE"
    if "modifiedAt" in target:
        target["modifiedAt"] = now()
    update["status"] = "Failed" if error else "Successful"
    if error:
        update["errors"] = [{"errorCode": code, "errorMessage": error, "resourceIds": []}]


def _belongs(entry: Record, call: Call) -> bool:
    return all(entry.get(name) == call.get(name) for name in ("nodegroupName", "addonName"))


def describe_update(eks: Eks, call: Call) -> Record:
    """DescribeUpdate: an update of a node group or an add-on is found only with its name."""
    cluster = eks.cluster(call)
    entry = cluster.updates.get(call["updateId"])
    if entry is None or not _belongs(entry, call):
        raise ResourceNotFoundException(clusterName=cluster.name, message=f"No update found for ID: {call['updateId']}")
    return {"update": entry["update"]}


def list_updates(eks: Eks, call: Call) -> Record:
    """ListUpdates."""
    cluster = eks.cluster(call)
    return page([key for key, entry in cluster.updates.items() if _belongs(entry, call)], call, "updateIds")
