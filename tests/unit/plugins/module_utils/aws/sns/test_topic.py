"""Topics and subscriptions: what is asked for is reached, and what is there already needs no call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.sns import subscription, topic
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found
from hypothesis import given
from hypothesis import strategies as st

PARAMS = {"name": "creator-test-alarms", "purge_tags": True}
FACTS = {"arn": "arn:aws:sns:eu-west-1:1:creator-test-alarms"}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sns:*", "Resource": "*"}],
}
TOPICS = st.fixed_dictionaries(
    {},
    optional={
        "display_name": st.sampled_from(["", "a", "b"]),
        "kms_key": st.sampled_from(["", "alias/x"]),
        "policy": st.just(POLICY),
        "signature_version": st.sampled_from(["1", "2"]),
        "tags": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
    },
)


@given(TOPICS)
def test_a_created_topic_is_what_was_asked_for(desired: dict[str, Any]) -> None:
    ((method, request),) = topic.present(PARAMS, desired, None).calls
    assert method == "create_topic"
    made = topic.project(request["Attributes"], {tag["Key"]: tag["Value"] for tag in request["Tags"]})
    assert {name: made[name] for name in desired} == topic.normalize(desired)
    assert not topic.present(PARAMS, desired, Found(made, FACTS)).changed


@given(TOPICS, TOPICS)
def test_each_changed_attribute_of_a_topic_is_one_call(first: dict[str, Any], then: dict[str, Any]) -> None:
    found = {**topic.project({}, {}), **topic.normalize(first)}
    steps = topic.present(PARAMS, then, Found(found, FACTS))
    wanted = topic.normalize(then)
    assert {name: steps.after[name] for name in wanted} == wanted
    named = [request["AttributeName"] for method, request in steps.calls if method == "set_topic_attributes"]
    changed = {name for name in wanted if name != "tags" and wanted[name] != found[name]}
    assert sorted(named) == sorted(topic.ATTRIBUTES[name] for name in changed)


def test_a_topic_cannot_be_without_a_policy() -> None:
    with pytest.raises(ChangeError, match="creator-test-alarms cannot be without a policy"):
        topic.present(PARAMS, {"policy": {}}, None)


def test_a_topic_is_removed_by_its_arn() -> None:
    assert topic.absent(PARAMS, Found({}, FACTS)).calls == [("delete_topic", {"TopicArn": FACTS["arn"]})]


PLACE = {"topic_arn": FACTS["arn"], "protocol": "sqs", "endpoint": "arn:aws:sqs:eu-west-1:1:creator-test-renders"}
LISTED = {"TopicArn": PLACE["topic_arn"], "Protocol": "sqs", "Endpoint": PLACE["endpoint"]}
SUBSCRIPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "raw_delivery": st.booleans(),
        "filter_policy": st.sampled_from([{}, {"kind": ["a"]}]),
        "filter_scope": st.sampled_from(["MessageAttributes", "MessageBody"]),
        "dead_letter_arn": st.sampled_from(["", "arn:dlq"]),
    },
)


@given(SUBSCRIPTIONS)
def test_a_created_subscription_is_what_was_asked_for(desired: dict[str, Any]) -> None:
    ((_method, request),) = subscription.present(PLACE, desired, None).calls
    made = subscription.project(LISTED, request["Attributes"])
    assert {name: made[name] for name in desired} == desired
    assert not subscription.present(PLACE, desired, Found(made, {"arn": "arn:x"})).changed


@given(SUBSCRIPTIONS, SUBSCRIPTIONS)
def test_a_changed_subscription_is_what_was_asked_for(first: dict[str, Any], then: dict[str, Any]) -> None:
    found = {**PLACE, **subscription.DEFAULTS, **first}
    steps = subscription.present(PLACE, then, Found(found, {"arn": "arn:x"}))
    assert {**found, **then} == steps.after
    made = {request["AttributeName"]: request["AttributeValue"] for _method, request in steps.calls}
    assert subscription.project(LISTED, {**_attributes(found), **made}) == steps.after


def _attributes(properties: dict[str, Any]) -> dict[str, str]:
    return {
        "RawMessageDelivery": "true" if properties["raw_delivery"] else "false",
        "FilterPolicy": json.dumps(properties["filter_policy"]),
        "FilterPolicyScope": properties["filter_scope"],
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": properties["dead_letter_arn"]}),
    }


def test_the_scope_is_set_before_the_filter_that_it_judges() -> None:
    found = Found({**PLACE, **subscription.DEFAULTS}, {"arn": "arn:x"})
    steps = subscription.present(PLACE, {"filter_policy": {"a": ["b"]}, "filter_scope": "MessageBody"}, found)
    assert [request["AttributeName"] for _method, request in steps.calls] == ["FilterPolicyScope", "FilterPolicy"]


def test_a_subscription_that_waits_is_left_alone() -> None:
    waiting = Found({**PLACE, **subscription.DEFAULTS}, {"arn": subscription.PENDING})
    assert not subscription.present(PLACE, {"raw_delivery": True}, waiting).changed
    assert not subscription.absent(PLACE, waiting).changed


@pytest.mark.parametrize(
    ("protocol", "endpoint", "name"),
    [
        ("sqs", "arn:aws:sqs:eu-west-1:1:creator-test-renders", "creator-test-alarms sqs creator-test-renders"),
        ("email", "ops@example.com", "creator-test-alarms email ops@example.com"),
        ("https", "https://example.com:8443/x", "creator-test-alarms https https://example.com:8443/x"),
    ],
)
def test_a_subscription_is_called_by_its_ends(protocol: str, endpoint: str, name: str) -> None:
    assert subscription.name_of(FACTS["arn"], protocol, endpoint) == name
