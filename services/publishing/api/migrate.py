"""Schema migrations: safe to run twice, at the same time, and from a release that is older than the schema.

The schema is only ever expanded, then, releases later, contracted: each revision says which is the oldest release that works
with it (`works_with`), the database remembers that, and every release asks before it calls itself ready.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script, ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from publishing.common import database
from publishing.common.config import DatabaseSettings
from publishing.common.logs import fields

log = logging.getLogger(__name__)
SCRIPTS = Path(__file__).parent / "migrations"
#: The letters "seed" as a number: the lock that filling a database with synthetic data takes, so neither meets the other.
LOCK = 0x73656564
_BOOKS = """
CREATE SCHEMA IF NOT EXISTS platform;
CREATE TABLE IF NOT EXISTS platform.schema_support (
  one            boolean PRIMARY KEY DEFAULT true CHECK (one),
  level          integer NOT NULL,
  oldest_release integer NOT NULL,
  changed        timestamptz NOT NULL DEFAULT now()
)"""


def migrate(
    settings: DatabaseSettings, *, check: bool = False, breaking: bool = False, scripts: Path = SCRIPTS, wait: int = 120
) -> int:
    """Bring the schema to the release's level; with `check` only say whether it is there. The exit code.

    breaking: also when the releases that run now do not work with it. wait: seconds to wait for another migration to end.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts))
    directory = ScriptDirectory.from_config(config)
    head = int(directory.get_current_head() or "0")
    try:
        with database.engine(settings, application="migrate", pool=0, bounded=False).connect() as connection:
            level, oldest = database.schema(connection)
            connection.commit()
            if check:
                return _report(level, oldest, head)
            _lock(connection, wait)
            level, oldest = database.schema(connection)
            connection.commit()
            if level < head:
                if not breaking and _breaks(directory, level):
                    return 1
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                log.info("migrated", extra=fields(schema_before=level, schema=head))
                return 0
            return _report(level, oldest, head)
    except SQLAlchemyError as error:
        log.critical(
            "The migration failed; revisions before the failed one stay, nothing of it does: %s",
            getattr(error, "orig", None) or error,
        )
        return 1


def _breaks(directory: ScriptDirectory, level: int) -> bool:
    """Say whether a revision after `level` ends the releases that were made for it: they run until the new one has come."""
    later = [script for script in directory.walk_revisions() if int(script.revision) > level]
    for script in sorted(later, key=lambda each: int(each.revision)):
        works_with = int(script.module.works_with)
        if level and works_with > level:
            log.critical(
                "Nothing was migrated: revision %s works with releases made for level %d or later, and those that run now were "
                "made for level %d or before. Expand the schema first, and contract it in a later release; `migrate --breaking` "
                "does it all the same, and takes the releases that run now out of service",
                script.revision, works_with, level,
                extra=fields(schema=level, revision=script.revision, works_with=works_with),
            )  # fmt: skip
            return True
    return False


def _lock(connection: sa.Connection, wait: int) -> None:
    """Take the lock of this session, which ends with it, and make the books. DDL then waits for no one for long:
    a lock that it waits for blocks all who come after it."""
    connection.execute(sa.text(f"SET lock_timeout = '{wait}s'"))
    connection.execute(sa.text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.execute(sa.text("SET lock_timeout = '5s'"))
    connection.execute(sa.text(_BOOKS))
    connection.commit()


def _report(level: int, oldest: int, head: int) -> int:
    said = fields(schema=level, head=head)
    if level < head:
        log.error("The schema is at level %d, this release's is %d: run migrate", level, head, extra=said)
        return 1
    reason = database.supported(level, oldest)
    if reason:
        log.error("%s", reason, extra=said)
        return 1
    log.info("The schema is at level %d, this release's is %d: nothing to do", level, head, extra=said)
    return 0


def record_support(ctx: MigrationContext, step: MigrationInfo, heads: Any, run_args: Any) -> None:
    """Alembic calls it in the transaction of each revision: write down which releases work with the schema from now on."""
    del heads, run_args
    revision = step.up_revision
    if not isinstance(revision, Script) or ctx.connection is None:
        raise RuntimeError("Revisions are applied one at a time, and upwards only.")
    ctx.connection.execute(
        sa.text(
            "INSERT INTO platform.schema_support (level, oldest_release) VALUES (:level, :oldest) "
            "ON CONFLICT (one) DO UPDATE SET level = :level, oldest_release = :oldest, changed = now()"
        ),
        {"level": int(revision.revision), "oldest": int(revision.module.works_with)},
    )
