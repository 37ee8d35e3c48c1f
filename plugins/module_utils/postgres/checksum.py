# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checksums of row versions by ranges of pages, and the rows behind a difference.

A physical copy holds the row versions of its source at the same place (ctid) with the same inserting transaction (xmin).
Versions that were inserted by a transaction which had ended when the anchor was taken are called old; only they are
compared, so what the source does afterwards raises no alarm (research: anchored comparison).
"""

from __future__ import annotations

# ruff: noqa: S608  statements are built from quoted identifiers of the catalog and integers; values are parameters
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.postgres.catalog import Column, Table
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import quote, translated

# An alias that no column has: a column of the alias' name would stand for itself instead of the row.
_ROW = quote("creator.platform row")


@dataclass(frozen=True)
class Window:
    """Transaction ids [start, start + width): what they inserted is new. `start` is the anchor's 64-bit xmin.

    The system column xmin holds the lower 32 bits, so the comparison is made modulo 2^32
    (https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND). `width` bounds the ids that
    may have been given since; a frozen row keeps its old xmin and is taken for new only when that lies in the window.
    """

    start: int
    width: int

    @property
    def sql(self) -> str:
        """A condition that is true for row versions inserted in the window."""
        return f"((xmin::text::bigint - {self.start & 0xFFFFFFFF:d}) & 4294967295) < {self.width:d}"


@dataclass(frozen=True)
class Sums:
    """Old rows of a range: how many, the sum of their 64-bit hashes, and how many new rows stand beside them."""

    count: int
    total: int
    new: int = 0


def row_hash(table: Table) -> str:
    """An SQL expression for the 64-bit hash of a row of `table`; columns without a hash of their own go in as text."""
    if all(column.hashable for column in table.columns):
        return f"hash_record_extended({_ROW}, 0)"
    parts = (f"{_ROW}.{quote(column.name)}{'' if column.hashable else '::text'}" for column in table.columns)
    return f"hash_record_extended(ROW({', '.join(parts)}), 0)"


def range_sums(connection: Any, table: Table, window: Window, first: int, last: int | None) -> Sums:
    """Sums over the pages [first, last), without an end when `last` is None. The sum is exact: PostgreSQL adds in numeric."""
    with translated(f"Reading {table.label}"):
        row = connection.execute(
            f"SELECT count(*) FILTER (WHERE NOT ({window.sql})),"
            f" coalesce(sum({row_hash(table)}) FILTER (WHERE NOT ({window.sql})), 0)::text, count(*)"
            f" FROM ONLY {table.sql} {_ROW} WHERE {_pages(first, last)}"
        ).fetchone()
    return Sums(row[0], int(row[1]), row[2] - row[0])


def page_sums(connection: Any, table: Table, window: Window, first: int, last: int | None) -> dict[int, Sums]:
    """Sums for each page of the range that holds old rows."""
    with translated(f"Reading pages of {table.label}"):
        rows = connection.execute(
            f"SELECT (ctid::text::point)[0]::bigint, count(*), sum({row_hash(table)})::text"
            f" FROM ONLY {table.sql} {_ROW} WHERE {_pages(first, last)} AND NOT ({window.sql}) GROUP BY 1"
        ).fetchall()
    return {page: Sums(count, int(total)) for page, count, total in rows}


def old_rows(connection: Any, table: Table, window: Window, pages: Sequence[int]) -> dict[str, int]:
    """Old rows of the pages as {ctid: hash}."""
    found: dict[str, int] = {}
    with translated(f"Reading rows of {table.label}"):
        for page in pages:
            found.update(
                connection.execute(
                    f"SELECT ctid::text, {row_hash(table)} FROM ONLY {table.sql} {_ROW}"
                    f" WHERE {_pages(page, page + 1)} AND NOT ({window.sql})"
                ).fetchall()
            )
    return found


def inserted_in(connection: Any, table: Table, window: Window, limit: int) -> list[str]:
    """ctids of at most `limit` row versions inserted in the window."""
    with translated(f"Reading rows of {table.label}"):
        rows = connection.execute(
            f"SELECT ctid::text FROM ONLY {table.sql} {_ROW} WHERE {window.sql} ORDER BY ctid LIMIT {limit:d}"
        ).fetchall()
    return [row[0] for row in rows]


def keys(connection: Any, table: Table, ctids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Primary keys, as text, of the rows at `ctids`; empty when the table has no primary key."""
    if not table.key or not ctids:
        return {}
    columns = ", ".join(f"{quote(column.name)}::text" for column in table.key)
    with translated(f"Reading keys of {table.label}"):
        rows = connection.execute(
            f"SELECT ctid::text, {columns} FROM ONLY {table.sql} {_ROW} WHERE ctid = ANY (%s::tid[])", (list(ctids),)
        ).fetchall()
    return {row[0]: tuple(row[1:]) for row in rows}


def has_key(connection: Any, table: Table, key: Sequence[str]) -> bool:
    """Whether a row with that primary key (as `keys` gives it) is in the table."""
    condition = " AND ".join(f"{quote(column.name)} = %s::{_cast(column)}" for column in table.key)
    with translated(f"Looking up a key of {table.label}"):
        row = connection.execute(
            f"SELECT EXISTS (SELECT FROM ONLY {table.sql} {_ROW} WHERE {condition})", list(key)
        ).fetchone()
    return bool(row[0])


def key_text(table: Table, ctid: str, key: Sequence[str] | None) -> str:
    """How evidence names a row: id=5, or its place when the table has no primary key."""
    if not key:
        return f"ctid={ctid}"
    return ", ".join(f"{column.name}={value}" for column, value in zip(table.key, key, strict=True))


def _cast(column: Column) -> str:
    return "text::" + column.type  # through text: a parameter without a type is not cast by every type's input function


def _pages(first: int, last: int | None) -> str:
    upper = "" if last is None else f" AND ctid < '({last:d},0)'::tid"
    return f"ctid >= '({first:d},0)'::tid{upper}"
