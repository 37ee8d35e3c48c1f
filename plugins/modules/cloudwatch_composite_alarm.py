# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_composite_alarm
short_description: Create, change or remove a CloudWatch alarm that combines others
version_added: 0.1.0
description:
  - Brings a composite alarm to what is described. An option that is not given is left alone.
options:
  name:
    description: Name of the alarm.
    type: str
    required: true
  description:
    description: What is wrong when it fires, and what to do.
    type: str
  rule:
    description: When it fires, such as C(ALARM("a") AND ALARM("b")). The alarms must be there.
    type: str
  alarm_actions:
    description: ARNs of what is told when it fires.
    type: list
    elements: str
  ok_actions:
    description: ARNs of what is told when all is well again.
    type: list
    elements: str
  actions_enabled:
    description: Whether anybody is told.
    type: bool
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Say that the platform is in trouble
  creator.platform.cloudwatch_composite_alarm:
    name: creator-dev-trouble
    rule: ALARM("creator-dev-errors") OR ALARM("creator-dev-database-storage")
"""

RETURN = r"""
alarm:
  description: The alarm after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:creator-dev-trouble"}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch.alarm import (
    absent,
    present_composite,
    project_composite,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch.api import find_alarm, tags_of
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps

PROPERTIES: dict[str, Any] = {
    "description": {"type": "str"},
    "rule": {"type": "str"},
    "alarm_actions": {"type": "list", "elements": "str"},
    "ok_actions": {"type": "list", "elements": "str"},
    "actions_enabled": {"type": "bool"},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The alarm as it is."""
    alarm = find_alarm(client, params["name"], composite=True)
    if not alarm:
        return None
    arn = alarm["AlarmArn"]
    return Found(project_composite(alarm, tags_of(client, arn)), {"arn": arn})


def complete(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """The steps; ChangeError when a new alarm has no rule."""
    if found is None and not desired.get("rule"):
        raise ChangeError(f"composite alarm {params['name']} is to be created: give it a rule")
    return present_composite(params, desired, found)


def main() -> None:
    run(ResourceModule("cloudwatch", "alarm", PROPERTIES, find, complete, absent), SPEC)


if __name__ == "__main__":
    main()
