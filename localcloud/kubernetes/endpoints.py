"""Two small servers of the local cloud that the control planes talk to, on loopback: the authenticator's webhook (http) and
the kubelets' port (https), which serves the logs of pods.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
"""

from __future__ import annotations

import json
import logging
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

log = logging.getLogger("localcloud.kubernetes")
#: (cluster, token) -> the `status` of a TokenReview
Review = Callable[[str, str], dict[str, Any]]
#: (namespace, pod, container, previous) -> lines, None when there is no such pod
Logs = Callable[[str, str, str, bool], list[str] | None]


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: tokens would be in it."""

    def answer(self, status: int, body: bytes, content_type: str = "application/json") -> None:
        """Send a whole answer."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that went away is nothing to print."""
        log.debug("connection ended", exc_info=True)


def _serve(handler: type[BaseHTTPRequestHandler], name: str, context: ssl.SSLContext | None = None) -> _Server:
    server = _Server(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, name=name, daemon=True).start()
    return server


def serve_reviews(review: Review) -> str:
    """Start the webhook; its URL, to which the cluster's name is appended."""

    class Handler(_Quiet):
        def do_POST(self) -> None:
            try:
                asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                token = str(asked["spec"]["token"])
            except (ValueError, KeyError, TypeError):
                self.answer(400, b"{}")
                return
            try:
                status = review(urlsplit(self.path).path.strip("/"), token)
            except Exception:  # told apart from a refusal: the API server logs that its webhook failed
                log.exception("a token could not be reviewed")
                self.answer(500, b"{}")
                return
            self.answer(
                200,
                json.dumps(
                    {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}
                ).encode(),
            )

    return f"http://127.0.0.1:{_serve(Handler, 'eks authenticator').server_address[1]}"


def serve_logs(logs: Logs, ca: Path, certificate: Path, key: Path) -> _Server:
    """Start a kubelet port that only the holder of a client certificate of `ca` (the API server) is let in to."""

    class Handler(_Quiet):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            kind, *rest = parts.path.strip("/").split("/")
            if kind != "containerLogs" or len(rest) != 3:
                self.answer(501, b"simulated nodes serve logs only", "text/plain")
                return
            query = parse_qs(parts.query)
            namespace, pod, container = rest
            lines = logs(namespace, pod, container, query.get("previous") == ["true"])
            if lines is None:
                self.answer(404, f'pod "{pod}" not found'.encode(), "text/plain")
                return
            tail = query.get("tailLines", [""])[0]
            lines = lines[-int(tail) :] if tail.isdigit() and int(tail) else lines
            self.answer(200, "".join(f"{line}\n" for line in lines).encode(), "text/plain")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(certificate), str(key))
    context.load_verify_locations(str(ca))
    context.verify_mode = ssl.CERT_REQUIRED
    return _serve(Handler, "kubelet logs", context)
