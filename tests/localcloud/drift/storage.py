"""Changes behind our back on buckets, their replication, and what the account has once."""

from __future__ import annotations

from ansible_collections.creator.platform.plugins.module_utils.aws.s3.account import reachable

from tests.localcloud.drift import Change, World


def _bucket(world: World, name: str) -> str:
    return f"{world.prefix}-{name}-{world.account}"


def _suspend(world: World) -> None:
    world.client("s3").put_bucket_versioning(
        Bucket=_bucket(world, "static"), VersioningConfiguration={"Status": "Suspended"}
    )


def _open(world: World) -> None:
    world.client("s3").delete_public_access_block(Bucket=_bucket(world, "media"))


def _allow_plain_http(world: World) -> None:
    world.client("s3").delete_bucket_policy(Bucket=_bucket(world, "static"))


def _keep_for_ever(world: World) -> None:
    world.client("s3").delete_bucket_lifecycle(Bucket=_bucket(world, "backups"))


def _unlock(world: World) -> None:
    world.client("s3").put_object_lock_configuration(
        Bucket=_bucket(world, "backups"), ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
    )


def _log_nothing(world: World) -> None:
    world.client("s3").put_bucket_logging(Bucket=_bucket(world, "media"), BucketLoggingStatus={})


def _encrypt_with_another_key(world: World) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    world.client("s3").put_bucket_encryption(
        Bucket=_bucket(world, "media"), ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


def _rename_owner(world: World) -> None:
    s3 = world.client("s3")
    tags = [tag for tag in s3.get_bucket_tagging(Bucket=_bucket(world, "logs"))["TagSet"] if tag["Key"] != "managed-by"]
    s3.put_bucket_tagging(Bucket=_bucket(world, "logs"), Tagging={"TagSet": [*tags, {"Key": "team", "Value": "x"}]})


def _pause_replication(world: World) -> None:
    s3 = world.client("s3")
    name = _bucket(world, "media")
    found = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]
    found["Rules"][0]["Status"] = "Disabled"
    s3.put_bucket_replication(Bucket=name, ReplicationConfiguration=found)


def _plain_volumes(world: World) -> None:
    world.client("ec2").disable_ebs_encryption_by_default()


def _share_snapshots(world: World) -> None:
    world.client("ec2", world.dr_region).disable_snapshot_block_public_access()


def _open_account(world: World) -> None:
    reachable(world.client("s3control")).put_public_access_block(
        AccountId=world.account,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": True,
        },
    )


_REPLICATED = ("local", "staging", "prod")
_MEDIA, _BACKUPS = "{prefix}-media-{account}", "{prefix}-backups-{account}"
CHANGES = [
    Change("s3_bucket", "versioning", "somebody saves storage", _suspend, "{prefix}-static-{account}"),
    Change("s3_bucket", "public_access_block", "somebody shares a picture", _open, _MEDIA),
    Change("s3_bucket", "policy", "a client cannot speak TLS", _allow_plain_http, "{prefix}-static-{account}"),
    Change("s3_bucket", "lifecycle", "a clean-up goes too far", _keep_for_ever, _BACKUPS),
    Change("s3_bucket", "object_lock", "somebody wants to delete backups", _unlock, _BACKUPS),
    Change("s3_bucket", "logging", "somebody hides what they read", _log_nothing, _MEDIA),
    Change("s3_bucket", "kms_key", "the console's default was taken", _encrypt_with_another_key, _MEDIA),
    Change("s3_bucket", "tags", "a tool tags by itself", _rename_owner, "{prefix}-logs-{account}"),
    Change("s3_bucket_replication", "rules", "replication is paused", _pause_replication, _MEDIA, _REPLICATED),
    Change("ebs_defaults", "encryption", "a tutorial says so", _plain_volumes, "{account}"),
    Change("ebs_defaults", "snapshot_sharing", "somebody shares a snapshot", _share_snapshots, "{account}"),
    Change("s3_account_public_access_block", "block_public_policy", "a bucket must be public", _open_account),
]
