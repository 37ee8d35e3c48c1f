"""The comparison's rules as values: what is lost is found, what goes on is no alarm, unknown is never equal."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.creator.platform.plugins.module_utils.drill import content
from ansible_collections.creator.platform.plugins.module_utils.drill.content import Difference, Range, TableProof
from hypothesis import given
from hypothesis import strategies as st

contents = st.dictionaries(st.from_regex(r"\(\d,\d\)", fullmatch=True), st.integers(-(2**63), 2**63 - 1), max_size=12)


def summed(rows: dict[str, int]) -> Range:
    return Range(len(rows), sum(rows.values()))


@given(pages=st.integers(0, 200_000))
def test_chunks_cover_every_page_once(pages: int) -> None:
    found = content.chunks(pages)
    assert found[0][0] == 0
    assert found[-1][1] is None
    assert all(left[1] == right[0] for left, right in itertools.pairwise(found))
    assert found[-1][0] < max(pages, 1)


@given(rows=contents, gone=st.sets(st.integers(0, 11)), data=st.data())
def test_changes_of_the_source_after_the_anchor_are_no_alarm(
    rows: dict[str, int], gone: set[int], data: st.DataObject
) -> None:
    """Source now is a part of the copy, the copy a part of the anchor: never lost, never odd when the copy lacks rows."""
    live = {ctid: value for index, (ctid, value) in enumerate(rows.items()) if index not in gone}
    kept = data.draw(st.sets(st.sampled_from(sorted(rows)), max_size=len(rows))) if rows else set()
    copy = {ctid: value for ctid, value in rows.items() if ctid in live or ctid in kept}
    ruling = content.rule(summed(rows), summed(copy), live, copy)
    assert ruling.lost == ()
    if len(copy) < len(rows):
        assert ruling.kind == ""
        assert ruling.unverified >= len(rows) - len(copy)


@given(rows=contents.filter(bool), data=st.data())
def test_a_row_that_the_source_holds_and_the_copy_has_not_alike_is_lost(
    rows: dict[str, int], data: st.DataObject
) -> None:
    ctid = data.draw(st.sampled_from(sorted(rows)))
    copy = {**rows, ctid: rows[ctid] ^ 1} if data.draw(st.booleans()) else {k: v for k, v in rows.items() if k != ctid}
    assert content.rule(summed(rows), summed(copy), rows, copy).lost == (ctid,)


@given(rows=contents.filter(bool), data=st.data())
def test_a_changed_row_is_found_even_when_the_source_changed_it_since(
    rows: dict[str, int], data: st.DataObject
) -> None:
    ctid = data.draw(st.sampled_from(sorted(rows)))
    copy = {**rows, ctid: rows[ctid] ^ 1}
    live = {k: v for k, v in rows.items() if k != ctid}
    ruling = content.rule(summed(rows), summed(copy), live, copy)
    assert (ruling.kind, ctid in ruling.odd) == ("changed", True)


def test_a_row_too_many_is_extra() -> None:
    ruling = content.rule(Range(1, 5), Range(2, 12), {"(0,1)": 5}, {"(0,1)": 5, "(0,2)": 7})
    assert (ruling.odd, ruling.kind) == (("(0,2)",), "extra")


@given(
    left=st.dictionaries(st.integers(0, 5), st.builds(Range, st.integers(1, 3), st.integers(0, 3))),
    right=st.dictionaries(st.integers(0, 5), st.builds(Range, st.integers(1, 3), st.integers(0, 3))),
)
def test_suspicious_chunks_are_those_that_differ(left: dict[int, Range], right: dict[int, Range]) -> None:
    found = content.suspicious(left, right)
    assert (not found) == (left == right)
    assert content.suspicious(left, left) == []


def proof(status: str, **changes: object) -> TableProof:
    values = {"schema": "shop", "table": "item", "copy": Range(10, 1), "source": Range(10, 1)} | changes
    return TableProof(status=status, **values)


CHANGED = [Difference("id=7", "changed")]


@pytest.mark.parametrize(
    ("tables", "schema", "verdict", "reason"),
    [
        ([], [], "failed", "no_tables"),
        ([proof("equal")], [], "succeeded", "content_equal"),
        ([proof("equal"), proof("different", differences=CHANGED)], CHANGED, "failed", "content_differs"),
        ([proof("missing"), proof("unknown")], [], "failed", "table_missing"),
        ([proof("equal")], [Difference("index shop.i", "missing")], "failed", "schema_differs"),
        ([proof("equal"), proof("unknown")], [], "inconclusive", "table_unknown"),
        ([proof("equal", unverified=5)], [], "inconclusive", "coverage_low"),
        ([proof("equal", new=90)], [], "inconclusive", "coverage_low"),
        ([proof("equal", copy=Range(0, 0))], [], "inconclusive", "coverage_low"),
    ],
)
def test_verdicts(tables: list[TableProof], schema: list[Difference], verdict: str, reason: str) -> None:
    found = content.conclude(tables, schema, minimum_coverage=0.9)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_the_sentence_names_table_and_row() -> None:
    found = content.conclude([proof("different", differences=CHANGED)], [], minimum_coverage=0.9)
    assert found.message == "shop.item: row id=7 is changed."


def test_definitions() -> None:
    found = content.compare_definitions({"table a": "1", "table b": "2"}, {"table b": "3", "table c": "4"})
    assert [(each.key, each.kind) for each in found] == [
        ("table a", "missing"),
        ("table c", "extra"),
        ("table b", "changed"),
    ]


def test_checksum_is_sixteen_digits_also_for_negative_sums() -> None:
    assert content.checksum(-1) == "f" * 16
    assert content.checksum(2**70 + 10) == "000000000000000a"
