# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections to PostgreSQL: where to, with what proof of the server, and the one exception of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

try:
    import psycopg
except ImportError:  # reported by connect(): ansible-test imports every file without third-party packages
    psycopg = None  # type: ignore[assignment]

MINIMUM_VERSION = 140000  # hash_record_extended and TID range scans: PostgreSQL 14


class PostgresError(Exception):
    """A server could not be reached, refused, or answered something that cannot be used. The text names it."""


@dataclass(frozen=True)
class Target:
    """A database to connect to. With `ca_file` the server's certificate and host name are verified (sslmode verify-full)."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False, default="")
    ca_file: str = ""
    connect_timeout: int = 10

    @property
    def name(self) -> str:
        """What messages call it; without user and password."""
        return f"{self.host}:{self.port}/{self.database}"


def connect(target: Target, *, autocommit: bool = True) -> Any:
    """A psycopg connection with timeouts that no work of ours trips over but a stuck server does.

    Raises PostgresError, which never repeats the password. Server settings of the session: `row_security=off`, so that a
    policy makes a read fail instead of hiding rows; no idle timeout, because a snapshot is held while others work;
    a lock wait ends after 30 s; text output is pinned, because checksums of types without a hash are made of it.
    """
    if psycopg is None:
        raise PostgresError("The Python package psycopg (3) is missing: install requirements/runtime.txt.")
    tls: dict[str, Any] = (
        {"sslmode": "verify-full", "sslrootcert": target.ca_file} if target.ca_file else {"sslmode": "prefer"}
    )
    options = " ".join(
        f"-c {setting}"
        for setting in (
            "row_security=off",
            "idle_in_transaction_session_timeout=0",
            "lock_timeout=30s",
            "statement_timeout=0",
            "TimeZone=UTC",
            "DateStyle=ISO",
            "IntervalStyle=postgres",
            "extra_float_digits=1",
            "bytea_output=hex",
            "search_path=pg_catalog",
        )
    )
    try:
        return psycopg.connect(
            host=target.host,
            port=target.port,
            dbname=target.database,
            user=target.user,
            password=target.password,
            connect_timeout=target.connect_timeout,
            application_name="creator.platform",
            options=options,
            autocommit=autocommit,
            **tls,
        )
    except psycopg.Error as error:
        raise PostgresError(f"Cannot connect to {target.name} as {target.user}: {first_line(error)}") from error


def connect_within(
    target: Target, *, seconds: float, every: float, clock: Callable[[], float], sleep: Callable[[float], None]
) -> tuple[Any, int]:
    """A connection, tried until `seconds` have passed, and how often it was tried. Raises the last PostgresError."""
    deadline = clock() + seconds
    attempts = 0
    while True:
        attempts += 1
        try:
            return connect(target), attempts
        except PostgresError:
            if clock() >= deadline:
                raise
        sleep(every)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn psycopg's errors inside the block into PostgresError, whose text begins with `what`."""
    try:
        yield
    except psycopg.Error as error:
        raise PostgresError(f"{what}: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    """The server's sentence without the DETAIL lines, which may repeat a row's content."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def quote(*names: str) -> str:
    """A possibly qualified SQL identifier: quote("a", 'b"c') is "a"."b""c"."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def server(connection: Any) -> dict[str, Any]:
    """Version number, system identifier, encoding and database name of the server behind `connection`.

    The system identifier is made once by initdb and kept by every physical copy, so it tells whether two servers descend
    from one cluster (https://www.postgresql.org/docs/current/functions-info.html, pg_control_system).
    """
    with translated("Reading the server's identity"):
        row = connection.execute(
            "SELECT current_setting('server_version_num')::int, (SELECT system_identifier::text FROM pg_control_system()),"
            " current_setting('server_encoding'), current_database()"
        ).fetchone()
    found = dict(zip(("version", "system_identifier", "encoding", "database"), row, strict=True))
    if found["version"] < MINIMUM_VERSION:
        raise PostgresError(
            f"{found['database']}: server version {found['version']} is below {MINIMUM_VERSION}; upgrade it."
        )
    return found
