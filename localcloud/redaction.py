"""Takes secrets out of request parameters before they are recorded: pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

REDACTED = "(redacted)"
_LONGEST = 2000
_SECRET = re.compile(
    r"password|passphrase|passwd|secret|token|private_?key|plaintext|saml_?assertion|customer_?key|user_?data|key_?material|credential"
    r"|api_?key|authorization|connection_?string",
    re.IGNORECASE,
)
#: Names that the pattern meets although they name or page through things.
_HARMLESS = re.compile(
    r"(next|client|request|lock|continuation|idempotency|update|change|if_?match|pagination|start|page)_?(request_?)?token"
    r"|secrets?_?(id|arn|name|list|binding|id_?list)s?|.*(secret|credential|token)s?_?(arn|id|name|kms_?key_?id|type)"
    r"|password_?reuse_?prevention|.*customer_?key_?md5|sse_?customer_?algorithm",
    re.IGNORECASE,
)
_NAMES, _VALUES = ("Key", "Name", "ParameterName", "key", "name"), ("Value", "ParameterValue", "value")


def redact(value: Any, *, secret: bool = False) -> Any:
    """A copy of `value`, fit for JSON, in which every string under a secret-like name is `REDACTED`.

    Also what a {"Key": …, "Value": …} pair names so, what stands in JSON inside strings, SecureString parameters, and bytes.
    """
    if isinstance(value, Mapping):
        return _mapping(value, secret)
    if isinstance(value, list | tuple | set):
        return [redact(item, secret=secret) for item in value]
    if isinstance(value, bytes | bytearray):
        return f"({len(value)} bytes)"
    if isinstance(value, str):
        return REDACTED if secret else _text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value), secret=secret)


def is_secret_name(name: str) -> bool:
    """Whether a parameter of that name holds a secret."""
    bare = name.replace("-", "_")
    return _SECRET.search(bare) is not None and _HARMLESS.fullmatch(bare) is None


def _mapping(value: Mapping[Any, Any], secret: bool) -> dict[str, Any]:
    pair = (
        secret
        or value.get("Type") == "SecureString"
        or any(is_secret_name(str(value.get(name) or "")) for name in _NAMES)
    )
    found = {}
    for key, item in value.items():
        hidden = secret or is_secret_name(str(key)) or (pair and key in _VALUES)
        found[str(key)] = redact(item, secret=hidden)
    return found


def _text(value: str) -> str:
    stripped = value.lstrip()
    if stripped.startswith(("{", "[")):
        try:
            return json.dumps(redact(json.loads(value)))[:_LONGEST]
        except ValueError:
            pass
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}… ({len(value)} characters)"
