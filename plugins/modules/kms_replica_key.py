# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: kms_replica_key
short_description: Replicate a multi-Region KMS key to another Region
version_added: 0.1.0
description:
  - Makes the replica of a multi-Region primary key when there is none. O(region) is that of the primary key.
  - The settings are those of a new replica. M(creator.platform.kms_key) keeps them afterwards, gives it an alias and removes it.
options:
  alias:
    description: Alias of the primary key, without C(alias/).
    type: str
    required: true
  replica_region:
    description: Region of the replica.
    type: str
    required: true
  description:
    description: What the replica is for.
    type: str
  policy:
    description: Key policy of the replica, which has one of its own.
    type: dict
  tags:
    description: Tags of the replica, which has its own.
    type: dict
    aliases: [resource_tags]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource.setting
"""

EXAMPLES = r"""
- name: Bring the key of the databases to the recovery region
  creator.platform.kms_replica_key:
    region: eu-west-1
    alias: creator-dev-data
    replica_region: eu-central-1
"""

RETURN = r"""
replica:
  description: The replica after the run, C(arn) and C(key_id), which is that of the primary key.
  returned: always
  type: dict
  sample: {arn: "arn:aws:kms:eu-central-1:123456789012:key/mrk-1234", key_id: mrk-1234, primary: true, replicated: true}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.kms.api import find_by_alias
from ansible_collections.creator.platform.plugins.module_utils.aws.kms.replica import present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "description": {"type": "str"},
    "policy": {"type": "dict"},
    "tags": TAGS["tags"],
}
SPEC = {
    "alias": {"type": "str", "required": True},
    "replica_region": {"type": "str", "required": True},
    **PROPERTIES,
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The primary key, and whether it has that replica."""
    metadata = find_by_alias(client, params["alias"])
    if not metadata:
        return None
    return Found(project(metadata, params["replica_region"]), {"key_id": metadata["KeyId"]})


def main() -> None:
    run(ResourceModule("kms", "replica", PROPERTIES, find, present), SPEC)


if __name__ == "__main__":
    main()
