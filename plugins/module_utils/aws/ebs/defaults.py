# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account has once a region for its volumes, snapshots, images and instance metadata. Standard library only.

https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html#block-public-access-to-amis
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html#set-imdsv2-account-defaults
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call, Found, Steps, merged

#: Operations that are asked, by the name of the answer. All of them answer for every account.
QUESTIONS = {
    "encryption": "get_ebs_encryption_by_default",
    "key": "get_ebs_default_kms_key_id",
    "snapshots": "get_snapshot_block_public_access_state",
    "images": "get_image_block_public_access_state",
    "metadata": "get_instance_metadata_defaults",
}
#: Our names for the metadata defaults, EC2's, and EC2's value for none.
METADATA = {
    "metadata_tokens": ("HttpTokens", "no-preference"),
    "metadata_hop_limit": ("HttpPutResponseHopLimit", -1),
    "metadata_endpoint": ("HttpEndpoint", "no-preference"),
    "metadata_tags": ("InstanceMetadataTags", "no-preference"),
}


def project(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Properties from the answers to QUESTIONS."""
    metadata = answers["metadata"].get("AccountLevel") or {}
    return {
        "encryption": bool(answers["encryption"]["EbsEncryptionByDefault"]),
        "kms_key": answers["key"]["KmsKeyId"],
        "snapshot_sharing": answers["snapshots"]["State"],
        "image_sharing": answers["images"]["ImageBlockPublicAccessState"],
        **{name: metadata.get(field, none) for name, (field, none) in METADATA.items()},
    }


def present(_params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired settings; one that is not given is left alone."""
    before = found.properties if found else {}
    changed = [name for name in sorted(desired) if desired[name] != before[name]]
    calls: list[Call] = []
    # The key first: volumes that are made in between have it then.
    if "kms_key" in changed:
        calls.append(("modify_ebs_default_kms_key_id", {"KmsKeyId": desired["kms_key"]}))
    if "encryption" in changed:
        way = "enable" if desired["encryption"] else "disable"
        calls.append((f"{way}_ebs_encryption_by_default", {}))
    if "snapshot_sharing" in changed:
        calls.append(_snapshots(desired["snapshot_sharing"]))
    if "image_sharing" in changed:
        calls.append(_images(desired["image_sharing"]))
    metadata = {field: desired[name] for name, (field, _none) in METADATA.items() if name in changed}
    if metadata:
        calls.append(("modify_instance_metadata_defaults", metadata))
    return Steps(calls, before, merged(before, desired, changed))


def _snapshots(state: str) -> Call:
    if state == "unblocked":
        return "disable_snapshot_block_public_access", {}
    return "enable_snapshot_block_public_access", {"State": state}


def _images(state: str) -> Call:
    if state == "unblocked":
        return "disable_image_block_public_access", {}
    return "enable_image_block_public_access", {"ImageBlockPublicAccessState": state}
