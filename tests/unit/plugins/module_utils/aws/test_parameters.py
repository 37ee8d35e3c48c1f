# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters by path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.parameters import Parameters, read_paths

STORED = {"/c/local/keys/a": "1", "/c/local/keys/b": "2", "/c/local/network/a": "3"}


class Store:
    """Systems Manager with one parameter a page."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_paginator(self, operation: str) -> Store:
        assert operation == "get_parameters_by_path"
        return self

    def paginate(self, *, Path: str) -> Iterator[dict[str, Any]]:  # noqa: N803 (boto3's name)
        self.asked.append(Path)
        for name, value in STORED.items():
            yield {"Parameters": [{"Name": name, "Value": value}] if name.rpartition("/")[0] == Path else []}


def test_each_path_has_its_own_parameters_and_one_without_any_is_told() -> None:
    found = read_paths(Store(), ["/c/local/network", "/c/local/keys", "/c/local/edge"])
    assert found == {
        "/c/local/network": {"/c/local/network/a": "3"},
        "/c/local/keys": {"/c/local/keys/a": "1", "/c/local/keys/b": "2"},
        "/c/local/edge": {},
    }


def test_what_was_read_before_is_not_asked_for_and_anything_else_is() -> None:
    store = Store()
    parameters = Parameters(lambda: store, {"/c/local/keys": {"/c/local/keys/a": "0"}, "/c/local/edge": {}})
    assert parameters.under("/c/local/keys") == {"/c/local/keys/a": "0"}
    assert parameters.under("/c/local/edge") == {}
    assert store.asked == []
    assert parameters.under("/c/local/network") == {"/c/local/network/a": "3"}
    assert store.asked == ["/c/local/network"]
