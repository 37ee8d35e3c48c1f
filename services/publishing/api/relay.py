"""From the table of jobs to the queues: at once after the transaction, and later for what could not be sent then.

A job is written in the transaction that asks for it, so neither is there without the other. It may be sent twice, never not
at all; the worker does it once.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from botocore.exceptions import BotoCoreError, ClientError
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import SQLAlchemyError

from publishing.api.store import rows
from publishing.common.logs import fields, identified, request_id

log = logging.getLogger(__name__)
SENT = Counter("platform_jobs_sent", "Jobs put into a queue", ("kind",))
UNSENT = Gauge("platform_jobs_unsent", "Jobs that could not be queued at once and wait for the next try")
_BATCH = 20
#: Younger ones are being sent by the request that made them.
_GRACE_SECONDS = 5


class Relay:
    """Sends jobs. queues: URL by kind of job. It runs in a thread of its own between `start` and `stop`."""

    def __init__(self, engine: sa.Engine, sqs: Any, queues: Mapping[str, str], seconds: float) -> None:
        self._engine = engine
        self._sqs = sqs
        self._queues = queues
        self._seconds = seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def send(self, jobs: Sequence[str]) -> None:
        """Send these jobs now. A failure is logged and no more: they are safe, and are sent later."""
        if not jobs:
            return
        try:
            self._send("id = ANY(:jobs)", jobs=list(jobs))
        except (BotoCoreError, ClientError, SQLAlchemyError) as error:
            log.warning("jobs could not be queued and will be later", extra=fields(jobs=jobs, reason=str(error)))

    def sweep(self) -> None:
        """Send what was left behind. Raises what SQS and the database raise."""
        old = f"created_at < now() - interval '{_GRACE_SECONDS} seconds'"
        while self._send(old) == _BATCH:
            pass
        with self._engine.connect() as connection:
            UNSENT.set(rows(connection, f"SELECT count(*) AS n FROM jobs WHERE sent_at IS NULL AND {old}")[0]["n"])  # noqa: S608

    def _send(self, which: str, **values: Any) -> int:
        with self._engine.begin() as connection:
            found = rows(
                connection,
                "SELECT id, kind, subject, payload, correlation_id FROM jobs WHERE sent_at IS NULL AND "  # noqa: S608
                f"{which} ORDER BY created_at LIMIT {_BATCH} FOR UPDATE SKIP LOCKED",
                **values,
            )
            for job in found:
                with identified(request_id.get(), job["correlation_id"]):
                    self._put(job)
            connection.execute(
                sa.text("UPDATE jobs SET sent_at = now() WHERE id = ANY(:jobs)"),
                {"jobs": [job["id"] for job in found]},
            )
        return len(found)

    def _put(self, job: Mapping[str, Any]) -> None:
        self._sqs.send_message(
            QueueUrl=self._queues[job["kind"]],
            MessageBody=json.dumps({name: job[name] for name in ("id", "kind", "subject", "payload")}),
            MessageAttributes={"correlation_id": {"DataType": "String", "StringValue": job["correlation_id"]}},
        )
        SENT.labels(job["kind"]).inc()
        log.info("queued", extra=fields(job=job["id"], kind=job["kind"]))

    def start(self) -> None:
        """Begin to sweep."""
        self._thread.start()

    def stop(self, deadline: float) -> None:
        """End after the sweep that runs; the requests that are still in flight send their own jobs."""
        self._ended.set()
        self._thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        while not self._ended.wait(self._seconds):
            try:
                self.sweep()
            except (BotoCoreError, ClientError, SQLAlchemyError) as error:
                log.warning("left jobs could not be queued", extra=fields(reason=str(error)))
