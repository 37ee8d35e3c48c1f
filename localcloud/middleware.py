"""What stands between the socket and moto: control paths first, then one AWS request after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from localcloud import control
from localcloud.server import WSGIApp


class Middleware:
    """The outermost WSGI application."""

    def __init__(self, inner: WSGIApp) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"].startswith(control.PREFIX):
            return control.answer(environ, start_response)
        return self._inner(environ, start_response)
