"""Changes behind our back in log groups, filters, alarms and the dashboard."""

from __future__ import annotations

from typing import Any

from tests.localcloud.drift import WHOLE, Change, World

OWN_ACCOUNT = ("local", "dev", "staging", "prod")
KEPT = (
    *("AlarmName", "AlarmDescription", "Namespace", "MetricName", "Dimensions", "Statistic", "Period"),
    *("EvaluationPeriods", "DatapointsToAlarm", "ComparisonOperator", "Threshold", "TreatMissingData"),
    *("AlarmActions", "OKActions", "ActionsEnabled"),
)


def alter(world: World, name: str, **fields: Any) -> None:
    """Put an alarm again with other fields."""
    client = world.client("cloudwatch")
    (alarm,) = client.describe_alarms(AlarmNames=[f"{world.prefix}-{name}"])["MetricAlarms"]
    client.put_metric_alarm(**{**{field: alarm[field] for field in KEPT if field in alarm}, **fields})


def retention(world: World) -> None:
    world.client("logs").put_retention_policy(
        logGroupName=f"/creator/{world.environment}/services/web", retentionInDays=1
    )


def key(world: World) -> None:
    world.client("logs").disassociate_kms_key(logGroupName=f"/creator/{world.environment}/services/api")


def threshold(world: World) -> None:
    alter(world, "database-processor", Threshold=99.5)


def missing(world: World) -> None:
    alter(world, "database-storage", TreatMissingData="ignore")


def actions(world: World) -> None:
    world.client("cloudwatch").disable_alarm_actions(AlarmNames=[f"{world.prefix}-database-connections"])


def gone(world: World) -> None:
    world.client("cloudwatch").delete_alarms(AlarmNames=[f"{world.prefix}-cluster-errors"])


def composite(world: World) -> None:
    client = world.client("cloudwatch")
    (alarm,) = client.describe_alarms(AlarmNames=[f"{world.prefix}-queues-late"], AlarmTypes=["CompositeAlarm"])[
        "CompositeAlarms"
    ]
    kept = ("AlarmName", "AlarmDescription", "AlarmActions", "OKActions", "ActionsEnabled")
    rule = f'ALARM("{world.prefix}-renders-late")'
    client.put_composite_alarm(**{field: alarm[field] for field in kept}, AlarmRule=rule)


def pattern(world: World) -> None:
    client = world.client("logs")
    name = f"{world.prefix}-root-use"
    found = client.describe_metric_filters(
        logGroupName=f"/creator/{world.environment}/audit/trail", filterNamePrefix=name
    )
    (row,) = found["metricFilters"]
    client.put_metric_filter(
        logGroupName=row["logGroupName"],
        filterName=name,
        filterPattern='{ $.userIdentity.type = "Nobody" }',
        metricTransformations=row["metricTransformations"],
    )


def dashboard(world: World) -> None:
    world.client("cloudwatch").put_dashboard(DashboardName=world.prefix, DashboardBody='{"widgets": []}')


CHANGES = [
    Change("logs_group", "retention_days", "somebody saves money", retention, "/creator/{environment}/services/web"),
    Change("logs_group", "kms_key", "somebody has trouble with the key", key, "/creator/{environment}/services/api"),
    Change("cloudwatch_alarm", "threshold", "somebody wants to sleep", threshold, "{prefix}-database-processor"),
    Change("cloudwatch_alarm", "missing_data", "somebody wants fewer alarms", missing, "{prefix}-database-storage"),
    Change("cloudwatch_alarm", "actions_enabled", "somebody works on it", actions, "{prefix}-database-connections"),
    Change("cloudwatch_alarm", WHOLE, "somebody thinks it is not needed", gone, "{prefix}-cluster-errors"),
    Change("cloudwatch_composite_alarm", "rule", "somebody leaves queues out", composite, "{prefix}-queues-late"),
    Change("logs_metric_filter", "pattern", "somebody acts as root unseen", pattern, "{prefix}-root-use", OWN_ACCOUNT),
    Change("cloudwatch_dashboard", "body", "somebody saves an empty dashboard", dashboard, "{prefix}"),
]
