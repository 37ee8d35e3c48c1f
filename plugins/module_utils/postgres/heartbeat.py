# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Heartbeats: rows with the source's own time, by which a copy tells up to which moment it reaches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import translated

_SETUP = """
CREATE SCHEMA IF NOT EXISTS dr;
CREATE TABLE IF NOT EXISTS dr.heartbeat (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  written timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE dr.heartbeat IS 'One row a heartbeat; restore drills measure lost time with it';
"""


def ensure(connection: Any) -> bool:
    """Create schema `dr` and table `dr.heartbeat` where they are missing; whether anything was created."""
    with translated("Creating dr.heartbeat"):
        if exists(connection):
            return False
        connection.execute(_SETUP)
        return True


def exists(connection: Any) -> bool:
    """Whether dr.heartbeat is there."""
    with translated("Looking for dr.heartbeat"):
        return bool(connection.execute("SELECT to_regclass('dr.heartbeat') IS NOT NULL").fetchone()[0])


def beat(connection: Any) -> tuple[int, datetime]:
    """Write a heartbeat and commit it; its id and the source's time after the commit."""
    with translated("Writing a heartbeat"):
        number = connection.execute("INSERT INTO dr.heartbeat DEFAULT VALUES RETURNING id").fetchone()[0]
        return number, connection.execute("SELECT clock_timestamp()").fetchone()[0]


def trim(connection: Any, days: int) -> int:
    """Remove heartbeats older than `days`; how many."""
    with translated("Removing old heartbeats"):
        removed: int = connection.execute(
            "DELETE FROM dr.heartbeat WHERE written < now() - make_interval(days => %s)", (days,)
        ).rowcount
        return removed


def last(connection: Any) -> tuple[int, datetime] | None:
    """The newest heartbeat, or None."""
    with translated("Reading the last heartbeat"):
        found: tuple[int, datetime] | None = connection.execute(
            "SELECT id, written FROM dr.heartbeat ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return found


def after(connection: Any, number: int) -> tuple[int, datetime] | None:
    """The first heartbeat after that of id `number`, or None."""
    with translated("Reading the next heartbeat"):
        found: tuple[int, datetime] | None = connection.execute(
            "SELECT id, written FROM dr.heartbeat WHERE id > %s ORDER BY id LIMIT 1", (number,)
        ).fetchone()
        return found


def horizon(connection: Any) -> int:
    """The 64-bit id that the next transaction will get at the earliest: what is inserted from now on has this xmin or more."""
    with translated("Reading the next transaction id"):
        return int(connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()[0])
