# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What readers of one plan share."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing, once


class Client:
    """Answers what cannot be paginated, and counts."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def can_paginate(self, operation: str) -> bool:
        return False

    def list_things(self, **parameters: Any) -> dict[str, Any]:
        self.asked.append(parameters)
        return {"Things": [len(self.asked)]}


def first(client: Client, name: str) -> list[Any]:
    return list(client.list_things(Name=name)["Things"])


def refused(client: Client) -> None:
    client.asked.append("refused")
    raise LookupError("no")


def test_a_question_is_asked_once_for_each_client_and_its_arguments() -> None:
    client, other = Client(), Client()
    assert [once(client, first, "a"), once(client, first, "a"), once(client, first, "b")] == [[1], [1], [2]]
    assert once(other, first, "a") == [1]
    assert (len(client.asked), len(other.asked)) == (2, 1)


def test_a_listing_is_not_what_a_function_of_the_same_client_returns() -> None:
    client = Client()
    assert listing(client, "list_things", "Things") == listing(client, "list_things", "Things") == [1]
    assert listing(client, "list_things", "Things", Name="a") == [2]
    assert once(client, first, "a") == [3]


def test_a_refusal_is_remembered() -> None:
    client = Client()
    for _reader in range(2):
        with pytest.raises(LookupError, match="no"):
            once(client, refused)
    assert client.asked == ["refused"]


def test_the_second_reader_waits_for_the_first() -> None:
    client, begun, go = Client(), threading.Event(), threading.Event()

    def slow(asked: Client) -> list[Any]:
        begun.set()
        assert go.wait(10)
        return first(asked, "slow")

    found: list[list[Any]] = []
    readers = [threading.Thread(target=lambda: found.append(once(client, slow))) for _number in range(2)]
    readers[0].start()
    assert begun.wait(10)
    readers[1].start()
    go.set()
    for reader in readers:
        reader.join(10)
    assert found == [[1], [1]]
