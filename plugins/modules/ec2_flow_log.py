# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_flow_log
short_description: Create, replace or remove the flow log of a VPC
version_added: 0.1.0
description:
  - Keeps a flow log of a VPC, found by its tag C(Name), that sends to a log group or to a bucket.
  - Nothing of a flow log but its tags can change, so one that differs, or whose records do not arrive, is replaced.
options:
  name:
    description: Name of the flow log.
    type: str
    required: true
  vpc_id:
    description: Id of the VPC. Required with O(state=present).
    type: str
  traffic:
    description: What is recorded.
    type: str
    choices: [ACCEPT, REJECT, ALL]
  log_group:
    description: Name of the log group; needs O(role_arn).
    type: str
  role_arn:
    description: ARN of the role with which records are written to the log group.
    type: str
  bucket_arn:
    description: ARN of the bucket, instead of O(log_group).
    type: str
  aggregation_seconds:
    description: Longest time over which packets of a flow are counted into one record.
    type: int
    choices: [60, 600]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Record what the network refuses and lets through
  creator.platform.ec2_flow_log:
    name: creator-dev-flows
    vpc_id: vpc-1234
    traffic: ALL
    log_group: /creator/dev/network/flows
    role_arn: arn:aws:iam::123456789012:role/creator-dev-flow-logs
    aggregation_seconds: 600
"""

RETURN = r"""
flow_log:
  description: The flow log after the run, its properties and its C(id); empty when there is none.
  returned: always
  type: dict
  sample: {id: fl-1234, traffic: ALL, delivering: true}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.api import named, the_one
from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.flow_log import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "vpc_id": {"type": "str"},
    "traffic": {"type": "str", "choices": ["ACCEPT", "REJECT", "ALL"]},
    "log_group": {"type": "str"},
    "role_arn": {"type": "str"},
    "bucket_arn": {"type": "str"},
    "aggregation_seconds": {"type": "int", "choices": [60, 600]},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The flow log as it is."""
    flow = the_one(named(client, "describe_flow_logs", "FlowLogs", params["name"]), "flow logs", params["name"])
    return Found(project(flow), {"id": flow["FlowLogId"]}) if flow else None


def main() -> None:
    run(
        ResourceModule("ec2", "flow_log", PROPERTIES, find, present, absent),
        SPEC,
        required_if=[("state", "present", ("vpc_id",))],
        required_by={"log_group": "role_arn"},
        mutually_exclusive=[("log_group", "bucket_arn")],
    )


if __name__ == "__main__":
    main()
