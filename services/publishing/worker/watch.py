"""Looks at the queues and at what waits in the database now and then, and throws away what has served its time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from botocore.exceptions import BotoCoreError, ClientError
from prometheus_client import Gauge
from sqlalchemy.exc import SQLAlchemyError

from publishing.common.logs import fields

log = logging.getLogger(__name__)
MESSAGES = Gauge("platform_queue_messages", "Messages by queue and state", ("kind", "state"))
OLDEST = Gauge(
    "platform_queue_oldest_seconds", "Age of the oldest job that is not done, 0 when there is none", ("kind",)
)
_STATES = {"ApproximateNumberOfMessages": "waiting", "ApproximateNumberOfMessagesNotVisible": "in_flight"}


class Watch:
    """queues: URL by kind of job. Runs in a thread of its own between `start` and `stop`."""

    def __init__(
        self, engine: sa.Engine, sqs: Any, queues: Mapping[str, str], *, seconds: float, keep_days: int
    ) -> None:
        self._engine, self._sqs, self._queues = engine, sqs, queues
        self._seconds, self._keep_days = seconds, keep_days
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, deadline: float) -> None:
        """End after the look that is being taken."""
        self._ended.set()
        self._thread.join(max(0.0, deadline - time.monotonic()))

    def look(self) -> None:
        """Look once. Raises what SQS and the database raise."""
        for kind, url in self._queues.items():
            found = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_STATES))["Attributes"]
            for attribute, state in _STATES.items():
                MESSAGES.labels(kind, state).set(int(found[attribute]))
        with self._engine.begin() as connection:
            ages = connection.execute(
                sa.text(
                    "SELECT kind, extract(epoch FROM now() - min(created_at)) FROM jobs WHERE processed_at IS NULL GROUP BY kind"
                )
            ).all()
            oldest = {str(kind): float(age) for kind, age in ages}
            for kind in self._queues:
                OLDEST.labels(kind).set(oldest.get(kind, 0.0))
            connection.execute(
                sa.text("DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(days => :days)"),
                {"days": self._keep_days},
            )

    def _run(self) -> None:
        while True:
            try:
                self.look()
            except (BotoCoreError, ClientError, SQLAlchemyError) as error:
                log.warning("the queues could not be looked at", extra=fields(reason=str(error)))
            if self._ended.wait(self._seconds):
                return
