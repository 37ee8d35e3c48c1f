# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An S3 bucket: its settings, in the role's words, and the calls that change them. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.policy import canonical
from ansible_collections.creator.platform.plugins.module_utils.aws.s3 import lifecycle
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Steps,
    merged,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list, tag_mapping

#: What is asked for each setting, and the error codes with which S3 says that a bucket has none.
SETTINGS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "encryption": ("get_bucket_encryption", ("ServerSideEncryptionConfigurationNotFoundError",)),
    "public_access": ("get_public_access_block", ("NoSuchPublicAccessBlockConfiguration",)),
    "ownership": ("get_bucket_ownership_controls", ("OwnershipControlsNotFoundError",)),
    "policy": ("get_bucket_policy", ("NoSuchBucketPolicy",)),
    "lifecycle": ("get_bucket_lifecycle_configuration", ("NoSuchLifecycleConfiguration",)),
    "object_lock": ("get_object_lock_configuration", ("ObjectLockConfigurationNotFoundError",)),
    "logging": ("get_bucket_logging", ()),
    "versioning": ("get_bucket_versioning", ()),
    "tagging": ("get_bucket_tagging", ("NoSuchTagSet",)),
}
BLOCKS = {
    "block_public_acls": "BlockPublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "ignore_public_acls": "IgnorePublicAcls",
    "restrict_public_buckets": "RestrictPublicBuckets",
}
#: One call sets all three.
ENCRYPTION = ("encryption", "kms_key", "bucket_key")


def project(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a bucket from the answers to SETTINGS (None where S3 says there is none)."""
    encryption = (answers.get("encryption") or {}).get("ServerSideEncryptionConfiguration", {}).get("Rules") or [{}]
    default = encryption[0].get("ApplyServerSideEncryptionByDefault", {})
    block = (answers.get("public_access") or {}).get("PublicAccessBlockConfiguration", {})
    ownership = (answers.get("ownership") or {}).get("OwnershipControls", {}).get("Rules") or [{}]
    tags = (answers.get("tagging") or {}).get("TagSet", [])
    return {
        "versioning": (answers.get("versioning") or {}).get("Status") == "Enabled",
        "encryption": default.get("SSEAlgorithm", "none"),
        "kms_key": default.get("KMSMasterKeyID", ""),
        "bucket_key": bool(encryption[0].get("BucketKeyEnabled", False)),
        "public_access_block": {name: bool(block.get(field, False)) for name, field in BLOCKS.items()},
        "ownership": ownership[0].get("ObjectOwnership", "none"),
        "policy": canonical((answers.get("policy") or {}).get("Policy")),
        "lifecycle": lifecycle.project_rules((answers.get("lifecycle") or {}).get("Rules", [])),
        "object_lock": _lock((answers.get("object_lock") or {}).get("ObjectLockConfiguration") or {}),
        "logging": _log((answers.get("logging") or {}).get("LoggingEnabled") or {}),
        "tags": tag_mapping(tags),
    }


def _lock(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """{} without object lock; else the default retention, whose mode is "" when there is none."""
    if configuration.get("ObjectLockEnabled") != "Enabled":
        return {}
    retention = (configuration.get("Rule") or {}).get("DefaultRetention") or {}
    return {
        "mode": retention.get("Mode", ""),
        "days": int(retention.get("Days") or 0),
        "years": int(retention.get("Years") or 0),
    }


def _log(enabled: Mapping[str, Any]) -> dict[str, Any]:
    """{} without access logs; else where they go."""
    return {"bucket": enabled["TargetBucket"], "prefix": enabled.get("TargetPrefix") or ""} if enabled else {}


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Policy, lifecycle, lock and logging in the form that project gives, whoever wrote them."""
    result = dict(properties)
    if result.get("object_lock"):
        result["object_lock"] = {"mode": "", "days": 0, "years": 0, **_given(result["object_lock"])}
    if result.get("logging"):
        result["logging"] = {"prefix": "", **_given(result["logging"])}
    if result.get("policy") is not None:
        result["policy"] = canonical(result["policy"])
    if result.get("lifecycle") is not None:
        result["lifecycle"] = lifecycle.project_rules(lifecycle.to_aws(result["lifecycle"]))
    return result


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def present(
    name: str, region: str, desired: Mapping[str, Any], found: Mapping[str, Any] | None, *, purge_tags: bool
) -> Steps:
    """Steps towards the desired settings (None: leave alone). `found`: answers to SETTINGS, None when there is no bucket.

    Raises ChangeError for an object lock that would be taken away, or that the bucket's versioning cannot carry.
    """
    wanted = normalize({setting: value for setting, value in desired.items() if value is not None})
    before = project(found or {})
    changed = [setting for setting in sorted(wanted) if setting != "tags" and wanted[setting] != before[setting]]
    after = merged(before, wanted, changed)
    after["tags"] = with_tags(before["tags"], desired.get("tags"), purge_tags)
    _check_lock(name, before["object_lock"], after)
    calls: list[Call] = [] if found is not None else [_create(name, region, locked=bool(after["object_lock"]))]
    if set(changed) & set(ENCRYPTION):
        calls.append(_encryption(name, after))
    calls += [WRITES[setting](name, after[setting]) for setting in WRITES if setting in changed]
    if after["tags"] != before["tags"]:
        tags = tag_list(after["tags"])
        calls.append(("put_bucket_tagging", {"Bucket": name, "Tagging": {"TagSet": tags}}))
    return Steps(calls, before if found is not None else {}, after)


def absent(name: str, found: Mapping[str, Any] | None) -> Steps:
    """Steps that remove the bucket; S3 refuses it while anything is in it."""
    return Steps() if found is None else Steps([("delete_bucket", {"Bucket": name})], project(found), {})


def _check_lock(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html"""
    if before and not after["object_lock"]:
        raise ChangeError(
            f"bucket {name} has object lock, which S3 never takes away: keep object_lock (an empty mode ends the default "
            "retention), or use a bucket of another name"
        )
    lock = after["object_lock"]
    if lock and not after["versioning"]:
        raise ChangeError(f"bucket {name} shall have object lock, which needs versioning: set versioning to true")
    if lock and bool(lock["mode"]) != (bool(lock["days"]) != bool(lock["years"])):
        raise ChangeError(
            f"bucket {name}: the default retention of object_lock is a mode with either days or years, found mode "
            f"{lock['mode'] or 'none'}, days {lock['days']}, years {lock['years']}"
        )


def _create(name: str, region: str, *, locked: bool) -> Call:
    # us-east-1 is the one location that must not be named (API_CreateBucket)
    location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    return "create_bucket", {"Bucket": name, **location, **({"ObjectLockEnabledForBucket": True} if locked else {})}


def _encryption(name: str, after: Mapping[str, Any]) -> Call:
    if after["encryption"] == "none":
        return "delete_bucket_encryption", {"Bucket": name}
    default = {
        "SSEAlgorithm": after["encryption"],
        **({"KMSMasterKeyID": after["kms_key"]} if after["kms_key"] else {}),
    }
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": after["bucket_key"]}
    return "put_bucket_encryption", {"Bucket": name, "ServerSideEncryptionConfiguration": {"Rules": [rule]}}


def _versioning(name: str, value: bool) -> Call:
    configuration = {"Status": "Enabled" if value else "Suspended"}
    return "put_bucket_versioning", {"Bucket": name, "VersioningConfiguration": configuration}


def _block(name: str, value: Mapping[str, bool]) -> Call:
    configuration = {field: bool(value.get(ours, False)) for ours, field in BLOCKS.items()}
    return "put_public_access_block", {"Bucket": name, "PublicAccessBlockConfiguration": configuration}


def _ownership(name: str, value: str) -> Call:
    return "put_bucket_ownership_controls", {
        "Bucket": name,
        "OwnershipControls": {"Rules": [{"ObjectOwnership": value}]},
    }


def _policy(name: str, value: Mapping[str, Any]) -> Call:
    if not value:
        return "delete_bucket_policy", {"Bucket": name}
    return "put_bucket_policy", {"Bucket": name, "Policy": json.dumps(value, sort_keys=True)}


def _lifecycle(name: str, value: list[dict[str, Any]]) -> Call:
    if not value:
        return "delete_bucket_lifecycle", {"Bucket": name}
    rules = lifecycle.to_aws(value)
    return "put_bucket_lifecycle_configuration", {"Bucket": name, "LifecycleConfiguration": {"Rules": rules}}


def _object_lock(name: str, value: Mapping[str, Any]) -> Call:
    unit = "Days" if value["days"] else "Years"
    retention = {"Mode": value["mode"], unit: value[unit.lower()]}
    rule = {"Rule": {"DefaultRetention": retention}} if value["mode"] else {}
    return "put_object_lock_configuration", {
        "Bucket": name,
        "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", **rule},
    }


def _logging(name: str, value: Mapping[str, Any]) -> Call:
    target = {"TargetBucket": value["bucket"], "TargetPrefix": value["prefix"]} if value else {}
    return "put_bucket_logging", {
        "Bucket": name,
        "BucketLoggingStatus": {"LoggingEnabled": target} if target else {},
    }


#: In the order in which they are made: the public access block before a policy that it would judge, versioning before the
#: lock that needs it.
WRITES: Mapping[str, Callable[[str, Any], Call]] = {
    "public_access_block": _block,
    "ownership": _ownership,
    "versioning": _versioning,
    "policy": _policy,
    "lifecycle": _lifecycle,
    "object_lock": _object_lock,
    "logging": _logging,
}
