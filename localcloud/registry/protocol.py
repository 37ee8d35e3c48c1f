"""What a request of the OCI distribution API asks of ECR: repository, reference, and the IAM actions that it needs. Pure.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

BASE, TAGS, REFERRERS, MANIFEST, BLOB, UPLOADS, UPLOAD = (
    "base", "tags", "referrers", "manifest", "blob", "uploads", "upload",
)  # fmt: skip
_COMPONENT = "[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
_NAME = f"(?P<name>{_COMPONENT}(?:/{_COMPONENT})*)"
_PATHS = (
    (BASE, re.compile("/v2/?")),
    (TAGS, re.compile(f"/v2/{_NAME}/tags/list")),
    (REFERRERS, re.compile(f"/v2/{_NAME}/referrers/(?P<reference>[^/]+)")),
    (MANIFEST, re.compile(f"/v2/{_NAME}/manifests/(?P<reference>[^/]+)")),
    (UPLOADS, re.compile(f"/v2/{_NAME}/blobs/uploads/?")),
    (UPLOAD, re.compile(f"/v2/{_NAME}/blobs/uploads/(?P<reference>[^/]+)")),
    (BLOB, re.compile(f"/v2/{_NAME}/blobs/(?P<reference>[^/]+)")),
)
#: Kind and method -> what a principal must be allowed. What is not here ECR does not serve to clients of the protocol.
_ACTIONS: dict[tuple[str, str], tuple[str, ...]] = {
    (BASE, "GET"): (),
    (BASE, "HEAD"): (),
    (TAGS, "GET"): ("ListImages",),
    (REFERRERS, "GET"): ("BatchGetImage",),
    (MANIFEST, "GET"): ("BatchGetImage",),
    (MANIFEST, "HEAD"): ("BatchGetImage",),
    (MANIFEST, "PUT"): ("PutImage",),
    (BLOB, "GET"): ("GetDownloadUrlForLayer",),
    (BLOB, "HEAD"): ("BatchCheckLayerAvailability",),
    (UPLOADS, "POST"): ("InitiateLayerUpload",),
    (UPLOAD, "GET"): ("UploadLayerPart",),
    (UPLOAD, "PATCH"): ("UploadLayerPart",),
    (UPLOAD, "PUT"): ("CompleteLayerUpload",),
    (UPLOAD, "DELETE"): ("UploadLayerPart",),
}
DIGEST = re.compile("sha256:[0-9a-f]{64}")
TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
#: Host of a real ECR registry, as a node that pulls by the image's own name says it.
HOST = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")


class ProtocolError(Exception):
    """A refusal in the words of the protocol: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes"""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def body(self) -> bytes:
        """The JSON that clients show their users."""
        return json.dumps({"errors": [{"code": self.code, "message": str(self)}]}).encode()


@dataclass(frozen=True)
class Step:
    """One request. kind: what its path names; reference: tag, digest or upload; actions: without the prefix `ecr:`."""

    kind: str
    method: str
    name: str
    reference: str
    query: Mapping[str, str]
    actions: tuple[str, ...]


def parse(method: str, target: str, *, has_body: bool = False) -> Step:
    """The step of a request line. has_body: whether bytes come with it. Raises ProtocolError for what ECR does not serve."""
    parts = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    for kind, pattern in _PATHS:
        found = pattern.fullmatch(parts.path)
        if found is None:
            continue
        actions = _ACTIONS.get((kind, method))
        if actions is None:
            raise ProtocolError(405, "UNSUPPORTED", f"{method} of {kind} is not supported: use the ECR API")
        groups = found.groupdict()
        reference = groups.get("reference") or ""
        if kind in {BLOB, REFERRERS} and not DIGEST.fullmatch(reference):
            raise ProtocolError(400, "DIGEST_INVALID", f"expected sha256: and 64 hexadecimal digits, found {reference}")
        return Step(kind, method, groups.get("name") or "", reference, query, _whole(kind, actions, query, has_body))
    raise ProtocolError(404, "UNSUPPORTED", f"no such path: {parts.path}")


def _whole(kind: str, actions: tuple[str, ...], query: Mapping[str, str], has_body: bool) -> tuple[str, ...]:
    """An upload in one or two requests needs what its parts would need."""
    if kind == UPLOADS and "digest" in query:
        return (*actions, "UploadLayerPart", "CompleteLayerUpload")
    if kind == UPLOAD and actions == ("CompleteLayerUpload",) and has_body:
        return ("UploadLayerPart", *actions)
    return actions


def host_fits(host: str, query: Mapping[str, str], account: str, region: str) -> bool:
    """Whether a request that names an ECR registry, as host or as containerd's `ns`, names the one of the credential.

    A token is good for the registries of the region in which it was asked for. Requests to loopback name none.
    """
    named = [HOST.fullmatch(text.partition(":")[0]) for text in (host, query.get("ns", ""))]
    return all((found["account"], found["region"]) == (account, region) for found in named if found is not None)


def page(names: Sequence[str], query: Mapping[str, str]) -> tuple[list[str], str | None]:
    """The names after `last`, at most `n`, in lexical order; and the query of the next page where there is one."""
    given = query.get("n", "1000")
    if not given.isdigit():
        raise ProtocolError(400, "PAGINATION_NUMBER_INVALID", f"n={given}: expected a number")
    most = min(int(given), 1000)
    found = sorted(name for name in names if name > query.get("last", ""))
    shown = found[:most]
    return shown, urlencode({"n": most, "last": shown[-1]}) if shown and len(found) > most else None


def renamed(location: str, old: str, new: str) -> str:
    """A Location of the registry behind, with the repository's own name for the one it is stored under."""
    return location.replace(f"/v2/{old}/", f"/v2/{new}/", 1)
