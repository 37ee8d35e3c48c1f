"""KMS as extended: states that refuse, rotation that is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest


def key(client: Any) -> str:
    """A new key."""
    return str(client.create_key()["KeyMetadata"]["KeyId"])


def test_key_pending_deletion_is_not_used(cloud: Any) -> None:
    """Neither for new nor for old data; cancelled and enabled, it is again."""
    client = cloud.client("kms")
    made = key(client)
    box = client.encrypt(KeyId=made, Plaintext=b"x")["CiphertextBlob"]
    client.schedule_key_deletion(KeyId=made, PendingWindowInDays=7)
    for call in (
        lambda: client.encrypt(KeyId=made, Plaintext=b"x"),
        lambda: client.decrypt(CiphertextBlob=box),
        lambda: client.generate_data_key(KeyId=made, KeySpec="AES_256"),
        lambda: client.enable_key(KeyId=made),
        lambda: client.schedule_key_deletion(KeyId=made, PendingWindowInDays=7),
    ):
        with pytest.raises(client.exceptions.KMSInvalidStateException):
            call()
    client.cancel_key_deletion(KeyId=made)
    client.enable_key(KeyId=made)
    assert client.decrypt(CiphertextBlob=box)["Plaintext"] == b"x"


def test_deletion_is_cancelled_by_arn(cloud: Any) -> None:
    """By id or ARN, answered with the ARN; only while it is pending.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html
    """
    client = cloud.client("kms")
    arn = client.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(client.exceptions.KMSInvalidStateException, match="not pending deletion"):
        client.cancel_key_deletion(KeyId=arn)
    client.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    assert client.cancel_key_deletion(KeyId=arn)["KeyId"] == arn
    assert client.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Disabled"


def test_disabled_key_is_not_used(cloud: Any) -> None:
    """DisabledException."""
    client = cloud.client("kms")
    made = key(client)
    client.disable_key(KeyId=made)
    with pytest.raises(client.exceptions.DisabledException):
        client.encrypt(KeyId=made, Plaintext=b"x")


def test_rotation_period(cloud: Any) -> None:
    """365 days unless said otherwise."""
    client = cloud.client("kms")
    made = key(client)
    assert client.get_key_rotation_status(KeyId=made)["KeyRotationEnabled"] is False
    client.enable_key_rotation(KeyId=made)
    assert client.get_key_rotation_status(KeyId=made)["RotationPeriodInDays"] == 365
    client.enable_key_rotation(KeyId=made, RotationPeriodInDays=180)
    found = client.get_key_rotation_status(KeyId=made)
    assert (found["RotationPeriodInDays"], found["KeyId"]) == (180, made)
    client.schedule_key_deletion(KeyId=made, PendingWindowInDays=7)
    assert client.get_key_rotation_status(KeyId=made)["KeyRotationEnabled"] is False
    client.cancel_key_deletion(KeyId=made)
    assert client.get_key_rotation_status(KeyId=made)["KeyRotationEnabled"] is True
    client.enable_key(KeyId=made)
    client.disable_key_rotation(KeyId=made)
    assert "RotationPeriodInDays" not in client.get_key_rotation_status(KeyId=made)


def test_rotation_period_and_window_have_limits(cloud: Any) -> None:
    """At most 2560 days between rotations, and 30 until the deletion; boto3 itself refuses less than 90 and 7."""
    client = cloud.client("kms")
    made = key(client)
    with pytest.raises(client.exceptions.ClientError, match="RotationPeriodInDays"):
        client.enable_key_rotation(KeyId=made, RotationPeriodInDays=2561)
    with pytest.raises(client.exceptions.ClientError, match="PendingWindowInDays"):
        client.schedule_key_deletion(KeyId=made, PendingWindowInDays=31)


POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}
    ],
}


def test_a_policy_that_locks_everybody_out_is_refused(cloud: Any) -> None:
    """At creation and later; somebody of the account must be able to change it."""
    client = cloud.client("kms")
    locked = {**POLICY, "Statement": [{**POLICY["Statement"][0], "Principal": {"Service": "sns.amazonaws.com"}}]}
    with pytest.raises(client.exceptions.MalformedPolicyDocumentException):
        client.create_key(Policy=json.dumps(locked))
    made = key(client)
    with pytest.raises(client.exceptions.MalformedPolicyDocumentException):
        client.put_key_policy(KeyId=made, PolicyName="default", Policy=json.dumps(locked))
    client.put_key_policy(KeyId=made, PolicyName="default", Policy=json.dumps(POLICY))


def test_a_replica_has_its_own_policy_and_shares_material_and_rotation(cloud: Any) -> None:
    """What one encrypts the other decrypts; rotation is the primary's."""
    home, away = cloud.client("kms"), cloud.client("kms", "eu-central-1")
    made = home.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    home.create_alias(AliasName="alias/shared", TargetKeyId=made)
    tags = [{"TagKey": "where", "TagValue": "away"}]
    request = {"KeyId": made, "ReplicaRegion": "eu-central-1"}
    answer = home.replicate_key(**request, Policy=json.dumps(POLICY), Description="away", Tags=tags)
    assert answer["ReplicaKeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"
    with pytest.raises(home.exceptions.AlreadyExistsException):
        home.replicate_key(**request)
    assert home.describe_key(KeyId=made)["KeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
    assert away.describe_key(KeyId=made)["KeyMetadata"]["Description"] == "away"
    assert away.list_resource_tags(KeyId=made)["Tags"] == tags
    assert away.list_aliases(KeyId=made)["Aliases"] == []
    assert json.loads(away.get_key_policy(KeyId=made, PolicyName="default")["Policy"]) == POLICY
    box = home.encrypt(KeyId=made, Plaintext=b"x")["CiphertextBlob"]
    assert away.decrypt(CiphertextBlob=box)["Plaintext"] == b"x"
    with pytest.raises(away.exceptions.UnsupportedOperationException):
        away.enable_key_rotation(KeyId=made)
    home.enable_key_rotation(KeyId=made, RotationPeriodInDays=200)
    assert away.get_key_rotation_status(KeyId=made)["RotationPeriodInDays"] == 200


def test_the_primary_region_moves(cloud: Any) -> None:
    """To a Region that has a replica, and to no other."""
    home, away = cloud.client("kms"), cloud.client("kms", "eu-central-1")
    single = key(home)
    with pytest.raises(home.exceptions.UnsupportedOperationException):
        home.replicate_key(KeyId=single, ReplicaRegion="eu-central-1")
    made = home.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    with pytest.raises(home.exceptions.NotFoundException):
        home.update_primary_region(KeyId=made, PrimaryRegion="eu-central-1")
    home.replicate_key(KeyId=made, ReplicaRegion="eu-central-1")
    home.update_primary_region(KeyId=made, PrimaryRegion="eu-central-1")
    types = [
        each.describe_key(KeyId=made)["KeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"]
        for each in (home, away)
    ]
    assert types == ["REPLICA", "PRIMARY"]


def test_a_primary_key_outlives_its_replicas(cloud: Any) -> None:
    """It waits for them as PendingReplicaDeletion, and is not used meanwhile."""
    home = cloud.client("kms")
    made = home.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    home.replicate_key(KeyId=made, ReplicaRegion="eu-central-1")
    home.schedule_key_deletion(KeyId=made, PendingWindowInDays=7)
    assert home.describe_key(KeyId=made)["KeyMetadata"]["KeyState"] == "PendingReplicaDeletion"
    with pytest.raises(home.exceptions.KMSInvalidStateException):
        home.encrypt(KeyId=made, Plaintext=b"x")
