"""What tests of traffic share: targets that answer as told, load balancers in front of them, and requests."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import Net, wait_until


class Target(ThreadingHTTPServer):
    """A target on loopback: says its name and what it was sent. `health` is the status of /healthz, `slow` seconds of /slow."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, name: str) -> None:
        self.name, self.health, self.slow = name, 200, 1.0
        self.seen: list[str] = []
        super().__init__(("127.0.0.1", 0), _Answer)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that the proxy ends are what some tests are about."""

    def end(self) -> None:
        """Stop listening: connections are refused."""
        self.shutdown()
        self.server_close()


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Target

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self._send(self.server.health, b"")
            return
        self.server.seen.append(self.path)
        if self.path == "/slow":
            time.sleep(self.server.slow)
        if self.path == "/nonsense":
            self.wfile.write(b"nonsense\r\n\r\n")
            self.close_connection = True
            return
        if self.path == "/closes":
            self.close_connection = True
            return
        status = int(self.path.rsplit("/", 1)[1]) if self.path.startswith("/status/") else 200
        said = {"name": self.server.name, "path": self.path, "headers": dict(self.headers.items())}
        self._send(status, json.dumps(said).encode())

    do_POST = do_GET  # noqa: N815 - a name of http.server

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@dataclass
class Answer:
    """What a request got."""

    status: int
    headers: dict[str, str]
    body: bytes
    told: dict[str, Any] = field(default_factory=dict)


def get(port: int, path: str = "/", method: str = "GET", timeout: float = 30, **headers: str) -> Answer:
    """One request to loopback, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    told = json.loads(body) if body.startswith(b"{") else {}
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body, told)


@dataclass
class Traffic:
    """A cloud with a network; makes load balancers and groups whose targets are on loopback."""

    cloud: RunningCloud
    net: Net
    elb: Any
    _addresses: int = 10

    def group(self, name: str, **more: Any) -> str:
        """ARN of a group of addresses, checked at /healthz."""
        wanted = {
            "Protocol": "HTTP", "Port": 8080, "VpcId": self.net.vpc, "TargetType": "ip", "HealthCheckPath": "/healthz",
            "HealthCheckIntervalSeconds": 5, "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2, **more,
        }  # fmt: skip
        return str(self.elb.create_target_group(Name=name, **wanted)["TargetGroups"][0]["TargetGroupArn"])

    def register(self, group: str, local_port: int, *, healthy: bool = True) -> str:
        """The address of a new target that is a port on loopback. healthy: wait until it is."""
        self._addresses += 1
        address = f"10.66.0.{self._addresses}"
        body = {"address": address, "port": 8080, "local_port": local_port}
        self.cloud.control.put("load-balancers/addresses", body)
        self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": address, "Port": 8080}])
        if healthy:
            wait_until(lambda: self.health(group)[address][0] == "healthy")
        return address

    def deregister(self, group: str, address: str) -> None:
        """Take it out."""
        self.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": address}])

    def health(self, group: str) -> dict[str, tuple[str, str | None]]:
        """Address -> state and reason."""
        found = self.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return {row["Target"]["Id"]: (row["TargetHealth"]["State"], row["TargetHealth"].get("Reason")) for row in found}

    def set(self, group: str, **values: str) -> None:
        """Attributes of a group; `__` stands for a dot."""
        attributes = [{"Key": key.replace("__", "."), "Value": value} for key, value in values.items()]
        self.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=attributes)

    def balancer(self, name: str) -> str:
        """ARN of a new load balancer."""
        made = self.elb.create_load_balancer(Name=name, Subnets=self.net.subnets, SecurityGroups=[self.net.group])
        return str(made["LoadBalancers"][0]["LoadBalancerArn"])

    def listen(self, balancer: str, *actions: dict[str, Any], port: int = 80, **more: Any) -> str:
        """ARN of a new listener. Without actions it answers 404."""
        wanted = {"Protocol": "HTTP", "Port": port, **more}
        default = list(actions) or [fixed(404)]
        made = self.elb.create_listener(LoadBalancerArn=balancer, DefaultActions=default, **wanted)
        return str(made["Listeners"][0]["ListenerArn"])

    def port(self, listener: str) -> int:
        """The port on loopback of a listener, which is waited for."""
        wait_until(lambda: self._port(listener) is not None)
        return self._port(listener) or 0

    def _port(self, listener: str) -> int | None:
        told = self.cloud.control.get("load-balancers")
        assert told["reason"] is None, told
        return next((row["local_port"] for row in told["listeners"] if row["listener"] == listener), None)

    def rule(self, listener: str, priority: int, conditions: list[dict[str, Any]], *actions: dict[str, Any]) -> str:
        """ARN of a new rule."""
        made = self.elb.create_rule(
            ListenerArn=listener, Priority=priority, Conditions=conditions, Actions=list(actions)
        )  # fmt: skip
        return str(made["Rules"][0]["RuleArn"])


def forward(group: str) -> dict[str, Any]:
    """A forward action to one group."""
    return {"Type": "forward", "TargetGroupArn": group}


def weighted(*choices: tuple[str, int]) -> dict[str, Any]:
    """A forward action to several groups."""
    groups = [{"TargetGroupArn": group, "Weight": weight} for group, weight in choices]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}


def fixed(status: int, body: str = "", kind: str = "text/plain") -> dict[str, Any]:
    """A fixed answer."""
    configured = {"StatusCode": str(status), "MessageBody": body, "ContentType": kind}
    return {"Type": "fixed-response", "FixedResponseConfig": configured}


def redirect(status: int = 301, **parts: str) -> dict[str, Any]:
    """A redirect."""
    return {"Type": "redirect", "RedirectConfig": {"StatusCode": f"HTTP_{status}", **parts}}


@contextmanager
def silent_port() -> Iterator[int]:
    """A port on loopback that takes no connection and refuses none: its queue is full."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(0)
    waiting = []
    for _ in range(4):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listening.getsockname())
        waiting.append(client)
    try:
        yield int(listening.getsockname()[1])
    finally:
        for each in [*waiting, listening]:
            each.close()
