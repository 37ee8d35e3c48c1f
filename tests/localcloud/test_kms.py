"""KMS as extended: states that refuse, rotation that is kept."""

from __future__ import annotations

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
    client.disable_key_rotation(KeyId=made)
    assert "RotationPeriodInDays" not in client.get_key_rotation_status(KeyId=made)
