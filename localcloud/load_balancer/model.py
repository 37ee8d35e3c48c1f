"""What is to be forwarded, in plain values: what the projection makes of the emulated API's state, and the renderer of them."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A target that can be reached. identifier, port: as registered; to: `address:port`.

    through: `address:port` of the relay that leads there, None: it is on loopback.
    """

    identifier: str
    port: int
    to: str
    through: str | None = None

    @property
    def server(self) -> str:
        """Its name in the proxy: another address or port is another server."""
        place = "".join(
            character if character.isalnum() else "-" for character in f"{self.to} {'pod' if self.through else ''}"
        )
        return f"t-{self.identifier.replace(':', '-')}-{self.port}-{hashlib.sha256(place.encode()).hexdigest()[:6]}"


@dataclass(frozen=True)
class Check:
    """How targets are checked. Times in local seconds. port: None for that of the traffic; matcher: `200-299,301`."""

    path: str = "/"
    port: int | None = None
    secure: bool = False
    matcher: str = "200"
    interval: float = 1.0
    timeout: float = 1.0
    healthy: int = 5
    unhealthy: int = 2


@dataclass(frozen=True)
class Group:
    """A target group. registered: how many; targets: those that can be reached. slow_start, sticky: local seconds, 0: off."""

    arn: str
    registered: int
    targets: tuple[Target, ...]
    check: Check = Check()
    secure: bool = False
    least_outstanding: bool = False
    slow_start: float = 0.0
    sticky: float = 0.0

    @property
    def name(self) -> str:
        """Its name in the proxy."""
        return group_name(self.arn)


def group_name(arn: str) -> str:
    """The name of a target group in the proxy: `g-` and the last part of its ARN."""
    return f"g-{arn.rsplit('/', 1)[-1]}"


@dataclass(frozen=True)
class Condition:
    """One condition of a rule. values: patterns, of which one has to match; pairs: key (or None) and value of a query string."""

    field: str
    values: tuple[str, ...] = ()
    header: str = ""
    pairs: tuple[tuple[str | None, str], ...] = ()


@dataclass(frozen=True)
class Forward:
    """To one of these groups (ARN, weight)."""

    choices: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Redirect:
    """To a URL whose parts may name those of the request, as `#{host}`. status: 301 or 302."""

    protocol: str = "#{protocol}"
    host: str = "#{host}"
    port: str = "#{port}"
    path: str = "/#{path}"
    query: str = "#{query}"
    status: int = 301


@dataclass(frozen=True)
class Fixed:
    """An answer of the load balancer itself."""

    status: int
    content_type: str = "text/plain"
    body: str = ""


Action = Forward | Redirect | Fixed


@dataclass(frozen=True)
class Rule:
    """priority: the number, or `default`. All conditions have to hold."""

    priority: str
    conditions: tuple[Condition, ...]
    action: Action


@dataclass(frozen=True)
class Certificate:
    """A certificate with its chain and key, as PEM; never shown: the key is in it."""

    arn: str
    content: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-1 of the certificate, by which the proxy names it."""
        end = "-----END CERTIFICATE-----"
        first = self.content.decode().partition(end)[0] + end
        return hashlib.sha1(ssl.PEM_cert_to_DER_cert(first), usedforsecurity=False).hexdigest()

    def __repr__(self) -> str:
        """Without the key."""
        return f"Certificate({self.arn!r})"


@dataclass(frozen=True)
class Listener:
    """port: as the API has it; local_port: where it listens on loopback. certificates: the default one first."""

    arn: str
    port: int
    local_port: int
    rules: tuple[Rule, ...]
    secure: bool = False
    certificates: tuple[Certificate, ...] = ()
    least_tls: str = "TLSv1.2"
    most_tls: str = "TLSv1.3"

    @property
    def name(self) -> str:
        """Its name in the proxy."""
        return f"l-{self.arn.rsplit('/', 1)[-1]}"


@dataclass(frozen=True)
class Balancer:
    """An application load balancer. idle: seconds, not scaled. forwarded_for: append, preserve or remove."""

    arn: str
    listeners: tuple[Listener, ...]
    idle: int = 60
    forwarded_for: str = "append"
    client_port: bool = False
    drop_invalid: bool = False
    http2: bool = True


@dataclass(frozen=True)
class Description:
    """All that the proxy does."""

    balancers: tuple[Balancer, ...] = ()
    groups: tuple[Group, ...] = ()
    #: Name of a network namespace -> which one it is now (inode): one that was made anew is another.
    namespaces: tuple[tuple[str, int], ...] = ()
    #: ARN of a listener that is not served -> why.
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def listeners(self) -> list[Listener]:
        """Of all load balancers."""
        return [listener for balancer in self.balancers for listener in balancer.listeners]
