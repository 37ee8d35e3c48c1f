"""Fault rules: which call is hit."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud import faults
from localcloud.faults import Faults, Rule, parse


def hits(rule: Rule, calls: int) -> list[int]:
    """Which of so many matching calls are hit, from 1."""
    rules = Faults()
    rules.add(rule)
    return [number for number in range(1, calls + 1) if rules.draw("s3", "PutObject", "eu-west-1")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [1]),
        ({"nth": 3}, [3]),
        ({"nth": 2, "count": 2}, [2, 3]),
        ({"count": None}, [1, 2, 3, 4, 5, 6]),
        ({"nth": 4, "count": None}, [4, 5, 6]),
        ({"probability": 0.0, "count": None}, []),
    ],
)
def test_which_calls_are_hit(fields: dict[str, Any], expected: list[int]) -> None:
    """By number and count."""
    assert hits(Rule(faults.ERROR, **fields), 6) == expected


@given(
    seed=st.integers(0, 10**6),
    probability=st.floats(0, 1),
    nth=st.integers(1, 20),
    count=st.one_of(st.none(), st.integers(1, 20)),
)
def test_dice_are_the_seeds(seed: int, probability: float, nth: int, count: int | None) -> None:
    """The same seed hits the same calls; nth and count only take away from what an unlimited rule hits."""
    limited = hits(Rule(faults.ERROR, probability=probability, seed=seed, nth=nth, count=count), 40)
    assert limited == hits(Rule(faults.ERROR, probability=probability, seed=seed, nth=nth, count=count), 40)
    unlimited = hits(Rule(faults.ERROR, probability=probability, seed=seed, count=None), 40)
    assert limited == [number for number in unlimited if number >= nth][: count if count is not None else 40]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"service": "s3"}, True),
        ({"service": "S3", "action": "putobject"}, True),
        ({"action": "Put*"}, True),
        ({"action": "Get*"}, False),
        ({"service": "rds"}, False),
        ({"region": "eu-central-1"}, False),
    ],
)
def test_which_calls_a_rule_speaks_of(fields: dict[str, Any], expected: bool) -> None:
    """Shell patterns, without regard to case."""
    assert Rule(faults.ERROR, **fields).matches("s3", "PutObject", "eu-west-1") is expected


def test_delays_add_up_with_one_trouble() -> None:
    """All delays and the first of the others; the second other does not see the call."""
    rules = Faults()
    for kind in (faults.ERROR, faults.DELAY, faults.THROTTLING, faults.DELAY):
        rules.add(Rule(kind))
    assert [rule.kind for rule in rules.draw("s3", "PutObject", "eu-west-1")] == [
        faults.ERROR,
        faults.DELAY,
        faults.DELAY,
    ]
    assert [rule.kind for rule in rules.draw("s3", "PutObject", "eu-west-1")] == [faults.THROTTLING]
    assert [row["seen"] for row in rules.list()] == [2, 2, 1, 2]


def test_clear() -> None:
    """One, or all."""
    rules = Faults()
    first, _ = rules.add(Rule(faults.ERROR)), rules.add(Rule(faults.ERROR))
    assert rules.clear("fault-9") == 0
    assert rules.clear(first) == 1
    assert rules.clear() == 1
    assert rules.list() == []


@given(
    st.dictionaries(
        st.sampled_from(sorted(Rule.__dataclass_fields__)),
        st.one_of(st.integers(), st.text(), st.none(), st.booleans()),
    )
)
def test_parse_gives_a_rule_or_says_why_not(fields: dict[str, Any]) -> None:
    """Nothing but FaultError is raised, whatever is sent."""
    with suppress(faults.FaultError):
        assert parse(fields).kind in faults.KINDS
