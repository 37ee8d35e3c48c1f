"""What the front and the AWS API ask of the registry that keeps the bytes: HTTP over a socket that only this user can open.

It knows repositories by names that nobody sees (`Repository.localcloud_store`), so that one which was deleted and made anew is
empty, and those of two regions do not meet.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import Iterable, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

SOCKET = "registry.sock"
_OCTETS = {"Content-Type": "application/octet-stream"}
_TIMEOUT = 60.0


class StorageError(Exception):
    """What the registry refused. code: of the protocol, empty where it gave none."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class _Connection(http.client.HTTPConnection):
    """To a socket in `folder`, by its descriptor: which is short however deep the folder lies (unix(7): 108 bytes)."""

    def __init__(self, folder: Path) -> None:
        super().__init__("localhost", timeout=_TIMEOUT)
        self._folder = folder

    def connect(self) -> None:
        """Open the socket."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(self.timeout)
            self.sock.connect(f"/proc/self/fd/{descriptor}/{SOCKET}")
        finally:
            os.close(descriptor)


class Storage:
    """The registry of a folder. Each method raises OSError where it does not run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def open(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | Iterable[bytes] | None = None
    ) -> Any:
        """The answer to a request as it comes. A body whose length no header says is sent in chunks."""
        connection = _Connection(self._folder)
        try:
            connection.request(method, path, body, dict(headers))
            yield connection.getresponse()
        finally:
            connection.close()

    def answers(self) -> bool:
        """Whether it serves."""
        with suppress(OSError, http.client.HTTPException), self.open("GET", "/v2/", {}) as answer:
            return bool(answer.status == 200)
        return False

    def size(self, store: str, digest: str) -> int | None:
        """Bytes of a blob, None where the repository does not have it."""
        with self.open("HEAD", f"/v2/{store}/blobs/{digest}", {}) as answer:
            return int(answer.headers["Content-Length"]) if answer.status == 200 else None

    def begin(self, store: str) -> str:
        """Start an upload; its location. Raises StorageError."""
        return str(self._ask("POST", f"/v2/{store}/blobs/uploads/", {}, b"")["Location"])

    def append(self, location: str, content: bytes) -> str:
        """Add bytes to an upload; where it goes on. Raises StorageError."""
        return str(self._ask("PATCH", location, _OCTETS, content)["Location"])

    def finish(self, location: str, digest: str) -> None:
        """End an upload. Raises StorageError where its bytes have another digest."""
        self._ask("PUT", f"{location}{'&' if '?' in location else '?'}digest={digest}", _OCTETS, b"")

    def cancel(self, location: str) -> None:
        """Forget an upload. Raises StorageError."""
        self._ask("DELETE", location, {}, None)

    def mount(self, store: str, digest: str, source: str) -> None:
        """Have a repository share a blob of another. Raises StorageError where that has none."""
        headers = self._ask("POST", f"/v2/{store}/blobs/uploads/?mount={digest}&from={source}", {}, b"")
        if headers["Docker-Content-Digest"] != digest:
            self.cancel(str(headers["Location"]))  # it began an upload instead
            raise StorageError(404, "BLOB_UNKNOWN", f"no blob {digest}")

    def put_manifest(self, store: str, digest: str, media_type: str, content: bytes) -> None:
        """Keep a manifest. Raises StorageError, also where something that it names is not there."""
        self._ask("PUT", f"/v2/{store}/manifests/{digest}", {"Content-Type": media_type}, content)

    def delete_manifest(self, store: str, digest: str) -> None:
        """Forget a manifest, if it is there. Raises StorageError."""
        try:
            self._ask("DELETE", f"/v2/{store}/manifests/{digest}", {}, None)
        except StorageError as error:
            if error.status != 404:
                raise

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Any:
        with self.open(method, path, headers, body) as answer:
            content = answer.read()
            if answer.status >= 400:
                raise _error(answer.status, content)
            return answer.headers


def _error(status: int, content: bytes) -> StorageError:
    try:
        first = json.loads(content)["errors"][0]
        detail = first.get("detail")
        said = f"{first['message']}{f': {json.dumps(detail)}' if detail else ''}"
        return StorageError(status, str(first["code"]), said)
    except (ValueError, KeyError, IndexError, TypeError):
        return StorageError(status, "", content.decode(errors="replace")[:200] or f"status {status}")
