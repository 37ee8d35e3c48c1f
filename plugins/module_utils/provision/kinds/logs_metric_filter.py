# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metric filters of log groups, by name.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.logs.group import arn_of
from ansible_collections.creator.platform.plugins.module_utils.aws.logs.metric_filter import (
    DEFAULTS,
    normalize,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Filters that are desired, or under the environment's prefix on a group that is tagged as the environment's.

    They have no tags, and names of a developer's sandbox begin as those of its environment do. One listing, and the tags of the
    groups of what is not desired; the API narrows the listing by names only within one group.
    """
    prefix = f"{scope.platform}-{scope.environment}-"
    rows = [
        row
        for row in listing(client, "describe_metric_filters", "metricFilters")
        if row["filterName"].startswith(prefix) or row["filterName"] in scope.names
    ]
    asked = {row["logGroupName"] for row in rows if row["filterName"] not in scope.names}
    ours = _of_the_environment(client, scope, asked)
    return [
        Resource(
            "logs_metric_filter", row["filterName"], project(row), scope.region, {"log_group": row["logGroupName"]}
        )
        for row in rows
        if row["filterName"] in scope.names or row["logGroupName"] in ours
    ]


def _of_the_environment(client: Any, scope: Scope, names: Collection[str]) -> set[str]:
    """Those of the groups that are tagged as the environment's, of whichever component: trails are recorded by the audit."""
    if not names:
        return set()
    groups = [group for group in listing(client, "describe_log_groups", "logGroups") if group["logGroupName"] in names]

    def ours(group: Mapping[str, Any]) -> bool:
        tags = tags_of(client.list_tags_for_resource(resourceArn=arn_of(group)), "tags")
        return tags.get("platform") == scope.platform and tags.get("environment") == scope.environment

    return {group["logGroupName"] for group, mine in zip(groups, at_once(ours, groups), strict=True) if mine}


KIND = Kind(
    "logs_metric_filter",
    "logs",
    read,
    Rules(immutable=frozenset({"log_group"}), defaults=DEFAULTS, normalize=normalize),
)
