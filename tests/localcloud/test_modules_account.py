"""Four phases of what an account has once: EBS and metadata defaults, the public access block; and what follows from them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.account import reachable
from botocore.exceptions import ClientError

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module
from tests.localcloud.test_modules_storage import plan

BLOCK = {
    "block_public_acls": True,
    "block_public_policy": True,
    "ignore_public_acls": True,
    "restrict_public_buckets": True,
}
ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def defaults(cloud: RunningCloud) -> dict[str, Any]:
    """Settings that are all different from EC2's own."""
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    return {
        "encryption": True,
        "kms_key": key,
        "snapshot_sharing": "block-all-sharing",
        "image_sharing": "block-new-sharing",
        "metadata_tokens": "required",
        "metadata_hop_limit": 1,
        "metadata_endpoint": "enabled",
        "metadata_tags": "disabled",
    }


def test_defaults_are_set_and_seen(cloud: RunningCloud, defaults: dict[str, Any]) -> None:
    ec2 = cloud.client("ec2")
    ec2.disable_image_block_public_access()
    four_phases(cloud, "ebs_defaults", defaults)
    assert plan(cloud, "ebs_defaults", "account", defaults) == []
    for setting, operation, parameters in (
        ("encryption", "disable_ebs_encryption_by_default", {}),
        ("kms_key", "reset_ebs_default_kms_key_id", {}),
        ("snapshot_sharing", "disable_snapshot_block_public_access", {}),
        ("image_sharing", "disable_image_block_public_access", {}),
        ("metadata_tokens", "modify_instance_metadata_defaults", {"HttpTokens": "optional"}),
        ("metadata_hop_limit", "modify_instance_metadata_defaults", {"HttpPutResponseHopLimit": 2}),
        ("metadata_endpoint", "modify_instance_metadata_defaults", {"HttpEndpoint": "no-preference"}),
        ("metadata_tags", "modify_instance_metadata_defaults", {"InstanceMetadataTags": "enabled"}),
    ):
        getattr(ec2, operation)(**parameters)
        (change,) = plan(cloud, "ebs_defaults", "account", defaults)
        assert [attribute for attribute, _before, _after in change.attributes] == [setting]
        assert run_module(cloud, "ebs_defaults", defaults).result["changed"]


def test_new_volumes_follow(cloud: RunningCloud, defaults: dict[str, Any]) -> None:
    run_module(cloud, "ebs_defaults", defaults)
    ec2 = cloud.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)
    assert (volume["Encrypted"], volume["KmsKeyId"]) == (True, defaults["kms_key"])
    snapshot = ec2.create_snapshot(VolumeId=volume["VolumeId"])["SnapshotId"]
    with pytest.raises(ClientError, match="OperationNotPermitted"):
        ec2.modify_snapshot_attribute(
            SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
        )


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("modify_ebs_default_kms_key_id", {"KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/none"}),
        ("modify_instance_metadata_defaults", {"HttpPutResponseHopLimit": 65}),
    ],
)
def test_settings_that_ec2_refuses(cloud: RunningCloud, operation: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        getattr(cloud.client("ec2"), operation)(**parameters)


def test_the_account_is_closed_to_the_public(cloud: RunningCloud) -> None:
    kind = "s3_account_public_access_block"
    four_phases(cloud, kind, {"account_id": ACCOUNT, **BLOCK})
    assert plan(cloud, kind, ACCOUNT, BLOCK) == []
    client = reachable(cloud.client("s3control"))
    client.put_public_access_block(
        AccountId=ACCOUNT,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": False,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    (change,) = plan(cloud, kind, ACCOUNT, BLOCK)
    assert change.attributes == (("block_public_policy", False, True),)
    four_phases(cloud, kind, {"account_id": ACCOUNT, "block_public_policy": True})
    four_phases(cloud, kind, {"account_id": ACCOUNT, "state": "absent"})
