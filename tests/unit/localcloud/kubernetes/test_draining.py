"""Nodes are emptied: who leaves, how long they are waited for, what a budget stops. The API server is a list of pods."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from localcloud.kubernetes.api import ApiError
from localcloud.kubernetes.eks import draining

BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class Cluster:
    """Pods that end `grace` seconds after they are evicted; those of `protected` only from `until` on."""

    def __init__(self, pods: dict[str, dict[str, Any]], protected: tuple[str, ...] = (), until: float = 1e9) -> None:
        self.pods, self.protected, self.until, self.seconds = pods, protected, until, 0.0
        self.grace = 5.0

    def get(self, path: str) -> dict[str, Any]:
        self.pods = {
            name: pod
            for name, pod in self.pods.items()
            if not (
                (stamp := pod["metadata"].get("deletionTimestamp"))
                and self.wall() >= datetime.datetime.fromisoformat(stamp)
            )
        }
        return {"items": list(self.pods.values())}

    def create(self, path: str, body: Any) -> None:
        name = body["metadata"]["name"]
        if name in self.protected and self.seconds < self.until:
            raise ApiError(429, "Cannot evict pod as it would violate the pod's disruption budget.")
        ends = self.wall() + datetime.timedelta(seconds=self.grace)
        self.pods[name]["metadata"]["deletionTimestamp"] = ends.isoformat()

    def wall(self) -> datetime.datetime:
        return BEGIN + datetime.timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def drained(self, patience: float) -> list[str]:
        clock = draining.Clock(lambda: self.seconds, self.wall, self.sleep)
        return draining.drain(self, ["one"], patience, clock)  # type: ignore[arg-type]


def pod(name: str, node: str = "one", phase: str = "Running", **metadata: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "default", **metadata},
        "spec": {"nodeName": node},
        "status": {"phase": phase},
    }


def test_pods_leave_in_their_own_time() -> None:
    cluster = Cluster({name: pod(name) for name in ("a", "b")})
    cluster.grace = 300.0
    assert cluster.drained(1.0) == []
    assert not cluster.pods
    assert cluster.seconds > 299


def test_who_need_not_leave() -> None:
    daemon = pod("daemon", ownerReferences=[{"kind": "DaemonSet"}])
    cluster = Cluster({"daemon": daemon, "ended": pod("ended", phase="Succeeded"), "other": pod("other", "two")})
    assert cluster.drained(1.0) == []
    assert set(cluster.pods) == {"daemon", "ended", "other"}


def test_a_budget_that_lets_go_in_time() -> None:
    cluster = Cluster({name: pod(name) for name in ("a", "b")}, protected=("b",), until=20.0)
    assert cluster.drained(30.0) == []


@pytest.mark.parametrize("patience", [0.0, 30.0])
def test_a_budget_that_does_not(patience: float) -> None:
    cluster = Cluster({name: pod(name) for name in ("a", "b")}, protected=("b",))
    assert "default/b" in cluster.drained(patience)
    assert patience <= cluster.seconds <= patience + 1


def test_a_pod_that_does_not_end_is_not_waited_for_for_ever() -> None:
    stuck = pod("stuck", deletionTimestamp=(BEGIN - datetime.timedelta(hours=1)).isoformat())
    cluster = Cluster({"stuck": stuck})
    cluster.get = lambda path: {"items": [stuck]}  # type: ignore[method-assign]
    assert cluster.drained(2.0) == ["default/stuck"]
