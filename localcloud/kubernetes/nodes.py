"""The Kubernetes nodes that stand for the instances of a node group: names, labels, capacity. Pure.

Capacity by instance type: https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html
What a node keeps for itself: https://github.com/awslabs/amazon-eks-ami (max pods, kube-reserved)
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from typing import Any

#: A node group may ask by it for container nodes; else its nodes say `kwok`.
LABEL = "localcloud.creator.platform/node"
#: On every node that kwok plays, whatever the label of its group asks for.
PLAYED = "localcloud.creator.platform/played"
GROUP_LABEL = "eks.amazonaws.com/nodegroup"
PROFILE_LABEL = "eks.amazonaws.com/fargate-profile"
#: Size -> (vCPU, pods that the network interfaces hold).
SIZES = {
    "nano": (2, 4),
    "micro": (2, 4),
    "small": (2, 11),
    "medium": (2, 17),
    "large": (2, 29),
    "xlarge": (4, 58),
    "2xlarge": (8, 58),
    "4xlarge": (16, 234),
    "8xlarge": (32, 234),
    "12xlarge": (48, 234),
    "16xlarge": (64, 737),
    "24xlarge": (96, 737),
}
#: GiB of the burstable small sizes; the others have a ratio of memory to vCPU by family.
SMALL = {"nano": 0.5, "micro": 1.0, "small": 2.0, "medium": 4.0}
RATIO = {"c": 2, "m": 4, "t": 4, "r": 8, "x": 16}
TYPE = re.compile(r"(?P<family>[a-z])\w*\.(?P<size>\w+)")


@dataclass(frozen=True)
class Subnet:
    """Where a node may stand."""

    id: str
    zone: str
    cidr: str


@dataclass(frozen=True)
class Capacity:
    """vCPU, GiB of memory, pods."""

    cpu: int
    memory: float
    pods: int


def capacity(instance_type: str) -> Capacity:
    """Size of an instance type; that of m5.large for a type that the table does not know."""
    match = TYPE.fullmatch(instance_type)
    if match is None or match["size"] not in SIZES or match["family"] not in RATIO:
        return Capacity(2, 8.0, 29)
    cpu, pods = SIZES[match["size"]]
    memory = SMALL.get(match["size"]) or float(cpu * RATIO[match["family"]])
    return Capacity(cpu, memory, pods)


def status_resources(size: Capacity) -> dict[str, dict[str, str]]:
    """`capacity` and `allocatable` of a node: less what kubelet and system keep."""
    reserved_cpu = 60 + (10 if size.cpu > 1 else 0) + 5 * max(0, min(size.cpu, 4) - 2) + int(2.5 * max(0, size.cpu - 4))
    reserved_memory = 255 + 11 * size.pods + 100
    total = int(size.memory * 1024)
    return {
        "capacity": {"cpu": str(size.cpu), "memory": f"{total}Mi", "pods": str(size.pods), "ephemeral-storage": "20Gi"},
        "allocatable": {
            "cpu": f"{size.cpu * 1000 - reserved_cpu}m",
            "memory": f"{max(64, total - reserved_memory)}Mi",
            "pods": str(size.pods),
            "ephemeral-storage": "18Gi",
        },
    }


def address(subnet: Subnet, seed: str) -> str:
    """An address in the subnet that belongs to `seed`; the first four and the last are AWS's own."""
    network = ipaddress.ip_network(subnet.cidr)
    usable = max(1, network.num_addresses - 5)
    offset = int(hashlib.sha256(seed.encode()).hexdigest()[:12], 16) % usable
    return str(network[min(4 + offset, network.num_addresses - 1)])


def node(
    cluster: str,
    region: str,
    subnet: Subnet,
    seed: str,
    *,
    instance_type: str,
    labels: dict[str, str],
    taints: list[dict[str, str]],
    version: str,
    kubelet_port: int,
    size: Capacity | None = None,
) -> dict[str, Any]:
    """A Node object with status, not Ready yet.

    labels: beside the usual ones. version: Kubernetes version of the node group.
    """
    ip = address(subnet, seed)
    prefix = (
        "fargate-ip" if PROFILE_LABEL in labels or labels.get("eks.amazonaws.com/compute-type") == "fargate" else "ip"
    )
    name = f"{prefix}-{ip.replace('.', '-')}.{region}.compute.internal"
    instance = f"i-{hashlib.sha256(f'{cluster} {seed}'.encode()).hexdigest()[:17]}"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "node.kubernetes.io/instance-type": instance_type,
                "topology.kubernetes.io/region": region,
                "topology.kubernetes.io/zone": subnet.zone,
                "failure-domain.beta.kubernetes.io/zone": subnet.zone,
                LABEL: "kwok",
                **labels,
                PLAYED: "true",
            },
        },
        "spec": {"providerID": f"aws:///{subnet.zone}/{instance}", **({"taints": taints} if taints else {})},
        "status": {
            **status_resources(size or capacity(instance_type)),
            "addresses": [
                {"type": "InternalIP", "address": ip},
                {"type": "InternalDNS", "address": name},
                {"type": "Hostname", "address": name},
                {"type": "ExternalDNS", "address": "localhost"},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet_port}},
            "nodeInfo": {
                "architecture": "amd64",
                "operatingSystem": "linux",
                "osImage": "Amazon Linux 2023 (simulated by kwok)",
                "kernelVersion": "6.12.0",
                "containerRuntimeVersion": "containerd://2.1.5",
                "kubeletVersion": f"v{version}.0-eks-local",
                "kubeProxyVersion": "",
                "bootID": "",
                "machineID": "",
                "systemUUID": instance,
            },
        },
    }


def taints_of(nodegroup: dict[str, Any]) -> list[dict[str, str]]:
    """Taints as Kubernetes spells them (the EKS API writes NO_SCHEDULE)."""
    effects = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
    return [
        {
            "key": taint["key"],
            **({"value": taint["value"]} if taint.get("value") else {}),
            "effect": effects[taint["effect"]],
        }
        for taint in nodegroup["taints"]
    ]


def labels_of(nodegroup: dict[str, Any]) -> dict[str, str]:
    """Labels of all nodes of a node group."""
    template = nodegroup.get("launchTemplate")
    source = {
        "eks.amazonaws.com/sourceLaunchTemplateId": template["id"],
        "eks.amazonaws.com/sourceLaunchTemplateVersion": str(template["version"]),
    } if template else {}  # fmt: skip
    return {
        **nodegroup["labels"],
        **source,
        GROUP_LABEL: nodegroup["nodegroupName"],
        "eks.amazonaws.com/capacityType": nodegroup["capacityType"],
        "eks.amazonaws.com/nodegroup-image": nodegroup["releaseVersion"],
    }


def generation(nodegroup: dict[str, Any]) -> str:
    """What a node cannot change: a node group that says something else of it has new nodes."""
    template = nodegroup.get("launchTemplate")
    return " ".join([nodegroup["releaseVersion"], *([template["id"], str(template["version"])] if template else [])])


def instance_type(nodegroup: dict[str, Any]) -> str:
    """The first of the node group's types; m5.large where its launch template says."""
    return str((nodegroup.get("instanceTypes") or ["m5.large"])[0])


def reserved(size: Capacity, cpus: int, memory: int) -> dict[str, str]:
    """What a kubelet has to reserve so that its machine offers to pods what an instance of that size does.

    cpus, memory: of the machine, and MiB of it beside what the kubelet keeps anyway. Nothing where the machine has less.
    """
    offered = status_resources(size)["allocatable"]
    cpu = 1000 * cpus - int(offered["cpu"].removesuffix("m"))
    mebibytes = memory - int(offered["memory"].removesuffix("Mi"))
    return {"cpu": f"{max(0, cpu)}m", "memory": f"{max(0, mebibytes)}Mi"}


def shortage(size: Capacity, cpus: int, memory: int) -> str | None:
    """One clause that says what a machine has less than an instance of that size; None where it has enough. memory: MiB."""
    offered = status_resources(size)["allocatable"]
    if 1000 * cpus >= int(offered["cpu"].removesuffix("m")) and memory >= int(offered["memory"].removesuffix("Mi")):
        return None
    return f"{size.cpu} vCPU and {size.memory:g} GiB, of which this machine has {cpus} and {memory / 1024:.1f}"


def wanted(
    cluster: str, region: str, nodegroup: dict[str, Any], subnets: list[Subnet], kubelet_port: int
) -> list[dict[str, Any]]:
    """The nodes that a node group should have: spread over its subnets, the same ones at every call."""
    made, taken = [], set()
    for index in range(nodegroup["scalingConfig"]["desiredSize"]):
        subnet = subnets[index % len(subnets)]
        # A new AMI release or template is a new instance, with a new name and address.
        seed = f"{nodegroup['nodegroupArn']} {generation(nodegroup)} {index}"
        while address(subnet, seed) in taken:
            seed += "'"
        taken.add(address(subnet, seed))
        made.append(
            node(
                cluster,
                region,
                subnet,
                seed,
                instance_type=instance_type(nodegroup),
                labels=labels_of(nodegroup),
                taints=taints_of(nodegroup),
                version=nodegroup["version"],
                kubelet_port=kubelet_port,
            )
        )
    return made
