"""Metric filters: one call writes all, and what is there already needs none."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.logs.metric_filter import (
    DEFAULTS,
    absent,
    normalize,
    number,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found
from hypothesis import given
from hypothesis import strategies as st

PARAMS = {"name": "creator-test-root-use", "log_group": "/creator/test/trail"}
FILTERS = st.fixed_dictionaries(
    {"metric": st.sampled_from(["a", "b"]), "namespace": st.just("n")},
    optional={
        "pattern": st.sampled_from(["", "ERROR"]),
        "value": st.sampled_from(["1", "$.size"]),
        "default_value": st.sampled_from([None, 0, 1.5]),
        "unit": st.sampled_from(["None", "Count"]),
        "dimensions": st.sampled_from([{}, {"a": "$.a"}]),
    },
)


def made(desired: dict[str, Any], found: Found | None = None) -> dict[str, Any]:
    """The filter after the call, or as it was when there is none."""
    calls = present(PARAMS, desired, found).calls
    if not calls:
        assert found
        return dict(found.properties)
    ((_method, request),) = calls
    return project(request)


@given(FILTERS)
def test_a_created_filter_is_what_was_asked_for(desired: dict[str, Any]) -> None:
    result = made(desired)
    assert result == {**DEFAULTS, "log_group": PARAMS["log_group"], "pattern": "", **normalize(desired)}
    assert not present(PARAMS, desired, Found(result)).changed


@given(FILTERS, FILTERS)
def test_a_change_keeps_what_is_not_given(first: dict[str, Any], then: dict[str, Any]) -> None:
    found = made(first)
    assert made(then, Found(found)) == {**found, **normalize(then)}


@pytest.mark.parametrize(("value", "expected"), [(None, None), (0.0, 0), (1, 1), (1.5, 1.5)])
def test_whole_numbers_are_whole(value: Any, expected: Any) -> None:
    assert repr(number(value)) == repr(expected)


def test_a_filter_is_removed_by_group_and_name() -> None:
    request = {"logGroupName": PARAMS["log_group"], "filterName": PARAMS["name"]}
    assert absent(PARAMS, Found({})).calls == [("delete_metric_filter", request)]
