"""Where targets are on this machine, and which ports listeners have."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from localcloud.container_nodes.addressing import namespace_name
from localcloud.load_balancer.addresses import AddressError, Addresses, Ports


def test_an_address_leads_to_loopback_where_it_was_mapped_and_nowhere_else(tmp_path: Path) -> None:
    found = Addresses(tmp_path, lambda: None, tmp_path / "none")
    found.map("10.0.0.1", 8080, 5000)
    assert found.reach("10.0.0.1", 8080) == ("127.0.0.1:5000", None)
    for address, port in (("10.0.0.1", 80), ("10.0.0.2", 8080), ("127.0.0.1", 5000), ("198.18.1.5", 80), ("i-1", 80)):
        assert found.reach(address, port) is None
    assert Addresses(tmp_path, lambda: None, tmp_path / "none").reach("10.0.0.1", 8080) == ("127.0.0.1:5000", None)
    found.map("10.0.0.1", 8080, None)
    assert found.reach("10.0.0.1", 8080) is None


def test_pods_are_in_the_namespace_while_there_is_one(tmp_path: Path) -> None:
    namespaces = tmp_path / "netns"
    namespaces.mkdir()
    holder = os.getpid()
    found = Addresses(tmp_path, lambda: holder, namespaces)
    assert found.reach("198.18.1.5", 8080) is None
    pinned = namespaces / namespace_name(str(tmp_path))
    pinned.touch()
    assert found.namespaces() == ()  # the holder is in another one
    pinned.unlink()
    pinned.symlink_to(f"/proc/{holder}/ns/net")
    name = f"/proc/{holder}/ns/net"
    assert found.reach("198.18.1.5", 8080) == ("198.18.1.5:8080", name)
    assert found.reach("198.19.1.5", 8080) is None
    assert found.namespaces() == ((name, os.stat(f"/proc/{holder}/ns/net").st_ino),)
    assert Addresses(tmp_path, lambda: None, namespaces).namespaces() == ()


@pytest.mark.parametrize(("address", "port", "local"), [
    ("web", 80, 5000), ("10.0.0.1", 0, 5000), ("10.0.0.1", 80, 0), ("10.0.0.1", 80, 65536), ("10.0.0.1/24", 80, 5000),
])  # fmt: skip
def test_what_is_no_address_is_refused(tmp_path: Path, address: str, port: int, local: int) -> None:
    with pytest.raises(AddressError, match="expected"):
        Addresses(tmp_path, lambda: None).map(address, port, local)


def test_ports_stay_and_one_that_somebody_took_is_replaced(tmp_path: Path) -> None:
    ports = Ports(tmp_path)
    first, second = ports.of("a"), ports.of("b")
    assert first != second
    assert Ports(tmp_path).of("a") == first
    with socket.socket() as other:
        other.bind(("127.0.0.1", first))
        other.listen()
        ports.hold(["a", "b"])
        assert ports.of("a") == first  # it is the proxy that listens there
        assert Ports(tmp_path).of("a") != first
    ports.forget_others(["b"])
    assert set((tmp_path / "load-balancer" / "ports.json").read_text().split('"')) & {"a", "b"} == {"b"}
