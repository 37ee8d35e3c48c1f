"""Queues: every desired state is reached by the calls, and what is there already needs none."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.sqs.queue import (
    DEFAULTS,
    absent,
    normalize,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found
from hypothesis import given
from hypothesis import strategies as st

PARAMS = {"name": "creator-test-renders", "purge_tags": True}
FACTS = {"url": "http://127.0.0.1/1/creator-test-renders", "arn": "arn:aws:sqs:eu-west-1:1:creator-test-renders"}
ARNS = st.sampled_from([f"arn:aws:sqs:eu-west-1:1:{name}" for name in "abc"])
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "visibility_seconds": st.integers(0, 43200),
        "retention_seconds": st.integers(60, 1209600),
        "delay_seconds": st.integers(0, 900),
        "wait_seconds": st.integers(0, 20),
        "max_bytes": st.integers(1024, 262144),
        "kms_reuse_seconds": st.integers(60, 86400),
        "kms_key": st.sampled_from(["", "alias/x"]),
        "policy": st.sampled_from(
            [{}, {"Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*", "Principal": "*"}]}]
        ),
        "redrive_from": st.one_of(st.just(["*"]), st.lists(ARNS, unique=True)),
        "tags": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
    },
)


def after(found: dict[str, Any] | None, desired: dict[str, Any]) -> dict[str, Any]:
    """The properties of the queue once the calls were made."""
    steps = present(PARAMS, desired, None if found is None else Found(found, FACTS))
    attributes: dict[str, str] = {"MaximumMessageSize": "262144"}
    tags: dict[str, str] = {}
    if found is not None:
        return {**found, **steps.after}
    ((method, request),) = steps.calls
    assert method == "create_queue"
    attributes |= request["Attributes"]
    tags = request.get("tags", {})
    made = project(attributes, tags)
    assert "" not in request["Attributes"].values()
    return {**DEFAULTS, "max_bytes": 262144, **made}


@given(PROPERTIES)
def test_what_was_created_is_what_was_asked_for_and_needs_nothing_more(desired: dict[str, Any]) -> None:
    made = after(None, desired)
    assert {name: made[name] for name in desired} == normalize(desired)
    assert not present(PARAMS, desired, Found(made, FACTS)).changed


@given(PROPERTIES, PROPERTIES)
def test_a_change_leads_to_what_is_asked_for_and_names_only_that(first: dict[str, Any], then: dict[str, Any]) -> None:
    found = after(None, first)
    steps = present(PARAMS, then, Found(found, FACTS))
    wanted = normalize(then)
    assert {name: steps.after[name] for name in wanted} == wanted
    assert {name: value for name, value in steps.after.items() if name not in wanted} == {
        name: value for name, value in normalize(found).items() if name not in wanted
    }
    assert steps.changed == (steps.after != normalize(found))


def test_either_half_of_the_redrive_policy_sends_both() -> None:
    found = {**DEFAULTS, "max_bytes": 262144, "dead_letter_arn": "arn:dlq", "max_receives": 3}
    steps = present(PARAMS, {"max_receives": 5}, Found(found, FACTS))
    assert steps.calls == [
        (
            "set_queue_attributes",
            {
                "QueueUrl": FACTS["url"],
                "Attributes": {"RedrivePolicy": '{"deadLetterTargetArn": "arn:dlq", "maxReceiveCount": 5}'},
            },
        )
    ]


@pytest.mark.parametrize(
    ("property_name", "empty", "attribute"),
    [("policy", {}, "Policy"), ("kms_key", "", "KmsMasterKeyId"), ("dead_letter_arn", "", "RedrivePolicy")],
)
def test_an_empty_value_takes_the_attribute_away(property_name: str, empty: Any, attribute: str) -> None:
    found = {**DEFAULTS, "policy": {"Statement": []}, "kms_key": "alias/x", "dead_letter_arn": "arn:dlq"}
    ((_method, request),) = present(PARAMS, {property_name: empty}, Found(found, FACTS)).calls
    assert request["Attributes"] == {attribute: ""}


def test_tags_that_are_not_asked_for_go_unless_they_may_stay() -> None:
    found = Found({**DEFAULTS, "tags": {"a": "1", "b": "2"}}, FACTS)
    calls = present(PARAMS, {"tags": {"a": "3"}}, found).calls
    assert [method for method, _request in calls] == ["tag_queue", "untag_queue"]
    kept = present({**PARAMS, "purge_tags": False}, {"tags": {"a": "3"}}, found)
    assert [method for method, _request in kept.calls] == ["tag_queue"]
    assert kept.after["tags"] == {"a": "3", "b": "2"}


def test_a_queue_is_removed_by_its_url() -> None:
    assert absent(PARAMS, Found(DEFAULTS, FACTS)).calls == [("delete_queue", {"QueueUrl": FACTS["url"]})]
