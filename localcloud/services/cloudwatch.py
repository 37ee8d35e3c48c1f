"""CloudWatch: composite alarms, alarms that begin without data and keep their state, refusals of what AWS refuses.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend, MetricDatumBase
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from localcloud.cloud import Cloud

MISSING = ("breaching", "ignore", "missing", "notBreaching")
SHORT_PERIODS = (10, 20, 30)
DAY = 86400
WEEK = 7 * DAY
_NAMED = re.compile(r"""\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*["']?([^"')]+?)["']?\s*\)""")
_RULE = re.compile(
    r"""(?:\s|\(|\)|AND|OR|NOT|TRUE|FALSE|(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*["']?[^"')]+["']?\s*\))+"""
)
KEPT = ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history")


def install(cloud: Cloud) -> None:
    """Patch moto's CloudWatch."""
    backend: Any = CloudWatchBackend
    response: Any = CloudWatchResponse
    put, remove, describe = backend.put_metric_alarm, backend.delete_alarms, response.describe_alarms

    def put_metric_alarm(self: CloudWatchBackend, name: str, **given: Any) -> Alarm:
        before = self.alarms.get(name)
        if before is not None and (before.rule is None) != (given.get("rule") is None):
            raise ValidationError(f"An alarm of another type has the name {name}")
        _check_rule(self, name, given["rule"]) if given.get("rule") is not None else _check(given)
        if before is not None:
            given["tags"] = None  # the API ignores tags of an alarm that is there
        alarm: Alarm = put(self, name=name, **given)
        if before is None:
            alarm.state_value = "INSUFFICIENT_DATA"
        else:
            alarm.__dict__ |= {field: before.__dict__[field] for field in KEPT}
        return alarm

    def delete_alarms(self: CloudWatchBackend, alarm_names: list[str]) -> None:
        for name in alarm_names:
            users = [alarm.name for alarm in self.alarms.values() if alarm.rule and name in _NAMED.findall(alarm.rule)]
            if [user for user in users if user not in alarm_names or len(alarm_names) > 1]:
                raise ValidationError(
                    f"The alarm {name} is part of the composite alarm {users[0]} and cannot be deleted"
                )
        remove(self, alarm_names)

    def describe_alarms(self: CloudWatchResponse) -> ActionResult:
        result: ActionResult = describe(self)
        answer: Any = result._result
        types = self._get_param("AlarmTypes", []) or ["MetricAlarm"]
        for kind, key in (("MetricAlarm", "MetricAlarms"), ("CompositeAlarm", "CompositeAlarms")):
            if kind not in types:
                answer[key] = []
        answer["CompositeAlarms"] = [_shown(alarm) for alarm in answer["CompositeAlarms"]]
        return result

    datum: Any = MetricDatumBase
    datum.filter = _filter(datum.filter)
    backend.put_metric_alarm = put_metric_alarm
    backend.delete_alarms = delete_alarms
    response.describe_alarms = describe_alarms
    response.put_composite_alarm = response.put_metric_alarm


def _filter(plain: Any) -> Any:
    """Statistics are those of the metric with these dimensions and no other; only a list of metrics is looked through by some.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#dimension-combinations
    """

    def matches(self: Any, namespace: Any, name: Any, dimensions: Any, already_present_metrics: Any = None) -> bool:
        if already_present_metrics is None and dimensions and len(dimensions) != len(self.dimensions):
            return False
        return bool(plain(self, namespace, name, dimensions, already_present_metrics))

    return matches


def _check(given: dict[str, Any]) -> None:
    period, count = given.get("period"), given.get("evaluation_periods") or 1
    if period is not None:
        if period not in SHORT_PERIODS and period % 60:
            raise ValidationError("Invalid period: must be 10, 20, 30 or a multiple of 60")
        longest = WEEK if period >= 3600 else DAY
        if period * count > longest:
            raise ValidationError(
                f"Metrics cannot be checked across more than {longest} seconds: EvaluationPeriods * Period"
            )
    points = given.get("datapoints_to_alarm")
    if points is not None and points > count:
        raise ValidationError("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    if given.get("treat_missing_data") not in (None, *MISSING):
        raise ValidationError(f"Option {given['treat_missing_data']} is not supported. Supported options are {MISSING}")
    if not given.get("metric_data_queries"):
        absent = [name for name in ("metric_name", "namespace", "comparison_operator") if not given.get(name)]
        if absent or period is None or given.get("threshold") is None:
            raise ValidationError(
                "A metric alarm needs Namespace, MetricName, Period, Threshold and ComparisonOperator"
            )
        if not (given.get("statistic") or given.get("extended_statistic")):
            raise ValidationError("A metric alarm needs Statistic or ExtendedStatistic")


def _check_rule(backend: CloudWatchBackend, name: str, rule: str) -> None:
    if not _RULE.fullmatch(rule):
        raise ValidationError(f"Error in AlarmRule: {rule!r} is no expression of alarms")
    unknown = [other for other in _NAMED.findall(rule) if other not in backend.alarms]
    if unknown:
        raise ValidationError(f"AlarmRule must not contain alarms that do not exist: {', '.join(unknown)}")
    if name in _NAMED.findall(rule):
        raise ValidationError("AlarmRule must not contain its own alarm")


def _shown(alarm: Alarm) -> dict[str, Any]:
    return {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.alarm_arn,
        "AlarmDescription": alarm.description,
        "AlarmRule": alarm.rule,
        "ActionsEnabled": alarm.actions_enabled,
        "AlarmActions": alarm.alarm_actions,
        "OKActions": alarm.ok_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "StateValue": alarm.state_value,
        "StateReason": alarm.state_reason,
        "StateUpdatedTimestamp": alarm.state_updated_timestamp,
        "AlarmConfigurationUpdatedTimestamp": alarm.configuration_updated_timestamp,
    }
