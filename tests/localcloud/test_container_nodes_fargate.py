"""Pods of a Fargate profile that asks for it run in containers, each on a node of its own, which goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import kubernetes.client
import pytest

from localcloud.kubernetes.nodes import LABEL
from localcloud.registry import build
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.container_support import NODE_POLICIES, REASON, archive, container_cloud, core_of, pushed, start
from tests.localcloud.identities import trust
from tests.localcloud.kubernetes_access import active_cluster, api, subnets, wait

NAME, PROFILE = "main", "batch"
pytestmark = pytest.mark.skipif(REASON is not None, reason=f"no container nodes here: {REASON}")


@pytest.fixture(scope="module")
def cloud() -> Iterator[RunningCloud]:
    with container_cloud() as running:
        active_cluster(running, NAME)
        yield running


def profile(cloud: RunningCloud, name: str, service: str) -> None:
    """A profile of the namespace `default` for pods with the label `compute: <name>`, ACTIVE."""
    eks, iam = cloud.client("eks"), cloud.client("iam")
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(statement))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=NODE_POLICIES[0])
    eks.create_fargate_profile(
        clusterName=NAME, fargateProfileName=name, podExecutionRoleArn=role, subnets=subnets(cloud),
        selectors=[{"namespace": "default", "labels": {"compute": name}}], tags={LABEL: "container"},
    )  # fmt: skip

    def active() -> bool:
        found = eks.describe_fargate_profile(clusterName=NAME, fargateProfileName=name)["fargateProfile"]
        return bool(found["status"] == "ACTIVE")

    wait("profile", active, 60)


@pytest.fixture(scope="module")
def core(cloud: RunningCloud) -> Any:
    profile(cloud, PROFILE, "eks-fargate-pods.amazonaws.com")
    return core_of(cloud, NAME)


def nodes(core: Any) -> set[str]:
    return {node.metadata.name for node in core.list_node(label_selector="eks.amazonaws.com/fargate-profile").items}


def ask(core: Any, name: str, image: str, compute: str = PROFILE) -> None:
    spec = {"terminationGracePeriodSeconds": 1, "containers": [{"name": "main", "image": image}]}
    core.create_namespaced_pod("default", {"metadata": {"name": name, "labels": {"compute": compute}}, "spec": spec})


def ready(core: Any, name: str) -> bool:
    statuses = core.read_namespaced_pod(name, "default").status.container_statuses
    return bool(statuses and statuses[0].ready)


@pytest.mark.skipif(build.locate() is None, reason=build.missing() or "")
def test_each_pod_has_a_node_that_goes_with_it(cloud: RunningCloud, core: Any) -> None:
    """The pods pull, in the name of the pod execution role, for there is nobody to import an image into their nodes."""
    repository = cloud.client("ecr").create_repository(repositoryName="platform/sleeper")["repository"]["repositoryUri"]
    image = f"{repository}@{pushed(cloud, 'platform/sleeper', archive('platform/sleeper:1'))}"
    for name in ("one", "two"):
        ask(core, name, image)
    for name in ("one", "two"):
        wait(f"pod {name}", lambda name=name: ready(core, name), 120)
    placed = {name: core.read_namespaced_pod(name, "default").spec.node_name for name in ("one", "two")}
    assert set(placed.values()) == nodes(core)
    assert len(nodes(core)) == 2
    assert all(name.startswith("container-") for name in nodes(core))
    core.delete_namespaced_pod("one", "default")
    wait("one node", lambda: nodes(core) == {placed["two"]}, 60)
    assert ready(core, "two")
    cloud.down()
    cloud.content = start(cloud.state)
    again = kubernetes.client.CoreV1Api(api(cloud, NAME))
    wait("the pod again", lambda: ready(again, "two"), 120)
    assert nodes(again) == {placed["two"]}
    again.delete_namespaced_pod("two", "default")
    wait("no node", lambda: not nodes(again), 60)


def test_a_pod_without_a_node_says_why(cloud: RunningCloud, core: Any) -> None:
    profile(cloud, "mistrusted", "ec2.amazonaws.com")
    core = kubernetes.client.CoreV1Api(api(cloud, NAME))
    ask(core, "waiting", "busybox:1", "mistrusted")

    def told() -> list[str]:
        events = core.list_namespaced_event("default", field_selector="involvedObject.name=waiting").items
        return [event.message for event in events if event.reason == "FailedScheduling"]

    assert "let eks-fargate-pods.amazonaws.com assume it" in wait("event", told, 60)[0]
    assert core.read_namespaced_pod("waiting", "default").spec.node_name is None
