"""Who the access keys of the emulated account belong to: root key, IAM users' keys, STS sessions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from localcloud.cloud import ACCOUNT_ID
from localcloud.places import StateFile

ROOT_ARN = f"arn:aws:iam::{ACCOUNT_ID}:root"


@dataclass(frozen=True)
class Principal:
    """One access key. expires: naive UTC, None for a lasting key; token: the session token that must come with it."""

    arn: str
    user_id: str
    secret: str
    token: str | None = None
    expires: datetime.datetime | None = None
    active: bool = True


class _Root:
    #: Access key id -> secret.
    keys: dict[str, str] = {}  # noqa: RUF012 - one root per process


def set_root(content: StateFile) -> None:
    """Say which keys are the root user's: once, when the cloud starts."""
    _Root.keys = {**content.further_root_keys, content.access_key_id: content.secret_access_key}


def find(access_key_id: str) -> Principal | None:
    """The principal of an access key, or None when nobody has it. Takes no lock, so may be asked anywhere."""
    if access_key_id in _Root.keys:
        return Principal(ROOT_ARN, ACCOUNT_ID, _Root.keys[access_key_id])
    return _session(access_key_id) or _user(access_key_id)


def principal_of(access_key_id: str) -> str | None:
    """The ARN of who holds the key (root, user or assumed role), or None when nobody does."""
    found = find(access_key_id)
    return found.arn if found is not None else None


def secret_of(access_key_id: str) -> str | None:
    """The secret of the key, or None when nobody holds it."""
    found = find(access_key_id)
    return found.secret if found is not None else None


def _session(access_key_id: str) -> Principal | None:
    from moto.sts.models import sts_backends  # noqa: PLC0415 - moto reads the environment when it is imported

    backend: Any = sts_backends[ACCOUNT_ID]["aws"]
    role = backend.get_assumed_role_from_access_key(access_key_id)
    if role is not None:
        return Principal(role.arn, role.user_id, role.secret_access_key, role.session_token, role.expiration)
    session: Principal | None = getattr(backend, "localcloud_sessions", {}).get(access_key_id)
    return session


def _user(access_key_id: str) -> Principal | None:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - see above

    for user in list(iam_backends[ACCOUNT_ID]["aws"].users.values()):
        for key in list(user.access_keys):
            if key.access_key_id == access_key_id:
                return Principal(user.arn, user.id, key.secret_access_key, active=key.status == "Active")
    return None
