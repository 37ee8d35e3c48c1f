"""The detector: features are on that were asked for, and no others."""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.guardduty.detector import (
    ALWAYS,
    DEFAULTS,
    OPTIONAL,
    absent,
    arn_of,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PARAMS = {"purge_tags": True}
FACTS = {"id": "1", "arn": "arn:detector"}


def statuses(request: dict[str, Any]) -> dict[str, str]:
    """Status by feature."""
    return {row["Name"]: row["Status"] for row in request.get("Features", [])}


def test_a_new_detector_has_the_other_features_off() -> None:
    wanted = {"enabled": True, "features": ["S3_DATA_EVENTS"], "tags": {"a": "1"}}
    ((_method, request),) = present(PARAMS, wanted, None).calls
    assert statuses(request) == {**dict.fromkeys(OPTIONAL, "DISABLED"), "S3_DATA_EVENTS": "ENABLED"}
    always = [{"Name": name, "Status": "ENABLED"} for name in ALWAYS]
    made = project({"Status": "ENABLED", "Features": [*always, *request["Features"]], "Tags": request["Tags"]})
    assert made["features"] == ["S3_DATA_EVENTS"]
    assert not present(PARAMS, wanted, Found(made, FACTS)).changed


def test_features_that_are_not_asked_for_are_switched_off() -> None:
    found = Found({**DEFAULTS, "features": ["EKS_AUDIT_LOGS", "S3_DATA_EVENTS"]}, FACTS)
    ((_method, request),) = present(PARAMS, {"features": ["S3_DATA_EVENTS"]}, found).calls
    assert statuses(request) == {"S3_DATA_EVENTS": "ENABLED", "EKS_AUDIT_LOGS": "DISABLED"}
    assert request["DetectorId"] == "1"


def test_nothing_said_of_features_leaves_them_alone() -> None:
    ((_method, request),) = present(PARAMS, {"enabled": True}, None).calls
    assert "Features" not in request
    found = Found({**DEFAULTS, "features": ["EKS_AUDIT_LOGS"]}, FACTS)
    assert not present(PARAMS, {"enabled": True}, found).changed


def test_tags_and_removal() -> None:
    found = Found({**DEFAULTS, "tags": {"a": "1"}}, FACTS)
    calls = present(PARAMS, {"tags": {"b": "2"}}, found).calls
    assert [method for method, _request in calls] == ["tag_resource", "untag_resource"]
    assert absent(PARAMS, found).calls == [("delete_detector", {"DetectorId": "1"})]
    role = "arn:aws:iam::123456789012:role/aws-service-role/guardduty.amazonaws.com/x"
    assert arn_of({"ServiceRole": role}, "eu-west-1", "1") == "arn:aws:guardduty:eu-west-1:123456789012:detector/1"
