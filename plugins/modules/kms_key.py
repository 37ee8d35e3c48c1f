# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: kms_key
short_description: Create, change or schedule the deletion of a KMS key
version_added: 0.1.0
description:
  - Brings a symmetric KMS key, found by its alias, to what is described. An option that is not given is left alone.
  - M(amazon.aws.kms_key) fails on every second run of a multi-Region key, and knows neither rotation periods nor replicas.
  - A key that waits for its deletion is never brought back.
options:
  alias:
    description: Alias of the key, without C(alias/).
    type: str
    required: true
  key_id:
    description:
      - Id of a key that gets the alias when nothing has it yet, such as the replica
        that M(creator.platform.kms_replica_key) made.
      - Without it a key without an alias and with the tag C(Name) of that alias is taken, before a new one is made.
    type: str
  description:
    description: What the key is for.
    type: str
  enabled:
    description: Whether the key can be used.
    type: bool
  rotation:
    description: Whether KMS makes new key material by itself. A replica has the rotation of its primary key.
    type: bool
  rotation_days:
    description: Days between two rotations, from 90 to 2560.
    type: int
  multi_region:
    description: Whether the key can be replicated to other Regions. Cannot change.
    type: bool
  policy:
    description: The key policy. One that lets nobody change it again is refused by KMS.
    type: dict
  window_days:
    description: Days until a key whose deletion is scheduled is gone, from 7 to 30.
    type: int
    default: 30
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Make the key of the databases
  creator.platform.kms_key:
    alias: creator-dev-data
    multi_region: true
    rotation: true
    rotation_days: 365
"""

RETURN = r"""
key:
  description: The key after the run, its properties and its C(arn) and C(id); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234", state: Enabled}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.kms.api import (
    find_by_alias,
    find_key,
    find_nameless,
    settings_of,
    tags_of,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.kms.key import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "description": {"type": "str"},
    "enabled": {"type": "bool"},
    "rotation": {"type": "bool"},
    "rotation_days": {"type": "int"},
    "multi_region": {"type": "bool"},
    "policy": {"type": "dict"},
    "tags": TAGS["tags"],
}
SPEC = {
    "alias": {"type": "str", "required": True},
    "key_id": {"type": "str", "no_log": False},
    **PROPERTIES,
    "window_days": {"type": "int", "default": 30},
    "purge_tags": TAGS["purge_tags"],
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The key as it is."""
    metadata = find_by_alias(client, params["alias"])
    aliased = bool(metadata)
    if not metadata and params["state"] == "present":
        metadata = find_key(client, params["key_id"]) if params["key_id"] else find_nameless(client, params["alias"])
    if not metadata:
        return None
    rotation, policy = settings_of(client, metadata)
    properties = project(metadata, rotation, policy, tags_of(client, metadata["KeyId"]))
    return Found(properties, {"arn": metadata["Arn"], "id": metadata["KeyId"], "aliased": aliased})


def main() -> None:
    run(ResourceModule("kms", "key", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
