# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A metric filter of a log group: its settings, in the role's words, and the call that writes them. Standard library only.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found, Steps, merged

DEFAULTS: Mapping[str, Any] = {"value": "1", "default_value": None, "unit": "None", "dimensions": {}}


def project(metric_filter: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a metric filter. default_value: what counts while nothing matches, None for no data."""
    metric = metric_filter["metricTransformations"][0]
    return {
        "log_group": metric_filter["logGroupName"],
        "pattern": metric_filter.get("filterPattern", ""),
        "namespace": metric["metricNamespace"],
        "metric": metric["metricName"],
        "value": metric["metricValue"],
        "default_value": number(metric.get("defaultValue")),
        "unit": metric.get("unit") or "None",
        "dimensions": dict(metric.get("dimensions") or {}),
    }


def number(value: Any) -> int | float | None:
    """A number as a whole one where it is; None stays."""
    if value is None:
        return None
    return int(value) if float(value).is_integer() else float(value)


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The default value as a number."""
    result = dict(properties)
    if "default_value" in result:
        result["default_value"] = number(result["default_value"])
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the filter; one call writes all of it."""
    wanted = normalize(desired)
    before = dict(found.properties) if found else {}
    base = before or {**DEFAULTS, "log_group": params["log_group"], "pattern": ""}
    changed = [setting for setting in sorted(wanted) if not found or wanted[setting] != before[setting]]
    after = merged(base, wanted, changed)
    if found and not changed:
        return Steps([], before, after)
    metric = {
        "metricName": after["metric"],
        "metricNamespace": after["namespace"],
        "metricValue": after["value"],
        **({"defaultValue": after["default_value"]} if after["default_value"] is not None else {}),
        **({"unit": after["unit"]} if after["unit"] != "None" else {}),
        **({"dimensions": after["dimensions"]} if after["dimensions"] else {}),
    }
    request = {
        "logGroupName": params["log_group"],
        "filterName": params["name"],
        "filterPattern": after["pattern"],
        "metricTransformations": [metric],
    }
    return Steps([("put_metric_filter", request)], before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the filter; what it counted stays."""
    request = {"logGroupName": params["log_group"], "filterName": params["name"]}
    return Steps([("delete_metric_filter", request)], found.properties, {})
