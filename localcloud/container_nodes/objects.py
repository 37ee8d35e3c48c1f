"""What the node side puts into the cluster: its Nodes, the API server's endpoints, the DNS. Pure but for the processor's name."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.container_nodes.addressing import APISERVER_PORT, BRIDGE, DNS_PORT, Node
from localcloud.container_nodes.busybox import ARCHITECTURES
from localcloud.kubernetes.nodes import Capacity

#: Annotation of a Node: which generation of its node group it is.
GENERATION = "localcloud.creator.platform/generation"
#: In whose name CoreDNS reads the cluster.
DNS_USER = "system:coredns"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"


@dataclass(frozen=True)
class Launch:
    """What a node group or a Fargate profile says of one node.

    role: ARN of the node role; generation: see kubernetes.nodes.generation; service: who assumes the role; source: ARN of that
    for which it does so.
    """

    instance: str
    instance_type: str
    size: Capacity
    zone: str
    role: str
    generation: str
    labels: Mapping[str, str]
    taints: Sequence[Mapping[str, str]]
    service: str
    source: str

    @property
    def provider_id(self) -> str:
        """`aws:///<zone>/<instance id>`, as nodes of EKS have it."""
        return f"aws:///{self.zone}/{self.instance}"


def node_object(node: Node, launch: Launch, region: str) -> dict[str, Any]:
    """The Node that the kubelet finds and fills in; its addresses are ours, as a cloud provider gives them.

    ExternalDNS is how the API server reaches it: `localhost`, where the proxy listens on the kubelet's port.
    """
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node.name,
            "annotations": {GENERATION: launch.generation},
            "labels": {
                "kubernetes.io/hostname": node.name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": ARCHITECTURES.get(platform.machine(), platform.machine()),
                "node.kubernetes.io/instance-type": launch.instance_type,
                "topology.kubernetes.io/region": region,
                "topology.kubernetes.io/zone": launch.zone,
                "failure-domain.beta.kubernetes.io/zone": launch.zone,
                **launch.labels,
            },
        },
        "spec": {"providerID": launch.provider_id, "taints": list(launch.taints)},
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": node.address},
                {"type": "Hostname", "address": node.name},
                {"type": "ExternalDNS", "address": "localhost"},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": node.kubelet_port}},
        },
    }


def cluster_objects(dns: str) -> dict[str, dict[str, Any]]:
    """Path of each object -> the object, for server-side apply. dns: address of the Service of the cluster's DNS."""
    both = [
        {"name": name, "port": DNS_PORT, "protocol": name.removeprefix("dns-").upper()}
        for name in ("dns-udp", "dns-tcp")
    ]
    slices = "/apis/discovery.k8s.io/v1/namespaces"
    return {
        # The API server was told not to write this one: without container nodes nobody could reach the address.
        f"{slices}/default/endpointslices/kubernetes": _slice(
            "default", "kubernetes", BRIDGE, [{"name": "https", "port": APISERVER_PORT, "protocol": "TCP"}]
        ),
        "/api/v1/namespaces/kube-system/services/kube-dns": {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "kube-dns", "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
            # Without a selector: no pod of it runs, but a process beside the kubelet.
            "spec": {"clusterIP": dns, "ports": both},
        },
        f"{slices}/kube-system/endpointslices/kube-dns": _slice("kube-system", "kube-dns", BRIDGE, both),
        f"{_RBAC}/clusterroles/{DNS_USER}": {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": DNS_USER},
            "rules": [
                {"apiGroups": [""], "resources": ["services", "pods", "namespaces"], "verbs": ["list", "watch"]},
                {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
            ],
        },
        f"{_RBAC}/clusterrolebindings/{DNS_USER}": {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": DNS_USER},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": DNS_USER},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": DNS_USER}],
        },
    }


def _slice(namespace: str, service: str, address: str, ports: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "addressType": "IPv4",
        "metadata": {
            "name": service,
            "namespace": namespace,
            "labels": {"kubernetes.io/service-name": service},
        },
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
        "ports": ports,
    }
