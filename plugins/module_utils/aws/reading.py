# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What readers that must ask one by one need: absence as an answer, several questions at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

#: Real AWS meets its API rate limits above this (EC2, Route 53, IAM); adaptive retries do the rest.
THREADS = 8


def optional(client: Any, operation: str, absent: Iterable[str], **parameters: Any) -> Any:
    """The answer of `operation`, or None when AWS gives one of the error codes `absent`; other errors are raised."""
    try:
        return getattr(client, operation)(**parameters)
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in set(absent):
            return None
        raise


def at_once(function: Callable[[Item], Answer], items: Iterable[Item], threads: int = THREADS) -> list[Answer]:
    """`function` of each item, in the order of the items, from a few threads."""
    waiting = list(items)
    if len(waiting) < 2:
        return [function(item) for item in waiting]
    with ThreadPoolExecutor(min(threads, len(waiting))) as pool:
        return list(pool.map(function, waiting))
