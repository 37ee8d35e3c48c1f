"""Ports of the loopback interface on which nobody listens, for programs that have to be told theirs."""

from __future__ import annotations

import socket
from contextlib import ExitStack

ADDRESS = "127.0.0.1"


def free_ports(*preferred: int) -> list[int]:
    """For each of these ports itself where it is free, else, and for 0, one that the kernel picks; all different.

    They are free now: a program that takes one has to be ready to find it taken. Raises OSError where none is left.
    """
    with ExitStack() as stack:
        # All are held until the last is found, so that none is found twice.
        listeners = [_bound(port) for port in preferred]
        for listener in listeners:
            stack.enter_context(listener)
        return [int(listener.getsockname()[1]) for listener in listeners]


def _bound(port: int) -> socket.socket:
    listener = socket.socket()
    try:
        if port:
            # The port of a program that ended a moment ago is free as well.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
    except OSError:
        listener.close()
        if not port:
            raise
        return _bound(0)
    return listener
