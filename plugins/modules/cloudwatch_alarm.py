# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_alarm
short_description: Create, change or remove a CloudWatch alarm on one metric
version_added: 0.1.0
description:
  - Brings an alarm to what is described. An option that is not given is left alone.
  - M(amazon.aws.cloudwatch_metric_alarm) sets no tags, so that nothing tells whose an alarm is.
options:
  name:
    description: Name of the alarm.
    type: str
    required: true
  description:
    description: What is wrong when it fires, and what to do.
    type: str
  namespace:
    description: Namespace of the metric.
    type: str
  metric:
    description: Name of the metric.
    type: str
  dimensions:
    description: Dimensions of the metric, values by name.
    type: dict
  statistic:
    description: Statistic, such as C(Average), C(Maximum) or C(p99).
    type: str
  period_seconds:
    description: Seconds over which the statistic is taken.
    type: int
  evaluation_periods:
    description: How many periods are looked at.
    type: int
  datapoints:
    description: How many of them must be beyond the threshold.
    type: int
  comparison:
    description: How they compare with the threshold.
    type: str
    choices:
      - GreaterThanOrEqualToThreshold
      - GreaterThanThreshold
      - LessThanThreshold
      - LessThanOrEqualToThreshold
  threshold:
    description: The threshold.
    type: float
  missing_data:
    description: What a period without data counts as.
    type: str
    choices: [breaching, ignore, missing, notBreaching]
  unit:
    description: Unit of the metric; any when empty.
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
- name: Watch the database's processor
  creator.platform.cloudwatch_alarm:
    name: creator-dev-database-processor
    namespace: AWS/RDS
    metric: CPUUtilization
    dimensions:
      DBInstanceIdentifier: creator-dev-database
    statistic: Average
    period_seconds: 300
    evaluation_periods: 3
    comparison: GreaterThanThreshold
    threshold: 80
    missing_data: breaching
"""

RETURN = r"""
alarm:
  description: The alarm after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:creator-dev-database-processor", threshold: 80}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch.alarm import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch.api import find_alarm, tags_of
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

COMPARISONS = [
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
]
PROPERTIES: dict[str, Any] = {
    "description": {"type": "str"},
    "namespace": {"type": "str"},
    "metric": {"type": "str"},
    "dimensions": {"type": "dict"},
    "statistic": {"type": "str"},
    "period_seconds": {"type": "int"},
    "evaluation_periods": {"type": "int"},
    "datapoints": {"type": "int"},
    "comparison": {"type": "str", "choices": COMPARISONS},
    "threshold": {"type": "float"},
    "missing_data": {"type": "str", "choices": ["breaching", "ignore", "missing", "notBreaching"]},
    "unit": {"type": "str"},
    "alarm_actions": {"type": "list", "elements": "str"},
    "ok_actions": {"type": "list", "elements": "str"},
    "actions_enabled": {"type": "bool"},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The alarm as it is."""
    alarm = find_alarm(client, params["name"], composite=False)
    if not alarm:
        return None
    arn = alarm["AlarmArn"]
    return Found(project(alarm, tags_of(client, arn)), {"arn": arn})


def main() -> None:
    run(ResourceModule("cloudwatch", "alarm", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
