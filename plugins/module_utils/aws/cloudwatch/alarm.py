# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch alarms and dashboards: settings, in the role's words, and the calls that write them. Standard library only.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    Found,
    Steps,
    merged,
    tag_changes,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

DEFAULTS: Mapping[str, Any] = {
    "description": "",
    "dimensions": {},
    "datapoints": None,
    "missing_data": "missing",
    "unit": "",
    "alarm_actions": [],
    "ok_actions": [],
    "actions_enabled": True,
    "tags": {},
}
COMPOSITE_DEFAULTS: Mapping[str, Any] = {
    name: DEFAULTS[name] for name in ("description", "alarm_actions", "ok_actions", "actions_enabled", "tags")
}
PLAIN = {"namespace": "Namespace", "metric": "MetricName", "comparison": "ComparisonOperator"}
COUNTS = {"period_seconds": "Period", "evaluation_periods": "EvaluationPeriods"}


def project(alarm: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a metric alarm and its tags. datapoints: how many of the evaluation periods must breach."""
    periods = int(alarm["EvaluationPeriods"])
    return {
        **_shared(alarm, tags),
        **{ours: alarm.get(theirs, "") for ours, theirs in PLAIN.items()},
        **{ours: int(alarm.get(theirs) or 0) for ours, theirs in COUNTS.items()},
        "dimensions": {row["Name"]: row["Value"] for row in alarm.get("Dimensions", [])},
        "statistic": alarm.get("Statistic") or alarm.get("ExtendedStatistic") or "",
        "datapoints": int(alarm.get("DatapointsToAlarm") or periods),
        "threshold": _number(alarm["Threshold"]) if alarm.get("Threshold") is not None else None,
        "missing_data": alarm.get("TreatMissingData") or "missing",
        "unit": alarm.get("Unit") or "",
    }


def project_composite(alarm: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a composite alarm and its tags."""
    return {**_shared(alarm, tags), "rule": alarm["AlarmRule"]}


def _shared(alarm: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    return {
        "description": alarm.get("AlarmDescription") or "",
        "alarm_actions": sorted(alarm.get("AlarmActions") or []),
        "ok_actions": sorted(alarm.get("OKActions") or []),
        "actions_enabled": bool(alarm.get("ActionsEnabled", True)),
        "tags": dict(tags),
    }


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers as whole ones where they are, actions sorted, datapoints never left open."""
    result = dict(properties)
    if result.get("threshold") is not None:
        result["threshold"] = _number(result["threshold"])
    if result.get("datapoints") is None and result.get("evaluation_periods") is not None:
        result["datapoints"] = int(result["evaluation_periods"])
    for name in ("alarm_actions", "ok_actions"):
        if name in result:
            result[name] = sorted(result[name])
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the metric alarm; an option that is not given is left alone."""
    return _present(params, desired, found, DEFAULTS, _alarm)


def present_composite(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the composite alarm; an option that is not given is left alone."""
    return _present(params, desired, found, COMPOSITE_DEFAULTS, _composite)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove an alarm. CloudWatch refuses it while a composite alarm names it."""
    return Steps([("delete_alarms", {"AlarmNames": [params["name"]]})], found.properties, {})


def _present(
    params: Mapping[str, Any],
    desired: Mapping[str, Any],
    found: Found | None,
    defaults: Mapping[str, Any],
    write: Callable[[str, Mapping[str, Any]], Call],
) -> Steps:
    wanted = normalize(desired)
    if found is None:
        method, request = write(params["name"], {**defaults, **wanted})
        tags = {"Tags": tag_list(wanted["tags"])} if wanted.get("tags") else {}
        return Steps([(method, {**request, **tags})], {}, wanted)
    before = normalize(found.properties)
    changed = [setting for setting in sorted(wanted) if setting != "tags" and wanted[setting] != before[setting]]
    after = merged(before, wanted, changed)
    after["tags"] = with_tags(before["tags"], wanted.get("tags"), params["purge_tags"])
    calls: list[Call] = [write(params["name"], after)] if changed else []
    # PutMetricAlarm takes tags at creation only.
    add, gone = tag_changes(before["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("tag_resource", {"ResourceARN": found.facts["arn"], "Tags": tag_list(add)}))
    if gone:
        calls.append(("untag_resource", {"ResourceARN": found.facts["arn"], "TagKeys": gone}))
    return Steps(calls, before, after)


def _alarm(name: str, values: Mapping[str, Any]) -> Call:
    statistic = values.get("statistic", "")
    percentile = statistic.startswith(("p", "tm", "wm", "tc", "ts")) and statistic[-1:].isdigit()
    request: dict[str, Any] = {
        **_request(name, values),
        **{theirs: values[ours] for ours, theirs in {**PLAIN, **COUNTS}.items() if ours in values},
        "Dimensions": [{"Name": key, "Value": value} for key, value in sorted(values["dimensions"].items())],
        "ExtendedStatistic" if percentile else "Statistic": statistic,
        "Threshold": values.get("threshold"),
        "TreatMissingData": values["missing_data"],
        "DatapointsToAlarm": values["datapoints"],
        "Unit": values["unit"],
    }
    return "put_metric_alarm", {key: value for key, value in request.items() if value not in (None, "")}


def _composite(name: str, values: Mapping[str, Any]) -> Call:
    return "put_composite_alarm", {**_request(name, values), "AlarmRule": values.get("rule", "")}


def _request(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "AlarmDescription": values["description"],
        "AlarmActions": list(values["alarm_actions"]),
        "OKActions": list(values["ok_actions"]),
        "ActionsEnabled": values["actions_enabled"],
    }


def _number(value: Any) -> int | float:
    return int(value) if float(value).is_integer() else float(value)
