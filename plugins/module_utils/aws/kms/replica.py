# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replica of a multi-Region key in another Region: whether there is one, and the call that makes it. Standard library only.

https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps


def project(metadata: Mapping[str, Any], region: str) -> dict[str, Any]:
    """Properties of the primary key's replica in a Region; ARNs and ids are those of the primary key."""
    regions = metadata.get("MultiRegionConfiguration") or {}
    arns = {row["Region"]: row["Arn"] for row in regions.get("ReplicaKeys", [])}
    return {
        "primary": regions.get("MultiRegionKeyType") == "PRIMARY",
        "replicated": region in arns,
        "arn": arns.get(region, ""),
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """The call that replicates the key, none when it is; what a replica is like afterwards is kms_key's to keep.

    Raises ChangeError when there is no such key, or one that cannot be replicated.
    """
    alias, region = params["alias"], params["replica_region"]
    if found is None:
        raise ChangeError(f"there is no key {alias} to replicate to {region}: make it first")
    if not found.properties["primary"]:
        raise ChangeError(
            f"key {alias} cannot be replicated to {region}: it is no multi-Region primary key of this Region"
        )
    if found.properties["replicated"]:
        return Steps()
    tags = [{"TagKey": key, "TagValue": value} for key, value in sorted(desired.get("tags", {}).items())]
    request = {
        "KeyId": found.facts["key_id"],
        "ReplicaRegion": region,
        "Description": desired.get("description", ""),
        "Tags": tags,
    }
    if desired.get("policy"):
        request["Policy"] = json.dumps(desired["policy"], sort_keys=True)
    return Steps([("replicate_key", request)], {}, {**desired, "replica_region": region})
