"""What the emulated account knows that decides: policies of principals and resources, names behind ARNs. Reads moto's state."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from localcloud import principals
from localcloud.authorization import tags
from localcloud.authorization.evaluation import Caller
from localcloud.authorization.policy import Policy, parse, parse_text
from localcloud.cloud import ACCOUNT_ID


@dataclass(frozen=True)
class Own:
    """The policies that speak for a principal: see `evaluation.Policies`. tags: of the principal, with those of its session."""

    identity: tuple[Policy, ...]
    boundary: Policy | None
    session: tuple[Policy, ...] | None
    tags: dict[str, str]


def iam() -> Any:
    """moto's IAM of the account."""
    return tags.backend("iam", ACCOUNT_ID, "aws")


def role_of(arn: str) -> Any:
    """moto's role of an ARN, or None."""
    return next((role for role in list(iam().roles.values()) if role.arn == arn), None)


def providers() -> dict[str, tuple[str, ...]]:
    """ARN of each OpenID Connect provider of the account -> the audiences that it is registered for."""
    return {str(arn): tuple(each.client_id_list or ()) for arn, each in list(iam().open_id_providers.items())}


def caller_of(principal: principals.Principal) -> Caller:
    """The principal as the evaluation knows it."""
    return Caller(principal.arn, ACCOUNT_ID, role_arn=principal.role_arn)


def own(principal: principals.Principal) -> Own:
    """The policies of a user, or of the role or user behind a session."""
    session = principal.policies
    parsed = None if session is None else tuple(_session_policy(at, text) for at, text in enumerate(session))
    tagged = dict(principal.tags)
    if principal.role_arn is not None:
        role = role_of(principal.role_arn)
        if role is None:
            return Own((), None, parsed, tagged)
        return Own(identity_of(role), boundary_of(role), parsed, {**tags.of(role.arn), **tagged})
    user = _user_of(principal.user or principal.arn)
    if user is None:
        return Own((), None, parsed, tagged)
    found = list(identity_of(user))
    for group in iam().get_groups_for_user(user.name):
        found += identity_of(group)
    return Own(tuple(found), boundary_of(user), parsed, {**tags.of(user.arn), **tagged})


def _user_of(arn: str) -> Any:
    return next((user for user in list(iam().users.values()) if user.arn == arn), None)


def identity_of(entity: Any) -> tuple[Policy, ...]:
    """Inline and managed policies of a role, user or group. Inline ones are named `<entity>/<policy>`, managed ones by ARN."""
    inline = [parse_text(f"{entity.name}/{name}", _text(policy)) for name, policy in entity.policies.items()]
    return (*inline, *(_managed(policy) for policy in entity.managed_policies.values()))


def _managed(policy: Any) -> Policy:
    version = next(each for each in policy.versions if each.version_id == policy.default_version_id)
    return parse_text(policy.arn, _text(version.document))


def managed(arn: str) -> Policy | None:
    """The managed policy of an ARN, or None when there is none."""
    found = iam().managed_policies.get(arn)
    return _managed(found) if found is not None else None


def boundary_of(entity: Any) -> Policy | None:
    """The permissions boundary; one that was deleted since allows nothing."""
    arn = getattr(entity, "permissions_boundary_arn", None)
    return (managed(arn) or Policy(arn, ())) if arn else None


def _session_policy(at: int, text: str) -> Policy:
    if text.startswith("arn:"):
        return managed(text) or Policy(text, ())
    return parse_text(f"session policy {at}", text)


def _text(document: Any) -> str:
    if isinstance(document, bytes):
        return document.decode()
    return document if isinstance(document, str) else json.dumps(document)


def resource_policy(action: str, arn: str) -> tuple[Policy | None, bool]:
    """The policy on a resource, and whether nothing is allowed without its word."""
    parts = arn.split(":", 5)
    if len(parts) != 6:
        return None, False
    _, _, service, region, account, rest = parts
    if service == "iam" and action.startswith("sts:"):
        role = role_of(arn)
        document = role.assume_role_policy_document if role is not None else None
        return (parse_text(f"trust of {arn}", _text(document)) if document else None), True
    found = tags.backend(service, account or ACCOUNT_ID, region) if service in _POLICIES else None
    policy = _POLICIES[service](found, rest, arn) if found is not None else None
    parsed = parse_text(f"policy of {arn}", _text(policy)) if policy else None
    if service == "kms":
        return _with_grants(parsed, found, rest), rest.startswith("key/")
    return parsed, False


def _bucket(found: Any, rest: str, arn: str) -> Any:
    bucket = found.buckets.get(rest.partition("/")[0])
    return bucket.policy if bucket is not None else None


def _secret(found: Any, rest: str, arn: str) -> Any:
    return next((each.policy for each in list(found.secrets.values()) if each.arn == arn), None)


def _queue(found: Any, rest: str, arn: str) -> Any:
    queue = found.queues.get(rest)
    return queue.policy if queue is not None else None


_POLICIES: dict[str, Any] = {
    "ecr": lambda found, rest, arn: _of(found.repositories.get(rest.partition("/")[2])),
    "kms": lambda found, rest, arn: _of(found.keys.get(rest.partition("/")[2])),
    "s3": _bucket,
    "secretsmanager": _secret,
    "sns": lambda found, rest, arn: _of(found.topics.get(arn)),
    "sqs": _queue,
}


def _of(held: Any) -> Any:
    return held.policy if held is not None else None


def _with_grants(policy: Policy | None, found: Any, rest: str) -> Policy | None:
    """A key's policy with its grants as further statements: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html"""
    key = found.keys.get(rest.partition("/")[2]) if found is not None else None
    grants = list(key.grants.values()) if key is not None else []
    if policy is None or not grants:
        return policy
    statements: list[dict[str, Any]] = []
    for grant in grants:
        constraints = (grant.constraints or {}).get("EncryptionContextSubset") or {}
        context = {f"kms:EncryptionContext:{name}": value for name, value in constraints.items()}
        statements.append({
            "Sid": f"grant {grant.id}", "Effect": "Allow", "Principal": {"AWS": grant.grantee_principal}, "Resource": "*",
            "Action": [f"kms:{operation}" for operation in grant.operations],
            **({"Condition": {"StringEquals": context}} if context else {}),
        })  # fmt: skip
    granted = parse(policy.name, {"Version": "2012-10-17", "Statement": statements})
    return Policy(policy.name, (*policy.statements, *granted.statements))


def settle(arn: str) -> str:
    """An ARN from a request's parameters with what the account knows: paths of roles, keys of aliases, suffixes of secrets."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] not in _SETTLE:
        return arn
    found = tags.backend(parts[2], parts[4], parts[3])
    return _SETTLE[parts[2]](found, parts[5], arn) if found is not None else arn


def _settle_iam(found: Any, rest: str, arn: str) -> str:
    kind, _, name = rest.partition("/")
    tables = {"role": "roles", "user": "users", "group": "groups", "instance-profile": "instance_profiles"}
    held = getattr(found, tables[kind]) if kind in tables else None
    if held is None or "/" in name:
        return arn
    return next((str(each.arn) for each in list(held.values()) if each.name == name), arn)


def _settle_kms(found: Any, rest: str, arn: str) -> str:
    """`key/alias/<name>`, as a request may name a key; an alias in its own right (CreateAlias) stays one."""
    if not rest.startswith("key/alias/"):
        return arn
    return f"{arn[: -len(rest)]}key/{key_of_alias(found, rest.removeprefix('key/')) or '*'}"


def key_of_alias(found: Any, name: str) -> str | None:
    """The id of the key that an alias of a KMS backend names."""
    for key in list(found.keys.values()):
        if name in key.aliases:
            return str(key.id)
    return None


def aliases_of(arn: str) -> tuple[str, ...]:
    """The aliases of a key."""
    parts = arn.split(":", 5)
    found = tags.backend("kms", parts[4], parts[3]) if len(parts) == 6 and parts[2] == "kms" else None
    key = found.keys.get(parts[5].partition("/")[2]) if found is not None else None
    return tuple(sorted(key.aliases)) if key is not None else ()


def _settle_secret(found: Any, rest: str, arn: str) -> str:
    given = rest.removeprefix("secret:")
    for secret in list(found.secrets.values()):
        if given in (f"{secret.name}-??????", secret.name) or re.fullmatch(
            re.escape(arn) + r"(-\w{6})?", str(secret.arn)
        ):
            return str(secret.arn)
    return arn


_SETTLE = {"iam": _settle_iam, "kms": _settle_kms, "secretsmanager": _settle_secret}
