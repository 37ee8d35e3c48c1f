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

#: Operations that call their filters `Filter`.
SINGULAR = frozenset({"describe_nat_gateways", "describe_flow_logs"})


def filtered(client: Any, operation: str, key: str, wanted: Mapping[str, list[str]]) -> list[Any]:
    """All items under `key` of `operation` that the filters let through, values by name of the filter.

    Raises what boto3 raises: the caller says what the list was for.
    """
    rows = [{"Name": name, "Values": values} for name, values in wanted.items()]
    parameter = {"Filter" if operation in SINGULAR else "Filters": rows}
    if client.can_paginate(operation):
        return [item for page in client.get_paginator(operation).paginate(**parameter) for item in page[key]]
    return list(getattr(client, operation)(**parameter)[key])


@AWSErrorHandler.common_error_handler("list what bears the name")
@AWSRetry.jittered_backoff()
def named(client: Any, operation: str, key: str, name: str) -> Any:
    """All items under `key` of `operation` whose tag Name is `name`."""
    return filtered(client, operation, key, {"tag:Name": [name]})


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
    return filtered(client, "describe_route_tables", "RouteTables", {"association.subnet-id": subnets})
