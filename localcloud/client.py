"""Talks to the control paths of the cloud that runs for a state folder."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from localcloud import lifecycle, places


class ClientError(Exception):
    """The cloud refused what was asked; the message is its own."""


class NotRunningError(Exception):
    """No cloud runs for the state folder."""


def running(state: Path) -> places.StateFile:
    """The state file of the running cloud. Raises NotRunningError."""
    content = lifecycle.running(state)
    if content is None:
        raise NotRunningError(f"no cloud runs for {state}: start it with `python -m localcloud up --state {state}`")
    return content


class Client:
    """Calls of the control paths. Raises NotRunningError when it is made."""

    def __init__(self, state: Path, timeout: float = 30.0) -> None:
        self._endpoint = running(state).endpoint
        self._timeout = timeout

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The parsed JSON answer of `/_localcloud/<path>`. Raises ClientError with the server's sentence."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._endpoint}/_localcloud/{path}", data=data, method=method)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:  # noqa: S310 - loopback
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            content = error.read()
            try:
                raise ClientError(json.loads(content)["error"]) from error
            except (ValueError, KeyError, TypeError):
                raise ClientError(f"{method} {path} answered {error.code}") from error
