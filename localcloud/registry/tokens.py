"""Credentials of the registry: who asked for one, for which region, until when; signed, so that nothing has to be kept. Pure.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass

#: "An authorization token … is valid for 12 hours": of the clock on the wall, as `expiresAt` is read by clients.
LIFETIME = 12 * 3600
USER = "AWS"


class CredentialError(Exception):
    """The credential is not one, or not any more; the message is ECR's."""


@dataclass(frozen=True)
class Credential:
    """access_key_id: of the principal who asked. expires: seconds since the epoch. layer: the only thing it opens, if not all."""

    access_key_id: str
    account: str
    region: str
    expires: int
    layer: str | None = None


def issue(key: bytes, credential: Credential) -> str:
    """The password of a credential, signed with the registry's own `key`."""
    content = base64.urlsafe_b64encode(json.dumps(asdict(credential), sort_keys=True).encode())
    return f"{content.decode()}.{_signature(key, content)}"


def read(key: bytes, password: str, now: float) -> Credential:
    """The credential behind a password. Raises CredentialError when this registry did not issue it, or when it has expired."""
    content, _, signature = password.partition(".")
    if not hmac.compare_digest(_signature(key, content.encode()).encode(), signature.encode()):
        raise CredentialError("Not Authorized")
    found = Credential(**json.loads(base64.urlsafe_b64decode(content)))
    if found.expires <= now:
        raise CredentialError("Your authorization token has expired. Reauthenticate and try again.")
    return found


def of_header(key: bytes, authorization: str | None, now: float) -> Credential:
    """The credential of an Authorization header (RFC 7617). Raises CredentialError."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        raise CredentialError("Not Authorized")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise CredentialError("Not Authorized") from None
    if user != USER:
        raise CredentialError("Not Authorized")
    found = read(key, password, now)
    if found.layer is not None:
        raise CredentialError("Not Authorized")
    return found


def token(password: str) -> str:
    """`authorizationToken`: what goes behind `Basic` in a header."""
    return base64.b64encode(f"{USER}:{password}".encode()).decode()


def _signature(key: bytes, content: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
