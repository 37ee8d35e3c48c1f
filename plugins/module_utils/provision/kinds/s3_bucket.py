# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3 buckets: versioning, encryption, public access block, ownership, policy, lifecycle, tags.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.policy import canonical
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.lifecycle import project_rules
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope

#: What S3 answers when a bucket has no such setting: operation, parameter of the answer, error codes of absence.
SETTINGS = {
    "encryption": ("get_bucket_encryption", ("ServerSideEncryptionConfigurationNotFoundError",)),
    "public_access": ("get_public_access_block", ("NoSuchPublicAccessBlockConfiguration",)),
    "ownership": ("get_bucket_ownership_controls", ("OwnershipControlsNotFoundError",)),
    "policy": ("get_bucket_policy", ("NoSuchBucketPolicy",)),
    "lifecycle": ("get_bucket_lifecycle_configuration", ("NoSuchLifecycleConfiguration",)),
    "versioning": ("get_bucket_versioning", ()),
}
BLOCKS = {
    "block_public_acls": "BlockPublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "ignore_public_acls": "IgnorePublicAcls",
    "restrict_public_buckets": "RestrictPublicBuckets",
}


def project(answers: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a bucket from the answers to SETTINGS (None where S3 says there is none)."""
    encryption = (answers.get("encryption") or {}).get("ServerSideEncryptionConfiguration", {}).get("Rules") or [{}]
    default = encryption[0].get("ApplyServerSideEncryptionByDefault", {})
    block = (answers.get("public_access") or {}).get("PublicAccessBlockConfiguration", {})
    ownership = (answers.get("ownership") or {}).get("OwnershipControls", {}).get("Rules") or [{}]
    return {
        "versioning": (answers.get("versioning") or {}).get("Status") == "Enabled",
        "encryption": default.get("SSEAlgorithm", "none"),
        "kms_key": default.get("KMSMasterKeyID", ""),
        "bucket_key": bool(encryption[0].get("BucketKeyEnabled", False)),
        "public_access_block": {name: bool(block.get(field, False)) for name, field in BLOCKS.items()},
        "ownership": ownership[0].get("ObjectOwnership", "none"),
        "policy": canonical((answers.get("policy") or {}).get("Policy")),
        "lifecycle": project_rules((answers.get("lifecycle") or {}).get("Rules", [])),
        "tags": dict(tags),
    }


def read(client: Any, scope: Scope) -> list[Resource]:
    """Buckets of the scope's region: those named and those tagged as the component's under the environment's prefix."""
    prefix = f"{scope.platform}-{scope.environment}-"
    found = pages(client, "list_buckets", "Buckets", BucketRegion=scope.region)
    names = [bucket["Name"] for bucket in found if bucket["Name"].startswith(prefix) or bucket["Name"] in scope.names]

    def one(name: str) -> Resource | None:
        tagging = optional(client, "get_bucket_tagging", ("NoSuchTagSet",), Bucket=name)
        tags = tags_of(tagging or {}, "TagSet")
        if name not in scope.names and not is_ours(tags, scope):
            return None
        answers = {
            setting: optional(client, operation, absent, Bucket=name)
            for setting, (operation, absent) in SETTINGS.items()
        }
        return Resource("s3_bucket", name, project(answers, tags), scope.region, {"arn": f"arn:aws:s3:::{name}"})

    return [resource for resource in at_once(one, names) if resource is not None]


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The bucket policy in canonical form, whoever wrote it."""
    result = dict(properties)
    if "policy" in result:
        result["policy"] = canonical(result["policy"])
    return result


KIND = Kind("s3_bucket", "s3", read, Rules(unordered=frozenset({"lifecycle"}), protected=True, normalize=normalize))
