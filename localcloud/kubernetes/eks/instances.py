"""The nodes of a cluster's node groups and Fargate profiles: made in the real API server what the EKS API says of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from localcloud.container_nodes import ContainerNodesError
from localcloud.kubernetes import nodes
from localcloud.kubernetes.api import Api, ApiError
from localcloud.kubernetes.control_plane import ControlPlaneError
from localcloud.kubernetes.eks import draining, fargate, fleets
from localcloud.kubernetes.eks.fleets import Node
from localcloud.kubernetes.eks.instance_profiles import NodeRoleError
from localcloud.kubernetes.eks.model import Cluster, Record, now

if TYPE_CHECKING:
    from localcloud.kubernetes.eks.service import Eks

NODE_PATIENCE = 90.0
#: Local seconds that evictions have at least where pods have containers.
REAL_PATIENCE = 30.0


class EvictionError(Exception):
    """Pods did not leave a node in time. code: as EKS names it.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_ErrorDetail.html
    """

    code = "PodEvictionFailure"


def sync_nodes(eks: Eks, cluster: Cluster, nodegroup: Record) -> None:
    """Make the nodes of a group what it says; returns when all are Ready and what is too much is gone.

    Surplus nodes are terminated even where pods could not be evicted in time, as EKS does where fewer nodes are desired.
    Raises ControlPlaneError, ApiError, ContainerNodesError, NodeRoleError.
    """
    with eks.running(cluster).nodes_lock:
        _retire(eks, cluster, _grown(eks, cluster, nodegroup))
        _release(eks, cluster)


def replace_nodes(eks: Eks, cluster: Cluster, nodegroup: Record, before: Record, *, force: bool) -> None:
    """Have a new generation of nodes: first it is Ready, then the old nodes are closed, emptied and terminated, some at a time.

    https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html
    before: what the group said of its nodes until now; where that fails it says so again, and has such nodes.
    force: terminate also what cannot be emptied. Raises EvictionError, and what sync_nodes raises.
    """
    try:
        with eks.running(cluster).nodes_lock:
            _replace(eks, cluster, nodegroup, force=force)
    except Exception:
        with eks.cloud.lock:
            for name in set(before) | {"launchTemplate"}:
                nodegroup.pop(name, None)
            nodegroup.update(before)
        sync_nodes(eks, cluster, nodegroup)
        raise


def _replace(eks: Eks, cluster: Cluster, nodegroup: Record, *, force: bool) -> None:
    old, api = _grown(eks, cluster, nodegroup), eks.api(cluster)
    draining.cordon(api, old)
    at_once = _unavailable(nodegroup, len(old))
    while old:
        batch, rest = old[:at_once], old[at_once:]
        left = draining.drain(api, batch, _patience(eks, batch))
        if left and not force:
            draining.cordon(api, old, closed=False)
            message = f"Reached max retries while trying to evict pods from nodes {', '.join(batch)}: {', '.join(left)}"
            raise EvictionError(message)
        fleets.terminate(eks, api, batch)
        old = rest


def _grown(eks: Eks, cluster: Cluster, nodegroup: Record) -> list[str]:
    """Have all that is wanted Ready; the nodes that are too many."""
    if cluster.nodegroups.get(nodegroup["nodegroupName"]) is not nodegroup:
        return []  # deleted meanwhile
    api, fleet = eks.api(cluster), fleets.of(eks, cluster, nodegroup)
    present = nodes_of(api, nodes.GROUP_LABEL, nodegroup["nodegroupName"])
    kept = set(fleet.kept(present))
    fleet.update([node for node in present if _name(node) in kept])
    launched = fleet.launch(kept)
    await_nodes(api, [*kept, *launched], fleet.check)
    return [name for node in present if (name := _name(node)) not in kept]


def _retire(eks: Eks, cluster: Cluster, surplus: list[str]) -> None:
    if surplus:
        api = eks.api(cluster)
        draining.cordon(api, surplus)
        draining.drain(api, surplus, _patience(eks, surplus))
        fleets.terminate(eks, api, surplus)


def _release(eks: Eks, cluster: Cluster) -> None:
    """Without a node group or a profile that asks for container nodes nothing of them runs."""
    asking = [*cluster.nodegroups.values(), *cluster.fargate_profiles.values()]
    if not any(fleets.asks_for_containers(record) for record in asking):
        eks.container_nodes.release(cluster.plane_name)


def _patience(eks: Eks, names: list[str]) -> float:
    """Local seconds for evictions: the scaled limit, but pods with containers start and end in their own time."""
    real = eks.container_nodes.running() & set(names)
    return max(eks.cloud.seconds(draining.LIMIT_SECONDS), REAL_PATIENCE if real else 0.0)


def _unavailable(nodegroup: Record, size: int) -> int:
    """How many nodes may be replaced at once: https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupUpdateConfig.html"""
    config = nodegroup["updateConfig"]
    share = config.get("maxUnavailablePercentage")
    return max(1, size * int(share) // 100 if share else int(config.get("maxUnavailable") or 1))


def _name(node: Node) -> str:
    return str(node["metadata"]["name"])


def nodes_of(api: Api, label: str, value: str) -> list[Node]:
    """The Node objects with a label. Raises ApiError."""
    found: list[Node] = api.get(f"/api/v1/nodes?labelSelector={label}%3D{value}")["items"]
    return found


def await_nodes(api: Api, names: list[str], check: Callable[[list[str]], None]) -> None:
    """Wait until nodes are Ready. check: raises where those that are not cannot become so. Raises ControlPlaneError, ApiError."""
    deadline = time.monotonic() + NODE_PATIENCE
    while True:
        items = api.get("/api/v1/nodes")["items"]
        ready = {
            _name(node)
            for node in items
            if any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"].get("conditions", []))
        }
        waiting = sorted(set(names) - ready)
        if not waiting:
            return
        check(waiting)
        if time.monotonic() > deadline:
            raise ControlPlaneError(
                f"nodes {', '.join(waiting)} are not Ready after {NODE_PATIENCE:.0f} s (the logs of kwok and kubelets tell more)"
            )
        time.sleep(0.1)


def activate_nodegroup(eks: Eks, cluster: Cluster, nodegroup: Record) -> None:
    """Bring a node group's nodes up; ACTIVE, or CREATE_FAILED with the reason."""
    try:
        sync_nodes(eks, cluster, nodegroup)
    except (ControlPlaneError, ApiError, ContainerNodesError, NodeRoleError) as error:
        code = getattr(error, "code", "NodeCreationFailure")
        with eks.cloud.lock:
            nodegroup["status"] = "CREATE_FAILED"
            nodegroup["health"] = {"issues": [{"code": code, "message": str(error), "resourceIds": []}]}
        raise
    with eks.cloud.lock:
        if nodegroup["status"] == "CREATING":
            nodegroup["status"], nodegroup["modifiedAt"] = "ACTIVE", now()


def retire_nodegroup(eks: Eks, cluster: Cluster, nodegroup: Record) -> None:
    """Remove a node group's nodes, then the group; with the last that asked for container nodes, what these share."""
    with eks.running(cluster).nodes_lock:
        present = nodes_of(eks.api(cluster), nodes.GROUP_LABEL, nodegroup["nodegroupName"])
        _retire(eks, cluster, [_name(node) for node in present])
        with eks.cloud.lock:
            cluster.nodegroups.pop(nodegroup["nodegroupName"], None)
        _release(eks, cluster)


def activate_profile(eks: Eks, cluster: Cluster, profile: Record) -> None:
    """Have pods of the profile's selectors wait for their own nodes; ACTIVE once the API server does so. Raises ApiError."""
    api = eks.api(cluster)
    fargate.install(api, profile)
    until = time.monotonic() + NODE_PATIENCE
    marked = fargate.marks(api, profile)
    while not marked and time.monotonic() < until:
        time.sleep(0.1)
        marked = fargate.marks(api, profile)
    with eks.cloud.lock:
        profile["status"] = "ACTIVE" if marked else "CREATE_FAILED"


def retire_profile(eks: Eks, cluster: Cluster, profile: Record) -> None:
    """Remove the profile's pods and nodes, then the profile."""
    api = eks.api(cluster)
    fargate.uninstall(api, profile)
    present = nodes_of(api, nodes.PROFILE_LABEL, profile["fargateProfileName"])
    with eks.running(cluster).nodes_lock:
        fleets.terminate(eks, api, [_name(node) for node in present])
        with eks.cloud.lock:
            cluster.fargate_profiles.pop(profile["fargateProfileName"], None)
        _release(eks, cluster)
