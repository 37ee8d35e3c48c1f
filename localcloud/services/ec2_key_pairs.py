"""EC2: the fingerprint of an ED25519 key is OpenSSH's, in base64.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key
from moto.ec2.models import EC2Backend

from localcloud.cloud import Cloud


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    backend: Any = EC2Backend
    for name in ("create_key_pair", "import_key_pair"):
        setattr(backend, name, _fingerprinted(getattr(backend, name)))


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of the key's OpenSSH form."""
    plain = load_ssh_public_key(public_key).public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return base64.b64encode(hashlib.sha256(base64.b64decode(plain.split()[1])).digest()).decode()


def _fingerprinted(plain: Callable[..., Any]) -> Callable[..., Any]:
    def make(backend: Any, *arguments: Any, **named: Any) -> Any:
        made = plain(backend, *arguments, **named)
        if made.key_type == "ed25519":
            made.key_fingerprint = fingerprint(made.material_public)
        return made

    return make
