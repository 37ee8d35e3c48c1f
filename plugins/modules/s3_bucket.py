# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_bucket
short_description: Create, change or remove an S3 bucket with all its settings
version_added: 0.1.0
description:
  - Brings an S3 bucket and its settings to what is described. An option that is not given is left alone.
  - M(amazon.aws.s3_bucket) and M(amazon.aws.s3_lifecycle) have no check mode, and lifecycle rules can only be added one by
    one there.
options:
  name:
    description: Name of the bucket.
    type: str
    required: true
  versioning:
    description: Whether every version of an object is kept.
    type: bool
  encryption:
    description: Encryption of new objects.
    type: str
    choices: [AES256, "aws:kms", "aws:kms:dsse"]
  kms_key:
    description: ARN of the KMS key; AWS's own when empty.
    type: str
  bucket_key:
    description: Whether S3 asks KMS once a bucket instead of once an object.
    type: bool
  public_access_block:
    description: Which kinds of public access are refused.
    type: dict
    suboptions:
      block_public_acls:
        description: Refuse ACLs that make public.
        type: bool
        default: true
      block_public_policy:
        description: Refuse bucket policies that make public.
        type: bool
        default: true
      ignore_public_acls:
        description: Pay no heed to ACLs that make public.
        type: bool
        default: true
      restrict_public_buckets:
        description: Let nobody but the account into buckets that are public by policy.
        type: bool
        default: true
  ownership:
    description: Who owns objects that others write.
    type: str
    choices: [BucketOwnerEnforced, BucketOwnerPreferred, ObjectWriter]
  policy:
    description: The bucket policy; an empty one removes it.
    type: dict
  lifecycle:
    description: All lifecycle rules; others are removed.
    type: list
    elements: dict
    suboptions:
      id:
        description: Name of the rule.
        type: str
        required: true
      enabled:
        description: Whether the rule is in force.
        type: bool
        default: true
      prefix:
        description: Only objects whose key begins so.
        type: str
        default: ""
      expire_days:
        description: Days after which an object expires.
        type: int
      expire_noncurrent_days:
        description: Days after which a version that is no longer current is removed.
        type: int
      expire_delete_markers:
        description: Whether a marker of deletion is removed once no version is left behind it.
        type: bool
      abort_multipart_days:
        description: Days after which an upload in parts that was not completed is removed.
        type: int
      transitions:
        description: When objects move to cheaper storage.
        type: list
        elements: dict
        suboptions:
          days:
            description: Days after creation.
            type: int
            required: true
          storage_class:
            description: Storage class to move to.
            type: str
            required: true
      noncurrent_transitions:
        description: When versions that are no longer current move to cheaper storage.
        type: list
        elements: dict
        suboptions:
          days:
            description: Days after a newer version came.
            type: int
            required: true
          storage_class:
            description: Storage class to move to.
            type: str
            required: true
  object_lock:
    description:
      - Object lock, and how long each new object is locked unless its writer says otherwise. S3 never takes it away again.
      - Objects under V(COMPLIANCE) cannot be removed before their time by anybody, the account's root included.
    type: dict
    suboptions:
      mode:
        description: Mode of the default retention; objects are only locked by their writers when empty.
        type: str
        choices: ["", GOVERNANCE, COMPLIANCE]
        default: ""
      days:
        description: Days of the default retention. Give it or O(object_lock.years) with a mode.
        type: int
        default: 0
      years:
        description: Years of the default retention.
        type: int
        default: 0
  logging:
    description: Where S3 writes a log of every request to the bucket; an empty one ends it.
    type: dict
    suboptions:
      bucket:
        description: Bucket in the same region whose policy lets C(logging.s3.amazonaws.com) write.
        type: str
      prefix:
        description: What keys of the logs begin with.
        type: str
        default: ""
  force:
    description:
      - Whether a bucket is emptied, with all versions, before it is removed. Without it S3 refuses to remove one with content.
      - Locked objects cannot be removed before their time, and nor can their bucket.
    type: bool
    default: false
  bypass_governance:
    description: Whether O(force) removes objects that are locked in mode V(GOVERNANCE).
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Make the media bucket
  creator.platform.s3_bucket:
    name: creator-dev-media-123456789012
    versioning: true
    encryption: aws:kms
    bucket_key: true
    public_access_block: {}
    ownership: BucketOwnerEnforced
    lifecycle:
      - id: tidy
        abort_multipart_days: 7
        expire_noncurrent_days: 90
"""

RETURN = r"""
bucket:
  description: The settings of the bucket after the run, empty when there is none.
  returned: always
  type: dict
  sample: {versioning: true, encryption: "aws:kms"}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import STATE, TAGS, guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.api import empty, find_bucket
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.bucket import absent, present
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

TRANSITION = {"days": {"type": "int", "required": True}, "storage_class": {"type": "str", "required": True}}
RULE = {
    "id": {"type": "str", "required": True},
    "enabled": {"type": "bool", "default": True},
    "prefix": {"type": "str", "default": ""},
    "expire_days": {"type": "int"},
    "expire_noncurrent_days": {"type": "int"},
    "expire_delete_markers": {"type": "bool"},
    "abort_multipart_days": {"type": "int"},
    "transitions": {"type": "list", "elements": "dict", "options": TRANSITION},
    "noncurrent_transitions": {"type": "list", "elements": "dict", "options": TRANSITION},
}
LOCK = {
    "mode": {"type": "str", "choices": ["", "GOVERNANCE", "COMPLIANCE"], "default": ""},
    "days": {"type": "int", "default": 0},
    "years": {"type": "int", "default": 0},
}
LOGGING = {"bucket": {"type": "str"}, "prefix": {"type": "str", "default": ""}}
BLOCK = {
    "block_public_acls": {"type": "bool", "default": True},
    "block_public_policy": {"type": "bool", "default": True},
    "ignore_public_acls": {"type": "bool", "default": True},
    "restrict_public_buckets": {"type": "bool", "default": True},
}
PROPERTIES: dict[str, Any] = {
    "versioning": {"type": "bool"},
    "encryption": {"type": "str", "choices": ["AES256", "aws:kms", "aws:kms:dsse"]},
    "kms_key": {"type": "str", "no_log": False},
    "bucket_key": {"type": "bool", "no_log": False},
    "public_access_block": {"type": "dict", "options": BLOCK},
    "ownership": {"type": "str", "choices": ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]},
    "policy": {"type": "dict"},
    "lifecycle": {"type": "list", "elements": "dict", "options": RULE},
    "object_lock": {"type": "dict", "options": LOCK},
    "logging": {"type": "dict", "options": LOGGING},
    "tags": TAGS["tags"],
}
SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "force": {"type": "bool", "default": False},
    "bypass_governance": {"type": "bool", "default": False},
    "purge_tags": TAGS["purge_tags"],
    **STATE,
}


def converge(module: AnsibleAWSModule) -> None:
    """Read, decide, write unless in check mode, and answer."""
    client = module.client("s3")
    name = module.params["name"]
    found = find_bucket(client, name)
    if module.params["state"] == "absent":
        steps = absent(name, found)
    else:
        desired = {option: module.params[option] for option in PROPERTIES}
        if desired["logging"] and not desired["logging"]["bucket"]:
            desired["logging"] = {}
        steps = present(name, client.meta.region_name, desired, found, purge_tags=module.params["purge_tags"])
    if steps.changed and not module.check_mode:
        if module.params["state"] == "absent" and module.params["force"]:
            empty(client, name, bypass_governance=module.params["bypass_governance"])
        perform(client, steps.calls)
    module.exit_json(changed=steps.changed, diff=steps.diff(), bucket=dict(steps.after))


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    guarded(module, lambda: converge(module))


if __name__ == "__main__":
    main()
