"""Where the addresses of targets are on this machine, and which ports listeners have: kept in the state folder.

The proxy is led to pods of container nodes, in their network namespace, and to loopback; never to the machine's network. So
an address of a VPC leads somewhere only where somebody said which port on loopback stands for it.
"""

from __future__ import annotations

import ipaddress
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from localcloud.container_nodes.addressing import NETWORK, namespace_name
from localcloud.loopback import free_ports
from localcloud.places import atomic

NAMESPACES = Path("/run/netns")
_PODS = ipaddress.ip_network(NETWORK)


class AddressError(ValueError):
    """It is no address, or none that may be mapped; the message says what was expected."""


class Addresses:
    """What was mapped, by `address:port` of the target.

    state: the state folder. holder: process id of whoever holds the container nodes' network namespace, None where none does.
    """

    def __init__(self, state: Path, holder: Callable[[], int | None], namespaces: Path = NAMESPACES) -> None:
        self._path = state / "load-balancer" / "addresses.json"
        self._holder = holder
        self._pinned = namespaces / namespace_name(str(state))
        self.mapped: dict[str, int] = _read(self._path)

    def map(self, address: str, port: int, local_port: int | None) -> None:
        """Have `address:port` stand for a port on loopback; None: for nothing again. Raises AddressError."""
        key = _key(address, port)
        if local_port is None:
            self.mapped.pop(key, None)
        elif 0 < local_port < 65536:
            self.mapped[key] = local_port
        else:
            raise AddressError(f"local_port: expected a port from 1 to 65535, found {local_port}")
        _write(self._path, self.mapped)

    def reach(self, address: str, port: int) -> tuple[str, str | None] | None:
        """`address:port` to connect to, and the path of the network namespace (None: that of the machine); None: nowhere."""
        local = self.mapped.get(f"{address}:{port}")
        if local is not None:
            return f"127.0.0.1:{local}", None
        for name, _inode in self.namespaces() if _is_pod(address) else ():
            return f"{address}:{port}", name
        return None

    def namespaces(self) -> tuple[tuple[str, int], ...]:
        """The namespace of the container nodes: (path, inode). Empty where there is none.

        The path is that of its holder: the file under /run/netns could not be unmounted while somebody has it open. It has
        to be that of the file, as a holder that has just begun is still in the machine's.
        """
        pid = self._holder()
        try:
            inode = os.stat(f"/proc/{pid}/ns/net").st_ino
            if pid is None or inode != self._pinned.stat().st_ino:
                return ()
        except OSError:
            return ()
        return ((f"/proc/{pid}/ns/net", inode),)


class Ports:
    """The port on loopback of each listener (ARN): the same after a restart, where it is free."""

    def __init__(self, state: Path) -> None:
        self._path = state / "load-balancer" / "ports.json"
        self._ports: dict[str, int] = _read(self._path)
        self._held: set[int] = set()

    def of(self, arn: str) -> int:
        """Its port; one that is free where it has none yet, or where another program took it."""
        known = self._ports.get(arn)
        if known is not None and known in self._held:
            return known
        (port,) = free_ports(known or 0)
        if port != known:
            self._ports[arn] = port
            _write(self._path, self._ports)
        return port

    def hold(self, arns: Iterable[str]) -> None:
        """The proxy listens for these listeners now, and for no other."""
        self._held = {self._ports[arn] for arn in arns}

    def forget_others(self, arns: Iterable[str]) -> None:
        """Only these listeners exist."""
        kept = {arn: self._ports[arn] for arn in arns if arn in self._ports}
        if kept != self._ports:
            self._ports = kept
            _write(self._path, kept)


def _key(address: str, port: int) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        raise AddressError(f"address: expected an IP address, found {address!r}") from None
    if not 0 < port < 65536:
        raise AddressError(f"port: expected a port from 1 to 65535, found {port}")
    return f"{found}:{port}"


def _is_pod(address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in _PODS
    except ValueError:
        return False


def _read(path: Path) -> dict[str, int]:
    return {str(key): int(value) for key, value in json.loads(path.read_text()).items()} if path.exists() else {}


def _write(path: Path, content: dict[str, int]) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    atomic(path, json.dumps(content, indent=2, sort_keys=True).encode())
