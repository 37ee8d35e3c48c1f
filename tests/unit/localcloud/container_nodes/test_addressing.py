"""Addresses of the node side: all in the range for benchmarks, none twice."""

from __future__ import annotations

import ipaddress

import pytest

from localcloud.container_nodes import addressing
from localcloud.container_nodes.addressing import Node

BENCHMARKS = ipaddress.ip_network("198.18.0.0/15")


def test_no_address_is_given_twice() -> None:
    nodes = [Node(index) for index in range(addressing.MOST_NODES)]
    own = addressing.local_addresses(addressing.MOST_NODES)
    assert len(set(own)) == len(own) == addressing.MOST_NODES + 1
    networks = [ipaddress.ip_network(node.pods) for node in nodes]
    assert len(set(networks)) == len(networks)
    assert not any(ipaddress.ip_address(address) in network for address in own for network in networks)


def test_everything_is_of_the_range_that_nothing_routes() -> None:
    last = Node(addressing.MOST_NODES - 1)
    cluster = ipaddress.ip_network(addressing.NETWORK)
    assert ipaddress.ip_network(last.pods).subnet_of(cluster)
    assert cluster.subnet_of(BENCHMARKS)
    assert all(ipaddress.ip_address(address) in cluster for address in addressing.local_addresses(3))


def test_the_namespace_is_named_after_the_folder() -> None:
    name = addressing.namespace_name("/srv/one")
    assert name == addressing.namespace_name("/srv/one") != addressing.namespace_name("/srv/two")
    assert name.startswith("localcloud-")
    assert len(name) == 19


def test_the_service_of_the_api_server_has_the_first_address() -> None:
    assert addressing.first_service_address("172.20.0.0/16") == "172.20.0.1"


def test_how_many() -> None:
    assert [addressing.parse_count(text) for text in ("0", "2", "20")] == [0, 2, 20]


@pytest.mark.parametrize("text", ["-1", "21", "two", "", "1.5"])
def test_what_is_no_number_of_nodes(text: str) -> None:
    with pytest.raises(ValueError, match="expected a number from 0 to 20, found"):
        addressing.parse_count(text)


def test_the_dns_has_the_tenth_address() -> None:
    first = addressing.first_service_address("10.100.0.0/16")
    assert addressing.dns_address(first) == "10.100.0.10"
