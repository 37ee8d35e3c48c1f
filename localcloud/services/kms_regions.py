"""KMS: multi-Region keys. A replica has its own policy, tags, aliases and description, and shares material and rotation.

https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html#mrk-sync-properties
https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html
https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html#deleting-mrks (PendingReplicaDeletion)
"""

from __future__ import annotations

import copy
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from moto.core.utils import unix_time
from moto.kms import models
from moto.kms.exceptions import NotFoundException
from moto.kms.models import KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

from localcloud.cloud import Cloud
from localcloud.services.kms import RefusedError, check_policy, usable


def install(cloud: Cloud) -> None:
    """Patch moto's KMS."""
    patched: Any = KmsResponse
    patched.replicate_key = _replicate
    patched.update_primary_region = _update_primary
    for name in ("enable_key_rotation", "disable_key_rotation"):
        setattr(patched, name, _on_primary_only(getattr(patched, name)))
    patched.get_key_rotation_status = _shared_rotation(patched.get_key_rotation_status)
    patched._validate_cmk_id = _validate_key
    library: Any = models
    library.generate_key_id = _new_id
    backend: Any = KmsBackend
    backend.schedule_key_deletion = _schedule(backend.schedule_key_deletion)


def _new_id(multi_region: bool = False) -> str:
    """An id as AWS writes them: that of a multi-Region key is `mrk-` and 32 digits, as long as any other."""
    made = uuid.uuid4()
    return f"mrk-{made.hex}" if multi_region else str(made)


def _validate_key(response: Any, key_id: str) -> None:
    known = response.kms_backend.get_key_id(key_id)
    if not re.fullmatch(r"mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", known, re.IGNORECASE):
        raise NotFoundException(f"Invalid keyId {key_id}")
    if known not in response.kms_backend.keys:
        raise NotFoundException(f"Key '{response._display_arn(key_id)}' does not exist")


def is_replica(key: Any) -> bool:
    """Whether a key is a replica of another Region's."""
    return bool(key.multi_region) and key.multi_region_configuration["PrimaryKey"]["Arn"] != key.arn


def _found(response: KmsResponse) -> Any:
    key_id = response._get_param("KeyId")
    response._validate_cmk_id(key_id)
    return response.kms_backend.keys[response.kms_backend.get_key_id(key_id)]


def _related(key: Any) -> list[Any]:
    """The key and those of its id in other Regions."""
    backends = kms_backends[key.account_id]
    return [backends[region].keys[key.id] for region in list(backends) if key.id in backends[region].keys]


def _relate(keys: list[Any], primary_region: str) -> None:
    rows = {key.region: {"Arn": key.arn, "Region": key.region} for key in keys}
    for key in keys:
        key.multi_region_configuration = {
            "MultiRegionKeyType": "PRIMARY" if key.region == primary_region else "REPLICA",
            "PrimaryKey": dict(rows[primary_region]),
            "ReplicaKeys": [dict(row) for region, row in sorted(rows.items()) if region != primary_region],
        }


def _need_primary(key: Any, operation: str) -> None:
    if not key.multi_region or is_replica(key):
        raise RefusedError("UnsupportedOperationException", f"{operation} needs a multi-Region primary key: {key.arn}")


def _replicate(response: KmsResponse) -> str:
    key = _found(response)
    _need_primary(key, "ReplicateKey")
    usable(key)
    region = response._get_param("ReplicaRegion")
    if region in {other.region for other in _related(key)}:
        raise RefusedError("AlreadyExistsException", f"{key.arn} has a key in {region} already")
    check_policy(response, response._get_param("Policy"))
    replica = copy.copy(key)
    replica.region = region
    replica.arn = key.arn.replace(f":{key.region}:", f":{region}:")
    replica.policy = response._get_param("Policy") or replica.generate_default_policy()
    replica.description = response._get_param("Description", "")
    replica.creation_date = unix_time()
    replica.grants, replica.aliases = {}, {}
    other = kms_backends[key.account_id][region]
    other.keys[replica.id] = replica
    _relate(_related(key), key.region)
    tags = response._get_param("Tags", [])
    if tags:
        other.tagger.tag_resource(replica.id, tags)
    answer = {
        "ReplicaKeyMetadata": replica.to_dict()["KeyMetadata"],
        "ReplicaPolicy": replica.policy,
        "ReplicaTags": tags,
    }
    return json.dumps(answer)


def _update_primary(response: KmsResponse) -> str:
    key = _found(response)
    _need_primary(key, "UpdatePrimaryRegion")
    region = response._get_param("PrimaryRegion")
    keys = {other.region: other for other in _related(key)}
    if region not in keys:
        raise RefusedError("NotFoundException", f"{key.arn} has no replica in {region}")
    for each in (key, keys[region]):
        usable(each)
    _relate(list(keys.values()), region)
    return json.dumps({})


def _on_primary_only(plain: Callable[[Any], str]) -> Callable[[Any], str]:
    def change(response: Any) -> str:
        key = _found(response)
        if is_replica(key):
            _need_primary(key, "rotation")
        return plain(response)

    return change


def _shared_rotation(plain: Callable[[Any], str]) -> Callable[[Any], str]:
    def status(response: Any) -> str:
        key = _found(response)
        if not is_replica(key):
            return plain(response)
        (primary,) = [other for other in _related(key) if not is_replica(other)]
        for name in ("key_rotation_status", "rotation_period_days", "rotation_enabled_at"):
            if hasattr(primary, name):
                setattr(key, name, getattr(primary, name))
        return plain(response)

    return status


def _schedule(plain: Callable[..., Any]) -> Callable[..., Any]:
    def schedule(backend: Any, key_id: str, days: int) -> Any:
        when = plain(backend, key_id, days)
        key = backend.keys[backend.any_id_to_key_id(key_id)]
        if key.multi_region and not is_replica(key) and len(_related(key)) > 1:
            key.key_state = "PendingReplicaDeletion"
        return when

    return schedule
