# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a plan may be applied, and whether what a component is about to do is what was approved."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.approval import (
    Wish,
    changed_since,
    deviations,
    matches,
    require_applicable,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.document import (
    component_document,
    environment_document,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import STALE, UNAPPROVED, RefusalError
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change
from ansible_collections.creator.platform.plugins.module_utils.provision.outputs import placeholder

KEY = placeholder("keys", "key_arn")
RESIZE = Change("update", "instance", "db", "r", (("class", "small", "large"),))
CREATE = Change("create", "instance", "db", "r", (("class", None, "small"), ("key", None, KEY)))
REPLACE = Change("replace", "bucket", "media", "r", (("region", "q", "r"),), protected=True)
UNREAD = Change("unknown", "role", "ci", "r", reason="AccessDenied")


def plan(
    *changes: Change, environment: str = "prod", account: str = "1", component: str = "database"
) -> dict[str, Any]:
    made = component_document(
        changes, platform="creator", environment=environment, account=account, region="r", component=component
    )
    return environment_document([made])


def refused(made: dict[str, Any], wish: Wish) -> RefusalError:
    with pytest.raises(RefusalError) as caught:
        require_applicable(made, wish)
    return caught.value


def test_an_approved_plan_is_applied_and_an_empty_one_needs_no_approval() -> None:
    made = plan(RESIZE)
    require_applicable(made, Wish(made["digest"]))
    require_applicable(plan(), Wish())
    require_applicable(made, Wish(free=True))


def test_without_approval_the_sentence_names_the_digest_to_approve() -> None:
    made = plan(RESIZE)
    error = refused(made, Wish())
    assert error.exit_code == UNAPPROVED
    assert "prod takes approved plans only" in str(error)
    assert f"-e plan_digest={made['digest']}" in str(error)


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (None, "no plan is kept there"),
        (plan(), "planned"),
        (plan(RESIZE, environment="dev"), "the approved plan is of environment dev, this run is of environment prod"),
        (plan(RESIZE, account="2"), "the approved plan is of account 2, this run is of account 1"),
        (plan(RESIZE, component="cluster"), "the approved plan is of cluster, this run is of database"),
        (plan(REPLACE), "no longer to be done: replace bucket media (r)"),
        (plan(), "new: update instance db (r): class small -> large"),
        (
            plan(Change("update", "instance", "db", "r", (("class", "tiny", "large"),))),
            "planned otherwise: update instance db (r): class tiny -> large, now update instance db (r): class small -> large",
        ),
    ],
)
def test_a_stale_plan_says_what_changed_since(stored: dict[str, Any] | None, words: str) -> None:
    error = refused(plan(RESIZE), Wish(stored["digest"] if stored else "sha256:" + "0" * 64, stored=stored, free=True))
    assert error.exit_code == STALE
    assert "stale plan" in str(error)
    assert words in str(error) or words == "planned"


def test_a_stored_plan_of_another_digest_cannot_tell() -> None:
    error = refused(plan(RESIZE), Wish("sha256:" + "1" * 64, stored=plan(REPLACE)))
    assert "what changed since cannot be told" in str(error)
    assert plan(REPLACE)["digest"] in str(error)


@pytest.mark.parametrize("digest", ["1234", "sha256:12", "SHA256:" + "0" * 64])
def test_what_is_no_digest_is_said_to_be_none(digest: str) -> None:
    error = refused(plan(RESIZE), Wish(digest))
    assert error.exit_code is None
    assert "plan_digest must be sha256: and 64 hexadecimal digits" in str(error)


def test_protected_resources_need_their_names() -> None:
    made = plan(REPLACE)
    error = refused(made, Wish(made["digest"]))
    assert '{"component_unprotected": ["bucket media"]}' in str(error)
    require_applicable(made, Wish(made["digest"], unprotected=["bucket media"]))


def test_an_incomplete_plan_is_refused_whoever_approved_it() -> None:
    made = plan(UNREAD)
    assert "AccessDenied" in str(refused(made, Wish(made["digest"], free=True)))


def test_digest_does_not_know_the_revision_or_the_order() -> None:
    assert plan(RESIZE, CREATE)["digest"] == plan(CREATE, RESIZE)["digest"]
    assert list(changed_since(plan(RESIZE), plan(RESIZE))) == []


@pytest.mark.parametrize(
    ("approved", "actual", "same"),
    [
        ("a", "a", True),
        ("a", "b", False),
        (1, True, False),
        (KEY, "arn:aws:kms:r:1:key/2", True),
        (KEY, "", False),
        (KEY, None, True),
        (f"{KEY}/*", "arn/*", True),
        (f"{KEY}/*", "arn/a", False),
        ({"key": KEY, "size": 1}, {"key": "x", "size": 1}, True),
        ({"key": KEY, "size": 1}, {"key": "x", "size": 2}, False),
        ({"key": KEY}, {"key": "x", "more": 1}, False),
        ([KEY, "b"], ["b", "x"], True),
        (["a", KEY], ["x", "a"], True),
        ([KEY, "b"], ["c", "x"], False),
        ([KEY], ["x", "y"], True),
        ([KEY, "b"], ["b"], False),
        ([f"{KEY}/*"], ["x/*", "y/*"], False),
        ([{"role": KEY}], [{"role": "x"}], True),
        ({KEY: 1}, {"x": 1}, True),
        (f"a {KEY} b {KEY}.", "a 1 b 2.", True),
    ],
)
def test_placeholders_are_met_by_what_was_published_since(approved: Any, actual: Any, same: bool) -> None:
    assert matches(approved, actual) is same


def rows(*changes: Change) -> list[dict[str, Any]]:
    return plan(*changes)["components"][0]["changes"]


def test_the_approved_is_applied_once_its_unknowns_are_known() -> None:
    filled = Change("create", "instance", "db", "r", (("class", None, "small"), ("key", None, "arn:2")))
    assert deviations(rows(CREATE), rows(filled)) == []
    output = Change("create", "component_output", "/creator/prod/database/x", "r", (("value", None, "1"),))
    assert deviations(rows(CREATE, output), rows(filled)) == []


def test_a_name_that_waits_for_an_output_is_met_too() -> None:
    entry = Change("create", "entry", f"cluster/{KEY}", "r", (("groups", None, []),))
    named = Change("create", "entry", "cluster/arn:2", "r", (("groups", None, []),))
    assert deviations(rows(entry), rows(named)) == []
    other = Change("create", "entry", "other/arn:2", "r", (("groups", None, []),))
    assert len(deviations(rows(entry), rows(other))) == 2


def test_what_differs_of_a_creation_is_shown() -> None:
    bigger = Change("create", "instance", "db", "r", (("class", None, "huge"), ("key", None, "arn:2")))
    told = "; ".join(deviations(rows(CREATE), rows(bigger)))
    assert "class of instance db (r), null -> small, but it would be null -> huge" in told


def test_a_change_whose_only_reason_was_unknown_may_turn_out_to_be_none() -> None:
    waiting = Change("update", "instance", "db", "r", (("key", "arn:2", KEY),))
    assert deviations(rows(waiting), []) == []
    both = Change("update", "instance", "db", "r", (("class", "small", "large"), ("key", "arn:2", KEY)))
    assert deviations(rows(both), rows(RESIZE)) == []
    assert deviations(rows(both), []) != []


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        ((), "approved and no longer to be done"),
        ((RESIZE, REPLACE), "not approved: replace bucket media"),
        (
            (Change("replace", "instance", "db", "r", (("class", "small", "large"),)),),
            "not approved: replace instance db",
        ),
        ((Change("update", "instance", "db", "r", (("class", "small", "huge"),)),), "small -> huge"),
        (
            (Change("update", "instance", "db", "r", (("class", "small", "large"), ("public", False, True))),),
            "public of instance db (r), false -> true",
        ),
    ],
)
def test_anything_else_is_told(actual: tuple[Change, ...], words: str) -> None:
    assert words in "; ".join(deviations(rows(RESIZE), rows(*actual)))
