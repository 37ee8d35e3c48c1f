"""Container nodes: real kubelets run real pods beside the kwok nodes of one cluster, see their services and nothing else."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes.client
import kubernetes.stream
import pytest

from localcloud import lifecycle
from localcloud.container_nodes import addressing
from localcloud.kubernetes.nodes import LABEL
from localcloud.processes import Processes
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.container_support import (
    PLACE,
    REASON,
    container_cloud,
    container_group,
    container_nodes,
    imported,
    ready,
    start,
    traces,
)
from tests.localcloud.kubernetes_access import active_cluster, active_nodegroup, api, deployment, wait

NAME = "main"
IMAGE = "localcloud.creator.platform/web:1"
APPLETS = ("sh", "httpd", "cat", "echo", "nc", "nslookup", "ip", "sleep")
pytestmark = pytest.mark.skipif(REASON is not None, reason=f"no container nodes here: {REASON}")


@pytest.fixture(scope="module")
def before() -> dict[str, list[str]]:
    return traces()


@pytest.fixture(scope="module")
def cloud(before: dict[str, list[str]]) -> Iterator[RunningCloud]:
    with container_cloud() as running:
        yield running


@pytest.fixture(scope="module")
def cluster(cloud: RunningCloud) -> dict[str, Any]:
    found = active_cluster(cloud, NAME)
    assert not container_nodes(cloud)
    began = time.monotonic()
    container_group(cloud, NAME, "platform", 1)
    print(f"container node Ready {time.monotonic() - began:.1f} s after its node group was asked for")
    active_nodegroup(cloud, NAME, "general", 2)
    return found


@pytest.fixture(scope="module")
def image(cloud: RunningCloud, cluster: dict[str, Any]) -> str:
    """An image made on the spot and imported under its full name."""
    return imported(cloud, IMAGE, applets=APPLETS, command=("/bin/sh", "-c"), files={"www/index.html": b"a page\n"})


@pytest.fixture
def client(cloud: RunningCloud, cluster: dict[str, Any]) -> Any:
    return api(cloud, NAME)


@pytest.fixture
def core(client: Any) -> Any:
    return kubernetes.client.CoreV1Api(client)


def web(image: str, replicas: int) -> dict[str, Any]:
    probe = {"httpGet": {"path": "/index.html", "port": 8080}, "periodSeconds": 1}
    made = deployment(
        "web", image, replicas, args=["echo begun; exec httpd -f -v -p 8080 -h /www"], readinessProbe=probe,
        livenessProbe=probe, ports=[{"containerPort": 8080}], imagePullPolicy="Never",
    )  # fmt: skip
    made["spec"]["template"]["spec"] |= {**PLACE, "terminationGracePeriodSeconds": 1}
    return made


@pytest.fixture(scope="module")
def pods(cloud: RunningCloud, image: str) -> list[Any]:
    """The two pods of a Deployment with a Service before it, Ready."""
    client = api(cloud, NAME)
    core = kubernetes.client.CoreV1Api(client)
    wait("service account", lambda: core.list_namespaced_service_account("default").items)
    kubernetes.client.AppsV1Api(client).create_namespaced_deployment("default", web(image, 2))
    service = {
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    core.create_namespaced_service("default", service)

    def running() -> list[Any]:
        found = core.list_namespaced_pod("default", label_selector="app=web").items
        statuses = [status for pod in found for status in pod.status.container_statuses or []]
        return found if len(statuses) == 2 and all(status.ready for status in statuses) else []

    found: list[Any] = wait("two pods that answer their probes", running, 60)
    return found


def inside(client: Any, pod: Any, script: str) -> str:
    """What a script printed in the pod, by way of API server and kubelet."""
    found = kubernetes.stream.stream(
        kubernetes.client.CoreV1Api(client).connect_get_namespaced_pod_exec,
        pod.metadata.name, "default", command=["/bin/sh", "-c", script],
        stdout=True, stderr=True, stdin=False, tty=False, _request_timeout=30,
    )  # fmt: skip
    return str(found)


def fetched(client: Any, pod: Any, host: str, port: int, path: str, *, method: str = "GET") -> str:
    """Answer to a request from the pod, with its head. Not by wget: Debian's static busybox needs libraries for that."""
    return inside(client, pod, f"printf %b '{method} {path} HTTP/1.0\\r\\n\\r\\n' | nc -w 3 {host} {port}")


def test_both_kinds_of_nodes_are_ready_in_one_cluster(core: Any) -> None:
    kinds = [node.metadata.labels[LABEL] for node in core.list_node().items]
    assert sorted(kinds) == ["container", "kwok", "kwok"]
    (node,) = core.list_node(label_selector=f"{LABEL}=container").items
    assert node.status.node_info.container_runtime_version.startswith("containerd://2.")
    assert node.status.node_info.kubelet_version.startswith("v1.36.")


def test_pods_that_do_not_ask_for_it_stay_on_kwok(client: Any, core: Any) -> None:
    kubernetes.client.AppsV1Api(client).create_namespaced_deployment("default", deployment("simulated", "nginx:1", 3))

    def placed() -> list[str]:
        found = core.list_namespaced_pod("default", label_selector="app=simulated").items
        names = [pod.spec.node_name for pod in found if pod.status.phase == "Running"]
        return names if len(names) == 3 else []

    assert all(name.startswith("ip-") for name in wait("three pods", placed))
    kubernetes.client.AppsV1Api(client).delete_namespaced_deployment("simulated", "default")


def test_pods_run_and_answer_their_probes(core: Any, pods: list[Any]) -> None:
    assert {pod.spec.node_name for pod in pods} == {"container-0"}
    network = addressing.Node(0).pods.rpartition(".")[0]
    assert all(pod.status.pod_ip.startswith(f"{network}.") for pod in pods)
    assert all(pod.status.container_statuses[0].restart_count == 0 for pod in pods)


def test_logs_come_from_the_container(core: Any, pods: list[Any]) -> None:
    answer = core.read_namespaced_pod_log(pods[0].metadata.name, "default", _preload_content=False)
    text = answer.data.decode()
    assert text.startswith("begun\n")
    assert "response:200" in text  # the probes


def test_exec_runs_in_the_container(client: Any, pods: list[Any]) -> None:
    assert inside(client, pods[0], "cat /www/index.html; echo $HOSTNAME") == f"a page\n{pods[0].metadata.name}\n"


def test_a_pod_reaches_a_service(core: Any, client: Any, pods: list[Any]) -> None:
    address = core.read_namespaced_service("web", "default").spec.cluster_ip
    wait("service", lambda: "a page" in fetched(client, pods[0], address, 80, "/index.html"))
    for _ in range(6):  # both pods behind it: also the one that asks
        assert fetched(client, pods[0], address, 80, "/index.html").endswith("a page\n")


def test_a_pod_finds_a_service_by_its_name(core: Any, client: Any, pods: list[Any]) -> None:
    """By the whole name: this busybox has no search list. The services' images are tried with short names, in another file."""
    resolver = inside(client, pods[0], "cat /etc/resolv.conf")
    assert "search default.svc.cluster.local svc.cluster.local cluster.local" in resolver
    address = core.read_namespaced_service("kube-dns", "kube-system").spec.cluster_ip
    assert f"nameserver {address}\n" in resolver
    expected = core.read_namespaced_service("web", "default").spec.cluster_ip
    wait("its address", lambda: expected in inside(client, pods[0], "nslookup web.default.svc.cluster.local"), 30)


def test_a_name_that_is_none_of_the_cluster_is_not_found(client: Any, pods: list[Any]) -> None:
    assert "NXDOMAIN" in inside(client, pods[0], "nslookup none.default.svc.cluster.local")
    assert "SERVFAIL" in inside(client, pods[0], "nslookup www.example.com")


def test_a_pod_reaches_the_api_server_by_its_service(client: Any, pods: list[Any]) -> None:
    said = inside(client, pods[0], "nc -w 2 $KUBERNETES_SERVICE_HOST 443 </dev/null && echo open")
    assert said == "open\n"


def test_a_pod_reaches_the_emulated_aws_endpoint(client: Any, pods: list[Any]) -> None:
    said = fetched(client, pods[0], addressing.BRIDGE, addressing.AWS_PORT, "/")
    assert "<ListAllMyBucketsResult" in said, said


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_localcloud/ping"),
        ("GET", "/_localcloud/requests"),
        ("PUT", "/_localcloud/faults"),
        ("POST", "/_localcloud/reset"),
        # What a filter of paths before the server would let through.
        ("POST", "/%5Flocalcloud/reset"),
        ("POST", "http://127.0.0.1/_localcloud/reset"),
    ],
)
def test_a_pod_does_not_steer_the_cloud(
    cloud: RunningCloud, client: Any, pods: list[Any], method: str, path: str
) -> None:
    said = fetched(client, pods[0], addressing.BRIDGE, addressing.AWS_PORT, path, method=method)
    assert said.startswith("HTTP/1.1 403 "), said
    assert "/_localcloud/" in said
    assert "is closed to pods: only this machine may ask" in said
    assert cloud.control.get("ping") == {"status": "ok"}
    assert container_nodes(cloud)


def test_a_pod_reaches_a_database_while_it_exists(cloud: RunningCloud, client: Any, pods: list[Any]) -> None:
    rds = cloud.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="posts", Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
        MasterUsername="platform", MasterUserPassword="not-a-secret-1", BackupRetentionPeriod=0,
    )  # fmt: skip

    def instance() -> dict[str, Any]:
        found: dict[str, Any] = rds.describe_db_instances(DBInstanceIdentifier="posts")["DBInstances"][0]
        return found if found["DBInstanceStatus"] == "available" else {}

    port = wait("database", instance, 120)["Endpoint"]["Port"]
    # An SSLRequest, which PostgreSQL answers with one letter: https://www.postgresql.org/docs/current/protocol-message-formats.html
    asks = f"printf '\\000\\000\\000\\010\\004\\322\\026\\057' | nc -w 2 {addressing.BRIDGE} {port} 2>/dev/null || echo none"
    wait("answer of the database", lambda: inside(client, pods[0], asks)[:1] in {"S", "N"}, 20)
    rds.delete_db_instance(DBInstanceIdentifier="posts", SkipFinalSnapshot=True)
    wait("no way to it", lambda: inside(client, pods[0], asks) == "none\n", 60)


def test_a_pod_reaches_nothing_of_the_machine(cloud: RunningCloud, client: Any, pods: list[Any]) -> None:
    """Not the machine's addresses, not its other ports on loopback, not the world."""
    listed = subprocess.run(["ip", "-o", "-4", "address"], capture_output=True, text=True, check=True).stdout
    own = [address for address in re.findall(r"inet ([\d.]+)", listed) if not address.startswith("127.")]
    port = cloud.content.port
    for address in [*own, "127.0.0.1", addressing.BRIDGE, addressing.Node(0).address]:
        said = inside(client, pods[0], f"nc -w 2 {address} {port} </dev/null 2>/dev/null && echo open || echo closed")
        assert said == "closed\n", address
    said = inside(client, pods[0], "nc -w 2 192.0.2.1 80 </dev/null 2>/dev/null && echo open || echo closed")
    assert said == "closed\n"


def test_deletion_removes_the_containers(client: Any, core: Any, cloud: RunningCloud, pods: list[Any]) -> None:
    kubernetes.client.AppsV1Api(client).delete_namespaced_deployment("web", "default")
    wait("no pods", lambda: not core.list_namespaced_pod("default", label_selector="app=web").items, 30)
    group = Path("/sys/fs/cgroup/memory", addressing.namespace_name(str(cloud.state)), "container-0")
    if group.exists():  # version 1
        wait("no control groups of pods", lambda: not list(group.glob("kubepods/**/pod*")), 30)


def test_after_a_kill_nothing_is_left_and_all_comes_back(
    cloud: RunningCloud, before: dict[str, list[str]], image: str
) -> None:
    cloud.kill()
    lifecycle.down(cloud.state, cloud.said.append)
    assert not [name for name in Processes(cloud.state).names() if Processes(cloud.state).alive(name)]
    assert traces(cloud.state) == before
    cloud.content = start(cloud.state)
    wait("container node again", lambda: ready(cloud), 120)
    client = api(cloud, NAME)
    kubernetes.client.AppsV1Api(client).create_namespaced_deployment("default", web(image, 1))
    core = kubernetes.client.CoreV1Api(client)

    def running() -> bool:
        found = core.list_namespaced_pod("default", label_selector="app=web").items
        return bool(found and found[0].status.container_statuses and found[0].status.container_statuses[0].ready)

    wait("a pod of the image that was there", running, 60)
    kubernetes.client.AppsV1Api(client).delete_namespaced_deployment("web", "default")


def test_a_deleted_cluster_takes_its_nodes_along(cloud: RunningCloud, before: dict[str, list[str]]) -> None:
    eks = cloud.client("eks")
    for name in ("general", "platform"):
        eks.delete_nodegroup(clusterName=NAME, nodegroupName=name)
    wait("no node group", lambda: not eks.list_nodegroups(clusterName=NAME)["nodegroups"], 60)
    eks.delete_cluster(name=NAME)
    assert not container_nodes(cloud)
    assert traces(cloud.state) == before
    wait("no cluster", lambda: not eks.list_clusters()["clusters"], 60)
