"""Addresses of the node side: all in the range for benchmarks, none twice."""

from __future__ import annotations

import ipaddress

import pytest

from localcloud.container_nodes import addressing
from localcloud.container_nodes.addressing import Node

BENCHMARKS = ipaddress.ip_network("198.18.0.0/15")


def test_no_address_is_given_twice() -> None:
    nodes = [Node(index) for index in range(addressing.MOST_NODES)]
    own = [addressing.BRIDGE, *(node.address for node in nodes)]
    assert len(set(own)) == len(own) == addressing.MOST_NODES + 1
    networks = [ipaddress.ip_network(node.pods) for node in nodes]
    assert len(set(networks)) == len(networks)
    assert not any(ipaddress.ip_address(address) in network for address in own for network in networks)


def test_everything_is_of_the_range_that_nothing_routes() -> None:
    last = Node(addressing.MOST_NODES - 1)
    cluster = ipaddress.ip_network(addressing.NETWORK)
    assert ipaddress.ip_network(last.pods).subnet_of(cluster)
    assert cluster.subnet_of(BENCHMARKS)
    assert all(ipaddress.ip_address(address) in cluster for address in (addressing.BRIDGE, last.address))


def test_the_namespace_is_named_after_the_folder() -> None:
    name = addressing.namespace_name("/srv/one")
    assert name == addressing.namespace_name("/srv/one") != addressing.namespace_name("/srv/two")
    assert name.startswith("localcloud-")
    assert len(name) == 19


def test_the_service_of_the_api_server_has_the_first_address() -> None:
    assert addressing.first_service_address("172.20.0.0/16") == "172.20.0.1"


def test_whether_they_are_wanted() -> None:
    assert [addressing.parse_mode(text) for text in ("auto", "off")] == [True, False]
    assert [addressing.parse_mode(addressing.mode(wanted)) for wanted in (True, False)] == [True, False]


@pytest.mark.parametrize("text", ["1", "on", "", "AUTO"])
def test_another_word_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="expected auto or off, found"):
        addressing.parse_mode(text)


def test_a_name_tells_the_number() -> None:
    assert [addressing.index_of(name) for name in ("container-7", "ip-10-0-0-7", "container-", "xcontainer-7")] == [
        7, None, None, None,
    ]  # fmt: skip


def test_numbers_come_again_as_late_as_they_can() -> None:
    assert addressing.free_index([], -1) == 0
    assert addressing.free_index([0], 0) == 1
    assert addressing.free_index([5], 7) == 8
    assert addressing.free_index([0, 1], addressing.MOST_NODES - 1) == 2
    with pytest.raises(ValueError, match="no more addresses"):
        addressing.free_index(range(addressing.MOST_NODES), 3)


def test_the_dns_has_the_tenth_address() -> None:
    first = addressing.first_service_address("10.100.0.0/16")
    assert addressing.dns_address(first) == "10.100.0.10"
