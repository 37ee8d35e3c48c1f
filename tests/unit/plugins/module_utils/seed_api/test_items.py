# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data set as requests: the same each time, whole, and told from what is there."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.seed import generate
from ansible_collections.creator.platform.plugins.module_utils.seed_api import items
from ansible_collections.creator.platform.plugins.module_utils.seed_api.items import DataSetError, Item
from hypothesis import given, settings
from hypothesis import strategies as st

PLAN = items.plan("creator", 3)
#: What the API takes, as services/publishing/api/models.py has it.
HANDLE, KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,38}"), re.compile(r"[A-Za-z0-9._:-]{1,64}")


def there(plan: list[Item]) -> items.Held:
    """What a database holds after these items."""
    held: dict[str, dict[tuple[str, ...], list[str]]] = {kind: {} for kind in items.KINDS}
    names: dict[str, str] = {}
    for number, item in enumerate(plan, 1):
        names[item.key] = item.expected["handle"] if item.kind == items.CREATORS else str(number)
        told = (names[item.parent] if item.parent else "", *item.identity)
        held[item.kind].setdefault(told, []).append(names[item.key])
    return held


def test_the_items_of_this_version_never_change() -> None:
    """Raise generate.VERSION together with this digest: platforms elsewhere hold the old items."""
    digest = hashlib.sha256(repr(PLAN).encode()).hexdigest()
    assert (generate.VERSION, digest) == (1, DIGEST)


DIGEST = "463b0e4c170d7a8390e8b0b737d4cf9be17ec51c2e44f369e0ed646860b8f553"


@settings(max_examples=15, deadline=None)
@given(seed=st.text(max_size=12), size=st.integers(1, 6))
def test_a_plan_is_the_same_each_time_and_fits_together(seed: str, size: int) -> None:
    plan = items.plan(seed, size)
    assert plan == items.plan(seed, size)
    known: dict[str, str] = {}
    for item in plan:
        assert KEY.fullmatch(item.key)
        assert item.key not in known
        assert (item.kind, known.get(item.parent)) in PARENTS
        known[item.key] = item.kind
    told = [(item.kind, item.parent, *item.identity) for item in plan]
    assert len(set(told)) == len(told), "each can be told from the others in the database"
    assert all(HANDLE.fullmatch(handle) for handle in items.handles(plan))
    assert items.counts(plan)["creators"] == size
    staged = [item for stage in items.stages(plan) for item in stage]
    assert sorted(staged, key=plan.index) == plan
    assert all(
        not item.parent or staged.index(item) > [one.key for one in staged].index(item.parent) for item in staged
    )


PARENTS = {
    ("creators", None),
    ("posts", "creators"),
    ("media", "posts"),
    ("subscriptions", "creators"),
    ("payments", "subscriptions"),
}


def test_another_seed_and_another_size_share_nothing() -> None:
    keys = [{item.key for item in items.plan(seed, size)} for seed, size in (("a", 2), ("b", 2), ("a", 3))]
    handles = [set(items.handles(items.plan(seed, size))) for seed, size in (("a", 2), ("b", 2), ("a", 3))]
    for found in (keys, handles):
        assert not found[0] & found[1]
        assert not found[0] & found[2]


def test_sizes_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        items.plan("x", 0)


def test_of_items_that_are_alike_the_first_stands_for_all_and_nothing_of_theirs_is_lost() -> None:
    subscriptions = [item for item in PLAN if item.kind == items.SUBSCRIPTIONS]
    assert len(subscriptions) < generate.counts(3)["subscriptions"], "a reader subscribes to a creator once"
    assert {item.parent for item in PLAN if item.kind == items.PAYMENTS} <= {item.key for item in subscriptions}


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_what_is_missing_is_what_was_not_written(data: st.DataObject) -> None:
    """However a run was ended: what it wrote, parents first, is found, and all else is missing."""
    kept, written = data.draw(st.sets(st.integers(0, len(PLAN) - 1))), set()
    wrote = []
    for number, item in enumerate(PLAN):
        if number in kept and (not item.parent or item.parent in written):
            written.add(item.key)
            wrote.append(item)
    names, missing = items.compare(PLAN, there(wrote))
    assert set(names) == written
    assert missing == [item for item in PLAN if item.key not in written]


def test_rows_of_others_are_no_difference() -> None:
    held = {kind: dict(found) for kind, found in there(PLAN).items()}
    held["creators"][("", "somebody", "S", "s@example.com", "DE", "1.00", "EUR", "{}")] = ["somebody"]
    held["posts"][(items.handles(PLAN)[0], "Another", "text", "public", "[]")] = ["an-id"]
    assert items.compare(PLAN, held)[1] == []


def test_a_handle_that_holds_something_else_is_an_error_and_not_written_over() -> None:
    held = {kind: dict(found) for kind, found in there(PLAN).items()}
    told = next(iter(held["creators"]))
    held["creators"][(*told[:2], "Renamed", *told[3:])] = held["creators"].pop(told)
    with pytest.raises(DataSetError, match=f"creators: {told[1]} is there with another content"):
        items.compare(PLAN, held)


def test_an_item_that_is_there_twice_is_an_error() -> None:
    held = {kind: dict(found) for kind, found in there(PLAN).items()}
    told = next(iter(held["posts"]))
    held["posts"][told] = [*held["posts"][told], "again"]
    with pytest.raises(DataSetError, match=r"posts: seed-.* is there 2 times"):
        items.compare(PLAN, held)


def one(kind: str) -> Item:
    return next(item for item in PLAN if item.kind == kind)


@pytest.mark.parametrize(
    ("kind", "parent", "path"),
    [
        ("creators", "", "/api/creators"),
        ("posts", "jazz-1", "/api/creators/jazz-1/posts"),
        ("subscriptions", "jazz-1", "/api/creators/jazz-1/subscriptions"),
        ("payments", "17", "/api/payments"),
    ],
)
def test_requests(kind: str, parent: str, path: str) -> None:
    item = one(kind)
    found = items.request(item, parent)
    assert (found.method, found.path, found.status, found.key) == ("POST", path, 201, item.key)
    body = json.loads(found.body)
    assert {name: body[name] for name in item.body} == item.body
    assert body.get("subscription_id") == found.expected.get("subscription_id") == (17 if kind == "payments" else None)


def test_the_request_for_a_picture_says_what_is_on_it() -> None:
    item = one("media")
    found = items.request(item, "an/id")
    assert found.path.startswith("/api/posts/an%2Fid/media?alt=")
    assert (found.content_type, found.body[:4]) == ("image/png", b"\x89PNG")
    assert found.expected["sha256"] == hashlib.sha256(found.body).hexdigest()


def answer(**changes: Any) -> bytes:
    return json.dumps(
        {"id": 3, "subscription_id": 17, "amount": one("payments").body["amount"], "state": "settled"} | changes
    ).encode()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (201, answer(), ""),
        (200, answer(), "answered 200, expected 201"),
        (409, b'{"detail": "The handle is taken."}', "The handle is taken"),
        (201, b"<html>", "6 bytes that are no JSON object"),
        (201, b"[]", "no JSON object"),
        (201, answer(amount="0.01"), 'amount "0.01", expected'),
        (201, answer(subscription_id=18), "subscription_id 18, expected 17"),
        (201, b"{}", "null, expected"),
    ],
)
def test_only_the_expected_answer_is_right(status: int, body: bytes, said: str) -> None:
    wanted = items.request(one("payments"), "17")
    found = items.wrong(wanted, status, body)
    assert (said in found) if said else (found == "")


def test_an_answer_without_a_name_is_no_success() -> None:
    assert items.name_in(one("payments"), b'{"id": 3}') == "3"
    with pytest.raises(DataSetError, match="does not say its id"):
        items.name_in(replace(one("payments")), b"{}")
