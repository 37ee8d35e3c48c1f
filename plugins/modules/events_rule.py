# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: events_rule
short_description: Create, change or remove an EventBridge rule with its targets
version_added: 0.1.0
description:
  - Brings a rule and its targets to what is described. An option that is not given is left alone.
  - M(amazon.aws.cloudwatchevent_rule) has no check mode, and knows neither dead letters nor retries of a target.
options:
  name:
    description: Name of the rule.
    type: str
    required: true
  bus:
    description: Name of the event bus.
    type: str
    default: default
  description:
    description: What the rule is for.
    type: str
  enabled:
    description: Whether it is in force.
    type: bool
  pattern:
    description: Which events it is for, as EventBridge's document.
    type: dict
  schedule:
    description: When it fires, such as C(rate(1 hour)).
    type: str
  targets:
    description: All targets; others are removed.
    type: list
    elements: dict
    suboptions:
      id:
        description: Name of the target in the rule.
        type: str
        required: true
      arn:
        description: What the event is sent to.
        type: str
        required: true
      input:
        description: Text to send instead of the event.
        type: str
        default: ""
      role_arn:
        description: Role with which EventBridge calls the target, where its kind needs one.
        type: str
        default: ""
      dead_letter_arn:
        description: SQS queue for events that could not be delivered; none when empty.
        type: str
        default: ""
      max_age_seconds:
        description: Age at which an undelivered event is given up.
        type: int
        default: 86400
      max_retries:
        description: How often delivery is tried again.
        type: int
        default: 185
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Send new media to their queue
  creator.platform.events_rule:
    name: creator-dev-media-created
    pattern:
      source: [aws.s3]
      detail-type: [Object Created]
    targets:
      - id: queue
        arn: arn:aws:sqs:eu-west-1:123456789012:creator-dev-media-events
        dead_letter_arn: arn:aws:sqs:eu-west-1:123456789012:creator-dev-media-events-dlq
"""

RETURN = r"""
rule:
  description: The rule after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:events:eu-west-1:123456789012:rule/creator-dev-media-created", enabled: true}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.events.api import find_rule, tags_of, targets_of
from ansible_collections.creator.platform.plugins.module_utils.aws.events.rule import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

TARGET: dict[str, Any] = {
    "id": {"type": "str", "required": True},
    "arn": {"type": "str", "required": True},
    "input": {"type": "str", "default": ""},
    "role_arn": {"type": "str", "default": ""},
    "dead_letter_arn": {"type": "str", "default": ""},
    "max_age_seconds": {"type": "int", "default": 86400},
    "max_retries": {"type": "int", "default": 185},
}
PROPERTIES: dict[str, Any] = {
    "description": {"type": "str"},
    "enabled": {"type": "bool"},
    "pattern": {"type": "dict"},
    "schedule": {"type": "str"},
    "targets": {"type": "list", "elements": "dict", "options": TARGET},
    "tags": TAGS["tags"],
}
SPEC = {
    "name": {"type": "str", "required": True},
    "bus": {"type": "str", "default": "default"},
    **PROPERTIES,
    "purge_tags": TAGS["purge_tags"],
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The rule as it is."""
    rule = find_rule(client, params["name"], params["bus"])
    if not rule:
        return None
    targets = targets_of(client, params["name"], params["bus"])
    return Found(project(rule, targets, tags_of(client, rule["Arn"])), {"arn": rule["Arn"]})


def main() -> None:
    run(ResourceModule("events", "rule", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
