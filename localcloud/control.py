"""Control paths of the local cloud, on the port of the AWS API under `/_localcloud/`: no AWS API, open to this machine.

Pods have a port of their own, where they are closed: see `closed`.

A service adds its own with `@route("GET", "/_localcloud/thing")`. The function gets a `ControlRequest` and returns what
is sent as JSON, or raises `ControlError`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

PREFIX = "/_localcloud/"


@dataclass(frozen=True)
class ControlRequest:
    """What a control function gets: the query as a flat dictionary, the body as parsed JSON (None when empty)."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


class ControlError(Exception):
    """The request cannot be done; `status` is the HTTP status, the text goes to the caller."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
ControlFunction = Callable[[ControlRequest], Any]
#: (method, path) -> function
cloud_routes: dict[tuple[str, str], ControlFunction] = {}


def route(method: str, path: str) -> Callable[[ControlFunction], ControlFunction]:
    """Register the decorated function for `method` and the exact `path`, which starts with `/_localcloud/`."""
    if not path.startswith(PREFIX):
        raise ValueError(f"control path {path!r} must start with {PREFIX}")

    def register(function: ControlFunction) -> ControlFunction:
        cloud_routes[method, path] = function
        return function

    return register


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI answer to a request under `PREFIX`."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    raw = environ["wsgi.input"].read(length) if length else b""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    try:
        if "HTTP_ORIGIN" in environ:  # a page in a browser on this machine: it may not steer the cloud
            raise ControlError(f"no page of {environ['HTTP_ORIGIN']} may call the control paths", 403)
        if (method, path) not in cloud_routes:
            known = ", ".join(sorted(f"{m} {p}" for m, p in cloud_routes))
            raise ControlError(f"no control path {method} {path}; there are: {known}", 404)
        body = json.loads(raw) if raw else None
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        status, content = 200, cloud_routes[method, path](ControlRequest(method, path, query, body))
    except ControlError as error:
        status, content = error.status, {"error": str(error)}
    except json.JSONDecodeError as error:
        status, content = 400, {"error": f"the body is not JSON: {error}"}
    return _send(status, content, start_response)


def closed(inner: WSGIApp) -> WSGIApp:
    """The application for those who may use the AWS API and not steer the cloud: 403 for every control path."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PREFIX):
            return _send(
                403, {"error": f"{environ['PATH_INFO']} is closed to pods: only this machine may ask"}, start_response
            )
        return inner(environ, start_response)

    return application


def _send(status: int, content: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    sent = json.dumps(content).encode()
    start_response(
        f"{status} Control",
        [("Content-Type", "application/json"), ("Content-Length", str(len(sent))), ("Connection", "close")],
    )
    return [sent]


@route("GET", "/_localcloud/ping")
def _ping(request: ControlRequest) -> dict[str, str]:
    return {"status": "ok"}
