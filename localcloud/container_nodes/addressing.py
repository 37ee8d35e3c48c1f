"""Names and addresses of the node side, all derived from the state folder. Pure.

Everything has an address of the range for benchmarks, which nothing routes: https://www.rfc-editor.org/rfc/rfc2544#appendix-C.2.2
The namespace has no interface that leads out, so two of them may use the same addresses at the same time.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass

#: Where pods find what stands on the machine's loopback: each port is one line of the proxy, and nothing else answers.
BRIDGE = "198.18.0.1"
NETWORK = "198.18.0.0/16"
APISERVER_PORT = 6443
AWS_PORT = 4566
REGISTRY_PORT = 5000
#: Where the cluster's DNS listens, at BRIDGE. Pods ask at the address of its Service.
DNS_PORT = 53
DNS_DOMAIN = "cluster.local"
#: Third octet of a node's pod network; the nodes themselves are in 198.18.0.0/24.
MOST_NODES = 20
#: Value of the label, and of the taint that keeps away whatever does not ask for a container node.
CONTAINER = "container"


@dataclass(frozen=True)
class Node:
    """One container node: `address` in the namespace, `pods` its pod network, `kubelet_port` there and on loopback alike."""

    index: int
    kubelet_port: int = 0

    @property
    def address(self) -> str:
        """Address of the kubelet."""
        return f"198.18.0.{100 + self.index}"

    @property
    def pods(self) -> str:
        """Network of the node's pods."""
        return f"198.18.{1 + self.index}.0/24"

    @property
    def name(self) -> str:
        """Name of the Node object."""
        return f"container-{self.index}"


def namespace_name(state: str) -> str:
    """Name of the network namespace, and of the control groups, of a state folder: `localcloud-<8 hex digits>`."""
    return f"localcloud-{hashlib.sha256(state.encode()).hexdigest()[:8]}"


def local_addresses(nodes: int) -> list[str]:
    """The addresses that stand on the namespace's loopback interface."""
    return [BRIDGE, *(Node(index).address for index in range(nodes))]


def first_service_address(service_cidr: str) -> str:
    """Address of the Service `kubernetes`: the first of the range, as the API server takes it."""
    return str(ipaddress.ip_network(service_cidr)[1])


def dns_address(first: str) -> str:
    """Address of the Service of the cluster's DNS: the tenth of the range, as on EKS. first: that of the Service `kubernetes`.

    https://docs.aws.amazon.com/eks/latest/userguide/managing-coredns.html
    """
    return str(ipaddress.ip_address(first) + 9)


def parse_count(text: str) -> int:
    """How many container nodes are asked for. ValueError where it is no number from 0 to MOST_NODES."""
    if not text.isdigit() or int(text) > MOST_NODES:
        raise ValueError(f"container nodes: expected a number from 0 to {MOST_NODES}, found {text!r}")
    return int(text)
