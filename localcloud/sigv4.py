"""Signature Version 4, the server's side: reads who signs a request and computes what the signature must be. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

_ALGORITHM = "AWS4-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<credential>[^,\s]+),\s*SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]+)"
)
_UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True)
class Signed:
    """How a request is signed.

    presigned: by its query string. amz_date: as sent, `YYYYMMDDTHHMMSSZ`; expires: seconds, presigned only.
    """

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    amz_date: str
    token: str | None
    presigned: bool
    expires: int | None = None


def read(headers: Mapping[str, str], query: str) -> Signed | None:
    """The signature of a request, or None when it has none of version 4. headers: names in lower case."""
    match = _AUTHORIZATION.match(headers.get("authorization", ""))
    if match is not None:
        return _signed(
            match["credential"], match["headers"], match["signature"], headers.get("x-amz-date", ""),
            token=headers.get("x-amz-security-token"), expires=None,
        )  # fmt: skip
    values = dict(parse_qsl(query, keep_blank_values=True))
    if values.get("X-Amz-Algorithm") != _ALGORITHM or "X-Amz-Credential" not in values:
        return None
    expires = values.get("X-Amz-Expires", "")
    return _signed(
        values["X-Amz-Credential"], values.get("X-Amz-SignedHeaders", ""), values.get("X-Amz-Signature", ""),
        values.get("X-Amz-Date", ""), token=values.get("X-Amz-Security-Token"), expires=int(expires) if expires.isdigit() else 0,
    )  # fmt: skip


def _signed(
    credential: str, signed: str, signature: str, amz_date: str, *, token: str | None, expires: int | None
) -> Signed | None:
    parts = credential.split("/")
    if len(parts) != 5:
        return None
    key, date, region, service, _ = parts
    return Signed(
        key, date, region, service, tuple(signed.split(";")), signature, amz_date, token, expires is not None, expires
    )


def signature(
    signed: Signed, secret: str, *, method: str, raw_path: str, query: str, headers: Mapping[str, str], body: bytes
) -> str:
    """What `signed.signature` must be for a request signed with `secret`. raw_path and query: as sent, still encoded."""
    canonical = "\n".join([
        method,
        _path(raw_path, signed.service),
        _query(query, signed.presigned),
        "".join(f"{name}:{' '.join(headers.get(name, '').split())}\n" for name in signed.signed_headers),
        ";".join(signed.signed_headers),
        _payload(signed, headers, body),
    ])  # fmt: skip
    scope = f"{signed.date}/{signed.region}/{signed.service}/aws4_request"
    text = "\n".join([_ALGORITHM, signed.amz_date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (signed.date, signed.region, signed.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _path(raw_path: str, service: str) -> str:
    if service in {"s3", "s3-object-lambda"}:
        return quote(unquote(raw_path), safe="/~")
    return quote(_normal(raw_path), safe="/~")


def _normal(path: str) -> str:
    """RFC 3986, 5.2.4, with doubled slashes joined, as the SDKs do it for all services but S3."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if kept:
                kept.pop()
        elif part not in ("", "."):
            kept.append(part)
    return "/" + "/".join(kept) + ("/" if path.endswith("/") and kept else "")


def _query(query: str, presigned: bool) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    encoded = [
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in pairs
        if not (presigned and name == "X-Amz-Signature")
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _payload(signed: Signed, headers: Mapping[str, str], body: bytes) -> str:
    if "x-amz-content-sha256" in headers:
        return headers["x-amz-content-sha256"]
    if signed.presigned and signed.service == "s3":
        return _UNSIGNED
    return hashlib.sha256(body).hexdigest()
