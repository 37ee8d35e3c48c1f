# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: logs_group
short_description: Create, change or remove a log group
version_added: 0.1.0
description:
  - Brings a log group of CloudWatch Logs to what is described. An option that is not given is left alone.
  - M(amazon.aws.cloudwatchlogs_log_group) writes in check mode when the retention differs, and cannot change the key.
options:
  name:
    description: Name of the log group.
    type: str
    required: true
  retention_days:
    description: Days that events are kept, one of those that CloudWatch Logs offers; 0 for ever.
    type: int
  kms_key:
    description: ARN of the KMS key, an empty text for none. What was written before stays as it was.
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Keep flow logs for a month
  creator.platform.logs_group:
    name: /creator/dev/network/flows
    retention_days: 30
"""

RETURN = r"""
log_group:
  description: The log group after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:logs:eu-west-1:123456789012:log-group:/creator/dev/network/flows", retention_days: 30}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.logs.api import find_group, tags_of
from ansible_collections.creator.platform.plugins.module_utils.aws.logs.group import absent, arn_of, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "retention_days": {"type": "int"},
    "kms_key": {"type": "str", "no_log": False},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The log group as it is."""
    group = find_group(client, params["name"])
    if group is None:
        return None
    arn = arn_of(group)
    return Found(project(group, tags_of(client, arn)), {"arn": arn})


def main() -> None:
    run(ResourceModule("logs", "log_group", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
