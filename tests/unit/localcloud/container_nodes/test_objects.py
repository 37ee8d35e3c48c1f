"""What the node side puts into the cluster."""

from __future__ import annotations

from localcloud.container_nodes import objects
from localcloud.container_nodes.addressing import Node
from localcloud.kubernetes.nodes import LABEL

NODE = Node(0, 40123)


def test_only_pods_that_ask_for_it_land_on_a_container_node() -> None:
    made = objects.node_object(NODE, "eu-west-1", "eu-west-1a", "seed")
    assert made["metadata"]["labels"][LABEL] == "container"
    assert made["spec"]["taints"] == [{"key": LABEL, "value": "container", "effect": "NoSchedule"}]


def test_the_api_server_reaches_the_kubelet_by_the_proxy_on_loopback() -> None:
    status = objects.node_object(NODE, "eu-west-1", "eu-west-1a", "seed")["status"]
    addresses = {address["type"]: address["address"] for address in status["addresses"]}
    assert addresses == {"InternalIP": "198.18.0.100", "Hostname": "container-0", "ExternalDNS": "localhost"}
    assert status["daemonEndpoints"] == {"kubeletEndpoint": {"Port": 40123}}


def test_a_node_keeps_its_instance_id() -> None:
    first = objects.provider_id(NODE, "eu-west-1a", "one")
    assert first == objects.provider_id(NODE, "eu-west-1a", "one") != objects.provider_id(Node(1), "eu-west-1a", "one")
    assert first.startswith("aws:///eu-west-1a/i-")


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
