"""What the tests of container nodes share: whether there can be any, how they are asked for, what they leave behind."""

from __future__ import annotations

import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import kubernetes.client

from localcloud import cli, images, lifecycle
from localcloud.container_nodes import addressing, busybox, machine
from localcloud.kubernetes.nodes import LABEL
from tests.localcloud import registry_support
from tests.localcloud.conftest import RunningCloud, end_cloud
from tests.localcloud.identities import document, trust
from tests.localcloud.kubernetes_access import active_nodegroup, api, wait

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


@contextmanager
def container_cloud() -> Iterator[RunningCloud]:
    """A cloud whose node groups may have container nodes. AssertionError where it leaves anything of them on the machine."""
    before = traces()
    state = Path(tempfile.mkdtemp(prefix="lc-", dir="/tmp"))
    state.chmod(0o755)
    running = RunningCloud(state, start(state))
    try:
        yield running
    finally:
        end_cloud(running)
        assert traces(state) == before


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


def core_of(cloud: RunningCloud, cluster: str) -> Any:
    """A client of the cluster, once pods may be made in its namespace `default`."""
    found = kubernetes.client.CoreV1Api(api(cloud, cluster))
    wait("service account", lambda: found.list_namespaced_service_account("default").items)
    return found


def program() -> bytes:
    """The static busybox of this machine."""
    path = shutil.which("busybox", path="/usr/bin:/bin")
    assert path is not None
    return Path(path).read_bytes()


def archive(reference: str, **content: Any) -> bytes:
    """The OCI archive of an image of busybox. content: as of `busybox.archive`."""
    return busybox.archive(reference=reference, **{"busybox": program(), "machine": platform.machine(), **content})


def imported(cloud: RunningCloud, reference: str, **content: Any) -> str:
    """Have an image of busybox on every node that is there; its name. content: as of `busybox.archive`."""
    path = cloud.state / f"{reference.rpartition('/')[2].partition(':')[0]}.tar"
    path.write_bytes(archive(reference, **content))
    assert cli.main(["load-image", "--state", str(cloud.state), str(path)]) == 0
    return reference


def pushed(cloud: RunningCloud, repository: str, content: bytes, region: str | None = None) -> str:
    """Digest of the one image of an OCI archive, pushed into a repository that is there."""
    client = registry_support.Client(cloud.client("ecr", region))
    with tarfile.open(fileobj=io.BytesIO(content)) as members:
        files = [(each.name, members.extractfile(each)) for each in members.getmembers() if each.isfile()]
        read = {name: file.read() for name, file in files if file is not None}
    digest = str(json.loads(read["index.json"])["manifests"][0]["digest"])
    manifest = read[f"blobs/sha256/{digest.partition(':')[2]}"]
    for blob in [json.loads(manifest)["config"], *json.loads(manifest)["layers"]]:
        client.blob(repository, read[f"blobs/sha256/{blob['digest'].partition(':')[2]}"])
    put = client("PUT", f"/v2/{repository}/manifests/{digest}", data=manifest, headers=registry_support.MANIFEST)
    assert put.status_code == 201, put.text
    return digest


def for_another_platform(cloud: RunningCloud, repository: str, digest: str, size: int) -> str:
    """Digest of an index, in the repository, that has this image of `size` bytes of manifest for s390x and nothing else."""
    described = {
        "mediaType": images.MANIFEST_TYPE, "digest": digest, "size": size,
        "platform": {"os": "linux", "architecture": "s390x"},
    }  # fmt: skip
    index = {"schemaVersion": 2, "mediaType": registry_support.INDEX_TYPE, "manifests": [described]}
    put = cloud.client("ecr").put_image(
        repositoryName=repository, imageManifest=json.dumps(index), imageManifestMediaType=registry_support.INDEX_TYPE,
        imageTag="other",
    )  # fmt: skip
    return str(put["image"]["imageId"]["imageDigest"])


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
