"""Four phases of the modules for metric filters, alarms and dashboards, their kinds' readers, and what AWS refuses."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import compare
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind
from botocore.exceptions import ClientError

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module

TAGS = {"platform": "creator", "environment": "test", "component": "x"}
GROUP = "/creator/test/trail"


def plan(cloud: RunningCloud, kind_name: str, name: str, properties: dict[str, Any]) -> list[Change]:
    """What the kind's reader finds different of one resource."""
    kind = load_kind(kind_name)
    region = cloud.content.region
    scope = Scope("creator", "test", "x", region, (name,), {service: cloud.client(service) for service in kind.also})
    found = kind.read(cloud.client(kind.service), scope)
    changes = compare([Resource(kind_name, name, properties, region)], found, kind.rules)
    return [change for change in changes if change.name == name]


def differing(changes: list[Change]) -> list[str]:
    """The attributes of the one change."""
    (change,) = changes
    return [attribute for attribute, _before, _after in change.attributes]


def refused(call: Any, **parameters: Any) -> str:
    """AWS's error code."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


FILTER: dict[str, Any] = {
    "pattern": '{ $.userIdentity.type = "Root" }',
    "namespace": "creator/test",
    "metric": "RootUse",
    "value": "1",
    "default_value": 0,
}


def test_a_metric_filter_changed_behind_our_back_is_seen_and_mended(cloud: RunningCloud) -> None:
    name = "creator-test-root-use"
    asked = {"name": name, "log_group": GROUP, **FILTER}
    refusal = run_module(cloud, "logs_metric_filter", asked)
    assert "ResourceNotFoundException" in str(refusal.result)
    client = cloud.client("logs")
    client.create_log_group(logGroupName=GROUP)
    assert four_phases(cloud, "logs_metric_filter", asked).writes == ["PutMetricFilter"]
    desired = {"log_group": GROUP, **FILTER}
    assert plan(cloud, "logs_metric_filter", name, desired) == []
    other = {
        "metricName": "Other",
        "metricNamespace": "other",
        "metricValue": "2",
        "unit": "Count",
        "dimensions": {"Who": "$.userIdentity.arn"},
    }
    client.put_metric_filter(
        logGroupName=GROUP, filterName=name, filterPattern="{ $.x = 1 }", metricTransformations=[other]
    )
    seen = ["default_value", "dimensions", "metric", "namespace", "pattern", "unit", "value"]
    assert differing(plan(cloud, "logs_metric_filter", name, desired)) == seen
    four_phases(cloud, "logs_metric_filter", {**asked, "unit": "None", "dimensions": {}})
    assert plan(cloud, "logs_metric_filter", name, desired) == []
    four_phases(cloud, "logs_metric_filter", {"name": name, "log_group": GROUP, "state": "absent"})


def test_filters_and_dashboards_of_a_sandbox_are_not_its_environments(cloud: RunningCloud) -> None:
    logs, cloudwatch = cloud.client("logs"), cloud.client("cloudwatch")
    for environment in ("sand", "sand-alice"):
        tags = {"platform": "creator", "environment": environment, "component": "audit"}
        logs.create_log_group(logGroupName=f"/creator/{environment}/trail", tags=tags)
        logs.put_metric_filter(
            logGroupName=f"/creator/{environment}/trail",
            filterName=f"creator-{environment}-root-use",
            filterPattern="{ $.x = 1 }",
            metricTransformations=[{"metricName": "Root", "metricNamespace": "creator", "metricValue": "1"}],
        )
        cloudwatch.put_dashboard(DashboardName=f"creator-{environment}", DashboardBody='{"widgets": []}')
    for environment in ("sand", "sand-alice"):
        scope = Scope("creator", environment, "observability", cloud.content.region, ())
        for name, wanted in [("logs_metric_filter", "-root-use"), ("cloudwatch_dashboard", "")]:
            kind = load_kind(name)
            found = [each.name for each in kind.read(cloud.client(kind.service), scope)]
            assert found == [f"creator-{environment}{wanted}"]


ALARM: dict[str, Any] = {
    "description": "The database has no room left",
    "namespace": "AWS/RDS",
    "metric": "FreeStorageSpace",
    "dimensions": {"DBInstanceIdentifier": "creator-test-database"},
    "statistic": "Minimum",
    "period_seconds": 300,
    "evaluation_periods": 3,
    "datapoints": 2,
    "comparison": "LessThanThreshold",
    "threshold": 5368709120,
    "missing_data": "breaching",
    "alarm_actions": ["arn:aws:sns:eu-west-1:123456789012:creator-test-alarms"],
    "ok_actions": [],
    "tags": TAGS,
}
DIFFERENT: dict[str, Any] = {
    "AlarmDescription": "other",
    "Namespace": "AWS/EC2",
    "MetricName": "CPUUtilization",
    "Dimensions": [],
    "ExtendedStatistic": "p99",
    "Period": 60,
    "EvaluationPeriods": 5,
    "DatapointsToAlarm": 5,
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 0.5,
    "TreatMissingData": "ignore",
    "Unit": "Percent",
    "AlarmActions": [],
    "OKActions": ["arn:aws:sns:eu-west-1:123456789012:other"],
    "ActionsEnabled": False,
}


def test_an_alarm_changed_behind_our_back_is_seen_and_mended(cloud: RunningCloud) -> None:
    name = "creator-test-database-storage"
    done = four_phases(cloud, "cloudwatch_alarm", {"name": name, **ALARM})
    assert done.writes == ["PutMetricAlarm"]
    assert plan(cloud, "cloudwatch_alarm", name, ALARM) == []
    client = cloud.client("cloudwatch")
    client.put_metric_alarm(AlarmName=name, **DIFFERENT)
    seen = sorted({*ALARM, "actions_enabled", "unit"} - {"tags"})
    assert differing(plan(cloud, "cloudwatch_alarm", name, ALARM)) == seen
    client.untag_resource(ResourceARN=done.result["alarm"]["arn"], TagKeys=["environment"])
    assert "tags" in differing(plan(cloud, "cloudwatch_alarm", name, ALARM))
    whole = {**ALARM, "actions_enabled": True, "unit": ""}
    assert four_phases(cloud, "cloudwatch_alarm", {"name": name, **whole}).writes == ["PutMetricAlarm", "TagResource"]
    assert plan(cloud, "cloudwatch_alarm", name, ALARM) == []
    assert run_module(cloud, "cloudwatch_alarm", {"name": name}).writes == []


def test_a_composite_alarm_holds_those_that_it_names(cloud: RunningCloud) -> None:
    parts = ["creator-test-one", "creator-test-two"]
    for part in parts:
        run_module(cloud, "cloudwatch_alarm", {"name": part, **ALARM})
    name = "creator-test-trouble"
    rule = " OR ".join(f'ALARM("{part}")' for part in parts)
    wanted: dict[str, Any] = {"description": "Trouble", "rule": rule, "alarm_actions": [], "tags": TAGS}
    assert four_phases(cloud, "cloudwatch_composite_alarm", {"name": name, **wanted}).writes == ["PutCompositeAlarm"]
    assert plan(cloud, "cloudwatch_composite_alarm", name, wanted) == []
    client = cloud.client("cloudwatch")
    assert refused(client.delete_alarms, AlarmNames=parts[:1]) == "ValidationError"
    client.put_composite_alarm(
        AlarmName=name, AlarmRule=f'ALARM("{parts[0]}")', AlarmDescription="x", ActionsEnabled=False
    )
    seen = ["actions_enabled", "description", "rule"]
    assert differing(plan(cloud, "cloudwatch_composite_alarm", name, wanted)) == seen
    four_phases(cloud, "cloudwatch_composite_alarm", {"name": name, **wanted, "actions_enabled": True})
    unknown = {"AlarmName": "creator-test-x", "AlarmRule": 'ALARM("nobody")'}
    assert refused(client.put_composite_alarm, **unknown) == "ValidationError"
    assert refused(client.put_composite_alarm, **{**unknown, "AlarmRule": "WHEN(full moon"}) == "ValidationError"
    four_phases(cloud, "cloudwatch_composite_alarm", {"name": name, "state": "absent"})
    four_phases(cloud, "cloudwatch_alarm", {"name": parts[0], "state": "absent"})


def test_alarms_begin_without_data_and_keep_their_state(cloud: RunningCloud) -> None:
    client = cloud.client("cloudwatch")
    alarm = {"AlarmName": "state", **DIFFERENT}
    client.put_metric_alarm(**alarm)

    def state() -> str:
        return str(client.describe_alarms(AlarmNames=["state"])["MetricAlarms"][0]["StateValue"])

    assert state() == "INSUFFICIENT_DATA"
    client.set_alarm_state(AlarmName="state", StateValue="ALARM", StateReason="drill")
    client.put_metric_alarm(**{**alarm, "Threshold": 1})
    assert state() == "ALARM"


@pytest.mark.parametrize(
    "fields",
    [
        {"Period": 45},
        {"Period": 300, "EvaluationPeriods": 300},
        {"DatapointsToAlarm": 6},
        {"TreatMissingData": "maybe"},
    ],
)
def test_wrong_alarms_are_refused(cloud: RunningCloud, fields: dict[str, Any]) -> None:
    wrong = {"AlarmName": "wrong", **DIFFERENT, **fields}
    assert refused(cloud.client("cloudwatch").put_metric_alarm, **wrong) == "ValidationError"


def test_a_dashboard_changed_behind_our_back_is_seen_and_mended(cloud: RunningCloud) -> None:
    text = {"type": "text", "x": 0, "y": 0, "width": 24, "height": 1, "properties": {"markdown": "creator"}}
    body = {"widgets": [text]}
    four_phases(cloud, "cloudwatch_dashboard", {"name": "creator-test", "body": body})
    assert plan(cloud, "cloudwatch_dashboard", "creator-test", {"body": body}) == []
    cloud.client("cloudwatch").put_dashboard(DashboardName="creator-test", DashboardBody='{"widgets": []}')
    assert differing(plan(cloud, "cloudwatch_dashboard", "creator-test", {"body": body})) == ["body"]
    four_phases(cloud, "cloudwatch_dashboard", {"name": "creator-test", "body": body})
    four_phases(cloud, "cloudwatch_dashboard", {"name": "creator-test", "state": "absent"})


@pytest.mark.parametrize("days", [2, 10, 3654])
def test_retention_is_one_of_those_offered(cloud: RunningCloud, days: int) -> None:
    client = cloud.client("logs")
    client.create_log_group(logGroupName=f"kept-{days}")
    code = refused(client.put_retention_policy, logGroupName=f"kept-{days}", retentionInDays=days)
    assert code == "InvalidParameterException"


def test_the_key_of_a_group_must_be_there(cloud: RunningCloud) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    client = cloud.client("logs")
    assert refused(client.create_log_group, logGroupName="sealed", kmsKeyId=key) == "InvalidParameterException"
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    client.create_log_group(logGroupName="sealed", kmsKeyId=key)


def test_filters_go_with_their_group(cloud: RunningCloud) -> None:
    client = cloud.client("logs")
    client.create_log_group(logGroupName="brief")
    metric = {"metricName": "x", "metricNamespace": "y", "metricValue": "1"}
    for _time in range(2):
        client.put_metric_filter(logGroupName="brief", filterName="f", filterPattern="", metricTransformations=[metric])
    assert len(client.describe_metric_filters(logGroupName="brief")["metricFilters"]) == 1
    both = {**metric, "defaultValue": 0, "dimensions": {"a": "$.a"}}
    code = refused(
        client.put_metric_filter, logGroupName="brief", filterName="g", filterPattern="", metricTransformations=[both]
    )
    assert code == "InvalidParameterException"
    client.delete_log_group(logGroupName="brief")
    client.create_log_group(logGroupName="brief")
    assert client.describe_metric_filters(logGroupName="brief")["metricFilters"] == []
    assert refused(client.delete_metric_filter, logGroupName="brief", filterName="f") == "ResourceNotFoundException"
