"""The way from the proxy into the network namespace of the container nodes: a SOCKS4 server that lives in it.

HAProxy can connect into a namespace itself, but closes its way there as soon as it is told to end gently, which each new
configuration does: whoever was about to be sent to a pod then got 502. This process outlives configurations.
https://www.openssh.com/txt/socks4.protocol
https://github.com/haproxy/haproxy/blob/v2.6.0/src/namespace.c (netns_sig_stop)
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import ipaddress
import os
import socket
import sys
from pathlib import Path
from typing import cast

from localcloud.container_nodes.addressing import NETWORK
from localcloud.processes import Processes

NAME = "load-balancer-relay"
_NETWORK = ipaddress.ip_network(NETWORK)
_CLONE_NEWNET = 0x40000000  # linux/sched.h
_GRANTED, _REJECTED = b"\0\x5a" + bytes(6), b"\0\x5b" + bytes(6)
#: Longer than the proxy waits for a connection: it is the one who says that it took too long.
_PATIENCE = 15.0
_BACKLOG = 1024


class Relay:
    """Keeps the process. Not safe for threads."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._socket: socket.socket | None = None
        self._inside: tuple[str, int] | None = None

    def reach(self, namespaces: tuple[tuple[str, int], ...]) -> str | None:
        """`address:port` of the way into the (first) namespace, given by path and inode; None without one. Raises OSError."""
        wanted = namespaces[0] if namespaces else None
        if wanted != self._inside or (wanted is not None and not self._processes.alive(NAME)):
            self.stop()
            if wanted is not None:
                self._start(wanted[0])
            self._inside = wanted
        return None if wanted is None or self._socket is None else f"127.0.0.1:{self._socket.getsockname()[1]}"

    def _start(self, namespace: str) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        listener = self._socket.fileno()
        argv = [sys.executable, "-m", __name__, "--listener", str(listener), "--namespace", namespace]
        environment = {"PATH": os.defpath, "PYTHONPATH": str(Path(__file__).parents[2])}
        self._processes.spawn(NAME, argv, env=environment, pass_fds=(listener,))

    def stop(self) -> None:
        """End the process, so that nothing keeps the namespace."""
        if self._processes.alive(NAME):  # also one that a daemon left that was killed
            self._processes.stop(NAME)
        if self._socket is not None:  # open, it would take connections that nobody answers
            self._socket.close()
        self._socket = self._inside = None


class _Side(asyncio.Protocol):
    """One end of a connection that is passed on; what it hears is said at the other."""

    def __init__(self, other: _Side | None = None) -> None:
        self.other = other
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.write(data)

    def eof_received(self) -> bool:
        there = self.other.transport if self.other is not None else None
        if there is not None and not there.is_closing() and there.can_write_eof():
            there.write_eof()
        return True  # the other direction may still have something to say

    def connection_lost(self, error: Exception | None) -> None:
        there = self.other.transport if self.other is not None else None
        if there is not None:
            there.abort() if error is not None else there.close()

    def pause_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.resume_reading()


class _Asking(_Side):
    """The proxy's end: says first where it wants to go."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = bytearray()
        self._going: asyncio.Task[None] | None = None

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            super().data_received(data)
            return
        self._asked += data
        if self._going is None and len(self._asked) > 8 and b"\0" in self._asked[8:]:
            self._going = asyncio.ensure_future(self._go())

    def connection_lost(self, error: Exception | None) -> None:
        if self._going is not None:
            self._going.cancel()
        super().connection_lost(error)

    async def _go(self) -> None:
        assert self.transport is not None  # noqa: S101 - who asks is connected
        end = self._asked.index(0, 8) + 1
        version, command = self._asked[0], self._asked[1]
        port, address = int.from_bytes(self._asked[2:4], "big"), ipaddress.ip_address(bytes(self._asked[4:8]))
        if (version, command) != (4, 1) or address not in _NETWORK:
            self._refuse()
            return
        there = _Side(self)
        try:
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(_PATIENCE):
                await loop.create_connection(lambda: there, str(address), port)
        except (OSError, TimeoutError):
            self._refuse()
            return
        self.transport.write(_GRANTED)
        self.other = there
        rest = bytes(self._asked[end:])
        if rest:
            super().data_received(rest)

    def _refuse(self) -> None:
        if self.transport is not None:
            self.transport.write(_REJECTED)
            self.transport.close()


def enter(namespace: str) -> None:
    """Have sockets that are made from now on be in a network namespace. Raises OSError."""
    descriptor = os.open(namespace, os.O_RDONLY)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if library.setns(descriptor, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns: {os.strerror(ctypes.get_errno())}", namespace)
    finally:
        os.close(descriptor)


async def serve(listener: socket.socket) -> None:
    """Until the process ends."""
    server = await asyncio.get_running_loop().create_server(_Asking, sock=listener, backlog=_BACKLOG)
    await server.serve_forever()


def main() -> None:
    """Serve the listener, which is of the machine's namespace, with connections in the other one."""
    parser = argparse.ArgumentParser(prog="localcloud.load_balancer.relay")
    parser.add_argument("--listener", type=int, required=True)
    parser.add_argument("--namespace", required=True)
    options = parser.parse_args()
    listener = socket.socket(fileno=options.listener)
    enter(options.namespace)
    asyncio.run(serve(listener))


if __name__ == "__main__":
    main()
