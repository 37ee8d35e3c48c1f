"""Small servers of the local cloud on loopback: the authenticator's webhook (http), the webhook that admits pods (https) and the
kubelets' port (https), which serves the logs of pods, for the control planes; the pod identity agent (http) for pods.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response
"""

from __future__ import annotations

import base64
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
#: (cluster, pod's namespace, pod) -> JSON patch of the pod
Patches = Callable[[str, str, dict[str, Any]], list[dict[str, Any]]]
#: Authorization header, None where there is none -> status and body of the answer
Credentials = Callable[[str | None], tuple[int, dict[str, str] | str]]
#: (namespace, pod, container, previous) -> lines, None when there is no such pod
Logs = Callable[[str, str, str, bool], list[str] | None]


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer is written in two parts; the second would wait 40 ms for the peer's word that it has the first.
    disable_nagle_algorithm = True

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


def _serve(
    handler: type[BaseHTTPRequestHandler], name: str, context: ssl.SSLContext | None = None, port: int = 0
) -> _Server:
    try:
        server = _Server(("127.0.0.1", port), handler)
    except OSError:  # somebody else has it now
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


def serve_admission(patches: Patches, certificate: Path, key: Path, preferred: int) -> _Server:
    """Start the webhook that changes new pods. The cluster's name is the path. preferred: a port, taken where it is free."""

    class Handler(_Quiet):
        def do_POST(self) -> None:
            try:
                asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))["request"]
                namespace, pod, identity = asked["namespace"], asked["object"], asked["uid"]
            except (ValueError, KeyError, TypeError):
                self.answer(400, b"{}")
                return
            try:
                found = patches(urlsplit(self.path).path.strip("/"), namespace, pod)
            except Exception:  # the API server admits the pod as it is
                log.exception("a pod of %s could not be looked at", namespace)
                self.answer(500, b"{}")
                return
            response: dict[str, Any] = {"uid": identity, "allowed": True}
            if found:
                encoded = base64.b64encode(json.dumps(found).encode()).decode()
                response |= {"patchType": "JSONPatch", "patch": encoded}
            review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
            self.answer(200, json.dumps(review).encode())

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(certificate), str(key))
    return _serve(Handler, "pod admission", context, preferred)


def serve_credentials(path: str, credentials: Credentials) -> int:
    """Start the pod identity agent; its port on loopback. path: where it answers."""

    class Handler(_Quiet):
        def do_GET(self) -> None:
            if urlsplit(self.path).path != path:
                self.answer(404, b"404 page not found\n", "text/plain")
                return
            try:
                status, body = credentials(self.headers.get("Authorization"))
            except Exception:  # whatever it was, no credentials
                log.exception("the credentials of a pod could not be given")
                self.answer(500, b"the local cloud failed; its log says why\n", "text/plain")
                return
            if isinstance(body, str):
                self.answer(status, body.encode(), "text/plain")
            else:
                self.answer(status, json.dumps(body).encode())

    return int(_serve(Handler, "pod identity agent").server_address[1])


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
