"""Control paths: who may ask."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from localcloud import control


def asked(path: str, app: control.WSGIApp, method: str = "GET", **environ: Any) -> tuple[int, bytes]:
    """Status and body of the answer."""
    statuses: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        statuses.append(status)

    given = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": io.BytesIO(), **environ}
    body = b"".join(app(given, start_response))
    return int(statuses[0].split()[0]), body


def everything(environ: dict[str, Any], start_response: Any) -> Any:
    start_response("200 AWS", [])
    return [environ["PATH_INFO"].encode()]


def test_the_machine_is_answered() -> None:
    assert asked("/_localcloud/ping", control.answer) == (200, b'{"status": "ok"}')


def test_a_page_of_a_browser_is_refused() -> None:
    status, body = asked("/_localcloud/ping", control.answer, HTTP_ORIGIN="https://example.org")
    assert (status, json.loads(body)["error"]) == (403, "no page of https://example.org may call the control paths")


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/_localcloud/ping", "/_localcloud/reset", "/_localcloud/", "/_localcloud/unknown"])
def test_pods_are_refused_every_control_path(path: str, method: str) -> None:
    status, body = asked(path, control.closed(everything), method)
    assert (status, json.loads(body)["error"]) == (403, f"{path} is closed to pods: only this machine may ask")


@pytest.mark.parametrize("path", ["/", "/bucket/_localcloud/ping", "/_localcloudy"])
def test_pods_are_let_through_to_everything_else(path: str) -> None:
    assert asked(path, control.closed(everything)) == (200, path.encode())
