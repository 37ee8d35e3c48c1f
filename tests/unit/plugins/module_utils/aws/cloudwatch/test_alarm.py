"""Alarms and dashboards: what is asked for is reached, and what is there already needs no call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudwatch import alarm, dashboard
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found
from hypothesis import given
from hypothesis import strategies as st

PARAMS = {"name": "creator-test-storage", "purge_tags": True}
FACTS = {"arn": "arn:aws:cloudwatch:eu-west-1:1:alarm:creator-test-storage"}
ACTIONS = st.lists(st.sampled_from(["arn:b", "arn:a"]), unique=True)
ALARMS = st.fixed_dictionaries(
    {
        "namespace": st.just("AWS/RDS"),
        "metric": st.sampled_from(["CPUUtilization", "FreeStorageSpace"]),
        "statistic": st.sampled_from(["Average", "p99", "p99.9", "tm95"]),
        "period_seconds": st.sampled_from([60, 300]),
        "evaluation_periods": st.integers(1, 5),
        "comparison": st.just("GreaterThanThreshold"),
        "threshold": st.sampled_from([0, 1, 0.5, 80.0]),
    },
    optional={
        "description": st.sampled_from(["", "a"]),
        "dimensions": st.sampled_from([{}, {"a": "1"}]),
        "missing_data": st.sampled_from(["missing", "breaching"]),
        "unit": st.sampled_from(["", "Percent"]),
        "alarm_actions": ACTIONS,
        "ok_actions": ACTIONS,
        "actions_enabled": st.booleans(),
        "tags": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
    },
)


def played(desired: dict[str, Any], found: dict[str, Any] | None = None) -> dict[str, Any]:
    """The alarm after the calls were made."""
    steps = alarm.present(PARAMS, desired, Found(found, FACTS) if found else None)
    result, tags = found, dict(found["tags"]) if found else {}
    for method, request in steps.calls:
        if method == "put_metric_alarm":
            tags |= {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
            result = alarm.project(request, {})
        elif method == "tag_resource":
            tags |= {tag["Key"]: tag["Value"] for tag in request["Tags"]}
        else:
            tags = {name: value for name, value in tags.items() if name not in request["TagKeys"]}
    assert result is not None
    return {**result, "tags": tags}


@given(ALARMS)
def test_a_created_alarm_is_what_was_asked_for(desired: dict[str, Any]) -> None:
    made = played(desired)
    assert made == alarm.normalize({**alarm.DEFAULTS, **desired})
    assert not alarm.present(PARAMS, desired, Found(made, FACTS)).changed


@given(ALARMS, ALARMS)
def test_a_changed_alarm_is_what_was_asked_for(first: dict[str, Any], then: dict[str, Any]) -> None:
    found = played(first)
    assert played(then, found) == {**found, **alarm.normalize(then)}


@pytest.mark.parametrize(
    ("statistic", "parameter"),
    [
        ("Average", "Statistic"),
        ("SampleCount", "Statistic"),
        ("p50", "ExtendedStatistic"),
        ("tm99", "ExtendedStatistic"),
    ],
)
def test_percentiles_have_a_parameter_of_their_own(statistic: str, parameter: str) -> None:
    ((_method, request),) = alarm.present(PARAMS, {"statistic": statistic, "datapoints": 1}, None).calls
    assert request[parameter] == statistic


def test_a_composite_alarm() -> None:
    desired = {"rule": 'ALARM("a")', "description": "d", "alarm_actions": ["arn:a"], "tags": {"a": "1"}}
    ((method, request),) = alarm.present_composite(PARAMS, desired, None).calls
    assert method == "put_composite_alarm"
    made = alarm.project_composite(request, {"a": "1"})
    assert not alarm.present_composite(PARAMS, desired, Found(made, FACTS)).changed
    ((_method, changed),) = alarm.present_composite(PARAMS, {"rule": 'OK("a")'}, Found(made, FACTS)).calls
    assert (changed["AlarmRule"], changed["AlarmActions"]) == ('OK("a")', ["arn:a"])
    assert "Tags" not in changed


def test_an_alarm_is_removed_by_its_name() -> None:
    assert alarm.absent(PARAMS, Found({})).calls == [("delete_alarms", {"AlarmNames": [PARAMS["name"]]})]


def test_a_dashboard_is_compared_as_a_document() -> None:
    body = {"widgets": [{"type": "text"}]}
    ((_method, request),) = dashboard.present(PARAMS, {"body": body}, None).calls
    found = Found(dashboard.project(request["DashboardBody"]))
    assert not dashboard.present(PARAMS, {"body": body}, found).changed
    assert not dashboard.present(PARAMS, {}, found).changed
    ((_method, empty),) = dashboard.present(PARAMS, {}, None).calls
    assert json.loads(empty["DashboardBody"]) == {"widgets": []}
    assert dashboard.absent(PARAMS, found).calls == [("delete_dashboards", {"DashboardNames": [PARAMS["name"]]})]
