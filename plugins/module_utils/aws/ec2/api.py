# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of EC2 for the modules: what bears a name, by its tag. Errors are AnsibleAWSError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError


@AWSErrorHandler.common_error_handler("list what bears the name")
@AWSRetry.jittered_backoff()
def named(client: Any, operation: str, key: str, name: str) -> Any:
    """All items under `key` of `operation` whose tag Name is `name`."""
    wanted = [{"Name": "tag:Name", "Values": [name]}]
    if client.can_paginate(operation):
        # DescribeFlowLogs alone calls its filters `Filter`
        parameter = "Filter" if operation == "describe_flow_logs" else "Filters"
        return [item for page in client.get_paginator(operation).paginate(**{parameter: wanted}) for item in page[key]]
    return getattr(client, operation)(Filters=wanted)[key]


def the_one(items: list[Mapping[str, Any]], what: str, name: str) -> Mapping[str, Any] | None:
    """The only item, or None. Raises ChangeError for several: which of them is meant cannot be told."""
    if len(items) > 1:
        raise ChangeError(f"{len(items)} {what} bear the name {name}: rename or remove all but one")
    return items[0] if items else None


@AWSErrorHandler.common_error_handler("list the route tables of subnets")
@AWSRetry.jittered_backoff()
def with_subnets(client: Any, subnets: list[str]) -> Any:
    """Route tables that subnets are associated with."""
    if not subnets:
        return []
    wanted = [{"Name": "association.subnet-id", "Values": subnets}]
    return [
        item
        for page in client.get_paginator("describe_route_tables").paginate(Filters=wanted)
        for item in page["RouteTables"]
    ]
