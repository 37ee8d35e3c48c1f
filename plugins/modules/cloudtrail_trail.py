# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudtrail_trail
short_description: Create, change or remove a trail of CloudTrail
version_added: 0.1.0
description:
  - Brings a trail, its event selectors and its logging to what is described. An option that is not given is left alone.
  - M(amazon.aws.cloudtrail) knows no event selectors, so nothing it makes records what happens to objects.
options:
  name:
    description: Name of the trail.
    type: str
    required: true
  bucket:
    description: Bucket that it writes to. Its policy must let CloudTrail do so before the trail is made.
    type: str
  prefix:
    description: Beginning of the keys of what it writes.
    type: str
  multi_region:
    description: Whether it records all regions.
    type: bool
  global_events:
    description: Whether it records services that have no region, such as IAM.
    type: bool
  validation:
    description: Whether digest files let anybody prove that nothing was altered.
    type: bool
  kms_key:
    description: ARN of the KMS key.
    type: str
  log_group_arn:
    description: ARN of the log group that it tells too, with C(:*) at its end.
    type: str
  role_arn:
    description: Role with which it does so.
    type: str
  logging:
    description: Whether it records.
    type: bool
  management_events:
    description: Whether it records calls that manage resources.
    type: bool
  object_events:
    description: Names of buckets whose objects' reads and writes are recorded, which costs by the event.
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Keep a record of the account
  creator.platform.cloudtrail_trail:
    name: creator-prod-audit
    bucket: creator-prod-audit-123456789012
    multi_region: true
    validation: true
    object_events: [creator-prod-media-123456789012]
"""

RETURN = r"""
trail:
  description: The trail after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:cloudtrail:eu-west-1:123456789012:trail/creator-prod-audit", logging: true}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudtrail.api import details_of, find_trail
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudtrail.trail import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps

PROPERTIES: dict[str, Any] = {
    "bucket": {"type": "str"},
    "prefix": {"type": "str"},
    "multi_region": {"type": "bool"},
    "global_events": {"type": "bool"},
    "validation": {"type": "bool"},
    "kms_key": {"type": "str", "no_log": False},
    "log_group_arn": {"type": "str"},
    "role_arn": {"type": "str"},
    "logging": {"type": "bool"},
    "management_events": {"type": "bool"},
    "object_events": {"type": "list", "elements": "str"},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The trail as it is."""
    trail = find_trail(client, params["name"])
    details = details_of(client, trail["TrailARN"]) if trail else None
    return Found(project(trail, details), {"arn": trail["TrailARN"]}) if details else None


def complete(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """The steps; ChangeError when a new trail has no bucket."""
    if found is None and not desired.get("bucket"):
        raise ChangeError(f"trail {params['name']} is to be created: give it a bucket")
    return present(params, desired, found)


def main() -> None:
    run(ResourceModule("cloudtrail", "trail", PROPERTIES, find, complete, absent), SPEC)


if __name__ == "__main__":
    main()
