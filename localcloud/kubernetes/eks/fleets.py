"""Where the nodes of a node group come from: kwok, which plays them, or kubelets with containers."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, Protocol

from localcloud.container_nodes.addressing import CONTAINER
from localcloud.container_nodes.instance import Target
from localcloud.container_nodes.objects import GENERATION, Launch
from localcloud.kubernetes import nodes
from localcloud.kubernetes.api import STRATEGIC_PATCH, Api
from localcloud.kubernetes.eks import instance_profiles
from localcloud.kubernetes.eks.model import Cluster, Record

if TYPE_CHECKING:
    from localcloud.container_nodes.service import ContainerNodes
    from localcloud.kubernetes.eks.service import Eks

Node = dict[str, Any]


class Fleet(Protocol):
    """The nodes of one node group. Names are those of Node objects."""

    def kept(self, present: list[Node]) -> list[str]:
        """Which of the nodes that are there may stay: those that a new node would not differ from."""

    def update(self, present: list[Node]) -> None:
        """Give nodes that stay the labels and taints of the group, and start them where they do not run. Raises ApiError."""

    def launch(self, kept: Collection[str]) -> list[str]:
        """Start what is missing beside `kept`; the names of the new nodes, which are not Ready yet. Raises ApiError."""

    def check(self, names: list[str]) -> None:
        """Raise where nodes that are waited for cannot become Ready any more."""


def terminate(eks: Eks, api: Api, names: Collection[str]) -> None:
    """End nodes of either kind with whatever is there, and remove them from the cluster. Raises ApiError, ContainerNodesError."""
    running = sorted(eks.container_nodes.running() & set(names))
    if running:
        eks.container_nodes.terminate(running)
    for name in names:
        remove_node(api, name)


def remove_node(api: Api, name: str) -> None:
    """Delete the pods of a node at once, then the node. Raises ApiError."""
    for pod in api.get(f"/api/v1/pods?fieldSelector=spec.nodeName%3D{name}")["items"]:
        api.delete(
            f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}",
            {"gracePeriodSeconds": 0},
        )
    api.delete(f"/api/v1/nodes/{name}")


def _adjust(api: Api, present: Node, labels: dict[str, str], taints: list[dict[str, str]]) -> None:
    gone = dict.fromkeys(set(present["metadata"]["labels"]) - set(labels))
    usual = [taint for taint in present["spec"].get("taints", []) if taint["key"].startswith("node.kubernetes.io/")]
    body = {"metadata": {"labels": {**gone, **labels}}, "spec": {"taints": usual + taints}}
    api.patch(f"/api/v1/nodes/{present['metadata']['name']}", body)


class Played:
    """Nodes that kwok plays, under the names that the node group gives them."""

    def __init__(self, api: Api, cluster: Cluster, nodegroup: Record, kubelet_port: int) -> None:
        subnets = cluster.subnets(nodegroup["subnets"])
        made = nodes.wanted(cluster.name, cluster.region, nodegroup, subnets, kubelet_port)
        self._api, self._wanted = api, {node["metadata"]["name"]: node for node in made}

    def kept(self, present: list[Node]) -> list[str]:
        """Those that are wanted under their name."""
        return [name for node in present if (name := node["metadata"]["name"]) in self._wanted]

    def update(self, present: list[Node]) -> None:
        """Labels, taints, and the port of their kubelet, which changes with a restart. Raises ApiError."""
        for node in present:
            wanted = self._wanted[node["metadata"]["name"]]
            _adjust(self._api, node, wanted["metadata"]["labels"], wanted["spec"].get("taints", []))
            port = {"status": {"daemonEndpoints": wanted["status"]["daemonEndpoints"]}}
            self._api.patch(f"/api/v1/nodes/{node['metadata']['name']}/status", port, STRATEGIC_PATCH)

    def launch(self, kept: Collection[str]) -> list[str]:
        """Create the others. Raises ApiError."""
        missing = [name for name in self._wanted if name not in kept]
        for name in missing:
            self._api.create("/api/v1/nodes", self._wanted[name])
        return missing

    def check(self, names: list[str]) -> None:
        """Nothing can end here."""


@dataclass(frozen=True)
class Containers:
    """Nodes with containers. zones: of the node group's subnets."""

    api: Api
    nodegroup: Record
    nodes: ContainerNodes
    cluster: Cluster
    zones: tuple[str, ...]

    def kept(self, present: list[Node]) -> list[str]:
        """Those of the same generation, at most as many as are desired; the newest go first."""
        generation = self._generation
        found = [
            node["metadata"]["name"]
            for node in sorted(present, key=lambda node: str(node["metadata"]["creationTimestamp"]))
            if (node["metadata"].get("annotations") or {}).get(GENERATION) == generation
            and nodes.PLAYED not in node["metadata"]["labels"]
        ]
        return found[: self.nodegroup["scalingConfig"]["desiredSize"]]

    @property
    def _generation(self) -> str:
        return f"{nodes.generation(self.nodegroup)} {nodes.instance_type(self.nodegroup)}"

    def update(self, present: list[Node]) -> None:
        """Labels and taints of those that run; the others are started under their names. Raises ApiError, ContainerNodesError."""
        running = self.nodes.running()
        again = []
        for node in present:
            zone = node["metadata"]["labels"]["topology.kubernetes.io/zone"]
            launch = self._launch(zone, node["spec"]["providerID"].rpartition("/")[2])
            if node["metadata"]["name"] not in running:
                again.append((node["metadata"]["name"], launch))
                continue
            own = {key: value for key, value in node["metadata"]["labels"].items() if key.split("/")[0] in _OF_NODES}
            _adjust(self.api, node, {**own, **launch.labels}, [dict(taint) for taint in launch.taints])
        if again:
            self.nodes.launch(again)

    def launch(self, kept: Collection[str]) -> list[str]:
        """Start new ones, zone after zone. Raises ApiError, ContainerNodesError, NodeRoleError."""
        missing = self.nodegroup["scalingConfig"]["desiredSize"] - len(kept)
        if missing <= 0:
            return []
        zones = cycle(self.zones[len(kept) % len(self.zones) :] + self.zones[: len(kept) % len(self.zones)])
        made: list[tuple[str | None, Launch]] = [
            (None, self._launch(next(zones), f"i-{uuid.uuid4().hex[:17]}")) for _ in range(missing)
        ]
        return self.nodes.launch(made)

    def _launch(self, zone: str, instance: str) -> Launch:
        instance_type = nodes.instance_type(self.nodegroup)
        return Launch(
            instance, instance_type, nodes.capacity(instance_type), zone, self.nodegroup["nodeRole"], self._generation,
            nodes.labels_of(self.nodegroup), nodes.taints_of(self.nodegroup), instance_profiles.SERVICE,
            f"arn:aws:ec2:{self.cluster.region}:{self.cluster.account}:instance/{instance}",
        )  # fmt: skip

    def check(self, names: list[str]) -> None:
        """Raises ContainerNodesError where a process has ended."""
        self.nodes.check(names)


#: Prefixes of labels that say what a node is; the others are those of its group.
_OF_NODES = {
    "kubernetes.io", "beta.kubernetes.io", "node.kubernetes.io", "topology.kubernetes.io", "failure-domain.beta.kubernetes.io",
}  # fmt: skip


def asks_for_containers(record: Record) -> bool:
    """Whether a node group by its labels, or a Fargate profile by its tags, wants nodes that run containers."""
    return bool((record["labels"] if "labels" in record else record["tags"]).get(nodes.LABEL) == CONTAINER)


def target(eks: Eks, cluster: Cluster) -> Target:
    """The cluster as its container nodes know it. Raises ControlPlaneError."""
    running, api = eks.running(cluster), eks.api(cluster)
    return Target(cluster.plane_name, api, running.plane.folder, cluster.region, eks.agent_port())


def of(eks: Eks, cluster: Cluster, nodegroup: Record) -> Fleet:
    """The fleet of a node group: of containers where it asks for them and they can be, else of kwok. Raises ControlPlaneError."""
    running, api = eks.running(cluster), eks.api(cluster)
    zones = tuple(sorted({subnet.zone for subnet in cluster.subnets(nodegroup["subnets"])}))
    if asks_for_containers(nodegroup) and zones and eks.container_nodes.take(target(eks, cluster)):
        return Containers(api, nodegroup, eks.container_nodes, cluster, zones)
    return Played(api, cluster, nodegroup, running.kubelet_port)
