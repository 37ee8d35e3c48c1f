"""Container nodes pull from the emulated ECR, by the names that images have on AWS, and run what `make images` has built."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import kubernetes.client
import kubernetes.stream
import pytest

from localcloud import images
from localcloud.registry import build, tokens
from tests.localcloud import image_support
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.container_support import (
    PLACE,
    REASON,
    container_cloud,
    container_group,
    core_of,
    for_another_platform,
    node_role,
)
from tests.localcloud.kubernetes_access import active_cluster, wait
from tests.localcloud.modules import run_module

pytestmark = [
    pytest.mark.skipif(REASON is not None, reason=f"no container nodes here: {REASON}"),
    pytest.mark.skipif(build.locate() is None, reason=build.missing() or ""),
]
NAME = "main"
UNBUILT = image_support.missing()


@pytest.fixture(scope="module")
def cloud() -> Iterator[RunningCloud]:
    with container_cloud() as running:
        active_cluster(running, NAME)
        container_group(running, NAME, "platform", 1)
        yield running


@pytest.fixture(scope="module")
def core(cloud: RunningCloud) -> Any:
    return core_of(cloud, NAME)


@pytest.fixture(autouse=True)
def _no_faults_left(cloud: RunningCloud) -> Iterator[None]:
    yield
    cloud.control.delete("faults")


def host(cloud: RunningCloud, region: str | None = None) -> str:
    return f"{cloud.content.account_id}.dkr.ecr.{region or cloud.content.region}.amazonaws.com"


def pod(
    core: Any, name: str, image: str, *, secret: str | None = None, group: str = "platform", **container: Any
) -> None:
    """Ask for a pod on the node group's node, as tight as the services' pods are."""
    security = {
        "readOnlyRootFilesystem": True, "runAsNonRoot": True, "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"},
    }  # fmt: skip
    spec = {
        **PLACE,
        "nodeSelector": {"eks.amazonaws.com/nodegroup": group},
        "terminationGracePeriodSeconds": 10,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "containers": [{"name": "main", "image": image, "securityContext": security, **container}],
        **({"imagePullSecrets": [{"name": secret}]} if secret else {}),
    }
    core.create_namespaced_pod("default", {"metadata": {"name": name}, "spec": spec})


def status(core: Any, name: str) -> Any:
    """Status of the pod's container, None before the kubelet tells it."""
    statuses = core.read_namespaced_pod(name, "default").status.container_statuses
    return statuses[0] if statuses else None


def log(core: Any, name: str) -> str:
    """What the container wrote."""
    return str(core.read_namespaced_pod_log(name, "default", _preload_content=False).data.decode())


def inside(core: Any, name: str, command: list[str]) -> str:
    """What a command printed in the container."""
    found = kubernetes.stream.stream(
        core.connect_get_namespaced_pod_exec, name, "default", command=command,
        stdout=True, stderr=True, stdin=False, tty=False, _request_timeout=30,
    )  # fmt: skip
    return str(found)


def refusal(core: Any, name: str) -> str:
    """What the kubelet says of the image that it cannot pull, once it has tried."""

    def said() -> str:
        found = status(core, name)
        waiting = found.state.waiting if found else None
        return str(waiting.message) if waiting and waiting.reason == "ErrImagePull" else ""

    try:
        return str(wait(f"refusal of {name}", said, 60))
    finally:
        core.delete_namespaced_pod(name, "default", grace_period_seconds=0)


@pytest.fixture(scope="module")
def small(cloud: RunningCloud) -> str:
    """Digest of an image in both regions that could be pulled; none of its pods gets further."""
    digests = set()
    for region in (cloud.content.region, cloud.content.dr_region):
        ecr = cloud.client("ecr", region)
        ecr.create_repository(repositoryName="platform/small")
        digests.add(images.push_placeholder(ecr, "platform/small", "1", "small"))
    (digest,) = digests
    return digest


def test_without_a_credential_nothing_is_pulled(cloud: RunningCloud, core: Any, small: str) -> None:
    """The plug-in is refused a credential, so the kubelet asks without one. (Another region: a kubelet keeps credentials.)"""
    cloud.control.put(
        "faults", {"kind": "expired_credentials", "service": "ecr", "action": "GetAuthorizationToken", "count": 1000}
    )
    pod(core, "absent", f"{host(cloud, cloud.content.dr_region)}/platform/small@{small}")
    said = refusal(core, "absent")
    assert "authorization failed: no basic auth credentials" in said, said


def test_an_expired_credential_is_refused(cloud: RunningCloud, core: Any, small: str) -> None:
    cloud.control.put(
        "faults", {"kind": "expired_credentials", "service": "ecr", "action": "GetAuthorizationToken", "count": 1000}
    )
    content, region = cloud.content, cloud.content.dr_region
    key = (cloud.state / "registry" / "key").read_bytes()
    old = tokens.issue(key, tokens.Credential(content.access_key_id, content.account_id, region, int(time.time()) - 1))
    auth = base64.b64encode(f"AWS:{old}".encode()).decode()
    core.create_namespaced_secret("default", {
        "metadata": {"name": "old"},
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": {".dockerconfigjson": json.dumps({"auths": {host(cloud, region): {"auth": auth}}})},
    })  # fmt: skip
    pod(core, "expired", f"{host(cloud, region)}/platform/small@{small}", secret="old")
    said = refusal(core, "expired")
    assert said.endswith(": 401 Unauthorized"), said


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        (["ecr:GetAuthorizationToken"], "403 Forbidden"),
        (["ecr:BatchGetImage"], "authorization failed: no basic auth credentials"),
    ],
)
def test_a_node_role_that_may_not_pull_is_noticed(
    cloud: RunningCloud, core: Any, small: str, actions: list[str], words: str
) -> None:
    """Nodes pull in the name of their node group's role, which lacks what it needs."""
    name = actions[0].partition(":")[2].lower()
    role = node_role(cloud, f"node-{name}", {"Action": actions})
    container_group(cloud, NAME, name, 1, nodeRole=role)
    pod(core, f"pulled-by-{name}", f"{host(cloud)}/platform/small@{small}", group=name)
    said = refusal(core, f"pulled-by-{name}")
    assert words in said, said
    eks = cloud.client("eks")
    eks.delete_nodegroup(clusterName=NAME, nodegroupName=name)
    wait("no such group", lambda: name not in eks.list_nodegroups(clusterName=NAME)["nodegroups"], 60)


def test_a_digest_that_is_not_there_is_told_in_the_registrys_words(cloud: RunningCloud, core: Any, small: str) -> None:
    wrong = images.digest_of(b"none")
    pod(core, "wrong", f"{host(cloud)}/platform/small@{wrong}")
    said = refusal(core, "wrong")
    assert f"/platform/small@{wrong}" in said
    assert "not found" in said, said
    asked = cloud.control.get("requests?service=ecr&action=BatchGetImage")
    assert [each["code"] for each in asked if each["parameters"]["reference"] == wrong][-1] == "MANIFEST_UNKNOWN"


def test_an_image_for_another_platform_is_told(cloud: RunningCloud, core: Any, small: str) -> None:
    other = for_another_platform(cloud, "platform/small", small, len(images.manifest("small")[0]))
    pod(core, "platform", f"{host(cloud)}/platform/small@{other}")
    said = refusal(core, "platform")
    assert "no match for platform in manifest" in said, said


@pytest.mark.skipif(UNBUILT is not None, reason=f"no image is built here: {UNBUILT}")
def test_a_pushed_image_runs_below_a_read_only_root(cloud: RunningCloud, core: Any) -> None:
    """The api as `make images` builds it: without a database it lives and is not ready, and it ends when it is told to."""
    image = image_support.built("api")
    cloud.client("ecr").create_repository(repositoryName="platform/api", imageTagMutability="IMMUTABLE")
    pushed = run_module(
        cloud, "image_push",
        {"layout": image["layout"], "bill": image["bill"], "repository": "platform/api", "tag": image["tag"]},
    ).result  # fmt: skip
    assert pushed["digest"] == image["digest"]
    settings = {
        "DATABASE_HOST": "127.0.0.1", "DATABASE_NAME": "none", "DATABASE_USER": "none", "DATABASE_PASSWORD": "not-a-secret",
        "DATABASE_SSLMODE": "disable", "MEDIA_BUCKET": "none", "RENDERS_QUEUE_URL": "http://127.0.0.1:1/renders",
        "NOTIFICATIONS_QUEUE_URL": "http://127.0.0.1:1/notifications", "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none",
    }  # fmt: skip
    pod(
        core, "api", f"{host(cloud)}/platform/api@{pushed['digest']}",
        env=[{"name": name, "value": value} for name, value in settings.items()],
        startupProbe={"httpGet": {"path": "/startupz", "port": 8080}, "periodSeconds": 1, "failureThreshold": 60},
        livenessProbe={"httpGet": {"path": "/livez", "port": 8080}, "periodSeconds": 1},
        readinessProbe={"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1},
    )  # fmt: skip
    began = time.monotonic()
    try:
        wait("the api", lambda: (found := status(core, "api")) and found.started, 60)
    except AssertionError as error:
        raise AssertionError(f"{error}: {status(core, 'api')} {log(core, 'api')}") from error
    print(f"pulled and started within {time.monotonic() - began:.1f} s")
    found = status(core, "api")
    assert found.image_id.endswith(f"/platform/api@{pushed['digest']}")
    assert not found.ready
    assert image_support.REVISION in log(core, "api")
    pulls = cloud.control.get("requests?service=ecr&action=GetDownloadUrlForLayer")
    assert any(each["parameters"]["repositoryName"] == "platform/api" and each["status"] == 200 for each in pulls)
    look = "import socket; print(*(socket.gethostbyname(name) for name in ('kubernetes', 'kube-dns.kube-system')))"
    found = inside(core, "api", ["python3", "-c", look])
    services = [("kubernetes", "default"), ("kube-dns", "kube-system")]
    assert found.split() == [core.read_namespaced_service(*service).spec.cluster_ip for service in services]
    assert "Read-only file system" in inside(core, "api", ["sh", "-c", "touch /app/new /tmp/new 2>&1 || true"])
    core.delete_namespaced_pod("api", "default")
    wait("end of the pod", lambda: not core.list_namespaced_pod("default").items, 30)
