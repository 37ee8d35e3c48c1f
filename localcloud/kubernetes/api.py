"""A thin client of a Kubernetes API server with client certificates: JSON in, JSON out, for the local cloud itself."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import urllib3

MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


class ApiError(Exception):
    """The API server refused, or could not be reached (status 0)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"Kubernetes API answered {status}: {message}" if status else f"Kubernetes API: {message}")
        self.status = status


class Api:
    """Requests to one API server, in the name of a client certificate. Safe for threads."""

    def __init__(self, endpoint: str, ca: Path, certificate: Path, key: Path) -> None:
        context = ssl.create_default_context(cafile=str(ca))
        context.load_cert_chain(str(certificate), str(key))
        self.endpoint = endpoint
        self._pool = urllib3.PoolManager(ssl_context=context, maxsize=8, retries=False)

    def request(
        self, method: str, path: str, body: Any = None, *, content_type: str = "application/json", timeout: float = 10.0
    ) -> Any:
        """The decoded answer (text where it is not JSON). Raises ApiError."""
        try:
            answer = self._pool.request(
                method,
                self.endpoint + path,
                body=None if body is None else json.dumps(body),
                headers={"Content-Type": content_type, "Accept": "application/json"},
                timeout=timeout,
            )
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(0, f"{method} {path}: {error}") from error
        content = _decoded(answer.data)
        if answer.status >= 400:
            message = content.get("message", "") if isinstance(content, dict) else str(content)
            raise ApiError(answer.status, f"{method} {path}: {message}")
        return content

    def get(self, path: str) -> Any:
        """GET. Raises ApiError."""
        return self.request("GET", path)

    def find(self, path: str) -> Any | None:
        """GET, None when there is no such object. Raises ApiError for everything else."""
        try:
            return self.request("GET", path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def create(self, path: str, body: Any) -> Any:
        """POST. Raises ApiError."""
        return self.request("POST", path, body)

    def patch(self, path: str, body: Any, content_type: str = MERGE_PATCH) -> Any:
        """PATCH. Raises ApiError."""
        return self.request("PATCH", path, body, content_type=content_type)

    def apply(self, path: str, body: Any) -> Any:
        """Server-side apply as field manager `localcloud`. Raises ApiError."""
        return self.request("PATCH", f"{path}?fieldManager=localcloud&force=true", body, content_type=APPLY_PATCH)

    def delete(self, path: str, options: Any = None) -> None:
        """DELETE; an object that is not there is deleted. Raises ApiError."""
        try:
            self.request("DELETE", path, options)
        except ApiError as error:
            if error.status != 404:
                raise

    def ready(self) -> bool:
        """Whether the server says ok at /readyz."""
        try:
            return bool(self.request("GET", "/readyz", timeout=2.0) == "ok")
        except ApiError:
            return False

    def watch(self, path: str, version: str, seconds: int = 300) -> Iterator[dict[str, Any]]:
        """Events {type, object} after resource version `version`, until the server ends the watch. Raises ApiError."""
        mark = "&" if "?" in path else "?"
        url = f"{self.endpoint}{path}{mark}watch=true&resourceVersion={version}&timeoutSeconds={seconds}"
        timeout = urllib3.Timeout(connect=5, read=seconds + 10)
        try:
            answer = self._pool.request("GET", url, preload_content=False, timeout=timeout)
            try:
                if answer.status >= 400:
                    raise ApiError(answer.status, f"watch {path}")
                yield from _lines(answer)
            finally:
                answer.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ApiError(0, f"watch {path}: {error}") from error


def _lines(answer: urllib3.BaseHTTPResponse) -> Iterator[dict[str, Any]]:
    rest = b""
    for chunk in answer.stream(65536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield json.loads(line)


def _decoded(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
