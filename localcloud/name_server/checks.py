"""Health checks of Route 53 that really check: what they name is asked on loopback, where it leads there.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
"""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass

#: "four seconds" for the connection, "two seconds" for the answer; one value for both here. Not scaled.
PATIENCE = 4.0
#: The string has to be in the first 5,120 bytes of the body.
_SEARCHED = 5120


@dataclass(frozen=True)
class Endpoint:
    """What a check asks. kind: `HTTP`, `HTTPS`, either with `_STR_MATCH`, or `TCP`; local_port: where that is on loopback.

    name: for TLS, None for none.
    """

    kind: str
    local_port: int
    host: str
    path: str = "/"
    search: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Finding:
    """Whether a check passed, and what Route 53 says of it."""

    passed: bool
    text: str


@dataclass
class Standing:
    """What the checks of one endpoint came to. healthy: None before the first threshold was reached."""

    healthy: bool | None = None
    text: str = ""
    passed: int = 0
    failed: int = 0

    def note(self, finding: Finding, threshold: int) -> None:
        """Count a finding: `threshold` of one kind in a row decide; the very first one decides at once."""
        self.text = finding.text
        self.passed = self.passed + 1 if finding.passed else 0
        self.failed = 0 if finding.passed else self.failed + 1
        if self.healthy is None or max(self.passed, self.failed) >= threshold:
            self.healthy = finding.passed


def ask(endpoint: Endpoint, patience: float = PATIENCE) -> Finding:
    """Check once. A status of 2xx or 3xx passes; no certificate is verified, as Route 53 verifies none."""
    try:
        with socket.create_connection(("127.0.0.1", endpoint.local_port), timeout=patience) as raw:
            if endpoint.kind == "TCP":
                return Finding(True, "Success: TCP connection established")
            return _ask_http(endpoint, raw)
    except TimeoutError:
        return Finding(False, "Failure: Connection timed out. The endpoint did not answer")
    except (OSError, http.client.HTTPException) as error:
        return Finding(False, f"Failure: {error}")


def _ask_http(endpoint: Endpoint, raw: socket.socket) -> Finding:
    connection = http.client.HTTPConnection(endpoint.host)
    if endpoint.kind.startswith("HTTPS"):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection.sock = context.wrap_socket(raw, server_hostname=endpoint.name)
    else:
        connection.sock = raw
    headers = {"Host": endpoint.host, "User-Agent": "Amazon-Route53-Health-Check-Service", "Connection": "close"}
    try:
        connection.request("GET", endpoint.path, headers=headers)
        answer = connection.getresponse()
        body = answer.read(_SEARCHED)
    finally:
        connection.close()
    said = f"HTTP Status Code {answer.status}, {answer.reason}"
    if not 200 <= answer.status < 400:
        return Finding(False, f"Failure: {said}")
    if endpoint.search is not None and endpoint.search.encode() not in body:
        return Finding(False, f"Failure: {said}. The search string was not found")
    return Finding(True, f"Success: {said}")
