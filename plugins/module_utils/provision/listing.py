# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk reads for the readers of one plan: what several of them need of a client is fetched once, whoever asks first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import canonical
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Scope

MANAGED_BY = "creator.platform"
Answer = TypeVar("Answer")


class _Memory:
    """What one client was asked for, and a lock for each question so that the second reader waits for the first."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.locks: dict[str, threading.Lock] = {}
        self.answers: dict[str, Any] = {}
        self.failed: dict[str, Exception] = {}


#: A client lives as long as one plan, and what it answered lives as long as the client.
_memories: WeakKeyDictionary[Any, _Memory] = WeakKeyDictionary()
_guard = threading.Lock()


def listing(client: Any, operation: str, key: str, **parameters: Any) -> list[Any]:
    """All items under `key` of the paginated `operation`, asked for at most once per client and parameters.

    For reading only: the answer is shared between the readers of a plan, so do not change it. Raises what boto3 raises.
    """
    return _once(client, canonical([operation, key, parameters]), lambda: pages(client, operation, key, **parameters))


def once(client: Any, read: Callable[..., Answer], *arguments: Any) -> Answer:
    """What `read(client, *arguments)` returns, asked for at most once per client and arguments; for reading only, as above."""
    name = canonical([read.__module__, read.__qualname__, *arguments])
    return _once(client, name, lambda: read(client, *arguments))


def _once(client: Any, name: str, make: Callable[[], Answer]) -> Answer:
    with _guard:
        memory = _memories.setdefault(client, _Memory())
    with memory.lock:
        lock = memory.locks.setdefault(name, threading.Lock())
    with lock:
        # As when AWS throttles: eight readers that try it in turn would take eight times as long.
        if name in memory.failed:
            raise memory.failed[name]
        if name not in memory.answers:
            try:
                memory.answers[name] = make()
            except Exception as error:
                memory.failed[name] = error
                raise
        found: Answer = memory.answers[name]
        return found


def pages(client: Any, operation: str, key: str, **parameters: Any) -> list[Any]:
    """All items under `key` over all pages of `operation`. Raises what boto3 raises."""
    if not client.can_paginate(operation):
        return list(getattr(client, operation)(**parameters).get(key, []))
    return [item for page in client.get_paginator(operation).paginate(**parameters) for item in page.get(key, [])]


def tags_of(item: Mapping[str, Any], key: str = "Tags") -> dict[str, str]:
    """Tags as a mapping, from [{Key, Value}], [{TagKey, TagValue}] or a mapping, without those AWS itself sets (aws:…)."""
    tags = item.get(key) or {}
    if not isinstance(tags, Mapping):
        tags = {tag.get("Key", tag.get("TagKey")): tag.get("Value", tag.get("TagValue")) for tag in tags}
    return {name: value for name, value in tags.items() if not name.startswith("aws:")}


def is_ours(tags: Mapping[str, str], scope: Scope) -> bool:
    """Whether the tags say that the resource belongs to the scope's component of its environment."""
    wanted = {"platform": scope.platform, "environment": scope.environment, "component": scope.component}
    return all(tags.get(key) == value for key, value in wanted.items())
