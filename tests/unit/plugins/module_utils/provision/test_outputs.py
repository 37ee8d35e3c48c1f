# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What components publish and read of each other."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.outputs import (
    OutputsError,
    folder,
    placeholder,
    publication,
    select,
    text,
)

PATH = folder("creator", "local", "network")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), (5432, "5432"), (True, "true"), (False, "false"), (["a", "b"], "a,b"), (("x",), "x")],
)
def test_text(value: Any, expected: str) -> None:
    assert text("key", value) == expected


@pytest.mark.parametrize("value", ["", None, [], {}, {"a": 1}, ["a,b", "c"]])
def test_what_cannot_be_published_is_refused_by_name(value: Any) -> None:
    with pytest.raises(OutputsError, match="output key"):
        text("key", value)


def test_only_what_differs_is_written_and_what_is_gone_is_deleted() -> None:
    published = {f"{PATH}/vpc_id": "vpc-1", f"{PATH}/old": "x", f"{PATH}/cidr": "10.0.0.0/16"}
    values = {"vpc_id": "vpc-2", "cidr": "10.0.0.0/16", "new": ["a", "b"]}
    todo = publication(PATH, values, published, purge=True)
    assert todo.write == {f"{PATH}/vpc_id": "vpc-2", f"{PATH}/new": "a,b"}
    assert todo.delete == [f"{PATH}/old"]
    assert publication(PATH, values, published, purge=False).delete == []
    assert not publication(PATH, {"old": "x"}, {f"{PATH}/old": "x"}, purge=True).pending


def test_key_must_be_a_name() -> None:
    with pytest.raises(OutputsError, match="'Vpc/Id'"):
        publication(PATH, {"Vpc/Id": "x"}, {}, purge=True)


def test_reading_says_which_component_to_run_first() -> None:
    with pytest.raises(OutputsError) as nothing:
        select("network", PATH, {}, ["vpc_id"], placeholders=False)
    assert str(nothing.value) == (
        "component network has published nothing under /creator/local/network: run provision.yml --limit network first"
    )
    with pytest.raises(OutputsError, match="publishes no vpc_id, x under"):
        select("network", PATH, {f"{PATH}/cidr": "1"}, ["vpc_id", "x"], placeholders=False)


def test_reading_all_some_and_placeholders() -> None:
    published = {f"{PATH}/a": "1", f"{PATH}/b": "2"}
    assert select("network", PATH, published, [], placeholders=False) == {"a": "1", "b": "2"}
    assert select("network", PATH, published, ["b"], placeholders=False) == {"b": "2"}
    assert select("network", PATH, published, ["b", "c"], placeholders=True) == {
        "b": "2",
        "c": placeholder("network", "c"),
    }
    assert select("network", PATH, {}, [], placeholders=True) == {}
