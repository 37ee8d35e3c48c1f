"""Recorders and rules: the order of the calls, and what is there already needs none."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.config import recorder, rule
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PARAMS = {"name": "creator-test-recorder"}
WANTED: dict[str, Any] = {
    "role_arn": "arn:role",
    "global_resources": True,
    "recording": True,
    "bucket": "audit",
    "prefix": "config",
    "kms_key": "arn:key",
    "snapshots": "One_Hour",
}


def methods(steps: Any) -> list[str]:
    """Names of the calls."""
    return [method for method, _request in steps.calls]


def test_a_recorder_starts_once_it_has_a_channel() -> None:
    steps = recorder.present(PARAMS, WANTED, None)
    assert methods(steps) == ["put_configuration_recorder", "put_delivery_channel", "start_configuration_recorder"]
    made = recorder.project(
        {**steps.calls[0][1]["ConfigurationRecorder"], "recording": True}, steps.calls[1][1]["DeliveryChannel"]
    )
    assert made == {**WANTED, "all_resources": True}
    assert not recorder.present(PARAMS, WANTED, Found(made)).changed
    gone = recorder.absent(PARAMS, Found(made))
    assert methods(gone) == [
        "stop_configuration_recorder",
        "delete_delivery_channel",
        "delete_configuration_recorder",
    ]


@pytest.mark.parametrize(
    ("change", "calls"),
    [
        ({"role_arn": "x"}, ["put_configuration_recorder"]),
        ({"all_resources": False}, ["put_configuration_recorder"]),
        ({"bucket": "x"}, ["put_delivery_channel"]),
        ({"kms_key": ""}, ["put_delivery_channel"]),
        ({"recording": False}, ["start_configuration_recorder"]),
        ({"bucket": "", "recording": False}, ["put_delivery_channel", "start_configuration_recorder"]),
    ],
)
def test_each_change_behind_our_back_is_taken_back(change: dict[str, Any], calls: list[str]) -> None:
    found = Found({**WANTED, "all_resources": True, **change})
    assert methods(recorder.present(PARAMS, WANTED, found)) == calls


def test_a_recorder_can_be_stopped() -> None:
    found = Found({**WANTED, "all_resources": True})
    assert methods(recorder.present(PARAMS, {"recording": False}, found)) == ["stop_configuration_recorder"]


def test_a_rule_is_written_whole() -> None:
    wanted = {"source": "ROOT_ACCOUNT_MFA_ENABLED", "frequency": "One_Hour", "parameters": {"days": 90}}
    ((_method, request),) = rule.present(PARAMS, wanted, None).calls
    made = rule.project(request["ConfigRule"])
    assert made["parameters"] == {"days": "90"}
    assert not rule.present(PARAMS, wanted, Found(made)).changed
    ((_method, changed),) = rule.present(PARAMS, {"description": "d"}, Found(made)).calls
    assert rule.project(changed["ConfigRule"]) == {**made, "description": "d"}
    assert methods(rule.absent(PARAMS, Found(made))) == ["delete_config_rule"]
