"""The controller of one cluster, with an API server that has nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from localcloud.cloud import Cloud
from localcloud.kubernetes.api import Api
from localcloud.target_groups.controller import WEBHOOK, Controller


class NothingThere:
    """An API server that keeps what is applied, lists nothing and tells of no change until it ends."""

    def __init__(self) -> None:
        self.applied: dict[str, dict[str, Any]] = {}
        self.ended = threading.Event()

    def apply(self, path: str, content: dict[str, Any]) -> None:
        self.applied[path] = content

    def get(self, _path: str) -> dict[str, Any]:
        return {"items": [], "metadata": {"resourceVersion": "1"}}

    def watch(self, _path: str, _version: str) -> Iterator[dict[str, Any]]:
        self.ended.wait(30)
        yield from ()


def test_its_webhook_ends_with_it(tmp_path: Path) -> None:
    api = NothingThere()
    controller = Controller(cast("Cloud", None), cast("Api", api), tmp_path, "123456789012", "eu-west-1")
    controller.start()
    try:
        place = urlsplit(api.applied[WEBHOOK]["webhooks"][0]["clientConfig"]["url"])
        with socket.create_connection(("127.0.0.1", place.port or 0), timeout=5):
            pass
    finally:
        controller.stop()
        api.ended.set()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", place.port or 0), timeout=5):
        pass
