# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_bucket_replication
short_description: Replicate an S3 bucket
version_added: 0.1.0
description:
  - Brings the replication configuration of an S3 bucket to exactly the rules given. Both buckets need versioning, and only
    objects written afterwards are replicated.
options:
  bucket:
    description: Name of the source bucket.
    type: str
    required: true
  role_arn:
    description: ARN of the IAM role that S3 assumes. Required when O(state=present).
    type: str
  rules:
    description: The rules. Required when O(state=present).
    type: list
    elements: dict
    suboptions:
      id:
        description: Name of the rule.
        type: str
        required: true
      destination:
        description: Name of the destination bucket.
        type: str
        required: true
      priority:
        description: Of several rules for one destination the highest counts.
        type: int
        default: 0
      enabled:
        description: Whether the rule is in force.
        type: bool
        default: true
      prefix:
        description: Only objects whose key begins so.
        type: str
        default: ""
      filter_tags:
        description: Only objects that have these tags.
        type: dict
        default: {}
      storage_class:
        description: Storage class of the replicas; that of the source when empty.
        type: str
        default: ""
      replica_kms_key:
        description: ARN of the KMS key, in the destination's region, that encrypts the replicas.
        type: str
        default: ""
      replicate_kms_objects:
        description: Whether objects encrypted with KMS are replicated; S3 leaves them out otherwise.
        type: bool
        default: false
      delete_markers:
        description: Whether delete markers are replicated.
        type: bool
        default: false
      metrics:
        description: Whether S3 publishes the replication's latency, bytes and operations pending.
        type: bool
        default: false
      time_control:
        description: Whether S3 promises 15 minutes (costs); includes O(rules[].metrics).
        type: bool
        default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Replicate the media to the second region
  creator.platform.s3_bucket_replication:
    bucket: creator-dev-media
    role_arn: arn:aws:iam::123456789012:role/creator-dev-replication
    rules:
      - id: everything
        destination: creator-dev-media-replica
        replicate_kms_objects: true
        replica_kms_key: arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555
        delete_markers: true
        metrics: true
"""

RETURN = r"""
role_arn:
  description: ARN of the role S3 assumes.
  returned: when O(state=present)
  type: str
  sample: arn:aws:iam::123456789012:role/creator-dev-replication
rules:
  description: The rules that stand after the run.
  returned: when O(state=present)
  type: list
  elements: dict
  sample: [{id: everything, destination: creator-dev-media-replica}]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import STATE, guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.api import find_replication
from ansible_collections.creator.platform.plugins.module_utils.aws.s3.replication import absent, present
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

RULE = {
    "id": {"type": "str", "required": True},
    "destination": {"type": "str", "required": True},
    "priority": {"type": "int", "default": 0},
    "enabled": {"type": "bool", "default": True},
    "prefix": {"type": "str", "default": ""},
    "filter_tags": {"type": "dict", "default": {}},
    "storage_class": {"type": "str", "default": ""},
    "replica_kms_key": {"type": "str", "default": "", "no_log": False},
    "replicate_kms_objects": {"type": "bool", "default": False},
    "delete_markers": {"type": "bool", "default": False},
    "metrics": {"type": "bool", "default": False},
    "time_control": {"type": "bool", "default": False},
}
SPEC: dict[str, Any] = {
    "bucket": {"type": "str", "required": True},
    "role_arn": {"type": "str"},
    "rules": {"type": "list", "elements": "dict", "options": RULE},
    **STATE,
}


def converge(module: AnsibleAWSModule) -> None:
    """Read, decide, write unless in check mode, and answer."""
    client = module.client("s3")
    bucket = module.params["bucket"]
    found = find_replication(client, bucket)
    if module.params["state"] == "absent":
        steps = absent(bucket, found)
    else:
        steps = present(bucket, module.params["role_arn"], module.params["rules"], found)
    if steps.changed and not module.check_mode:
        perform(client, steps.calls)
    module.exit_json(changed=steps.changed, diff=steps.diff(), **steps.after)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=SPEC, supports_check_mode=True, required_if=[("state", "present", ["role_arn", "rules"])]
    )
    guarded(module, lambda: converge(module))


if __name__ == "__main__":
    main()
