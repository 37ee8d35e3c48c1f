"""PostgreSQL: connections that are verified, bounded in time and take up a rotated password; and the schema's level."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import NullPool

from publishing.common import aws
from publishing.common.config import DatabaseSettings
from publishing.common.health import Check

#: The schema that this release was written for, and the oldest that it can work with: numbers of revisions.
SCHEMA_LEVEL = 2
OLDEST_SCHEMA = 2
#: What SQLAlchemy raises when the server is out of reach or too busy, as opposed to a statement that is wrong.
OUT_OF_REACH = (OperationalError, InterfaceError, PoolTimeoutError)
_SECRET_SECONDS = 300.0


class SchemaError(Exception):
    """The database's schema is not one that this release works with; the text says which and what to do."""


def engine(settings: DatabaseSettings, *, application: str, pool: int | None = None, bounded: bool = True) -> sa.Engine:
    """An engine. pool: connections that are kept, the setting's when None, none when 0. bounded: with a statement timeout."""
    options = "-c search_path=platform -c idle_in_transaction_session_timeout=60000"
    if bounded:
        milliseconds = round(settings.database_statement_seconds * 1000)
        options += f" -c statement_timeout={milliseconds} -c lock_timeout={milliseconds // 2}"
    arguments: dict[str, Any] = {
        "sslmode": settings.database_sslmode,
        "connect_timeout": settings.database_connect_seconds,
        # A server that vanished is noticed by the kernel, not by the default of two hours.
        "tcp_user_timeout": round(settings.database_statement_seconds * 1000) + 1000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "application_name": application,
        "options": options,
    }
    root = _root(settings)
    if root:
        arguments["sslrootcert"] = root
    size = settings.database_pool_size if pool is None else pool
    pooling: dict[str, Any] = (
        {"pool_size": size, "max_overflow": 0, "pool_timeout": 3, "pool_pre_ping": True, "pool_recycle": 900}
        if size
        else {"poolclass": NullPool}
    )
    made = sa.create_engine(
        sa.URL.create(
            "postgresql+psycopg",
            host=settings.database_host,
            port=settings.database_port,
            database=settings.database_name,
        ),
        connect_args=arguments,
        hide_parameters=True,
        **pooling,
    )
    login = _login(settings)

    @event.listens_for(made, "do_connect")
    def _(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        parameters["user"], parameters["password"] = login()

    return made


def _root(settings: DatabaseSettings) -> str:
    """Path of the root certificates. libpq takes no text, and the file system may be read-only: text goes to memory."""
    if settings.database_ca is None:
        return str(settings.database_ca_file or "")
    descriptor = os.memfd_create("database-ca")
    os.write(descriptor, settings.database_ca.encode())
    return f"/proc/self/fd/{descriptor}"


def _login(settings: DatabaseSettings) -> Callable[[], tuple[str, str]]:
    """User and password for a new connection, read again each time, so that a rotation needs no restart."""
    user = settings.database_user or ""
    if settings.database_password is not None:
        password = settings.database_password.get_secret_value()
        return lambda: (user, password)
    path = settings.database_password_file
    if path is not None:
        return lambda: (user, path.read_text().strip())
    return _secret(str(settings.database_secret_arn), user)


def _secret(arn: str, user: str) -> Callable[[], tuple[str, str]]:
    client = aws.client("secretsmanager")
    kept: tuple[float, str, str] | None = None

    def login() -> tuple[str, str]:
        nonlocal kept
        if kept is None or time.monotonic() - kept[0] > _SECRET_SECONDS:
            content = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
            kept = time.monotonic(), user or content["username"], content["password"]
        return kept[1], kept[2]

    return login


def supported(level: int, oldest_release: int) -> str:
    """Why this release does not work with a schema of that level, which works with releases from `oldest_release` on; or ""."""
    if level < OLDEST_SCHEMA:
        return f"the schema is at level {level}, this release needs {OLDEST_SCHEMA} or later: run the migrations"
    if oldest_release > SCHEMA_LEVEL:
        return (
            f"the schema is at level {level} and works with releases made for level {oldest_release} or later, "
            f"this one was made for {SCHEMA_LEVEL}: deploy a later release"
        )
    return ""


def schema(connection: sa.Connection) -> tuple[int, int]:
    """The level of the database's schema and the oldest release's that it works with; (0, 0) before the first migration."""
    if not connection.execute(sa.text("SELECT to_regclass('platform.schema_support') IS NOT NULL")).scalar():
        return 0, 0
    row = connection.execute(sa.text("SELECT level, oldest_release FROM platform.schema_support")).first()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def check(settings: DatabaseSettings, application: str) -> Check:
    """Asks the database on a connection of its own, so that a busy pool does not make a pod unready."""
    own = engine(settings, application=f"{application}-ready", pool=1)

    def ask() -> None:
        try:
            with own.connect() as connection:
                reason = supported(*schema(connection))
        except DBAPIError as error:
            raise ConnectionError(str(error.orig)) from error
        if reason:
            raise SchemaError(reason)

    return ask
