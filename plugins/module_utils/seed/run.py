# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills a database with the synthetic data set, once: schema, rows and the marker that tells what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.postgres import load
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import Target, connect
from ansible_collections.creator.platform.plugins.module_utils.seed import generate


class SeedError(Exception):
    """The data set must not, or cannot without loss, be written. The text says why and what to do."""


@dataclass(frozen=True)
class Outcome:
    """Whether anything was, or with `dry` would be, written, and the rows by table afterwards."""

    changed: bool
    tables: dict[str, int]


def fill(target: Target, *, environment: str, seed: str, size: int, schema: str, replace: bool, dry: bool) -> Outcome:
    """Bring schema and data set into the database, all in one transaction. `schema` is idempotent SQL.

    A database that holds this very data set is left alone; rows that people added to it are welcome. Another data set, one
    with rows missing, or rows that came another way, are only thrown away with `replace`.
    Raises SeedError for an environment that must not be filled and for such a data set, PostgresError, ValueError.
    """
    refusal = generate.refused(environment)
    if refusal:
        raise SeedError(refusal)
    wanted = generate.counts(size)
    plan = generate.tables(seed, size)
    marker = {"seed": seed, "size": size, "version": generate.VERSION}
    with connect(target) as connection:
        found = load.marker(connection)
        if found is not None and not replace:
            counted = load.count(connection, list(wanted))
            _check(found, marker, counted, wanted)
            if not dry:
                load.migrate(connection, schema)
            return Outcome(False, counted)
        if not replace and load.has_rows(connection, "creators"):
            raise SeedError(
                "The database holds creators that this did not write, such as those that signed up through the API. Set "
                "seed_replace: true to throw them away with everything of theirs."
            )
        if dry:
            return Outcome(True, wanted)
        return Outcome(True, _write(connection, schema, plan, marker, wanted))


def _check(found: dict[str, Any], marker: dict[str, Any], counted: dict[str, int], wanted: dict[str, int]) -> None:
    if found != marker:
        raise SeedError(
            f"The database holds the data set {found}, asked for is {marker}. Set seed_replace: true to throw it away, or ask "
            "for what is there."
        )
    short = [
        f"{name} has {counted[name]} of {number} rows" for name, number in wanted.items() if counted[name] < number
    ]
    if short:
        raise SeedError(f"Rows of the data set are gone: {', '.join(short)}. Set seed_replace: true to write it anew.")


def _write(
    connection: Any, schema: str, plan: list[generate.Table], marker: dict[str, Any], wanted: dict[str, int]
) -> dict[str, int]:
    load.migrate(connection, schema)
    with connection.transaction():
        load.clear(connection, list(wanted))
        for table in plan:
            load.copy(connection, table.name, table.columns, table.rows())
        load.restart_identities(connection, list(wanted))
        load.mark(connection, marker)
    load.analyze(connection, list(wanted))
    return load.count(connection, list(wanted))
