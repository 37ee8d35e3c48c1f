# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing desired and found: a table of cases, and what must hold for any values."""

from __future__ import annotations

import random
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import canonical, digest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import (
    DesiredError,
    compare,
    fingerprint,
    same,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.document import component_document
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Rules, Unread
from hypothesis import given
from hypothesis import strategies as st

RULES = Rules(
    unordered=frozenset({"subnets"}),
    immutable=frozenset({"cidr"}),
    defaults={"public": False},
    ignored={"size": "the autoscaler's"},
    protected=True,
    secret=frozenset({"password"}),
)
FOUND = {
    "cidr": "10.0.0.0/16",
    "subnets": ["a", "b"],
    "public": False,
    "size": 3,
    "password": "old",
    "tags": {"x": "1"},
}


def hashed(value: str, name: str = "one", salt: str = "") -> str:
    return fingerprint(value, salt, "thing", name, "password")


def resource(properties: dict[str, Any], name: str = "one", **facts: Any) -> Resource:
    return Resource("thing", name, properties, "eu-west-1", facts)


def one(desired: dict[str, Any], found: dict[str, Any], rules: Rules = RULES) -> list[Change]:
    return compare([resource(desired)], [resource(found)], rules)


@pytest.mark.parametrize(
    ("desired", "action", "attributes"),
    [
        ({}, None, ()),
        ({"cidr": "10.0.0.0/16"}, None, ()),
        ({"subnets": ["b", "a"]}, None, ()),
        ({"subnets": ["b", "b"]}, "update", (("subnets", ["a", "b"], ["b", "b"]),)),
        ({"public": True}, "update", (("public", False, True),)),
        ({"public": "false"}, "update", (("public", False, "false"),)),
        ({"size": 9}, None, ()),
        ({"cidr": "10.1.0.0/16"}, "replace", (("cidr", "10.0.0.0/16", "10.1.0.0/16"),)),
        ({"tags": {"x": "1", "y": "2"}}, "update", (("tags", {"x": "1"}, {"x": "1", "y": "2"}),)),
        ({"tags": {}}, "update", (("tags", {"x": "1"}, {}),)),
        ({"password": "new"}, "update", (("password", hashed("old"), hashed("new")),)),
    ],
)
def test_difference(desired: dict[str, Any], action: str | None, attributes: tuple[Any, ...]) -> None:
    changes = one(desired, FOUND)
    assert [change.action for change in changes] == ([action] if action else [])
    assert [change.attributes for change in changes] == ([attributes] if action else [])


def test_default_of_the_kind_is_compared_though_it_was_not_given() -> None:
    assert one({}, {**FOUND, "public": True})[0].attributes == (("public", True, False),)


def test_property_that_the_reader_leaves_out_is_unknown_and_never_equal() -> None:
    changes = one({"speed": 1}, FOUND)
    assert [(change.action, change.attributes) for change in changes] == [("unknown", (("speed", "(unknown)", 1),))]
    assert "speed" in changes[0].reason


def test_known_difference_and_unanswered_property_are_both_told() -> None:
    changes = one({"public": True, "speed": 1}, FOUND)
    assert [change.action for change in changes] == ["update", "unknown"]


def test_absent_is_created_with_its_secret_masked_and_surplus_is_deleted() -> None:
    changes = compare([resource({"password": "p", "cidr": "c"}, "new")], [resource(FOUND, "old")], RULES)
    assert [(change.action, change.name, change.protected) for change in changes] == [
        ("create", "new", False),
        ("delete", "old", True),
    ]
    assert changes[0].attributes == (("cidr", None, "c"), ("password", None, hashed("p", "new")))


def test_replacing_what_is_protected_says_so() -> None:
    assert one({"cidr": "10.1.0.0/16"}, FOUND)[0].protected
    assert not one({"public": True}, FOUND)[0].protected


def test_failed_read_makes_everything_unknown() -> None:
    changes = compare([resource({}, "b"), resource({}, "a")], Unread("throttled"), RULES)
    assert [(change.action, change.name, change.reason) for change in changes] == [
        ("unknown", "a", "throttled"),
        ("unknown", "b", "throttled"),
    ]


def test_two_found_with_one_name_are_unknown() -> None:
    changes = compare([resource({})], [resource(FOUND, id="vpc-2"), resource(FOUND, id="vpc-1")], RULES)
    assert [change.action for change in changes] == ["unknown"]
    assert "vpc-1, vpc-2" in changes[0].reason


def test_name_desired_twice_is_refused() -> None:
    with pytest.raises(DesiredError, match="thing one is desired twice in eu-west-1"):
        compare([resource({}), resource({})], [], RULES)


def test_normalized_before_compared() -> None:
    rules = Rules(normalize=lambda properties: {key: str(value).lower() for key, value in properties.items()})
    assert one({"policy": "ABC"}, {"policy": "abc"}, rules) == []


@pytest.mark.parametrize(
    ("before", "after", "unordered", "equal"),
    [
        (1, 1, False, True),
        (1, True, False, False),
        (1, "1", False, False),
        ([1, 2], [2, 1], False, False),
        ([1, 2], [2, 1], True, True),
        ([1, 1, 2], [2, 2, 1], True, False),
        ([{"a": 1, "b": 2}], [{"b": 2, "a": 1}], True, True),
        (None, [], True, False),
    ],
)
def test_same(before: Any, after: Any, unordered: bool, equal: bool) -> None:
    assert same(before, after, unordered) is equal


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=3), children, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["cidr", "subnets", "public", "tags", "other"])
PROPERTIES = st.dictionaries(KEYS, VALUES, max_size=5)


@given(PROPERTIES)
def test_what_was_applied_reads_as_no_change(properties: dict[str, Any]) -> None:
    assert one(properties, {**RULES.defaults, **properties}) == []


@given(PROPERTIES, KEYS, VALUES)
def test_any_attribute_changed_behind_our_back_is_seen(properties: dict[str, Any], key: str, value: Any) -> None:
    desired = {"other": 1, **properties}
    found = {**RULES.defaults, **desired}
    if key in found and not same(found[key], value, key in RULES.unordered):
        found[key] = value
        assert key in {name for change in one(desired, found) for name, _before, _after in change.attributes}


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), PROPERTIES), max_size=6, unique_by=lambda row: row[0]), st.randoms()
)
def test_plan_does_not_depend_on_order(rows: list[tuple[str, dict[str, Any]]], chance: random.Random) -> None:
    desired = [resource(properties, name) for name, properties in rows]
    found = [resource({**RULES.defaults, **properties, "other": 0}, name) for name, properties in rows[::2]]

    def document() -> dict[str, Any]:
        changes = compare(desired, found, RULES)
        chance.shuffle(changes)
        return component_document(changes, platform="p", environment="e", account="1", region="r", component="c")

    first = document()
    chance.shuffle(desired)
    chance.shuffle(found)
    assert digest(document()) == digest(first)


@given(VALUES)
def test_canonical_text_stands_for_the_value(value: Any) -> None:
    assert canonical(value) == canonical(value if not isinstance(value, dict) else dict(reversed(value.items())))


IDENTITY = {"platform": "creator", "environment": "dev", "managed-by": "creator.platform"}


@pytest.mark.parametrize(
    ("tags", "action"),
    [
        ({}, "unknown"),
        ({"owner": "somebody"}, "unknown"),
        ({"platform": "another", "environment": "prod"}, "unknown"),
        ({"platform": "creator"}, "update"),
        ({"environment": "dev", "owner": "somebody"}, "update"),
        (IDENTITY, None),
    ],
)
def test_a_resource_of_our_name_with_none_of_our_tags_is_not_ours(tags: dict[str, str], action: str | None) -> None:
    changes = one({"tags": IDENTITY}, {"tags": tags}, Rules())
    assert [change.action for change in changes] == ([action] if action else [])
    if action == "unknown":
        assert "none of the tags platform=creator, environment=dev, managed-by=creator.platform" in changes[0].reason
        assert "not ours" in changes[0].reason


def test_what_is_created_before_it_is_tagged_may_lack_its_tags() -> None:
    rules = Rules(tagged_later="created, then tagged")
    assert [change.action for change in one({"tags": IDENTITY}, {"tags": {}}, rules)] == ["update"]


def test_secrets_are_told_apart_and_bound_to_their_place_and_never_shown() -> None:
    places = {hashed("old"), hashed("new"), hashed("old", "two"), hashed("old", salt="creator/prod/1")}
    assert len(places) == 4
    assert hashed("old") == hashed("old")
    assert not any("old" in text or "new" in text for text in places)


@pytest.mark.parametrize(("status", "unsettled"), [("ACTIVE", False), ("CREATING", True), ("CREATE_FAILED", True)])
def test_what_is_not_there_yet_or_broken_is_a_difference(status: str, unsettled: bool) -> None:
    rules = Rules(unsettled=frozenset({"CREATING", "CREATE_FAILED"}))
    have = Resource("k", "n", {"size": 1}, "r", {"status": status})
    changes = compare([Resource("k", "n", {"size": 1}, "r")], [have], rules)
    assert [change.attributes for change in changes] == ([(("status", status, "(settled)"),)] if unsettled else [])


def test_what_aws_refuses_is_told_before_anything_is_compared() -> None:
    rules = Rules(refuses=lambda properties: "it is too long" if len(properties["text"]) > 3 else "")
    compare([Resource("a", "short", {"text": "abc"})], [], rules)
    with pytest.raises(DesiredError, match="a long cannot be made: it is too long"):
        compare([Resource("a", "long", {"text": "abcd"})], Unread("throttled"), rules)
