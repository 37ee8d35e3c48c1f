# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a data set into schema `platform`: migration, COPY, and the marker of what is in it."""

from __future__ import annotations

# ruff: noqa: S608  statements are built from quoted identifiers; values are parameters
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import quote, translated

SCHEMA = "platform"
#: Held while migrating and filling, so that two runs cannot do it at once: the letters "seed" as a number.
LOCK = 0x73656564


def marker(connection: Any) -> dict[str, Any] | None:
    """What data set the database holds, or None."""
    with translated("Reading the marker of the data set"):
        if not connection.execute("SELECT to_regclass('platform.data_set') IS NOT NULL").fetchone()[0]:
            return None
        row = connection.execute("SELECT seed, size, version FROM platform.data_set").fetchone()
    return dict(zip(("seed", "size", "version"), row, strict=True)) if row else None


def has_rows(connection: Any, table: str) -> bool:
    """Whether there is the table, with rows in it."""
    with translated(f"Looking for rows of platform.{table}"):
        if not connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{SCHEMA}.{table}",)).fetchone()[0]:
            return False
        return bool(connection.execute(f"SELECT EXISTS (SELECT FROM {quote(SCHEMA, table)})").fetchone()[0])


def migrate(connection: Any, schema: str) -> None:
    """Run the idempotent SQL of `schema` in one transaction."""
    with translated("Migrating schema platform"), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute(schema)


def clear(connection: Any, tables: Sequence[str]) -> None:
    """Remove all rows of `tables` and the marker; inside the transaction that fills them, so nobody sees them empty."""
    names = ", ".join(quote(SCHEMA, name) for name in (*tables, "data_set"))
    with translated("Emptying schema platform"):
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute(f"TRUNCATE {names}")


def copy(connection: Any, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY the rows in."""
    names = ", ".join(quote(column) for column in columns)
    with (
        translated(f"Filling platform.{table}"),
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(SCHEMA, table)} ({names}) FROM STDIN") as sink,
    ):
        for row in rows:
            sink.write_row(tuple(_value(value) for value in row))


def _value(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else value


def restart_identities(connection: Any, tables: Sequence[str]) -> None:
    """Let new rows take ids after the highest there is."""
    for table in tables:
        with translated(f"Setting the next id of platform.{table}"):
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {quote(SCHEMA, table)}))",
                (f"{SCHEMA}.{table}",),
            )


def mark(connection: Any, values: Mapping[str, Any]) -> None:
    """Write down which data set this is."""
    with translated("Writing the marker of the data set"):
        connection.execute(
            "INSERT INTO platform.data_set (seed, size, version) VALUES (%s, %s, %s)",
            (values["seed"], values["size"], values["version"]),
        )


def count(connection: Any, tables: Sequence[str]) -> dict[str, int]:
    """Rows by table."""
    with translated("Counting the rows of schema platform"):
        return {
            table: int(connection.execute(f"SELECT count(*) FROM {quote(SCHEMA, table)}").fetchone()[0])
            for table in tables
        }


def analyze(connection: Any, tables: Sequence[str]) -> None:
    """Give the planner its statistics."""
    with translated("Analyzing schema platform"):
        connection.execute("ANALYZE " + ", ".join(quote(SCHEMA, table) for table in tables))
