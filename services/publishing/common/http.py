"""Around every application: ids, metrics, one log line a request, and errors that say as much as a client may know."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publishing.common import metrics
from publishing.common.health import Health
from publishing.common.logs import correlation_id, fields, identified, request_id

log = logging.getLogger(__name__)
_QUIET = {"/livez", "/readyz", "/startupz", "/metrics"}


class HttpError(Exception):
    """A request that is answered with an error: RFC 9457, https://www.rfc-editor.org/rfc/rfc9457."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def unavailable(detail: str) -> HttpError:
    """A dependency is out of reach: worth trying again."""
    return HttpError(503, detail, {"Retry-After": "2"})


def as_response(problem: HttpError) -> Response:
    """The problem as JSON."""
    content = {"status": problem.status, "detail": problem.detail, "request_id": request_id.get()}
    return JSONResponse(content, problem.status, problem.headers, media_type="application/problem+json")


async def on_http_error(_request: Request, error: Exception) -> Response:
    """Starlette's handler of HttpError and of its own HTTPException (no such path, no such method)."""
    if isinstance(error, HTTPException):
        return as_response(HttpError(error.status_code, error.detail, error.headers))
    assert isinstance(error, HttpError)  # noqa: S101 - registered for nothing else
    return as_response(error)


class Observed:
    """An application with ids, metrics and logs around it.

    release: said in each answer. base_path: what stands before its own paths where a load balancer sends requests on as they
    came; without it they are answered too.
    """

    def __init__(self, app: Starlette, health: Health, release: str = "unknown", base_path: str = "") -> None:
        self._app: ASGIApp = app
        self._health = health
        self._release = release
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["root_path"] = self._base_path
        headers = Headers(scope=scope)
        with (
            identified(headers.get("x-request-id"), headers.get("x-correlation-id") or headers.get("x-request-id")),
            metrics.IN_FLIGHT.track_inprogress(),
        ):
            self._health.in_flight += 1
            try:
                await self._answer(scope, receive, send)
            finally:
                self._health.in_flight -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 0

        async def start(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id.get()
                headers["X-Correlation-Id"] = correlation_id.get()
                headers["X-Release"] = self._release
                if self._health.draining:  # clients open their next connection, which goes to another pod
                    headers["Connection"] = "close"
            await send(message)

        try:
            await self._app(scope, receive, start)
        except Exception:
            # Starlette has answered 500 by now, or the answer had begun and the connection is cut.
            log.exception("request failed")
            status = status or 500
            if status < 500:
                raise
        finally:
            _note(scope, status, time.perf_counter() - began)


def _note(scope: Scope, status: int, seconds: float) -> None:
    route: Any = scope.get("route")
    pattern = str(getattr(route, "path", "") or "unmatched")
    metrics.REQUESTS.labels(scope["method"], pattern, str(status)).inc()
    metrics.DURATION.labels(scope["method"], pattern).observe(seconds)
    level = logging.DEBUG if pattern in _QUIET else logging.WARNING if status >= 500 else logging.INFO
    log.log(
        level,
        "%s %s %d",
        scope["method"],
        scope["path"],
        status,
        extra=fields(
            method=scope["method"], path=scope["path"], route=pattern, status=status, seconds=round(seconds, 4)
        ),
    )
