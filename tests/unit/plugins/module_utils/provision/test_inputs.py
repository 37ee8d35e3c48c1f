# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a component needs of others is waited for where it is on its way, and refused where it is missing."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.inputs import Needs, gather
from ansible_collections.creator.platform.plugins.module_utils.provision.outputs import OutputsError, placeholder

KEYS = {"network": ["vpc_id"], "storage": ["logs_bucket"]}


class Store:
    """Parameters that appear with the looks at them: the n-th element is what the n-th look and those after it find."""

    def __init__(self, *looks: dict[str, str]) -> None:
        self.looks, self.asked, self.slept = list(looks), 0, list[float]()

    def published(self, path: str) -> dict[str, str]:
        values = self.looks[min(len(self.slept), len(self.looks) - 1)]
        self.asked += 1
        return {name: value for name, value in values.items() if name.startswith(f"{path}/")}

    def gather(self, *, placeholders: bool = False, attempts: int = 1, keys: Any = None) -> dict[str, dict[str, str]]:
        needs = Needs("creator", "dev", KEYS if keys is None else keys, placeholders)
        return gather(needs, self.published, attempts, 2.0, self.slept.append)


NETWORK = {"/creator/dev/network/vpc_id": "vpc-1"}
ALL = {**NETWORK, "/creator/dev/storage/logs_bucket": "logs"}
FOUND = {"network": {"vpc_id": "vpc-1"}, "storage": {"logs_bucket": "logs"}}


def test_what_is_published_is_found_without_waiting() -> None:
    store = Store(ALL)
    assert store.gather(attempts=5) == FOUND
    assert store.slept == []


def test_what_is_on_its_way_is_waited_for() -> None:
    store = Store({}, NETWORK, ALL)
    assert store.gather(attempts=5) == FOUND
    assert store.slept == [2.0, 2.0]


def test_a_wait_ends() -> None:
    store = Store(NETWORK)
    with pytest.raises(OutputsError, match="component storage has published nothing"):
        store.gather(attempts=3)
    assert store.slept == [2.0, 2.0]


def test_all_outputs_of_a_component_are_waited_for_too() -> None:
    store = Store({}, NETWORK)
    assert store.gather(attempts=2, keys={"network": []}) == {"network": {"vpc_id": "vpc-1"}}


def test_placeholders_wait_for_nothing() -> None:
    store = Store(NETWORK)
    found = store.gather(placeholders=True, attempts=5)
    assert found == {"network": {"vpc_id": "vpc-1"}, "storage": {"logs_bucket": placeholder("storage", "logs_bucket")}}
    assert store.slept == []


def test_keys_are_a_list() -> None:
    with pytest.raises(OutputsError, match="keys of network must be a list"):
        Store(ALL).gather(keys={"network": "vpc_id"})


def test_nothing_needed_asks_nobody() -> None:
    store = Store(ALL)
    assert store.gather(keys={}) == {}
    assert store.asked == 0
