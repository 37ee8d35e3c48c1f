# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal of CloudWatch's alarms and dashboards, and of the metric filters of log groups.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteMetricFilter.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.model import Removal, Resource, each
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call

#: Names that DescribeAlarms takes at a time.
ALARM_NAMES = 100
Errors = error_handler(["ResourceNotFound", "ResourceNotFoundException"])


@Errors.common_error_handler("list the alarms")
@AWSRetry.jittered_backoff()
def _listed(client: Any, kind: str, key: str, names: Sequence[str]) -> Any:
    pages = client.get_paginator("describe_alarms").paginate(AlarmNames=names, AlarmTypes=[kind])
    return [row["AlarmName"] for page in pages for row in page[key]]


def _alarms(kind: str, key: str) -> Callable[[Any, Sequence[Resource]], dict[str, Any]]:
    def find(client: Any, resources: Sequence[Resource]) -> dict[str, Any]:
        names = [resource.name for resource in resources]
        chunks = [names[start : start + ALARM_NAMES] for start in range(0, len(names), ALARM_NAMES)]
        return {name: name for chunk in chunks for name in _listed(client, kind, key, chunk)}

    return find


def _remove_alarm(name: str) -> list[Call]:
    return [("delete_alarms", {"AlarmNames": [name]})]


@Errors.list_error_handler("read the dashboard")
@AWSRetry.jittered_backoff()
def _dashboard(client: Any, resource: Resource) -> Any:
    return client.get_dashboard(DashboardName=resource.name)["DashboardName"]


def _remove_dashboard(name: str) -> list[Call]:
    return [("delete_dashboards", {"DashboardNames": [name]})]


@Errors.list_error_handler("list the metric filters")
@AWSRetry.jittered_backoff()
def _filter(client: Any, resource: Resource) -> dict[str, str] | None:
    group = resource.facts["log_group"]
    pages = client.get_paginator("describe_metric_filters").paginate(logGroupName=group, filterNamePrefix=resource.name)
    there = any(row["filterName"] == resource.name for page in pages for row in page["metricFilters"])
    return {"name": resource.name, "group": group} if there else None


def _remove_filter(found: Mapping[str, str]) -> list[Call]:
    return [("delete_metric_filter", {"logGroupName": found["group"], "filterName": found["name"]})]


OBSERVABILITY = {
    # Before the alarms that they name.
    "cloudwatch_composite_alarm": Removal(
        "cloudwatch", "", _alarms("CompositeAlarm", "CompositeAlarms"), _remove_alarm
    ),
    "cloudwatch_alarm": Removal("cloudwatch", "", _alarms("MetricAlarm", "MetricAlarms"), _remove_alarm),
    "cloudwatch_dashboard": Removal("cloudwatch", "", each(_dashboard), _remove_dashboard),
    # Before the log groups that they are of.
    "logs_metric_filter": Removal("logs", "log_group", each(_filter), _remove_filter),
}
