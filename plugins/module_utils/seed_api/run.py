# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills the platform with the synthetic data set through its API, and looks for it in the database before and after."""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ansible_collections.creator.platform.plugins.module_utils.postgres import data_set
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import Target, connect
from ansible_collections.creator.platform.plugins.module_utils.rollout.redact import redact
from ansible_collections.creator.platform.plugins.module_utils.seed import generate
from ansible_collections.creator.platform.plugins.module_utils.seed.run import SeedError
from ansible_collections.creator.platform.plugins.module_utils.seed_api import items
from ansible_collections.creator.platform.plugins.module_utils.seed_api.items import Item
from ansible_collections.creator.platform.plugins.module_utils.web.entry import Connection, Entry, WebError

#: Answers after which the same request is sent again: the platform says, or a load balancer for it, that it cannot answer now.
_LATER = frozenset({408, 425, 429, 502, 503, 504})
_FIRST_WAIT, _LONGEST_WAIT, _LOOK = 0.2, 5.0, 0.5


@dataclass(frozen=True)
class Pace:
    """connections: requests at a time. patience: seconds for which one is tried, and the worker may get nothing done."""

    connections: int
    patience: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]


@dataclass(frozen=True)
class Outcome:
    """Items by kind: those that were there, and those that were, or with `dry` would be, made. correlation: of the requests."""

    found: dict[str, int]
    created: dict[str, int]
    correlation: str

    @property
    def changed(self) -> bool:
        """Whether anything was, or would be, made."""
        return any(self.created.values())

    @property
    def tables(self) -> dict[str, int]:
        """All items by kind."""
        return {kind: self.found[kind] + self.created[kind] for kind in self.found}


def fill(entry: Entry, target: Target, pace: Pace, *, environment: str, seed: str, size: int, dry: bool) -> Outcome:
    """Have the platform hold the data set, written by its API and its worker. What is there already is not written again.

    Raises SeedError for an environment that must not be filled, for a request that was not answered as expected, and when not
    all is there in the end; PostgresError; ValueError.
    """
    refusal = generate.refused(environment)
    if refusal:
        raise SeedError(refusal)
    plan = items.plan(seed, size)
    correlation = f"seed-{items.label(seed, size)}"
    with connect(target) as connection:
        try:
            names, missing = items.compare(plan, data_set.held(connection, items.handles(plan)))
            there = [item for item in plan if item.key in names]
            outcome = Outcome(items.counts(there), items.counts(missing), correlation)
            if dry:
                return outcome
            sender = _Sender(entry, correlation, pace, names)
            for stage in items.stages(missing):
                sender.send(stage)
            _names, left = items.compare(plan, data_set.held(connection, items.handles(plan)))
        except items.DataSetError as error:
            raise SeedError(str(error)) from error
        if left:
            raise SeedError(
                f"{len(left)} of {len(plan)} parts of the data set are not in {target.name} although the API answered for them; "
                f"the first is {left[0].key}. Either the API keeps its data elsewhere, or rows were removed by hand: while it "
                "remembers their idempotency keys it does not write them again. Ask for another seed or size."
            )
        _await_worker(connection, correlation, pace)
    return outcome


class _Sender:
    """Sends items of a stage side by side. names: of what is there, by key."""

    def __init__(self, entry: Entry, correlation: str, pace: Pace, names: dict[str, str]) -> None:
        self._correlation, self._pace, self.names = correlation, pace, names
        self._opened = [Connection(entry) for _number in range(pace.connections)]
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._failure: Exception | None = None
        for each in self._opened:
            self._idle.put(each)

    def send(self, stage: Sequence[Item]) -> None:
        """Send them and keep their names. After the first that fails no other begins."""
        try:
            with ThreadPoolExecutor(self._pace.connections) as pool:
                done = list(pool.map(self._one, stage))
        finally:
            for each in self._opened:
                each.close()
        if self._failure is not None:
            raise self._failure
        self.names |= dict(done)

    def _one(self, item: Item) -> tuple[str, str]:
        if self._failure is not None:
            return item.key, ""
        connection = self._idle.get()
        try:
            return item.key, self._sent(connection, item)
        except (SeedError, items.DataSetError) as error:
            self._failure = self._failure or error
            return item.key, ""
        finally:
            self._idle.put(connection)

    def _sent(self, connection: Connection, item: Item) -> str:
        """Send one item until it is answered, which its idempotency key makes safe; its name."""
        wanted, pace = items.request(item, self.names[item.parent] if item.parent else ""), self._pace
        headers = {
            "Content-Type": wanted.content_type,
            "Idempotency-Key": wanted.key,
            "X-Correlation-Id": self._correlation,
        }
        began, wait, attempts = pace.clock(), _FIRST_WAIT, 0
        while True:
            attempts += 1
            try:
                answer = connection.ask(wanted.path, method=wanted.method, body=wanted.body, headers=headers)
                found, later = items.wrong(wanted, answer.status, answer.body), answer.status in _LATER
                if not found:
                    return items.name_in(item, answer.body)
            except WebError as error:
                found, later = f"was not answered as expected, with {wanted.status}: {error}", True
            if not later or self._failure or pace.clock() + wait > began + pace.patience:
                tried = f" (attempt {attempts}, after {pace.clock() - began:.0f} s)" if attempts > 1 else ""
                raise SeedError(f"{wanted.method} {wanted.path} under key {wanted.key} {redact(found)}{tried}")
            pace.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)


def _await_worker(connection: object, correlation: str, pace: Pace) -> None:
    """What the worker makes of the data set belongs to it. However much that is, it is waited for while it becomes less."""
    least, since = data_set.unprocessed(connection, correlation), pace.clock()
    while least:
        pace.sleep(_LOOK)
        left = data_set.unprocessed(connection, correlation)
        if left < least:
            least, since = left, pace.clock()
        elif pace.clock() > since + pace.patience:
            raise SeedError(
                f"The worker has done none of the {left} jobs that are left of the data set for {pace.patience:.0f} s. The data "
                f"are written; look for {correlation} in the worker's log, and run it again."
            )
