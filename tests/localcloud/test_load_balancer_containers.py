"""A load balancer before pods with real containers: requests reach them, and the cluster can be deleted beneath it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import kubernetes.client
import pytest

from localcloud.container_nodes.addressing import namespace_name
from localcloud.load_balancer import proxy
from tests.localcloud import test_container_nodes as nodes
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.container_support import container_cloud
from tests.localcloud.edge_support import make_net, wait_until
from tests.localcloud.kubernetes_access import api, wait
from tests.localcloud.traffic_support import Traffic, forward, get

LACKING = nodes.REASON or proxy.obstacle()
pytestmark = pytest.mark.skipif(LACKING is not None, reason=LACKING or "")
cluster, image, pods = nodes.cluster, nodes.image, nodes.pods


@pytest.fixture(scope="module")
def cloud() -> Iterator[RunningCloud]:
    with container_cloud() as running:
        yield running


def test_pods_get_requests_until_they_are_gone(cloud: RunningCloud, pods: list[Any]) -> None:
    traffic = Traffic(cloud, make_net(cloud), cloud.client("elbv2"))
    group = traffic.group("pods", HealthCheckPath="/index.html")
    port = traffic.port(traffic.listen(traffic.balancer("pods"), forward(group)))
    addresses = {pod.status.pod_ip for pod in pods}
    traffic.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": each, "Port": 8080} for each in addresses])
    wait_until(lambda: traffic.health(group) == dict.fromkeys(addresses, ("healthy", None)))
    assert {get(port, "/index.html").body for _ in range(4)} == {b"a page\n"}
    client = api(cloud, nodes.NAME)
    kubernetes.client.CoreV1Api(client).delete_namespaced_pod(pods[0].metadata.name, "default")
    gone = pods[0].status.pod_ip
    wait_until(lambda: traffic.health(group)[gone][0] == "unhealthy")
    assert {get(port, "/index.html").status for _ in range(4)} == {200}
    eks = cloud.client("eks")
    for name in ("general", "platform"):
        eks.delete_nodegroup(clusterName=nodes.NAME, nodegroupName=name)
    wait("no node group", lambda: not eks.list_nodegroups(clusterName=nodes.NAME)["nodegroups"], 60)
    eks.delete_cluster(name=nodes.NAME)
    wait("no cluster", lambda: not eks.list_clusters()["clusters"], 60)
    name = namespace_name(str(cloud.state))
    assert not [trace for kind in nodes.traces(cloud.state).values() for trace in kind if name in trace]
    assert get(port, "/index.html").status in {502, 504}
    wait_until(lambda: get(port, "/index.html").status == 504)
