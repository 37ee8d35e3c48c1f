"""Two local clouds side by side: each has its own nodes, at the same addresses, and the end of one is nothing to the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import kubernetes.client
import pytest

from localcloud.container_nodes import addressing
from localcloud.processes import Processes
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.container_support import REASON, container_cloud, container_group
from tests.localcloud.kubernetes_access import active_cluster, api, wait

pytestmark = pytest.mark.skipif(REASON is not None, reason=f"no container nodes here: {REASON}")
NAME = "main"


@contextmanager
def cloud_with_a_node() -> Iterator[RunningCloud]:
    """A cloud whose cluster has a container node."""
    with container_cloud() as running:
        active_cluster(running, NAME)
        container_group(running, NAME, "platform", 1)
        yield running


def node(cloud: RunningCloud) -> Any:
    """The container node, where it has told within the last seconds that it is there."""
    (found,) = (
        kubernetes.client.CoreV1Api(api(cloud, NAME)).list_node(label_selector="eks.amazonaws.com/nodegroup").items
    )
    (ready,) = [condition for condition in found.status.conditions if condition.type == "Ready"]
    return found if ready.status == "True" else None


def told(cloud: RunningCloud) -> Any:
    """When the kubelet last renewed its lease."""
    leases = kubernetes.client.CoordinationV1Api(api(cloud, NAME))
    return leases.read_namespaced_lease("container-0", "kube-node-lease").spec.renew_time


def test_two_state_folders_have_nodes_of_their_own() -> None:
    with cloud_with_a_node() as first:
        with cloud_with_a_node() as second:
            assert node(first).metadata.name == node(second).metadata.name == "container-0"
            assert addressing.namespace_name(str(first.state)) != addressing.namespace_name(str(second.state))
        moment = told(first)
        wait("a sign of life of the other's kubelet", lambda: told(first) > moment, 30)
        assert node(first)
        assert Processes(first.state).alive("container-0-kubelet")
