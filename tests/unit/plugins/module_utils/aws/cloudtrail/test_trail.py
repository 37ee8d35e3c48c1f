"""Trails: created, selected and started; changed by what differs; what others record besides is taken away."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudtrail.trail import (
    absent,
    normalize,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found
from hypothesis import given
from hypothesis import strategies as st

PARAMS = {"name": "creator-test-audit", "purge_tags": True}
FACTS = {"arn": "arn:aws:cloudtrail:eu-west-1:1:trail/creator-test-audit"}
TRAILS = st.fixed_dictionaries(
    {"bucket": st.sampled_from(["a", "b"])},
    optional={
        "prefix": st.sampled_from(["trail"]),
        "multi_region": st.booleans(),
        "validation": st.booleans(),
        "kms_key": st.just("arn:key"),
        "logging": st.booleans(),
        "management_events": st.just(True),
        "object_events": st.lists(st.sampled_from(["x", "y"]), unique=True),
        "tags": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
    },
)


def played(desired: dict[str, Any], found: dict[str, Any] | None = None) -> dict[str, Any]:
    """The trail after the calls were made."""
    answer: dict[str, Any] = {}
    details: dict[str, Any] = {"selectors": {}, "logging": False, "tags": {}}
    calls = present(PARAMS, found, None).calls if found else []
    calls = [*calls, *present(PARAMS, desired, Found(found, FACTS) if found else None).calls]
    for method, request in calls:
        if method in ("create_trail", "update_trail"):
            answer |= {**request, "LogFileValidationEnabled": request["EnableLogFileValidation"]}
            details["tags"] |= {tag["Key"]: tag["Value"] for tag in request.get("TagsList", [])}
        elif method == "put_event_selectors":
            details["selectors"] = {"AdvancedEventSelectors": request["AdvancedEventSelectors"]}
        elif method in ("start_logging", "stop_logging"):
            details["logging"] = method == "start_logging"
        elif method == "add_tags":
            details["tags"] |= {tag["Key"]: tag["Value"] for tag in request["TagsList"]}
        else:
            for tag in request["TagsList"]:
                del details["tags"][tag["Key"]]
    return project(answer, details)


@given(TRAILS)
def test_a_created_trail_is_what_was_asked_for(desired: dict[str, Any]) -> None:
    made = played(desired)
    assert {name: made[name] for name in desired} == normalize(desired)
    assert not present(PARAMS, desired, Found(made, FACTS)).changed


@given(TRAILS, TRAILS)
def test_a_changed_trail_is_what_was_asked_for(first: dict[str, Any], then: dict[str, Any]) -> None:
    found = played(first)
    assert played(then, found) == {**found, **normalize(then)}


@pytest.mark.parametrize(
    "selectors",
    [
        {"EventSelectors": [{"IncludeManagementEvents": True, "DataResources": [{"Type": "AWS::Lambda::Function"}]}]},
        {
            "AdvancedEventSelectors": [
                {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
                {"Name": "w", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Insight"]}]},
            ]
        },
    ],
)
def test_other_selectors_are_seen_and_replaced(selectors: dict[str, Any]) -> None:
    found = project({"S3BucketName": "a"}, {"selectors": selectors, "logging": True, "tags": {}})
    assert found["management_events"]
    assert len(found["other_events"]) == 1
    steps = present(PARAMS, {"management_events": True}, Found(found, FACTS))
    assert [method for method, _request in steps.calls] == ["put_event_selectors"]
    assert not present(PARAMS, {"bucket": "a"}, Found(found, FACTS)).changed


def test_writes_only_is_not_all_management_events() -> None:
    rows = {"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]}
    assert not project({}, {"selectors": rows, "logging": True, "tags": {}})["management_events"]


def test_a_trail_is_removed_by_its_name() -> None:
    assert absent(PARAMS, Found({})).calls == [("delete_trail", {"Name": PARAMS["name"]})]
