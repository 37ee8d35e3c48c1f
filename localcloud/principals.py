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
    """One access key. expires: naive UTC, None for a lasting key; token: the session token that must come with it.

    role_arn: the role behind a session. policies: session policies, as documents and ARNs of managed ones, None where the
    session has none. tags: of the session. user: whose policies speak for a session of GetSessionToken or GetFederationToken.
    """

    arn: str
    user_id: str
    secret: str
    token: str | None = None
    expires: datetime.datetime | None = None
    active: bool = True
    role_arn: str | None = None
    policies: tuple[str, ...] | None = None
    tags: tuple[tuple[str, str], ...] = ()
    user: str | None = None

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Kept sessions of an earlier version lack the later fields, whose defaults stand for them."""
        self.__dict__.update(state)

    @property
    def is_root(self) -> bool:
        """Whether it is the account itself, for which no policy speaks."""
        return self.arn == ROOT_ARN


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
        return Principal(
            role.arn, role.user_id, role.secret_access_key, role.session_token, role.expiration, role_arn=role.role_arn,
            policies=getattr(role, "localcloud_policies", None), tags=getattr(role, "localcloud_tags", ()),
        )  # fmt: skip
    session: Principal | None = getattr(backend, "localcloud_sessions", {}).get(access_key_id)
    return session


def _user(access_key_id: str) -> Principal | None:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - see above

    for user in list(iam_backends[ACCOUNT_ID]["aws"].users.values()):
        for key in list(user.access_keys):
            if key.access_key_id == access_key_id:
                active = key.status == "Active"
                return Principal(user.arn, user.id, key.secret_access_key, active=active, user=user.arn)
    return None
