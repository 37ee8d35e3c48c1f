# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flow logs, by their tag Name. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.flow_log import project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import found, ours, vpc_names


def read(client: Any, scope: Scope) -> list[Resource]:
    """Flow logs with the name of their VPC, their destination, and whether records arrive there."""
    vpcs = vpc_names(client)
    resources = []
    for name, _tags, flow in ours(listing(client, "describe_flow_logs", "FlowLogs"), scope):
        properties = project(flow)
        vpc = properties.pop("vpc_id")
        resources.append(
            found("ec2_flow_log", scope, name, flow["FlowLogId"], {**properties, "vpc": vpcs.get(vpc, vpc)})
        )
    return resources


KIND = Kind(
    "ec2_flow_log",
    "ec2",
    read,
    Rules(
        immutable=frozenset(
            {"vpc", "traffic", "log_group", "role_arn", "bucket_arn", "aggregation_seconds", "delivering"}
        ),
        defaults={"traffic": "ALL", "bucket_arn": "", "aggregation_seconds": 600, "delivering": True},
    ),
)
