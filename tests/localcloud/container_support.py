"""What the tests of container nodes share: whether there can be any, how they are asked for, what they leave behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3

from localcloud import lifecycle
from localcloud.container_nodes import addressing, machine
from localcloud.kubernetes.nodes import LABEL
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.identities import document, trust
from tests.localcloud.kubernetes_access import active_nodegroup

#: Where a pod has to ask for to land on a container node.
PLACE: dict[str, Any] = {
    "nodeSelector": {LABEL: addressing.CONTAINER},
    "tolerations": [{"key": LABEL, "operator": "Equal", "value": addressing.CONTAINER, "effect": "NoSchedule"}],
}
NODE_POLICIES = [
    f"arn:aws:iam::aws:policy/{name}" for name in ("AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy")
]
#: Why this machine can have none, None where it can.
REASON = machine.obstacle(Path(tempfile.gettempdir(), "localcloud"))


def traces(*states: Path) -> dict[str, list[str]]:
    """What the machine has of the things that a node side makes, without what comes and goes by itself.

    Of what bears the name of a local cloud only that of these state folders: others may run beside the tests.
    """
    own = {addressing.namespace_name(str(state)) for state in states}
    return {
        kind: [line for line in found if set(re.findall(r"localcloud-[0-9a-f]{8}", line)) <= own]
        for kind, found in _all_traces().items()
    }


def _all_traces() -> dict[str, list[str]]:
    def lines(*argv: str) -> list[str]:
        return sorted(subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines())

    groups = [str(path) for hierarchy in Path("/sys/fs/cgroup").glob("*") for path in hierarchy.glob("localcloud-*")]
    settings = (
        "vm/overcommit_memory",
        "vm/panic_on_oom",
        "kernel/panic",
        "kernel/panic_on_oops",
        "net/ipv4/ip_forward",
    )
    namespaces = machine.NAMESPACES.glob("*") if machine.NAMESPACES.is_dir() else ()
    return {
        "links": [line.split(": ")[1] for line in lines("ip", "-o", "link")],
        "addresses": [" ".join(line.split()[1:4]) for line in lines("ip", "-o", "address")],
        "routes": lines("ip", "route"),
        "rules": lines("nft", "list", "ruleset"),
        "mounts": sorted(" ".join(line.split()[:3]) for line in Path("/proc/mounts").read_text().splitlines()),
        "groups": sorted(groups),
        "namespaces": sorted(path.name for path in namespaces),
        "settings": [Path("/proc/sys", path).read_text() for path in settings],
        "files": sorted(
            str(path)
            for folder in ("/run/containerd", "/var/lib/cni", "/var/lib/kubelet", "/var/log/pods", "/opt/containerd")
            for path in (Path(folder), *Path(folder).glob("*"))
            if path.exists()
        ),
    }


def start(state: Path) -> Any:
    return lifecycle.up(state, port=None, factor=0.005, environ=os.environ, say=lambda text: None)


def node_role(cloud: RunningCloud, name: str = "node", *statements: dict[str, Any]) -> str:
    """ARN of a role for nodes, made where it is not there; with these statements, else with AWS's own policies for nodes."""
    iam = cloud.client("iam")
    trusted = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    try:
        arn = str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(trusted))["Role"]["Arn"])
    except iam.exceptions.EntityAlreadyExistsException:
        return str(iam.get_role(RoleName=name)["Role"]["Arn"])
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
    else:
        for policy in NODE_POLICIES:
            iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    return arn


def container_group(cloud: RunningCloud, cluster: str, name: str, size: int, **settings: Any) -> dict[str, Any]:
    """A node group, ACTIVE, whose nodes have containers, and which only pods with PLACE land on."""
    taint = {"key": LABEL, "value": addressing.CONTAINER, "effect": "NO_SCHEDULE"}
    given = {"labels": {LABEL: addressing.CONTAINER}, "taints": [taint], "nodeRole": node_role(cloud), **settings}
    return active_nodegroup(cloud, cluster, name, size, **given)


def container_nodes(cloud: RunningCloud) -> list[dict[str, Any]]:
    """Rows of the status."""
    status = cloud.control.get("status")
    assert status["container_nodes"]["reason"] is None
    return [row for row in status["resources"] if row["kind"] == "container node"]


def ready(cloud: RunningCloud) -> bool:
    rows = container_nodes(cloud)
    return bool(rows) and set(rows[0]["states"]) == {"Ready"}


def python(script: str, **container: Any) -> dict[str, Any]:
    """A container that runs a script with this machine's Python, which has boto3: its folders are mounted into an empty image."""
    places = [Path("/usr"), Path("/lib"), Path("/lib64"), Path(sys.base_prefix), Path(boto3.__file__).parents[1]]
    mounted = [place for place in dict.fromkeys(places) if place.exists()]
    made = {
        "command": [str(Path(sys.executable).resolve()), "-c", script],
        "env": [{"name": "PYTHONPATH", "value": str(places[-1])}, {"name": "PYTHONDONTWRITEBYTECODE", "value": "1"}],
        "volumeMounts": [{"name": f"host-{at}", "mountPath": str(place)} for at, place in enumerate(mounted)],
    }
    volumes = [{"name": f"host-{at}", "hostPath": {"path": str(place)}} for at, place in enumerate(mounted)]
    return {"containers": [{"name": "main", "imagePullPolicy": "Never", **made, **container}], "volumes": volumes}
