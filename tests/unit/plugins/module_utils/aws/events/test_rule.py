"""Rules: what is asked for is reached, targets come and go, and what is there already needs no call."""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.events.rule import (
    DEFAULTS,
    absent,
    normalize,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found
from hypothesis import given
from hypothesis import strategies as st

PARAMS = {"name": "creator-test-media", "bus": "default", "purge_tags": True}
FACTS = {"arn": "arn:aws:events:eu-west-1:1:rule/creator-test-media"}
TARGETS = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abc"), "arn": st.sampled_from(["arn:x", "arn:y"])},
        optional={"max_retries": st.integers(0, 185), "dead_letter_arn": st.sampled_from(["", "arn:dlq"])},
    ),
    max_size=3,
    unique_by=lambda target: target["id"],
)
RULES = st.fixed_dictionaries(
    {},
    optional={
        "description": st.sampled_from(["", "a"]),
        "enabled": st.booleans(),
        "pattern": st.just({"source": ["aws.s3"]}),
        "targets": TARGETS,
        "tags": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
    },
)


def played(found: dict[str, Any] | None, desired: dict[str, Any]) -> dict[str, Any]:
    """The rule after the calls were made."""
    rule: dict[str, Any] = {}
    targets: dict[str, Any] = {}
    tags: dict[str, str] = {}
    steps = present(PARAMS, desired, Found(found, FACTS) if found else None)
    if found:
        ((_method, request),) = present(PARAMS, {**found, "tags": {}, "targets": []}, None).calls
        rule = request
        for _put, request in present(PARAMS, {"targets": found["targets"]}, None).calls[1:]:
            targets = {target["Id"]: target for target in request["Targets"]}
        tags = dict(found["tags"])
    for method, request in steps.calls:
        if method == "put_rule":
            rule = request
            tags |= {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
        elif method == "put_targets":
            targets |= {target["Id"]: target for target in request["Targets"]}
        elif method == "remove_targets":
            targets = {name: target for name, target in targets.items() if name not in request["Ids"]}
        elif method == "tag_resource":
            tags |= {tag["Key"]: tag["Value"] for tag in request["Tags"]}
        else:
            tags = {name: value for name, value in tags.items() if name not in request["TagKeys"]}
    return project(rule, targets.values(), tags)


@given(RULES)
def test_a_created_rule_is_what_was_asked_for(desired: dict[str, Any]) -> None:
    made = played(None, desired)
    assert made == {**DEFAULTS, **normalize(desired)}
    assert not present(PARAMS, desired, Found(made, FACTS)).changed


@given(RULES, RULES)
def test_a_changed_rule_is_what_was_asked_for(first: dict[str, Any], then: dict[str, Any]) -> None:
    found = played(None, first)
    assert played(found, then) == {**found, **normalize(then)}


def test_targets_go_before_their_rule() -> None:
    found = Found({**DEFAULTS, "targets": [{"id": "a"}]}, FACTS)
    assert [method for method, _request in absent(PARAMS, found).calls] == ["remove_targets", "delete_rule"]
    bare = Found(DEFAULTS, FACTS)
    assert [method for method, _request in absent(PARAMS, bare).calls] == ["delete_rule"]
