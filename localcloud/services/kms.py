"""KMS: a key that is disabled or pending deletion cannot be used; the rotation period is kept.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from localcloud.cloud import Cloud

DEFAULT_PERIOD_DAYS = 365


class InvalidStateError(JsonRESTError):
    """A key in a state that does not allow what was asked."""

    code = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def install(cloud: Cloud) -> None:
    """Patch moto's KMS."""
    for name in ("encrypt", "generate_data_key", "sign", "verify", "generate_mac", "verify_mac", "create_grant"):
        setattr(KmsBackend, name, _needs_usable(getattr(KmsBackend, name)))
    KmsBackend.decrypt = _decrypt(KmsBackend.decrypt)  # type: ignore[method-assign]
    for name in ("enable_key", "disable_key", "schedule_key_deletion", "disable_key_rotation"):
        setattr(KmsBackend, name, _needs_undeleted(getattr(KmsBackend, name)))
    patched: Any = KmsResponse
    patched.enable_key_rotation = _enable_rotation
    patched.get_key_rotation_status = _rotation_status


def usable(key: Any) -> None:
    """Raises InvalidStateError when a key cannot be used for cryptography."""
    if key.key_state in {"PendingDeletion", "PendingReplicaDeletion"}:
        raise InvalidStateError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.key_state == "Disabled" or not key.enabled:
        raise InvalidStateError("DisabledException", f"{key.arn} is disabled.")


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
    if key.key_state == "PendingDeletion":
        raise InvalidStateError("KMSInvalidStateException", f"{key.arn} is pending deletion.")


def _key(response: KmsResponse) -> Any:
    key_id = response._get_param("KeyId")
    response._validate_cmk_id(key_id)
    return response.kms_backend.keys[response.kms_backend.get_key_id(key_id)]


def _enable_rotation(response: KmsResponse) -> str:
    key = _key(response)
    _undeleted(key)
    days = response._get_param("RotationPeriodInDays", DEFAULT_PERIOD_DAYS)
    key.key_rotation_status = True
    key.rotation_period_days = days
    key.rotation_enabled_at = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    return json.dumps({})


def _rotation_status(response: KmsResponse) -> str:
    key = _key(response)
    found: dict[str, Any] = {"KeyRotationEnabled": key.key_rotation_status, "KeyId": key.id}
    if key.key_rotation_status:
        days = getattr(key, "rotation_period_days", DEFAULT_PERIOD_DAYS)
        since = getattr(key, "rotation_enabled_at", None)
        found["RotationPeriodInDays"] = days
        if since is not None:
            found["NextRotationDate"] = unix_time(since + datetime.timedelta(days=days))
    return json.dumps(found)
