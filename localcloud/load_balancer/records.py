"""A request as the proxy's log tells it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.load_balancer.model import Description, group_name

_NONE = {"", "-", "<NOSRV>"}
CLIENT_CLOSED = 460


@dataclass(frozen=True)
class Record:
    """began: seconds since the epoch. server: None where no target was chosen. waits: in seconds, see access_log.

    status, target_status: None where there was none. done: `fixed-response` or `redirect`, else None.
    """

    listener: str
    began: float
    took: float
    client: str
    status: int | None
    target_status: int | None
    server: str | None
    group: str | None
    waits: tuple[float, float, float]
    received: int
    sent: int
    method: str
    version: str
    uri: str
    host: str | None
    agent: str | None
    trace: str | None
    rule: str | None
    done: str | None
    location: str | None
    cipher: str | None
    tls: str | None
    sni: str | None
    certificate: str | None


def is_request(line: str) -> bool:
    """Whether a line tells of a request; the proxy has other messages too."""
    return line.startswith('{"l":')


def parse(line: str) -> Record | None:
    """The request of a line, None where it is another message, or was cut short."""
    if not is_request(line):
        return None
    try:
        said: dict[str, Any] = json.loads(line)
    except ValueError:
        return None

    def text(name: str) -> str | None:
        value = str(said[name])
        return None if value in _NONE else value

    began = text("at")
    status = int(said["status"])
    if str(said["state"]).startswith("C") and said["target_status"] == "-":
        status = CLIENT_CLOSED
    target = text("target_status")
    return Record(
        said["l"], int(began) / 1000 if began else 0.0, _seconds(said["Ta"]), said["client"],
        status if status > 0 else None, int(target) if target else None, text("server"), text("group"),
        (_sum(said["TR"], said["Tw"], said["Tc"]), _seconds(said["Tr"]), _seconds(said["Td"])),
        int(said["in"]), int(said["out"]), said["method"], said["version"], text("uri") or "-", text("host"),
        text("agent"), text("trace"), text("rule"), text("done"), text("location"), text("cipher"), text("tls"),
        text("sni"), text("certificate"),
    )  # fmt: skip


def _seconds(milliseconds: int) -> float:
    return milliseconds / 1000 if milliseconds >= 0 else -1.0


def _sum(*milliseconds: int) -> float:
    return -1.0 if min(milliseconds) < 0 else sum(milliseconds) / 1000


@dataclass(frozen=True)
class Names:
    """What the names in records stand for.

    listeners: name -> (ARN of the load balancer, port, whether TLS); groups: name -> ARN; targets: server -> `address:port`;
    certificates: SHA-1 -> ARN.
    """

    listeners: Mapping[str, tuple[str, int, bool]]
    groups: Mapping[str, str]
    targets: Mapping[str, str]
    certificates: Mapping[str, str]

    @classmethod
    def of(cls, description: Description, certificates: Mapping[str, str], before: Names | None = None) -> Names:
        """Those of a description, and of `before`: requests of before still end."""
        listeners = {
            listener.name: (balancer.arn, listener.port, listener.secure)
            for balancer in description.balancers
            for listener in balancer.listeners
        }
        groups = {group_name(group.arn): group.arn for group in description.groups}
        targets = {
            target.server: f"{target.identifier}:{target.port}"
            for group in description.groups
            for target in group.targets
        }
        if before is None:
            return cls(listeners, groups, targets, certificates)
        return cls(
            {**before.listeners, **listeners}, {**before.groups, **groups}, {**before.targets, **targets},
            {**before.certificates, **certificates},
        )  # fmt: skip
