"""STS: the root user's identity, session tokens that are real, no session for a role that does not exist.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

import datetime
import json
import re
import secrets
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.iam.models import AccessKey, iam_backends
from moto.sts.models import AssumedRole, STSBackend, sts_backends
from moto.sts.responses import TokenResponse

from localcloud import actions, principals
from localcloud.cloud import ACCOUNT_ID, Cloud


class AccessDenied(ServiceException):
    """What STS answers for a role that is not there, as for one that may not be assumed."""

    code = "AccessDenied"
    status = 403


class ValidationError(ServiceException):
    """An input that STS does not take."""

    code = "ValidationError"
    status = 400


class MalformedPolicyDocument(ServiceException):
    """A session policy that is none: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_Errors"""

    code = "MalformedPolicyDocument"
    status = 400


def install(cloud: Cloud) -> None:
    """Patch moto's STS."""
    backend: Any = STSBackend
    response: Any = TokenResponse
    backend.get_caller_identity = _get_caller_identity
    backend.assume_role = _wrap_assume(backend.assume_role)
    response.assume_role = _wrap_response(response.assume_role)
    response.assume_role_with_web_identity = _wrap_response(response.assume_role_with_web_identity)
    response.get_session_token = _get_session_token
    response.get_federation_token = _wrap_federation(response.get_federation_token)


def open_session(
    cloud: Cloud,
    role: str,
    name: str,
    seconds: int,
    *,
    tags: Mapping[str, str] = MappingProxyType({}),
    policies: tuple[str, ...] | None = None,
) -> dict[str, Any]:
    """Credentials of a session that a service of AWS opens, in the shape of AssumeRole's; whether it may is asked before.

    The caller holds the cloud's lock. policies: session policies, documents or ARNs of managed ones, None for no limit.
    """
    session: Any = sts_backends[ACCOUNT_ID]["aws"].assume_role(
        region_name="us-east-1", role_session_name=name, role_arn=role, policy="", duration=seconds, external_id=""
    )
    session.localcloud_tags = tuple(tags.items())
    if policies is not None:
        session.localcloud_policies = policies
    for service in actions.touched_services("sts"):
        cloud.touched(service)
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": session.expiration.replace(tzinfo=datetime.UTC),
    }


def _get_caller_identity(backend: STSBackend, access_key_id: str, region: str) -> tuple[str, str, str]:
    found = principals.find(access_key_id)
    if found is None:
        raise AccessDenied(f"access key {access_key_id} is nobody's")
    return found.user_id, found.arn, backend.account_id


def _get_session_token(response: TokenResponse) -> ActionResult:
    caller = principals.find(response.get_access_key())
    if caller is None:
        raise AccessDenied("the caller is nobody")
    return ActionResult({"Credentials": _session(response, caller.arn, caller.user_id, 43200, user=caller.user)})


def _wrap_federation(plain: Any) -> Any:
    def get_federation_token(response: TokenResponse) -> ActionResult:
        policy = _policy(response)
        result = plain(response)._result
        user = result["FederatedUser"]
        caller = principals.find(response.get_access_key())
        managed = [each["arn"] for each in response._get_param("PolicyArns") or []]
        result["Credentials"] = _session(
            response, user["Arn"], user["FederatedUserId"], 43200, user=caller.arn if caller is not None else None,
            policies=(*managed, *([policy] if policy else [])),
        )  # fmt: skip
        return ActionResult(result)

    return get_federation_token


def _session(
    response: TokenResponse,
    arn: str,
    user_id: str,
    default_seconds: int,
    *,
    user: str | None,
    policies: tuple[str, ...] | None = None,
) -> dict[str, Any]:
    duration = response._get_int_param("DurationSeconds", default_seconds)
    key = AccessKey(  # type: ignore[abstract]
        user_name=None, prefix="ASIA", account_id=ACCOUNT_ID
    )
    token = secrets.token_urlsafe(96)
    expires = response.backend.get_session_token(duration).expiration
    sessions = response.backend.__dict__.setdefault("localcloud_sessions", {})
    sessions[key.access_key_id] = principals.Principal(
        arn, user_id, key.secret_access_key, token, expires, user=user, policies=policies
    )
    return {
        "AccessKeyId": key.access_key_id,
        "SecretAccessKey": key.secret_access_key,
        "SessionToken": token,
        "Expiration": expires,
    }


def _wrap_response(plain: Any) -> Any:
    """Keep what limits and names the session (its policies and tags); refuse one that is longer than the role's longest."""

    def assume(response: TokenResponse) -> ActionResult:
        _check_duration(response._get_param("RoleArn"), response._get_int_param("DurationSeconds", 3600))
        policy = _policy(response)
        result: Any = plain(response)
        session = result._result["Credentials"]
        managed = [each["arn"] for each in response._get_param("PolicyArns") or []]
        if policy or managed:
            session.localcloud_policies = (*managed, *([policy] if policy else []))
        session.localcloud_tags = tuple((tag["Key"], tag["Value"]) for tag in response._get_param("Tags") or [])
        return cast("ActionResult", result)

    return assume


def _policy(response: TokenResponse) -> str | None:
    """The session policy of a request. Raises MalformedPolicyDocument when it is not a JSON object."""
    policy: str | None = response._get_param("Policy")
    if policy:
        try:
            content = json.loads(policy)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise MalformedPolicyDocument("The policy is not in the valid JSON format.")
    return policy


def _check_duration(arn: Any, seconds: int) -> None:
    role = next((role for role in list(iam_backends[ACCOUNT_ID]["aws"].roles.values()) if role.arn == arn), None)
    longest = int(getattr(role, "max_session_duration", None) or 3600)
    if role is not None and seconds > longest:
        raise ValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")


def _wrap_assume(plain: Any) -> Any:
    def assume_role(backend: STSBackend, **arguments: Any) -> AssumedRole:
        arn = arguments["role_arn"]
        match = re.fullmatch(rf"arn:aws:iam::{ACCOUNT_ID}:role/(?:.*/)?([^/]+)", arn)
        roles = iam_backends[ACCOUNT_ID]["aws"].roles.values()
        if match is not None and not any(role.arn == arn for role in list(roles)):
            raise AccessDenied(f"User is not authorized to perform: sts:AssumeRole on resource: {arn}")
        role: AssumedRole = plain(backend, **arguments)
        return role

    return assume_role
