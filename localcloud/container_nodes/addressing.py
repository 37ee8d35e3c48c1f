"""Names and addresses of the node side, all derived from the state folder. Pure.

Everything has an address of the range for benchmarks, which nothing routes: https://www.rfc-editor.org/rfc/rfc2544#appendix-C.2.2
The namespace has no interface that leads out, so two of them may use the same addresses at the same time.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Collection
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
#: Nodes are in 198.18.0.0/24 from .100 on; the third octet of a node's pod network is its number.
MOST_NODES = 100
#: Value of the label by which a node group asks for container nodes.
CONTAINER = "container"
MODES = ("auto", "off")
_NAME = re.compile(r"container-(\d+)")


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


def index_of(name: str) -> int | None:
    """The number in the name of a container node; None for the name of any other node."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else None


def free_index(taken: Collection[int], last: int) -> int:
    """The number of the next node: after `last`, so that a name comes again as late as it can. ValueError where none is left."""
    for step in range(1, MOST_NODES + 1):
        index = (last + step) % MOST_NODES
        if index not in taken:
            return index
    raise ValueError(f"{MOST_NODES} container nodes are there: one state folder has no more addresses")


def first_service_address(service_cidr: str) -> str:
    """Address of the Service `kubernetes`: the first of the range, as the API server takes it."""
    return str(ipaddress.ip_network(service_cidr)[1])


def dns_address(first: str) -> str:
    """Address of the Service of the cluster's DNS: the tenth of the range, as on EKS. first: that of the Service `kubernetes`.

    https://docs.aws.amazon.com/eks/latest/userguide/managing-coredns.html
    """
    return str(ipaddress.ip_address(first) + 9)


def parse_mode(text: str) -> bool:
    """Whether container nodes are wanted, by `auto` (where they can be) or `off`. ValueError for another word."""
    if text not in MODES:
        raise ValueError(f"container nodes: expected {' or '.join(MODES)}, found {text!r}")
    return text == MODES[0]


def mode(wanted: bool) -> str:
    """The word that `parse_mode` reads."""
    return MODES[0] if wanted else MODES[1]
