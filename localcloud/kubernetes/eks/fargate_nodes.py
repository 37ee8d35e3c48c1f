"""Fargate profiles whose pods run in containers: each pod has a container node of its own, which goes with it.

A profile asks for it by the tag `localcloud.creator.platform/node: container`; pods of other profiles are played by kwok.
https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-configuration.html
"""

from __future__ import annotations

import datetime
import logging
import time
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from localcloud.container_nodes import ContainerNodesError
from localcloud.container_nodes.addressing import CONTAINER
from localcloud.container_nodes.machine import resources
from localcloud.container_nodes.objects import Launch
from localcloud.kubernetes import nodes
from localcloud.kubernetes.api import Api, ApiError
from localcloud.kubernetes.control_plane import ControlPlaneError
from localcloud.kubernetes.eks import fargate, fleets, instances
from localcloud.kubernetes.eks.instance_profiles import NodeRoleError
from localcloud.kubernetes.eks.model import Cluster, Record

if TYPE_CHECKING:
    from localcloud.kubernetes.eks.service import Eks

log = logging.getLogger("localcloud.kubernetes")
#: Who assumes the pod execution role: https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html
SERVICE = "eks-fargate-pods.amazonaws.com"
POLL_SECONDS = 1.0
#: What Fargate gives a pod at most here, as far as the machine has it: vCPU and GiB.
LARGEST = (4, 30)


def place(eks: Eks, cluster: Cluster, pod: dict[str, Any]) -> None:
    """Give a pod that waits for Fargate's scheduler a node: behind this call where it is one with containers. Raises ApiError."""
    profile = fargate.profile_of(cluster, pod)
    if profile is None:
        return
    if not fleets.asks_for_containers(profile) or not eks.container_nodes.possible:
        fargate.place(eks, cluster, pod)
        return
    placing, uid = eks.running(cluster).placing, pod["metadata"]["uid"]
    if uid not in placing:
        placing.add(uid)
        eks.later(cluster, 0, lambda: _place(eks, cluster, profile, pod), f"Fargate node for {pod['metadata']['name']}")


def _place(eks: Eks, cluster: Cluster, profile: Record, pod: dict[str, Any]) -> None:
    api, meta = eks.api(cluster), pod["metadata"]
    try:
        if not eks.container_nodes.take(fleets.target(eks, cluster)):
            fargate.place(eks, cluster, pod)
            return
        (name,) = eks.container_nodes.launch([(None, _launch(cluster, profile))])
        try:
            instances.await_nodes(api, [name], eks.container_nodes.check)
            fargate.bind(api, pod, name)
        except (ApiError, ControlPlaneError, ContainerNodesError):
            fleets.terminate(eks, api, [name])
            raise
    except (ApiError, ControlPlaneError, ContainerNodesError, NodeRoleError) as error:
        log.error("Fargate node for %s/%s: %s", meta["namespace"], meta["name"], error)
        _tell(api, pod, str(error))
        return
    finally:
        eks.running(cluster).placing.discard(meta["uid"])
    _follow(eks, cluster, pod, name)


def _launch(cluster: Cluster, profile: Record) -> Launch:
    subnets = cluster.subnets(profile["subnets"]) or cluster.subnets(cluster.record["resourcesVpcConfig"]["subnetIds"])
    machine, identity = resources(), uuid.uuid4().hex
    size = nodes.Capacity(min(LARGEST[0], machine.cpus), float(min(LARGEST[1], machine.memory // 1024)), 1)
    name = profile["fargateProfileName"]
    labels = {fargate.COMPUTE_LABEL: "fargate", nodes.PROFILE_LABEL: name, nodes.LABEL: CONTAINER}
    taint = {"key": fargate.COMPUTE_LABEL, "value": "fargate", "effect": "NoSchedule"}
    return Launch(
        f"i-{identity[:17]}", "fargate", size, subnets[int(identity[:8], 16) % len(subnets)].zone,
        profile["podExecutionRoleArn"], "fargate", labels, [taint], SERVICE, profile["fargateProfileArn"],
    )  # fmt: skip


def _follow(eks: Eks, cluster: Cluster, pod: dict[str, Any], name: str) -> None:
    """Until the pod is deleted; then its node goes."""
    meta = pod["metadata"]
    path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
    while name in eks.container_nodes.running():
        try:
            found = eks.api(cluster).find(path)
            if found is None or found["metadata"]["uid"] != meta["uid"]:
                fleets.terminate(eks, eks.api(cluster), [name])
                return
        except (ApiError, ControlPlaneError, ContainerNodesError) as error:
            log.debug("Fargate node %s: %s", name, error)  # the next look may go better
        time.sleep(POLL_SECONDS)


def resume(eks: Eks, cluster: Cluster, profile: Record) -> None:
    """After a restart: the nodes of pods that are still there run again, the others go. Raises ApiError, ContainerNodesError."""
    api = eks.api(cluster)
    for node in instances.nodes_of(api, nodes.PROFILE_LABEL, profile["fargateProfileName"]):
        name = node["metadata"]["name"]
        if nodes.PLAYED in node["metadata"]["labels"]:
            continue
        pods = api.get(f"/api/v1/pods?fieldSelector=spec.nodeName%3D{name}")["items"]
        if not pods or not eks.container_nodes.take(fleets.target(eks, cluster)):
            fleets.terminate(eks, api, [name])
            continue
        eks.container_nodes.launch([(name, _launch(cluster, profile))])
        eks.later(cluster, 0, partial(_follow, eks, cluster, pods[0], name), f"Fargate node {name}")


def _tell(api: Api, pod: dict[str, Any], message: str) -> None:
    meta, moment = pod["metadata"], datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {
        "metadata": {"generateName": f"{meta['name']}.", "namespace": meta["namespace"]},
        "type": "Warning", "reason": "FailedScheduling", "message": message, "count": 1,
        "firstTimestamp": moment, "lastTimestamp": moment, "source": {"component": fargate.SCHEDULER},
        "involvedObject": {
            "apiVersion": "v1", "kind": "Pod", "name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"],
        },
    }  # fmt: skip
    try:
        api.create(f"/api/v1/namespaces/{meta['namespace']}/events", event)
    except ApiError as error:
        log.debug("event not told: %s", error)  # the pod's namespace is gone
