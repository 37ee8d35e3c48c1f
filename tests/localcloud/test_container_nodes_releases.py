"""Releases that cannot run, on real kubelets: the verdict says why in one sentence, and the release before goes on."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.kube import api

from localcloud.container_nodes import namespace
from localcloud.processes import Processes, descendants
from localcloud.registry import build, tokens
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.container_support import (
    PLACE,
    REASON,
    archive,
    container_cloud,
    container_group,
    core_of,
    for_another_platform,
    program,
    pushed,
)
from tests.localcloud.kubernetes_access import active_cluster, wait
from tests.localcloud.rollout_support import SETTINGS, Shop, shop_of

pytestmark = [
    pytest.mark.skipif(REASON is not None, reason=f"no container nodes here: {REASON}"),
    pytest.mark.skipif(build.locate() is None, reason=build.missing() or ""),
]
NAME, REPOSITORY = "main", "platform/web"
#: Bytes of the disk of the node that has a small one, and of an image that does not fit.
DISK, LARGE = 24 << 20, 40 << 20
SERVING: dict[str, Any] = {
    "command": ("/bin/sh", "-c"), "applets": ("sh", "httpd", "sleep"), "files": {"www/index.html": b"a page\n"}
}  # fmt: skip
SERVICE: dict[str, Any] = {
    "replicas": 1,
    "args": ["exec httpd -f -p 8080 -h /www"],
    "node_selector": {"eks.amazonaws.com/nodegroup": "platform"},
    "tolerations": PLACE["tolerations"],
    "termination_grace_seconds": 1,
    "probes": {"readiness": {"path": "/index.html", "period": 1, "failures": 3}},
}


@pytest.fixture(scope="module")
def cloud() -> Iterator[RunningCloud]:
    with container_cloud() as running:
        yield running


@pytest.fixture(scope="module")
def cluster(cloud: RunningCloud) -> Shop:
    found = active_cluster(cloud, NAME)
    container_group(cloud, NAME, "platform", 1)
    uri = cloud.client("ecr").create_repository(repositoryName=REPOSITORY)["repository"]["repositoryUri"]
    return shop_of(cloud, found, uri, [pushed(cloud, REPOSITORY, archive("web:1", **SERVING))])


@pytest.fixture
def shop(cluster: Shop, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """A namespace whose service runs; at its end nothing runs there."""
    found = cluster.use(f"t-{request.node.name.replace('_', '-').removeprefix('test-')}"[:60].rstrip("-"))
    good = found.deploy(**SERVICE)
    assert good["verdict"] == "succeeded", good["message"]
    yield found
    back = found.deploy(**SERVICE)
    assert back["verdict"] == "succeeded", back["message"]
    wait("only the release before", lambda: len(pods(found)) == 1, 30)
    (running,) = pods(found)
    assert running["status"]["containerStatuses"][0]["imageID"].endswith(found.digests[0])
    deployment = api.read(found.client, "Deployment", found.namespace, "web") or {}
    assert api.delete(found.client, "Deployment", found.namespace, "web", uid=deployment["metadata"]["uid"])
    wait("no pods", lambda: not pods(found), 60)


def pods(shop: Shop) -> list[Any]:
    return list(api.list_objects(shop.client, "Pod", shop.namespace).items)


def failed(shop: Shop, reason: str, *words: str, settings: Any = SETTINGS, **service: Any) -> dict[str, Any]:
    """The document of a release that fails, and leaves the pod of the one before alone."""
    (before,) = pods(shop)
    found: dict[str, Any] = shop.deploy(**{**SERVICE, **service}, settings=settings)
    assert (found["verdict"], found["reason"]) == ("failed", reason), [
        found["message"],
        found["workloads"][0]["evidence"],
    ]
    for each in words:
        assert each in found["message"], found["message"]
    (kept,) = [pod for pod in pods(shop) if pod["metadata"]["name"] == before["metadata"]["name"]]
    assert kept["status"]["containerStatuses"][0]["ready"]
    assert found["workloads"][0]["evidence"]["events"]
    return found


def test_an_image_for_another_platform(cloud: RunningCloud, shop: Shop) -> None:
    ecr, wanted = cloud.client("ecr"), [{"imageDigest": shop.digests[0]}]
    (image,) = ecr.batch_get_image(repositoryName=REPOSITORY, imageIds=wanted)["images"]
    other = for_another_platform(cloud, REPOSITORY, shop.digests[0], len(image["imageManifest"]))
    failed(shop, "PlatformMismatch", "is not for the platform of node container-0", image=other)


def test_a_program_for_another_platform(cloud: RunningCloud, shop: Shop) -> None:
    """The image claims to be for this one, as after `COPY` of a program that was built elsewhere."""
    foreign = bytearray(program())
    foreign[18:20] = b"\x16\x00"  # e_machine, of s390: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
    other = pushed(cloud, REPOSITORY, archive("web:3", **SERVING, busybox=bytes(foreign)))
    failed(shop, "CrashLoop", "exec format error", image=other, settings=replace(SETTINGS, timeout=120))


def test_a_credential_that_expired(cloud: RunningCloud, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the pod; the node gets none for this region, as the session of its role has expired too."""
    content, region = cloud.content, cloud.content.dr_region
    ecr = cloud.client("ecr", region)
    uri = ecr.create_repository(repositoryName=REPOSITORY)["repository"]["repositoryUri"]
    other = pushed(cloud, REPOSITORY, archive("web:4", **SERVING), region)
    monkeypatch.setattr(shop, "repository", uri)
    key = (cloud.state / "registry" / "key").read_bytes()
    past = int(time.time()) - 1
    old = tokens.issue(key, tokens.Credential(content.access_key_id, content.account_id, region, past))
    auth = {"auth": base64.b64encode(f"AWS:{old}".encode()).decode()}
    core_of(cloud, NAME).create_namespaced_secret(shop.namespace, {
        "metadata": {"name": "old"}, "type": "kubernetes.io/dockerconfigjson",
        "stringData": {".dockerconfigjson": json.dumps({"auths": {uri.partition("/")[0]: auth}})},
    })  # fmt: skip
    cloud.control.put(
        "faults", {"kind": "expired_credentials", "service": "ecr", "action": "GetAuthorizationToken", "count": 1000}
    )

    def with_secret(deployment: dict[str, Any]) -> None:
        deployment["spec"]["template"]["spec"]["imagePullSecrets"] = [{"name": "old"}]

    try:
        told = failed(shop, "ImagePullDenied", "may not pull", image=other, mutate=with_secret)["message"]
        # Of the credential that was refused, or of having none; which one is told last differs.
        assert "401 Unauthorized" in told or "pull access denied" in told, told
    finally:
        cloud.control.delete("faults")
        monkeypatch.undo()


def test_a_service_that_never_becomes_ready(shop: Shop) -> None:
    probes = {"readiness": {"path": "/nothing.html", "period": 1, "failures": 1}}
    found = failed(shop, "NeverReady", "and is not ready", probes=probes)
    events = found["workloads"][0]["evidence"]["events"]
    assert any("HTTP probe failed with statuscode: 404" in event["message"] for event in events), events


def test_a_disk_that_fills_while_an_image_is_pulled(cloud: RunningCloud, shop: Shop) -> None:
    files = {**SERVING["files"], "large": os.urandom(LARGE)}
    large = pushed(cloud, REPOSITORY, archive("web:5", **{**SERVING, "files": files}))
    # The next node is container-1. It finds its disk there: containerd's root on memory, gone with the node.
    root = cloud.state / "container-nodes/1/containerd"
    inside(cloud, "mkdir", "-p", str(root))
    inside(cloud, "mount", "-t", "tmpfs", "-o", f"size={DISK}", "small-disk", str(root))
    container_group(cloud, NAME, "small", 1)
    try:
        place = {"eks.amazonaws.com/nodegroup": "small"}
        settings = replace(SETTINGS, timeout=120, pull_grace=20)
        words = "as the disk of node container-1 is full"
        found = failed(shop, "NodeDiskFull", words, image=large, node_selector=place, settings=settings)
    finally:
        eks = cloud.client("eks")
        eks.delete_nodegroup(clusterName=NAME, nodegroupName="small")
        wait("no such group", lambda: "small" not in eks.list_nodegroups(clusterName=NAME)["nodegroups"], 60)
    events = found["workloads"][0]["evidence"]["events"]
    assert any("no space left on device" in event["message"] for event in events), events
    assert "small-disk" not in inside(cloud, "cat", "/proc/mounts")


def inside(cloud: RunningCloud, *argv: str) -> str:
    """Run a program in the mount namespace of the nodes."""
    holder = Processes(cloud.state).record(namespace.HOLDER)
    assert holder is not None
    first = descendants(holder.pid)[0]
    return namespace.run(["nsenter", "--target", str(first), "--mount", "--pid", *argv], f"run {argv[0]}")
