"""An image client for the tests of the registry, written with `requests`, and what they share."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from localcloud import images

MANIFEST = {"Content-Type": images.MANIFEST_TYPE}
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"


class Client:
    """An image client: `requests` with the credential of an ECR client's principal."""

    def __init__(self, ecr: Any) -> None:
        [data] = ecr.get_authorization_token()["authorizationData"]
        self.endpoint, self.token, self.expires = data["proxyEndpoint"], data["authorizationToken"], data["expiresAt"]

    def __call__(self, method: str, path: str, **named: Any) -> requests.Response:
        headers = {"Authorization": f"Basic {self.token}", **named.pop("headers", {})}
        url = path if path.startswith("http") else f"{self.endpoint}{path}"
        return requests.request(method, url, headers=headers, timeout=30, **named)

    def blob(self, name: str, content: bytes) -> str:
        """Push a blob as docker does, where it is not there yet."""
        digest = images.digest_of(content)
        if self("HEAD", f"/v2/{name}/blobs/{digest}").status_code == 200:
            return digest
        begun = self("POST", f"/v2/{name}/blobs/uploads/")
        assert begun.status_code == 202, begun.text
        sent = self("PATCH", begun.headers["Location"], data=iter([content[:10], content[10:]]))  # in chunks
        assert sent.status_code == 202, sent.text
        ended = self("PUT", sent.headers["Location"], params={"digest": digest})
        assert ended.status_code == 201, ended.text
        assert ended.headers["Docker-Content-Digest"] == digest
        assert ended.headers["Location"] == f"/v2/{name}/blobs/{digest}"
        return digest

    def push(self, name: str, tag: str, seed: str) -> requests.Response:
        """Push the image of a seed; the answer to its manifest."""
        text, configuration = images.manifest(seed)
        for content in (images.layer(seed), configuration):
            self.blob(name, content)
        return self("PUT", f"/v2/{name}/manifests/{tag}", data=text.encode(), headers=MANIFEST)


@dataclass
class World:
    """A cloud with an ECR client of its root, and an image client with root's credential."""

    cloud: Any
    ecr: Any
    client: Client


def code(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, str(answer.json()["errors"][0]["code"])


def refused(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def digest(seed: str) -> str:
    return images.digest_of(images.manifest(seed)[0].encode())


def until(condition: Any, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)
