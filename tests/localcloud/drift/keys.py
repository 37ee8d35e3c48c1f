"""Changes of keys behind our back."""

from __future__ import annotations

import json
from typing import Any

from tests.localcloud.drift import Change, World


def _key(world: World, purpose: str, region: str | None = None) -> str:
    found = world.client("kms", region).describe_key(KeyId=f"alias/{world.prefix}-{purpose}")
    return str(found["KeyMetadata"]["KeyId"])


def _describe(world: World) -> None:
    world.client("kms").update_key_description(KeyId=_key(world, "search"), Description="Do not use")


def _disable(world: World) -> None:
    # One that nothing asks for while other changes are made: OpenSearch refuses any change of a domain without its key.
    world.client("kms").disable_key(KeyId=_key(world, "registry"))


def _never_rotate(world: World) -> None:
    world.client("kms").disable_key_rotation(KeyId=_key(world, "secrets"))


def _rotate_rarely(world: World) -> None:
    world.client("kms").enable_key_rotation(KeyId=_key(world, "messaging"), RotationPeriodInDays=2560)


def _share(world: World) -> None:
    _allow(world, "audit", None, "arn:aws:iam::210987654321:root")


def _share_away(world: World) -> None:
    _allow(world, "data", world.dr_region, "arn:aws:iam::210987654321:root")


def _allow(world: World, purpose: str, region: str | None, principal: str) -> None:
    client, key = world.client("kms", region), _key(world, purpose, region)
    policy: dict[str, Any] = json.loads(client.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    added = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:Decrypt", "Resource": "*"}
    policy["Statement"].append(added)
    client.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))


def _retag(world: World) -> None:
    world.client("kms").tag_resource(
        KeyId=_key(world, "logs"), Tags=[{"TagKey": "cost-center", "TagValue": "somebody"}]
    )


def _describe_away(world: World) -> None:
    world.client("kms", world.dr_region).update_key_description(
        KeyId=_key(world, "backups", world.dr_region), Description="Old"
    )


CHANGES = [
    Change("kms_key", "description", "somebody leaves a note", _describe, "{prefix}-search"),
    Change("kms_key", "state", "a key seems unused", _disable, "{prefix}-registry"),
    Change("kms_key", "rotation", "somebody fears for old data", _never_rotate, "{prefix}-secrets"),
    Change("kms_key", "rotation_days", "somebody saves money", _rotate_rarely, "{prefix}-messaging"),
    Change("kms_key", "policy", "another account shall read", _share, "{prefix}-audit"),
    Change("kms_key", "policy", "another account shall restore", _share_away, "{prefix}-data"),
    Change("kms_key", "tags", "a tool adds cost centers", _retag, "{prefix}-logs"),
    Change("kms_key", "description", "somebody leaves a note on a replica", _describe_away, "{prefix}-backups"),
]
