"""What the node side puts into the cluster."""

from __future__ import annotations

from typing import Any

from localcloud.container_nodes import objects
from localcloud.container_nodes.addressing import Node
from localcloud.container_nodes.objects import Launch
from localcloud.kubernetes.nodes import LABEL, capacity

NODE = Node(0, 40123)


def made() -> dict[str, Any]:
    taint = {"key": "dedicated", "value": "platform", "effect": "NoSchedule"}
    launch = Launch(
        "i-1",
        "m7i.large",
        capacity("m7i.large"),
        "eu-west-1a",
        "arn",
        "1",
        {LABEL: "container", "team": "a"},
        [taint],
        "ec2.amazonaws.com",
        "arn",
    )
    return objects.node_object(NODE, launch, "eu-west-1")


def test_a_node_has_the_labels_and_taints_of_its_group() -> None:
    found = made()
    assert found["metadata"]["labels"].items() >= {LABEL: "container", "team": "a"}.items()
    assert found["metadata"]["labels"]["node.kubernetes.io/instance-type"] == "m7i.large"
    assert found["spec"]["taints"] == [{"key": "dedicated", "value": "platform", "effect": "NoSchedule"}]
    assert found["spec"]["providerID"] == "aws:///eu-west-1a/i-1"


def test_the_api_server_reaches_the_kubelet_by_the_proxy_on_loopback() -> None:
    status = made()["status"]
    addresses = {address["type"]: address["address"] for address in status["addresses"]}
    assert addresses == {"InternalIP": "198.18.0.100", "Hostname": "container-0", "ExternalDNS": "localhost"}
    assert status["daemonEndpoints"] == {"kubeletEndpoint": {"Port": 40123}}


def test_endpoints_belong_to_their_services() -> None:
    found = objects.cluster_objects("10.100.0.10")
    slices = [content for content in found.values() if content["kind"] == "EndpointSlice"]
    services = {content["metadata"]["labels"]["kubernetes.io/service-name"]: content for content in slices}
    assert services["kubernetes"]["endpoints"][0]["addresses"] == ["198.18.0.1"]
    assert services["kubernetes"]["ports"] == [{"name": "https", "port": 6443, "protocol": "TCP"}]


def test_paths_name_their_objects() -> None:
    for path, content in objects.cluster_objects("10.100.0.10").items():
        assert path.endswith(f"/{content['metadata']['name']}")


def test_the_dns_is_a_service_of_the_node_side() -> None:
    found = objects.cluster_objects("10.100.0.10")
    service = found["/api/v1/namespaces/kube-system/services/kube-dns"]
    assert service["spec"]["clusterIP"] == "10.100.0.10"
    assert "selector" not in service["spec"]
    assert [(port["port"], port["protocol"]) for port in service["spec"]["ports"]] == [(53, "UDP"), (53, "TCP")]
    (role,) = [content for content in found.values() if content["kind"] == "ClusterRole"]
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"list", "watch"}
    (binding,) = [content for content in found.values() if content["kind"] == "ClusterRoleBinding"]
    assert binding["subjects"][0]["name"] == objects.DNS_USER
