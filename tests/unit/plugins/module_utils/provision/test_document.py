# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as a document, and as a text for people."""

from __future__ import annotations

import json

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import digest
from ansible_collections.creator.platform.plugins.module_utils.provision.document import (
    by_kind,
    component_document,
    counts,
    environment_document,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change
from ansible_collections.creator.platform.plugins.module_utils.provision.outputs import placeholder
from ansible_collections.creator.platform.plugins.module_utils.provision.render import (
    diff,
    failure,
    markdown,
    summary,
    terminal,
)

CHANGES = [
    Change("update", "vpc", "one", "r", (("tags", {"a": "1"}, {"a": "2"}),)),
    Change("create", "subnet", "b", "r", (("cidr", None, "10.0.0.0/24"), ("zone", None, "a|b"))),
    Change("delete", "subnet", "a", "r"),
    Change("replace", "bucket", "x", "r", (("region", "q", "r"),), protected=True),
    Change("unknown", "role", "*", "r", reason="AccessDenied"),
]


def document(component: str = "network", changes: list[Change] | None = None, environment: str = "dev") -> dict:
    return component_document(
        CHANGES if changes is None else changes,
        platform="creator",
        environment=environment,
        account="123456789012",
        region="r",
        component=component,
    )


def test_changes_are_sorted_and_the_protected_are_named() -> None:
    made = document()
    assert [(row["kind"], row["name"]) for row in made["changes"]] == [
        ("bucket", "x"),
        ("role", "*"),
        ("subnet", "a"),
        ("subnet", "b"),
        ("vpc", "one"),
    ]
    assert made["protected"] == ["bucket x"]


def test_a_protected_name_of_two_regions_is_told_once() -> None:
    made = document(changes=[Change("delete", "table", "t", region, protected=True) for region in ("r", "s")])
    assert made["protected"] == ["table t"]
    json.dumps(made)


def test_names_by_kind_and_counts() -> None:
    rows = document()["changes"]
    assert by_kind(rows)["subnet"] == {"create": ["b"], "update": [], "replace": [], "delete": ["a"], "unknown": []}
    assert counts(rows) == {"create": 1, "update": 1, "replace": 1, "delete": 1, "unknown": 1}
    assert summary(rows) == "1 to create, 1 to update, 1 to replace, 1 to delete, 1 unknown"
    assert summary([]) == "no changes"


def test_environment_has_one_digest_whatever_the_order_and_the_revision() -> None:
    one = environment_document([document("network"), document("keys", [])], "abc")
    other = environment_document([document("keys", []), document("network")], "def")
    assert one["digest"] == other["digest"] == digest(one["components"])
    assert one["pending"]
    assert not environment_document([document(changes=[])])["pending"]


@pytest.mark.parametrize("documents", [[], [document(), document(environment="prod")]])
def test_plan_is_of_one_environment(documents: list[dict]) -> None:
    with pytest.raises(ValueError, match="a plan is of one environment"):
        environment_document(documents)


def test_markdown_says_what_changes_and_warns() -> None:
    text = markdown(environment_document([document(), document("keys", [])]))
    assert "| keys | no changes |" in text
    assert "- network: bucket x" in text
    assert "- `~` update **vpc** `one` (r)" in text
    assert "  - tags.a: `1` → `2`" in text
    assert "  - AccessDenied" in text
    assert text.endswith("`\n")


def test_diff_has_a_line_for_each_attribute() -> None:
    sides = diff(document()["changes"])
    assert 'tags: {"a":"1"}' in sides["before"]
    assert 'tags: {"a":"2"}' in sides["after"]
    assert "subnet b" not in sides["before"]
    assert "subnet a" not in sides["after"]


def test_failure_names_what_differs_and_stops_at_a_limit() -> None:
    rows = document()["changes"]
    assert "update vpc one (r): tags" in failure(rows)
    assert failure(rows, limit=2).endswith("and 3 more")


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (["a", "b"], ["b", "c"], ['  - x: removes `"a"`', '  - x: adds `"c"`']),
        (["a", "b"], ["b", "a"], ['  - x: `["a","b"]` → `["b","a"]`']),
        (
            {"a": 1, "b": 2},
            {"b": 3, "c": 4},
            ["  - x.a: `1` → nothing", "  - x.b: `2` → `3`", "  - x.c: nothing → `4`"],
        ),
        (True, False, ["  - x: `true` → `false`"]),
    ],
)
def test_markdown_shows_what_differs(before: object, after: object, lines: list[str]) -> None:
    change = Change("update", "vpc", "one", "r", (("x", before, after),))
    text = markdown(environment_document([document(changes=[change])]))
    assert [line for line in text.splitlines() if line.startswith("  - ")] == lines


def test_what_waits_for_an_output_is_told_with_its_preconditions() -> None:
    key = placeholder("keys", "key_arn")
    change = Change("create", "bucket", "x", "r", (("policy", None, {"Resource": [f"{key}/*"]}), ("size", None, 1)))
    made = document(changes=[change, Change("delete", "table", "t", "r", protected=True)])
    assert made["unknown_until_apply"] == [
        {"kind": "bucket", "name": "x", "region": "r", "attribute": "policy", "outputs": ["keys.key_arn"]}
    ]
    assert made["preconditions"] == [
        "the credentials are of account 123456789012",
        "keys is applied first and publishes key_arn",
        "component_unprotected names table t",
    ]
    assert document(changes=[])["preconditions"] == []


def test_terminal_shows_all_of_a_plan_or_its_heads() -> None:
    plan = environment_document([document(), document("keys", [])])
    whole = [line for line, _colour in terminal(plan, whole=True)]
    assert "      ~ vpc one (r)" in whole
    assert "        tags.a: 1 → 2" in whole
    assert any("(protected)" in line for line in whole)
    short = [line for line, _colour in terminal(plan, whole=False)]
    assert short[0] == "Plan for creator-dev: 1 to create, 1 to update, 1 to replace, 1 to delete, 1 unknown"
    assert len(short) == 4
    assert short[-1] == f"Digest {plan['digest']}"
