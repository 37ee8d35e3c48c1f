# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Push to a registry of the OCI distribution API, with a credential that stays in memory.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from ansible_collections.creator.platform.plugins.module_utils.oci.command import ImageError

try:
    import requests
    from requests.auth import HTTPBasicAuth
except ImportError:  # told when a registry is asked for; ansible-test imports everything without it
    requests = None  # type: ignore[assignment]

_PATIENCE = (5, 300)
_HERE = {200, 201, 202}


class Registry:
    """One registry. endpoint: its URL; authorization: base64 of user and password, as ECR's GetAuthorizationToken gives it.

    All methods raise ImageError: with the registry's own words where it refuses, never with the credential.
    """

    def __init__(self, endpoint: str, authorization: str, verify: str | bool = True) -> None:
        if requests is None:
            raise ImageError("the Python of this task has no requests: install requirements/runtime.txt")
        user, password = base64.b64decode(authorization).decode().partition(":")[::2]
        self._endpoint = endpoint.rstrip("/")
        self._session = requests.Session()
        # A netrc file of this machine is not asked, and no proxy either that would see what is on loopback.
        self._session.trust_env = not self._endpoint.startswith("http://127.0.0.1:")
        self._session.auth = HTTPBasicAuth(user, password)
        self._session.verify = verify

    def has(self, repository: str, digest: str) -> bool:
        """Whether a blob is there."""
        answer = self._ask("HEAD", f"/v2/{repository}/blobs/{digest}")
        if answer.status_code == 404:
            return False
        self._accept(answer, f"look for blob {digest} in {repository}")
        return True

    def push_blob(self, repository: str, digest: str, content: Path | bytes) -> bool:
        """Push a blob unless it is there; whether it was pushed."""
        if self.has(repository, digest):
            return False
        what = f"push blob {digest} to {repository}"
        begun = self._ask("POST", f"/v2/{repository}/blobs/uploads/")
        self._accept(begun, what)
        place = urljoin(f"{self._endpoint}/", begun.headers.get("Location", ""))
        named: dict[str, Any] = {"params": {"digest": digest}, "headers": {"Content-Type": "application/octet-stream"}}
        if isinstance(content, bytes):
            ended = self._ask("PUT", place, data=content, **named)
        else:
            with content.open("rb") as stream:
                ended = self._ask("PUT", place, data=stream, **named)
        self._accept(ended, what)
        return True

    def push_manifest(self, repository: str, reference: str, content: bytes, media_type: str) -> str:
        """Push a manifest under a tag or its digest; the digest that the registry says it has."""
        answer = self._ask(
            "PUT", f"/v2/{repository}/manifests/{reference}", data=content, headers={"Content-Type": media_type}
        )
        self._accept(answer, f"push {repository}:{reference}")
        return str(answer.headers.get("Docker-Content-Digest", ""))

    def referrers(self, repository: str, digest: str) -> Mapping[str, Any]:
        """What refers to an image, as an image index."""
        answer = self._ask("GET", f"/v2/{repository}/referrers/{digest}")
        self._accept(answer, f"ask what refers to {digest} in {repository}")
        found: Mapping[str, Any] = answer.json()
        return found

    def _ask(self, method: str, path: str, **named: Any) -> Any:
        try:
            return self._session.request(
                method,
                urljoin(f"{self._endpoint}/", path),
                timeout=_PATIENCE,
                allow_redirects=method in {"GET", "HEAD"},
                **named,
            )
        except requests.RequestException as error:
            raise ImageError(f"no answer from the registry {self._endpoint}: {type(error).__name__}") from error

    def _accept(self, answer: Any, what: str) -> None:
        if answer.status_code in _HERE:
            return
        try:
            said = "; ".join(f"{each['code']}: {each['message']}" for each in answer.json()["errors"])
        except (ValueError, KeyError, TypeError):
            said = answer.reason or ""
        advice = " (the credential lives twelve hours: run again for a new one)" if answer.status_code == 401 else ""
        raise ImageError(f"could not {what}: {answer.status_code} {said}{advice}")
