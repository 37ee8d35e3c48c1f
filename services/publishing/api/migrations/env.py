"""Alembic's entry: the connection comes from publishing.api.migrate, which holds the lock."""

from __future__ import annotations

from alembic import context

from publishing.api.migrate import record_support

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema="platform",
    # Each revision is all or nothing, and those before one that fails stay.
    transaction_per_migration=True,
    on_version_apply=record_support,
)
with context.begin_transaction():
    context.run_migrations()
