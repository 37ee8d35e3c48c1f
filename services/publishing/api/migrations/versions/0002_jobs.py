"""Jobs, written in the transaction that asks for them and queued after it, and idempotency keys of payments.

Neither has foreign keys: a data set can be replaced (TRUNCATE) without them, and jobs outlive what they were about.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
works_with = 1

_STATEMENTS = (
    """
    CREATE TABLE platform.jobs (
      id             uuid PRIMARY KEY,
      kind           text NOT NULL,
      subject        text NOT NULL,
      payload        jsonb NOT NULL DEFAULT '{}',
      correlation_id text NOT NULL,
      created_at     timestamptz NOT NULL DEFAULT now(),
      sent_at        timestamptz,
      processed_at   timestamptz,
      result         jsonb
    )""",
    "CREATE INDEX jobs_by_subject ON platform.jobs (subject)",
    "CREATE INDEX jobs_unsent ON platform.jobs (created_at) WHERE sent_at IS NULL",
    "CREATE INDEX jobs_unprocessed ON platform.jobs (kind, created_at) WHERE processed_at IS NULL",
    """
    CREATE TABLE platform.idempotency_keys (
      key        text PRIMARY KEY,
      request    bytea NOT NULL,
      answer     jsonb,
      created_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX idempotency_keys_by_age ON platform.idempotency_keys (created_at)",
)


def upgrade() -> None:
    """Add both tables; what was there is left alone."""
    for statement in _STATEMENTS:
        op.execute(statement)
