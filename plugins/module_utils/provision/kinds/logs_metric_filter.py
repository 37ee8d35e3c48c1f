# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metric filters of log groups, by name.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.logs.metric_filter import (
    DEFAULTS,
    normalize,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Filters under the environment's prefix, whatever their group: they have no tags, so their name tells whose they are.

    One listing; the API narrows it by names only within one group.
    """
    prefix = f"{scope.platform}-{scope.environment}-"
    return [
        Resource(
            "logs_metric_filter", row["filterName"], project(row), scope.region, {"log_group": row["logGroupName"]}
        )
        for row in listing(client, "describe_metric_filters", "metricFilters")
        if row["filterName"].startswith(prefix)
    ]


KIND = Kind(
    "logs_metric_filter",
    "logs",
    read,
    Rules(immutable=frozenset({"log_group"}), defaults=DEFAULTS, normalize=normalize),
)
