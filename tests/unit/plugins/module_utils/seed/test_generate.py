"""The same seed gives the same platform, and its parts fit together."""

from __future__ import annotations

import hashlib

import pytest
from ansible_collections.creator.platform.plugins.module_utils.seed import generate


def rows(seed: str, size: int) -> dict[str, list[tuple[object, ...]]]:
    return {table.name: list(table.rows()) for table in generate.tables(seed, size)}


def test_same_seed_same_rows_and_another_seed_others() -> None:
    assert rows("a", 3) == rows("a", 3)
    assert rows("a", 3) != rows("b", 3)


def test_the_data_set_of_this_version_never_changes() -> None:
    """Raise generate.VERSION together with this digest: databases elsewhere hold the old rows."""
    digest = hashlib.sha256(repr(rows("creator", 5)).encode()).hexdigest()
    assert (generate.VERSION, digest) == (1, DIGEST)


DIGEST = "fee39ce62f206153c494601a7be351334bcd612451f70d03d26571a58de6dce3"


@pytest.mark.parametrize("size", [1, 7, 40])
def test_parts_fit_together(size: int) -> None:
    found = rows("x", size)
    assert {name: len(each) for name, each in found.items()} == generate.counts(size)
    tables = {table.name: table.columns for table in generate.tables("x", size)}
    for name, parent, column in (
        ("posts", "creators", "creator_id"),
        ("media", "posts", "post_id"),
        ("subscriptions", "creators", "creator_id"),
        ("payments", "subscriptions", "subscription_id"),
    ):
        known = {row[0] for row in found[parent]}
        assert {row[tables[name].index(column)] for row in found[name]} <= known
    for name, column in (
        ("creators", "handle"),
        ("posts", "public_id"),
        ("media", "object_key"),
        ("payments", "provider_reference"),
    ):
        values = [row[tables[name].index(column)] for row in found[name]]
        assert len(set(values)) == len(values)
    for row in found["subscriptions"]:
        started, ended = row[6], row[7]
        assert ended is None or started <= ended <= generate.PRESENT


def test_audiences_are_unequal() -> None:
    creators = [row[1] for row in rows("x", 50)["subscriptions"]]
    assert creators.count(1) > len(creators) / 4


def test_default_size_is_about_twenty_thousand_rows() -> None:
    assert 18_000 < sum(generate.counts(200).values()) < 23_000


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [("prod", False), (" PROD", False), ("production", False), ("dev", True), ("local", True)],
)
def test_production_is_refused(environment: str, allowed: bool) -> None:
    assert (generate.refused(environment) == "") is allowed


def test_sizes_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        generate.tables("x", 0)
