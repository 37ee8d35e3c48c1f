"""Pages of Describe operations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.rds.exceptions import RDSClientError

from localcloud.rds.paging import page


@given(st.integers(0, 350), st.integers(20, 100))
def test_all_pages_together_are_all_items(count: int, size: int) -> None:
    found: list[int] = []
    params: dict[str, object] = {"MaxRecords": size}
    while True:
        part, marker = page(list(range(count)), params)
        found += part
        if marker is None:
            break
        params["Marker"] = marker
    assert found == list(range(count))


@pytest.mark.parametrize("params", [{"MaxRecords": 19}, {"MaxRecords": 101}, {"Marker": "x"}])
def test_sizes_and_markers_that_rds_does_not_take_are_refused(params: dict[str, object]) -> None:
    with pytest.raises(RDSClientError):
        page([1], params)
