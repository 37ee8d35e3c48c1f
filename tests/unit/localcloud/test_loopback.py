"""Free ports of the loopback interface."""

from __future__ import annotations

import socket

from localcloud import loopback


def test_as_many_as_are_asked_for_and_all_different() -> None:
    found = loopback.free_ports(*[0] * 50)
    assert len(set(found)) == 50
    assert min(found) > 1023


def test_a_preferred_port_that_is_free() -> None:
    (port,) = loopback.free_ports(0)
    assert loopback.free_ports(port) == [port]


def test_a_preferred_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind((loopback.ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        first, second = loopback.free_ports(port, 0)
    assert port not in {first, second}
    assert first != second
