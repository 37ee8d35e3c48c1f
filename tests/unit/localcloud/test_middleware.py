"""The order of what stands between the socket and moto."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, cast

import pytest

from localcloud import calls
from localcloud.middleware import Middleware


def test_what_cannot_be_put_on_record_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def inner(environ: dict[str, Any], _start_response: Any) -> Iterable[bytes]:
        done.append(environ["PATH_INFO"])
        return []

    def unreadable(_call: calls.Call) -> dict[str, Any]:
        raise RuntimeError("unreadable")

    monkeypatch.setattr(calls.Call, "parameters", unreadable)
    nothing = cast("Any", None)
    environ = {"REQUEST_METHOD": "PUT", "PATH_INFO": "/bucket", "wsgi.input": io.BytesIO(), "HTTP_HOST": "127.0.0.1"}
    with pytest.raises(RuntimeError, match="unreadable"):
        Middleware(inner, nothing, nothing, nothing)(environ, lambda *_given: None)
    assert done == []
