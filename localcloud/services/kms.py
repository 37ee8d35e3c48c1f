"""KMS: a key that is disabled or pending deletion cannot be used; the rotation period is kept; policies must leave a way back.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html (the lockout safety check)
"""

from __future__ import annotations

import datetime
import fnmatch
import json
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from localcloud.cloud import Cloud

DEFAULT_PERIOD_DAYS = 365
PERIOD_DAYS = range(90, 2561)
WINDOW_DAYS = range(7, 31)
WAITING = frozenset({"PendingDeletion", "PendingReplicaDeletion"})


class RefusedError(JsonRESTError):
    """What KMS refuses, by its code."""

    code = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def install(cloud: Cloud) -> None:
    """Patch moto's KMS."""
    for name in ("encrypt", "generate_data_key", "sign", "verify", "generate_mac", "verify_mac", "create_grant"):
        setattr(KmsBackend, name, _needs_usable(getattr(KmsBackend, name)))
    KmsBackend.decrypt = _decrypt(KmsBackend.decrypt)  # type: ignore[method-assign]
    for name in ("enable_key", "disable_key", "disable_key_rotation", "schedule_key_deletion"):
        setattr(KmsBackend, name, _needs_undeleted(getattr(KmsBackend, name)))
    patched: Any = KmsResponse
    patched.enable_key_rotation = _enable_rotation
    patched.get_key_rotation_status = _rotation_status
    patched.schedule_key_deletion = _checked_window(patched.schedule_key_deletion)
    patched.cancel_key_deletion = _cancel_deletion
    for name in ("create_key", "put_key_policy"):
        setattr(patched, name, _keeps_a_way_back(getattr(patched, name)))


def usable(key: Any) -> None:
    """Raises RefusedError when a key cannot be used for cryptography."""
    _undeleted(key)
    if key.key_state == "Disabled" or not key.enabled:
        raise RefusedError("DisabledException", f"{key.arn} is disabled.")


def _needs_usable(plain: Callable[..., Any]) -> Callable[..., Any]:
    def checked(backend: KmsBackend, key_id: str, *args: Any, **kwargs: Any) -> Any:
        usable(backend.keys[backend.any_id_to_key_id(key_id)])
        return plain(backend, key_id, *args, **kwargs)

    return checked


def _decrypt(plain: Callable[..., Any]) -> Callable[..., Any]:
    def decrypt(backend: KmsBackend, *args: Any, **kwargs: Any) -> Any:
        plaintext, arn = plain(backend, *args, **kwargs)
        usable(backend.keys[backend.get_key_id(arn)])  # which key it was is known afterwards only
        return plaintext, arn

    return decrypt


def _needs_undeleted(plain: Callable[..., Any]) -> Callable[..., Any]:
    def checked(backend: KmsBackend, key_id: str, *args: Any, **kwargs: Any) -> Any:
        found = backend.any_id_to_key_id(key_id)  # moto's own takes ids only; AWS takes ARNs too
        _undeleted(backend.keys[found])
        return plain(backend, found, *args, **kwargs)

    return checked


def _undeleted(key: Any) -> None:
    if key.key_state in WAITING:
        raise RefusedError("KMSInvalidStateException", f"{key.arn} is pending deletion.")


def _key(response: KmsResponse) -> Any:
    key_id = response._get_param("KeyId")
    response._validate_cmk_id(key_id)
    return response.kms_backend.keys[response.kms_backend.get_key_id(key_id)]


def _cancel_deletion(response: KmsResponse) -> str:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html"""
    key = _key(response)
    if key.key_state not in WAITING:
        raise RefusedError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    response.kms_backend.cancel_key_deletion(key.id)
    return json.dumps({"KeyId": key.arn})


def _enable_rotation(response: KmsResponse) -> str:
    key = _key(response)
    _undeleted(key)
    days = response._get_param("RotationPeriodInDays", getattr(key, "rotation_period_days", DEFAULT_PERIOD_DAYS))
    if days not in PERIOD_DAYS:
        raise RefusedError("ValidationException", f"RotationPeriodInDays must be from 90 to 2560, got {days}")
    key.key_rotation_status = True
    key.rotation_period_days = days
    key.rotation_enabled_at = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    return json.dumps({})


def _rotation_status(response: KmsResponse) -> str:
    key = _key(response)
    rotated = key.key_rotation_status and key.key_state not in WAITING  # a cancelled deletion brings it back
    found: dict[str, Any] = {"KeyRotationEnabled": rotated, "KeyId": key.id}
    if rotated:
        days = getattr(key, "rotation_period_days", DEFAULT_PERIOD_DAYS)
        since = getattr(key, "rotation_enabled_at", None)
        found["RotationPeriodInDays"] = days
        if since is not None:
            found["NextRotationDate"] = unix_time(since + datetime.timedelta(days=days))
    return json.dumps(found)


def _checked_window(plain: Callable[[Any], str]) -> Callable[[Any], str]:
    def schedule(response: Any) -> str:
        days = response._get_param("PendingWindowInDays", 30)
        if days not in WINDOW_DAYS:
            raise RefusedError("ValidationException", f"PendingWindowInDays must be from 7 to 30, got {days}")
        return plain(response)

    return schedule


def _keeps_a_way_back(plain: Callable[[Any], str]) -> Callable[[Any], str]:
    def checked(response: Any) -> str:
        check_policy(response, response._get_param("Policy"))
        return plain(response)

    return checked


def check_policy(response: Any, text: str | None) -> None:
    """Raises RefusedError for a policy that is none, or that lets nobody of the account change it again."""
    if text is None or response._get_param("BypassPolicyLockoutSafetyCheck"):
        return
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError("MalformedPolicyDocumentException", f"the policy cannot be read: {error}") from error
    account = response.current_account
    if not any(_opens(statement, account) for statement in _list(statements)):
        raise RefusedError(
            "MalformedPolicyDocumentException",
            "The new key policy will not allow you to update the key policy in the future.",
        )


def _opens(statement: dict[str, Any], account: str) -> bool:
    principal = statement.get("Principal", {})
    named = _list(principal.get("AWS")) if isinstance(principal, dict) else _list(principal)
    return (
        statement.get("Effect") == "Allow"
        and any(name in ("*", account) or f":{account}:" in name for name in named)
        and any(fnmatch.fnmatchcase("kms:putkeypolicy", action.lower()) for action in _list(statement.get("Action")))
    )


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
