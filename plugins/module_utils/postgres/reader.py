# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several connections that see one snapshot, so that a database is read in parallel and still at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, TypeVar

from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import Target, connect, translated

Result = TypeVar("Result")


@dataclass
class Reader:
    """Connections on one snapshot. `xmin`: ids below have ended; `xmax`: ids from it on had not begun."""

    xmin: int
    xmax: int
    first: Any
    connections: list[Any] = field(default_factory=list)

    def map(self, jobs: Iterable[Callable[[Any], Result]]) -> list[Result]:
        """Run each job with a connection of its own time; results in the order of the jobs. The first error is raised."""
        free: SimpleQueue[Any] = SimpleQueue()
        for connection in self.connections:
            free.put(connection)

        def run(job: Callable[[Any], Result]) -> Result:
            connection = free.get()
            try:
                return job(connection)
            finally:
                free.put(connection)

        with ThreadPoolExecutor(max_workers=len(self.connections)) as pool:
            return list(pool.map(run, jobs))


@contextmanager
def reader(target: Target, workers: int) -> Iterator[Reader]:
    """Open `workers` read-only connections on one exported snapshot; all are closed at the end.

    https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
    """
    with ExitStack() as stack:
        connections = []
        snapshot = ""
        for number in range(max(workers, 1)):
            connection = stack.enter_context(connect(target))
            connections.append(connection)
            with translated(f"Taking a snapshot of {target.name}"):
                connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                if number == 0:
                    snapshot, low, high = connection.execute(
                        "SELECT pg_export_snapshot(), pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint"
                        " FROM pg_current_snapshot() s"
                    ).fetchone()
                else:
                    connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        yield Reader(xmin=low, xmax=high, first=connections[0], connections=connections)
