# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch alarms on one metric.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch.alarm import DEFAULTS, normalize, project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope

TAGGING = "resourcegroupstaggingapi"


def alarms(client: Any, scope: Scope, kind: str) -> list[tuple[Mapping[str, Any], dict[str, str]]]:
    """Alarms of `kind` (MetricAlarm, CompositeAlarm) under the environment's prefix that are the component's, with their tags.

    The tags come from one listing of the tagging service. An alarm that it does not know, because it is new, has no tags or
    lost that of the environment, is asked for its own.
    """
    prefix = f"{scope.platform}-{scope.environment}-"
    found = listing(client, "describe_alarms", f"{kind}s", AlarmNamePrefix=prefix, AlarmTypes=[kind])
    if not found:
        return []
    rows = listing(
        scope.clients[TAGGING],
        "get_resources",
        "ResourceTagMappingList",
        ResourceTypeFilters=["cloudwatch:alarm"],
        TagFilters=[{"Key": "environment", "Values": [scope.environment]}],
    )
    known = {row["ResourceARN"]: tags_of(row) for row in rows}

    def one(alarm: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, str]] | None:
        tags = known.get(alarm["AlarmArn"])
        if tags is None:
            absent = ("ResourceNotFound", "ResourceNotFoundException")
            answer = optional(client, "list_tags_for_resource", absent, ResourceARN=alarm["AlarmArn"])
            tags = tags_of(answer or {})
        mine = alarm["AlarmName"] in scope.names or is_ours(tags, scope)
        return (alarm, tags) if mine else None

    return [pair for pair in at_once(one, found) if pair is not None]


def read(client: Any, scope: Scope) -> list[Resource]:
    """Alarms that are named or tagged as the component's: one listing of them, one of their tags."""
    return [
        Resource("cloudwatch_alarm", alarm["AlarmName"], project(alarm, tags), scope.region, {"arn": alarm["AlarmArn"]})
        for alarm, tags in alarms(client, scope, "MetricAlarm")
    ]


KIND = Kind("cloudwatch_alarm", "cloudwatch", read, Rules(defaults=DEFAULTS, normalize=normalize), also=(TAGGING,))
