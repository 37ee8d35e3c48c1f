# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Target groups: protocol, health checks, how targets come and go, tags.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.tagging import tags_by_arn
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.target_group import FIXED, project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Target groups that are named or tagged as the component's, under the environment's prefix."""
    prefix = f"{scope.platform}-{scope.environment}-"
    groups = [
        group
        for group in listing(client, "describe_target_groups", "TargetGroups")
        if group["TargetGroupName"].startswith(prefix) or group["TargetGroupName"] in scope.names
    ]
    tags = tags_by_arn(client, [group["TargetGroupArn"] for group in groups])
    ours = [
        group
        for group in groups
        if group["TargetGroupName"] in scope.names or is_ours(tags[group["TargetGroupArn"]], scope)
    ]

    def one(group: Mapping[str, Any]) -> Resource:
        arn = group["TargetGroupArn"]
        answer = client.describe_target_group_attributes(TargetGroupArn=arn)
        attributes = {row["Key"]: row["Value"] for row in answer["Attributes"]}
        properties = project(group, attributes, tags[arn])
        return Resource("elbv2_target_group", group["TargetGroupName"], properties, scope.region, {"arn": arn})

    return at_once(one, ours)


KIND = Kind(
    "elbv2_target_group",
    "elbv2",
    read,
    Rules(
        immutable=frozenset(FIXED),
        defaults={
            "health_check_protocol": "HTTP",
            "health_check_port": "traffic-port",
            "algorithm": "round_robin",
            "stickiness": False,
            "protocol_version": "HTTP1",
        },
    ),
)
