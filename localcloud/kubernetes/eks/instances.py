"""The nodes of a cluster's node groups and Fargate profiles: made in the real API server what the EKS API says of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from localcloud.kubernetes import nodes
from localcloud.kubernetes.api import STRATEGIC_PATCH, Api, ApiError
from localcloud.kubernetes.control_plane import ControlPlaneError
from localcloud.kubernetes.eks import fargate
from localcloud.kubernetes.eks.model import Cluster, Record, now

if TYPE_CHECKING:
    from localcloud.kubernetes.eks.service import Eks

NODE_PATIENCE = 90.0


def sync_nodes(eks: Eks, cluster: Cluster, nodegroup: Record) -> None:
    """Make the nodes of a group what it says; returns when all are Ready. Raises ControlPlaneError, ApiError."""
    api, running = eks.api(cluster), eks.running(cluster)
    with running.lock:
        if cluster.nodegroups.get(nodegroup["nodegroupName"]) is not nodegroup:
            return  # deleted meanwhile
        wanted = {
            node["metadata"]["name"]: node
            for node in nodes.wanted(
                cluster.name, cluster.region, nodegroup, cluster.subnets(nodegroup["subnets"]), running.kubelet_port
            )
        }
        present = {
            node["metadata"]["name"]: node for node in _nodes(api, nodes.GROUP_LABEL, nodegroup["nodegroupName"])
        }
        for name, node in wanted.items():
            if name in present:
                _adjust(api, present[name], node)
            else:
                api.create("/api/v1/nodes", node)
        _await_nodes(api, set(wanted))
        for name in set(present) - set(wanted):
            _remove_node(api, name)


def _nodes(api: Api, label: str, value: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/api/v1/nodes?labelSelector={label}%3D{value}")["items"]
    return found


def _adjust(api: Api, present: dict[str, Any], node: dict[str, Any]) -> None:
    name = node["metadata"]["name"]
    gone = dict.fromkeys(set(present["metadata"]["labels"]) - set(node["metadata"]["labels"]))
    taints = [taint for taint in present["spec"].get("taints", []) if taint["key"].startswith("node.kubernetes.io/")]
    body = {
        "metadata": {"labels": {**gone, **node["metadata"]["labels"]}},
        "spec": {"taints": taints + node["spec"].get("taints", [])},
    }
    api.patch(f"/api/v1/nodes/{name}", body)
    api.patch(
        f"/api/v1/nodes/{name}/status",
        {"status": {"daemonEndpoints": node["status"]["daemonEndpoints"]}},
        STRATEGIC_PATCH,
    )


def _await_nodes(api: Api, names: set[str]) -> None:
    deadline = time.monotonic() + NODE_PATIENCE
    while True:
        items = api.get("/api/v1/nodes")["items"]
        ready = {
            node["metadata"]["name"]
            for node in items
            if any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"].get("conditions", []))
        }
        if names <= ready:
            return
        if time.monotonic() > deadline:
            raise ControlPlaneError(
                f"nodes {', '.join(sorted(names - ready))} are not Ready after {NODE_PATIENCE:.0f} s (kwok's log tells more)"
            )
        time.sleep(0.1)


def _remove_node(api: Api, name: str) -> None:
    api.patch(f"/api/v1/nodes/{name}", {"spec": {"unschedulable": True}})
    for pod in api.get(f"/api/v1/pods?fieldSelector=spec.nodeName%3D{name}")["items"]:
        api.delete(
            f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}",
            {"gracePeriodSeconds": 0},
        )
    api.delete(f"/api/v1/nodes/{name}")


def activate_nodegroup(eks: Eks, cluster: Cluster, nodegroup: Record) -> None:
    """Bring a node group's nodes up; ACTIVE, or CREATE_FAILED with the reason."""
    try:
        sync_nodes(eks, cluster, nodegroup)
    except (ControlPlaneError, ApiError) as error:
        with eks.cloud.lock:
            nodegroup["status"] = "CREATE_FAILED"
            nodegroup["health"] = {
                "issues": [{"code": "NodeCreationFailure", "message": str(error), "resourceIds": []}]
            }
        raise
    with eks.cloud.lock:
        if nodegroup["status"] == "CREATING":
            nodegroup["status"], nodegroup["modifiedAt"] = "ACTIVE", now()


def retire_nodegroup(eks: Eks, cluster: Cluster, nodegroup: Record) -> None:
    """Remove a node group's nodes, then the group."""
    api = eks.api(cluster)
    with eks.running(cluster).lock:
        for node in _nodes(api, nodes.GROUP_LABEL, nodegroup["nodegroupName"]):
            _remove_node(api, node["metadata"]["name"])
    with eks.cloud.lock:
        cluster.nodegroups.pop(nodegroup["nodegroupName"], None)


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
    for node in _nodes(api, nodes.PROFILE_LABEL, profile["fargateProfileName"]):
        _remove_node(api, node["metadata"]["name"])
    with eks.cloud.lock:
        cluster.fargate_profiles.pop(profile["fargateProfileName"], None)
