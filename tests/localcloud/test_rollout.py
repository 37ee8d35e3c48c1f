"""Rollouts on a real control plane: every verdict that the local cloud can bring about, and what must not be taken for one."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.kube import api
from ansible_collections.creator.platform.plugins.module_utils.release import run as applying
from ansible_collections.creator.platform.plugins.module_utils.rollout import bundle
from ansible_collections.creator.platform.plugins.module_utils.rollout.run import ClusterReader
from ansible_collections.creator.platform.plugins.module_utils.rollout.verify import verify

from localcloud.images import push_placeholder
from localcloud.processes import Processes
from tests.localcloud.kubernetes_access import active_cluster, active_nodegroup, wait
from tests.localcloud.rollout_support import SETTINGS, Shop, shop_of

CLUSTER = "creator-local"
FAULT = "localcloud.creator.platform/"


@pytest.fixture(scope="module")
def cluster(cloud: Any) -> Shop:
    found = active_cluster(cloud, CLUSTER)
    active_nodegroup(cloud, CLUSTER, "main", 3)
    ecr = cloud.client("ecr")
    repository = ecr.create_repository(repositoryName="web")["repository"]["repositoryUri"]
    digests = [push_placeholder(ecr, "web", f"v{number}", f"web {number}") for number in range(2)]
    return shop_of(cloud, found, repository, digests)


@pytest.fixture
def shop(cluster: Shop, request: pytest.FixtureRequest) -> Shop:
    name = request.node.name.replace("[", "-").replace("]", "").replace("_", "-").removeprefix("test-")
    return cluster.use(f"t-{name}"[:60].rstrip("-"))


def test_a_good_release_and_the_next_one_succeed_by_digest(shop: Shop) -> None:
    first = shop.deploy(0)
    assert (first["verdict"], first["workloads"][0]["identity"]["revision"]) == ("succeeded", "1"), first["message"]
    second = shop.deploy(1)
    assert (second["verdict"], second["workloads"][0]["identity"]["revision"]) == ("succeeded", "2"), second["message"]
    images = second["workloads"][0]["images"]
    assert {image["running_digest"] for image in images} == {shop.digests[1]}


def test_the_same_again_changes_nothing(shop: Shop) -> None:
    made, workloads = shop.release(0, config={"A": 1}, hpa={"min": 3, "max": 5, "cpu": 50})
    assert shop.verdict(workloads)["verdict"] == "succeeded"
    again = applying.apply_all(shop.client, made.objects, dry_run=False)
    assert [row for row in again.objects if row["change"] != "unchanged"] == []
    deployment = api.read(shop.client, "Deployment", shop.namespace, "web")
    assert deployment is not None
    assert deployment["spec"]["replicas"] == 3


def annotated(**faults: str) -> dict[str, Any]:
    return {"pod_annotations": {FAULT + key.replace("_", "-"): value for key, value in faults.items()}}


def homeless(deployment: dict[str, Any]) -> None:
    deployment["spec"]["template"]["spec"]["nodeSelector"] = {"nowhere": "true"}


#: Longer than a container on a busy machine takes to fail in its own way.
PATIENT = {"probes": {"readiness": {"path": "/", "period": 1, "failures": 15}}}
BAD: dict[str, tuple[dict[str, Any], str, float]] = {
    "image-missing": ({"image": "sha256:" + "0" * 64}, "ImageNotFound", 10),
    "image-unpullable": (annotated(fault="image-unpullable"), "ImageNotFound", 10),
    "crash": ({**annotated(fault="crash-loop"), **PATIENT}, "CrashLoop", 20),
    "memory": ({**annotated(fault="oom"), **PATIENT}, "OutOfMemory", 20),
    "never-ready": (
        {**annotated(fault="never-ready"), "probes": {"readiness": {"path": "/", "period": 1, "failures": 1}}},
        "NeverReady",
        15,
    ),
    "unschedulable": ({"mutate": homeless}, "Unschedulable", 15),
    "no-service-account": ({"service_account": "nobody"}, "AdmissionDenied", 10),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_a_bad_release_fails_with_its_reason_within_seconds(shop: Shop, case: str) -> None:
    assert shop.deploy(0)["verdict"] == "succeeded"
    change, reason, seconds = BAD[case]
    found = shop.deploy(**{"image": 1, **change})
    assert (found["verdict"], found["reason"]) == ("failed", reason), found["message"]
    assert found["seconds"] < seconds
    evidence = found["workloads"][0]["evidence"]
    assert evidence["events"]
    assert evidence["conditions"]
    back = shop.deploy(0)
    assert back["verdict"] == "succeeded", back["message"]
    assert {image["running_digest"] for image in back["workloads"][0]["images"]} == {shop.digests[0]}


def quota(shop: Shop, **hard: str) -> None:
    manifest = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "small", "namespace": shop.namespace},
        "spec": {"hard": hard},
    }
    applying.apply_all(shop.client, [manifest], dry_run=False)
    wait(
        "quota",
        lambda: (api.read(shop.client, "ResourceQuota", shop.namespace, "small") or {}).get("status", {}).get("hard"),
    )


def test_more_than_the_quota_fails(shop: Shop) -> None:
    quota(shop, pods="2")
    assert shop.deploy(0)["verdict"] == "succeeded"
    found = shop.deploy(1, max_surge=1, max_unavailable=0)
    assert (found["verdict"], found["reason"]) == ("failed", "QuotaExceeded"), found["message"]
    assert found["seconds"] < 8


def test_a_quota_that_the_rollout_frees_itself_does_not_fail(shop: Shop) -> None:
    quota(shop, pods="2")
    assert shop.deploy(0)["verdict"] == "succeeded"
    # The controller tries again after a delay that it doubles each time, so a busy machine needs patience.
    found = shop.deploy(1, max_surge=1, max_unavailable=1, settings=replace(SETTINGS, timeout=240))
    assert found["verdict"] == "succeeded", found["message"]


def test_one_crash_and_then_fine_is_fine(shop: Shop) -> None:
    found = shop.deploy(0, **annotated(fault="crash-loop", fault_count="1"))
    assert found["verdict"] == "succeeded", found["message"]
    assert all(pod["restarts"] >= 1 for pod in found["workloads"][0]["pods"])


def test_a_paused_deployment_never_succeeds(shop: Shop) -> None:
    assert shop.deploy(0)["verdict"] == "succeeded"
    found = shop.deploy(1, mutate=lambda d: d["spec"].update(paused=True), settings=replace(SETTINGS, timeout=3))
    assert (found["verdict"], found["reason"]) == ("timed_out", "Paused")


def test_a_stranger_behind_the_selector_is_never_success(shop: Shop) -> None:
    stranger = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "stranger", "namespace": shop.namespace, "labels": {"app.kubernetes.io/name": "web"}},
        "spec": {"containers": [{"name": "web", "image": f"{shop.repository}@{shop.digests[0]}"}]},
    }
    applying.apply_all(shop.client, [stranger], dry_run=False)
    found = shop.deploy(0, settings=replace(SETTINGS, timeout=4))
    assert (found["verdict"], found["reason"]) == ("timed_out", "OtherPods")


def test_a_deployment_that_is_deleted_or_changed_on_the_way_fails(shop: Shop) -> None:
    _made, workloads = shop.release(0, **annotated(start_seconds="60"))
    changed = {"spec": {"template": {"metadata": {"annotations": {"someone": "else"}}}}}
    api.merge(shop.client, "Deployment", shop.namespace, "web", changed, manager="someone")
    assert shop.verdict(workloads)["reason"] == "Superseded"
    uid = workloads[0]["uid"]
    assert api.delete(shop.client, "Deployment", shop.namespace, "web", uid=uid)
    assert shop.verdict(workloads)["reason"] == "Deleted"


def test_an_api_server_that_does_not_answer_for_a_while_is_survived(
    cloud: Any, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "TIMEOUT", (0.5, 0.5))
    _made, workloads = shop.release(0, **annotated(start_seconds="2"))
    records = Processes(cloud.state)
    pid = next(
        record.pid for record in map(records.record, records.names()) if record and record.name.endswith("apiserver")
    )
    naps = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 2:
            os.kill(pid, signal.SIGSTOP)
        if len(naps) == 4:
            os.kill(pid, signal.SIGCONT)
        time.sleep(seconds)

    try:
        found = shop.verdict(workloads, sleep=sleep)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert found["verdict"] == "succeeded", found["message"]
    assert found["api_errors"]


def test_a_verdict_costs_four_requests_per_poll_whatever_the_number_of_workloads(shop: Shop) -> None:
    digest = shop.digests[0]
    names = [f"s{number}" for number in range(8)]
    made = bundle.build(
        dict.fromkeys(names, digest),
        {name: {"replicas": 1} for name in names},
        dict.fromkeys(names, shop.repository),
        shop.namespace,
        {},
    )
    workloads = bundle.workloads(made.objects, applying.apply_all(shop.client, made.objects, dry_run=False).objects)
    reader = ClusterReader(shop.client)
    asked: list[str] = []
    original = reader.objects
    reader.objects = lambda kind, namespace: asked.append(kind) or original(kind, namespace)  # type: ignore[method-assign]
    found = verify(
        reader, workloads, SETTINGS, release="r", environment="local", clock=time.time, sleep=time.sleep, interval=0.2
    )
    assert found["verdict"] == "succeeded", found["message"]
    assert len(asked) == 4 * found["polls"]
