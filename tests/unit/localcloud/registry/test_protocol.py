"""Requests of the OCI distribution API as steps of ECR."""

from __future__ import annotations

import json

import pytest

from localcloud.registry import protocol
from localcloud.registry.protocol import ProtocolError

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("request_line", "step"),
    [
        ("GET /v2/", ("base", "", "")),
        ("GET /v2", ("base", "", "")),
        ("GET /v2/web/tags/list?n=1", ("tags", "web", "", "ListImages")),
        ("HEAD /v2/a/b-c/manifests/1.0", ("manifest", "a/b-c", "1.0", "BatchGetImage")),
        (f"PUT /v2/a/manifests/{DIGEST} with body", ("manifest", "a", DIGEST, "PutImage")),
        (f"GET /v2/blobs/uploads/blobs/{DIGEST}", ("blob", "blobs/uploads", DIGEST, "GetDownloadUrlForLayer")),
        (f"HEAD /v2/a/blobs/{DIGEST}", ("blob", "a", DIGEST, "BatchCheckLayerAvailability")),
        (f"GET /v2/a/referrers/{DIGEST}", ("referrers", "a", DIGEST, "BatchGetImage")),
        ("POST /v2/a/blobs/uploads/", ("uploads", "a", "", "InitiateLayerUpload")),
        (
            f"POST /v2/a/blobs/uploads/?digest={DIGEST} with body",
            ("uploads", "a", "", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"),
        ),
        ("PATCH /v2/a/blobs/uploads/u?_state=x with body", ("upload", "a", "u", "UploadLayerPart")),
        (f"PUT /v2/a/blobs/uploads/u?digest={DIGEST}", ("upload", "a", "u", "CompleteLayerUpload")),
        (
            f"PUT /v2/a/blobs/uploads/u?digest={DIGEST} with body",
            ("upload", "a", "u", "UploadLayerPart", "CompleteLayerUpload"),
        ),
    ],
)
def test_steps(request_line: str, step: tuple[str, ...]) -> None:
    method, target, *body = request_line.split(" ", 2)
    found = protocol.parse(method, target, has_body=bool(body))
    assert found.method == method
    assert (found.kind, found.name, found.reference, *found.actions) == step


@pytest.mark.parametrize(
    ("method", "target", "status", "code"),
    [
        ("DELETE", "/v2/a/manifests/1", 405, "UNSUPPORTED"),
        ("DELETE", f"/v2/a/blobs/{DIGEST}", 405, "UNSUPPORTED"),
        ("GET", "/v2/_catalog", 404, "UNSUPPORTED"),
        ("GET", "/v2/A/tags/list", 404, "UNSUPPORTED"),
        ("GET", "/v2/a/../b/tags/list", 404, "UNSUPPORTED"),
        ("GET", "/", 404, "UNSUPPORTED"),
        ("GET", "/v2/a/blobs/sha256:1", 400, "DIGEST_INVALID"),
    ],
)
def test_refusals(method: str, target: str, status: int, code: str) -> None:
    with pytest.raises(ProtocolError) as error:
        protocol.parse(method, target)
    assert (error.value.status, error.value.code) == (status, code)
    assert json.loads(error.value.body()) == {"errors": [{"code": code, "message": str(error.value)}]}


def test_a_named_registry_is_that_of_the_credential() -> None:
    def fits(host: str, **query: str) -> bool:
        return protocol.host_fits(host, query, "123456789012", "eu-west-1")

    ours, other = (f"123456789012.dkr.ecr.{region}.amazonaws.com" for region in ("eu-west-1", "eu-central-1"))
    assert fits("127.0.0.1:5000")
    assert fits("127.0.0.1:5000", ns=ours)
    assert fits(f"{ours}:5000")
    assert not fits("127.0.0.1:5000", ns=other)
    assert not fits(other)


def test_pages() -> None:
    names = ["c", "a", "b"]
    assert protocol.page(names, {}) == (["a", "b", "c"], None)
    assert protocol.page(names, {"n": "2"}) == (["a", "b"], "n=2&last=b")
    assert protocol.page(names, {"n": "2", "last": "b"}) == (["c"], None)
    assert protocol.page(names, {"n": "0"}) == ([], None)
    with pytest.raises(ProtocolError, match="expected a number"):
        protocol.page(names, {"n": "-1"})


def test_locations_have_the_name_that_the_client_knows() -> None:
    assert (
        protocol.renamed("/v2/0f/blobs/uploads/u?_state=/v2/0f/", "0f", "a/b")
        == "/v2/a/b/blobs/uploads/u?_state=/v2/0f/"
    )
