"""Node groups whose nodes have containers: they grow, shrink and are replaced as on AWS, and pods are led out before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes.client
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
    core_of,
    imported,
    node_role,
    start,
    traces,
)
from tests.localcloud.identities import trust
from tests.localcloud.kubernetes_access import active_cluster, api, deployment, nodegroup, subnets, wait

NAME, GROUP = "main", "platform"
IMAGE = "localcloud.creator.platform/sleeper:1"
pytestmark = pytest.mark.skipif(REASON is not None, reason=f"no container nodes here: {REASON}")


@pytest.fixture(scope="module")
def before() -> dict[str, list[str]]:
    return traces()


@pytest.fixture(scope="module")
def cloud(before: dict[str, list[str]]) -> Iterator[RunningCloud]:
    with container_cloud() as running:
        active_cluster(running, NAME, version="1.35")
        yield running


@pytest.fixture(scope="module")
def core(cloud: RunningCloud) -> Any:
    """A node group of one node, on which an image is that sleeps."""
    container_group(cloud, NAME, GROUP, 1, instanceTypes=["t3.medium"], version="1.34")
    imported(cloud, IMAGE)
    return core_of(cloud, NAME)


def nodes(core: Any, group: str = GROUP) -> dict[str, Any]:
    found = core.list_node(label_selector=f"eks.amazonaws.com/nodegroup={group}").items
    return {node.metadata.name: node for node in found}


def updated(cloud: RunningCloud, update: dict[str, Any], seconds: float = 120) -> dict[str, Any]:
    """The update of the node group, when it has ended."""
    eks = cloud.client("eks")

    def ended() -> dict[str, Any]:
        found: dict[str, Any] = eks.describe_update(name=NAME, nodegroupName=GROUP, updateId=update["id"])["update"]
        return found if found["status"] != "InProgress" else {}

    return dict(wait("end of the update", ended, seconds))


def scaled(cloud: RunningCloud, size: int) -> None:
    eks = cloud.client("eks")
    update = eks.update_nodegroup_config(clusterName=NAME, nodegroupName=GROUP, scalingConfig={"desiredSize": size})
    ended = updated(cloud, update["update"])
    assert ended["status"] == "Successful", ended["errors"]


def kubelets(cloud: RunningCloud) -> set[str]:
    processes = Processes(cloud.state)
    return {name for name in processes.names() if name.endswith("-kubelet") and processes.alive(name)}


def test_the_instance_type_says_what_a_node_offers(cloud: RunningCloud, core: Any) -> None:
    (node,) = nodes(core).values()
    assert node.metadata.labels["node.kubernetes.io/instance-type"] == "t3.medium"
    assert node.metadata.labels[LABEL] == "container"
    assert (node.status.allocatable["cpu"], node.status.allocatable["pods"]) == ("1930m", "17")
    memory = int(node.status.allocatable["memory"].removesuffix("Ki")) / 1024
    assert memory == pytest.approx(4096 - 255 - 11 * 17 - 100, abs=2)
    assert cloud.control.get("status")["container_nodes"]["short"] == []


def test_labels_and_taints_follow_the_group(cloud: RunningCloud, core: Any) -> None:
    eks = cloud.client("eks")
    taint = {"key": "team", "value": "a", "effect": "NO_SCHEDULE"}
    update = eks.update_nodegroup_config(
        clusterName=NAME, nodegroupName=GROUP, labels={"addOrUpdateLabels": {"team": "a"}},
        taints={"addOrUpdateTaints": [taint]},
    )  # fmt: skip
    assert updated(cloud, update["update"])["status"] == "Successful"
    (node,) = nodes(core).values()
    assert node.metadata.labels["team"] == "a"
    assert {taint.key for taint in node.spec.taints} == {LABEL, "team"}
    update = eks.update_nodegroup_config(
        clusterName=NAME, nodegroupName=GROUP, labels={"removeLabels": ["team"]}, taints={"removeTaints": [taint]}
    )
    assert updated(cloud, update["update"])["status"] == "Successful"
    (node,) = nodes(core).values()
    assert "team" not in node.metadata.labels
    assert {taint.key for taint in node.spec.taints} == {LABEL}


def test_scaling_adds_and_removes_kubelets(cloud: RunningCloud, core: Any) -> None:
    first, base = set(nodes(core)), kubelets(cloud)
    assert len(first) == len(base) == 1
    scaled(cloud, 3)
    assert len(nodes(core)) == len(kubelets(cloud)) == 3
    zones = [node.metadata.labels["topology.kubernetes.io/zone"] for node in nodes(core).values()]
    assert len(set(zones)) == 3
    added = set(nodes(core)) - first
    scaled(cloud, 1)
    assert set(nodes(core)) == first
    assert kubelets(cloud) == base
    groups = [Path(entry) for entry in traces(cloud.state)["groups"]]
    assert groups
    assert not [group / name for group in groups for name in added if (group / name).exists()]
    assert [group / name for group in groups for name in first if (group / name).exists()]
    for name in added:
        assert not (cloud.state / "container-nodes" / str(addressing.index_of(name))).exists()


def test_a_kill_while_nodes_are_launched_leaves_nothing_and_is_made_good(
    cloud: RunningCloud, core: Any, before: dict[str, list[str]]
) -> None:
    eks = cloud.client("eks")
    eks.update_nodegroup_config(clusterName=NAME, nodegroupName=GROUP, scalingConfig={"desiredSize": 2})
    wait("a second kubelet", lambda: len(kubelets(cloud)) == 2, 60)
    cloud.kill()
    lifecycle.down(cloud.state, cloud.said.append)
    assert traces(cloud.state) == before
    cloud.content = start(cloud.state)
    again = kubernetes.client.CoreV1Api(api(cloud, NAME))

    def ready() -> bool:
        found = [condition for node in nodes(again).values() for condition in node.status.conditions or []]
        return [condition.status for condition in found if condition.type == "Ready"] == ["True", "True"]

    wait("both nodes", lambda: len(kubelets(cloud)) == 2 and ready(), 120)
    wait("the group", lambda: nodegroup(cloud, NAME, GROUP)["status"] == "ACTIVE", 60)
    scaled(cloud, 1)


def test_the_pods_of_a_terminated_node_are_elsewhere(cloud: RunningCloud, core: Any) -> None:
    """Services still lead to pods after the node in whose name kube-proxy works is gone."""
    scaled(cloud, 2)
    imported(cloud, IMAGE)
    apps = kubernetes.client.AppsV1Api(core.api_client)
    apps.create_namespaced_deployment("default", sleeper("moved", 2))
    wait("two pods", lambda: running(core, "moved") == 2, 60)
    scaled(cloud, 1)
    wait("two pods again", lambda: running(core, "moved") == 2, 60)
    assert {pod.spec.node_name for pod in pods(core, "moved")} == set(nodes(core))
    assert Processes(cloud.state).alive("container-kube-proxy")
    apps.delete_namespaced_deployment("moved", "default")
    wait("no pods", lambda: not pods(core, "moved"), 60)


def sleeper(name: str, replicas: int) -> dict[str, Any]:
    made = deployment(name, IMAGE, replicas, imagePullPolicy="Never")
    made["spec"]["template"]["spec"] |= {**PLACE, "terminationGracePeriodSeconds": 1}
    return made


def pods(core: Any, name: str) -> list[Any]:
    return list(core.list_namespaced_pod("default", label_selector=f"app={name}").items)


def running(core: Any, name: str) -> int:
    return sum(
        bool(pod.status.container_statuses and pod.status.container_statuses[0].ready) for pod in pods(core, name)
    )


@pytest.fixture
def guarded(core: Any) -> Iterator[str]:
    """A pod that a disruption budget keeps where it is."""
    apps, policy = kubernetes.client.AppsV1Api(core.api_client), kubernetes.client.PolicyV1Api(core.api_client)
    apps.create_namespaced_deployment("default", sleeper("guarded", 1))
    budget = {
        "metadata": {"name": "guarded"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "guarded"}}},
    }
    policy.create_namespaced_pod_disruption_budget("default", budget)
    wait("the pod", lambda: running(core, "guarded") == 1, 60)
    time.sleep(1)  # until the budget has counted it: before, it refuses for another reason
    yield pods(core, "guarded")[0].spec.node_name
    policy.delete_namespaced_pod_disruption_budget("guarded", "default")
    apps.delete_namespaced_deployment("guarded", "default")
    wait("no pods", lambda: not pods(core, "guarded"), 60)


def test_an_upgrade_that_a_budget_stops_leaves_what_was(cloud: RunningCloud, core: Any, guarded: str) -> None:
    eks = cloud.client("eks")
    update = eks.update_nodegroup_version(clusterName=NAME, nodegroupName=GROUP, version="1.35")["update"]
    wait("a node more", lambda: len(nodes(core)) == 2, 60)
    wait("the old node closed", lambda: nodes(core)[guarded].spec.unschedulable, 60)
    ended = updated(cloud, update)
    assert ended["status"] == "Failed"
    assert ended["errors"][0]["errorCode"] == "PodEvictionFailure"
    assert nodegroup(cloud, NAME, GROUP)["version"] == "1.34"
    assert set(nodes(core)) == {guarded}
    assert not nodes(core)[guarded].spec.unschedulable
    assert running(core, "guarded") == 1


def test_an_upgrade_that_is_forced_goes_on(cloud: RunningCloud, core: Any, guarded: str) -> None:
    eks = cloud.client("eks")
    update = eks.update_nodegroup_version(clusterName=NAME, nodegroupName=GROUP, version="1.35", force=True)["update"]
    ended = updated(cloud, update)
    assert ended["status"] == "Successful", ended["errors"]
    assert nodegroup(cloud, NAME, GROUP)["version"] == "1.35"
    assert len(nodes(core)) == 1
    assert guarded not in nodes(core)
    imported(cloud, IMAGE)
    wait("the pod elsewhere", lambda: running(core, "guarded") == 1, 60)


def test_a_machine_that_has_less_says_so(cloud: RunningCloud, core: Any) -> None:
    container_group(cloud, NAME, "large", 1, instanceTypes=["m5.24xlarge"])
    (short,) = cloud.control.get("status")["container_nodes"]["short"]
    assert short.startswith("m5.24xlarge is 96 vCPU and 384 GiB, of which this machine has")
    eks = cloud.client("eks")
    eks.delete_nodegroup(clusterName=NAME, nodegroupName="large")
    wait("no such group", lambda: "large" not in eks.list_nodegroups(clusterName=NAME)["nodegroups"], 60)


def test_a_role_that_instances_may_not_assume_is_told(cloud: RunningCloud, core: Any) -> None:
    eks, iam = cloud.client("eks"), cloud.client("iam")
    statement = {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    other = iam.create_role(RoleName="not-for-nodes", AssumeRolePolicyDocument=trust(statement))["Role"]["Arn"]
    for name, role, code in (
        ("mistrusted", other, "AccessDenied"),
        ("roleless", other.replace("not-for-nodes", "none"), "IamNodeRoleNotFound"),
    ):
        eks.create_nodegroup(
            clusterName=NAME, nodegroupName=name, subnets=subnets(cloud), nodeRole=role, labels={LABEL: "container"}
        )
        wait("its end", lambda name=name: nodegroup(cloud, NAME, name)["status"] != "CREATING", 60)
        found = nodegroup(cloud, NAME, name)
        assert found["status"] == "CREATE_FAILED"
        assert found["health"]["issues"][0]["code"] == code
        eks.delete_nodegroup(clusterName=NAME, nodegroupName=name)
        wait("no such group", lambda name=name: name not in eks.list_nodegroups(clusterName=NAME)["nodegroups"], 60)


def test_a_second_cluster_has_kwok_nodes_with_the_same_label(cloud: RunningCloud, core: Any) -> None:
    active_cluster(cloud, "second")
    container_group(cloud, "second", GROUP, 1)
    client = api(cloud, "second")
    other = kubernetes.client.CoreV1Api(client)
    (name,) = nodes(other)
    assert name.startswith("ip-")
    wait("service account", lambda: other.list_namespaced_service_account("default").items)
    kubernetes.client.AppsV1Api(client).create_namespaced_deployment("default", sleeper("played", 1))
    wait("the pod", lambda: running(other, "played") == 1, 60)
    eks = cloud.client("eks")
    eks.delete_nodegroup(clusterName="second", nodegroupName=GROUP)
    wait("no group", lambda: not eks.list_nodegroups(clusterName="second")["nodegroups"], 60)
    eks.delete_cluster(name="second")
    wait("no cluster", lambda: "second" not in eks.list_clusters()["clusters"], 60)


def test_the_same_nodes_come_back(cloud: RunningCloud, core: Any) -> None:
    names = {name: node.spec.provider_id for name, node in nodes(core).items()}
    cloud.down()
    cloud.content = start(cloud.state)
    wait("its node group", lambda: nodegroup(cloud, NAME, GROUP)["status"] == "ACTIVE", 60)
    again = kubernetes.client.CoreV1Api(api(cloud, NAME))

    def back() -> bool:
        rows = [row for row in cloud.control.get("status")["resources"] if row["kind"] == "container node"]
        return bool(rows) and rows[0]["states"] == {"Ready": len(names)}

    wait("the nodes", back, 90)
    assert {name: node.spec.provider_id for name, node in nodes(again).items()} == names


def test_without_container_nodes_kwok_plays_the_group(cloud: RunningCloud, core: Any) -> None:
    cloud.down()
    cloud.content = lifecycle.up(
        cloud.state,
        port=None,
        factor=0.005,
        environ={"PATH": "/usr/bin:/bin"},
        say=cloud.said.append,
        container_nodes=False,
    )
    again = kubernetes.client.CoreV1Api(api(cloud, NAME))

    def played() -> bool:
        found = nodes(again)
        return bool(found) and all(name.startswith("ip-") for name in found)

    wait("kwok nodes", played, 60)
    assert node_role(cloud)
    assert all(node.metadata.labels[LABEL] == "container" for node in nodes(again).values())
