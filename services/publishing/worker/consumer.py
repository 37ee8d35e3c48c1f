"""Threads that take messages from the queues, one at a time, and never lose one: what is not done is given back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import SQLAlchemyError

from publishing.common.logs import fields, identified
from publishing.worker.jobs import BusyError, JobError, parse

log = logging.getLogger(__name__)
JOBS = Counter("platform_jobs", "Messages handled", ("kind", "outcome"))
DURATION = Histogram("platform_job_duration_seconds", "Time for a message", ("kind",))
AGE = Histogram(
    "platform_message_age_seconds",
    "Time from the sending of a message to its (last) reception",
    ("kind",),
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400),
)
_LONGEST_VISIBILITY = 43_200
_PAUSE = 2.0
_AWS = (BotoCoreError, ClientError)


class Consumer(threading.Thread):
    """One thread for one queue. perform: does a job by its id, False when it was done before.

    usable: raises while the database is of no use; asked after a failure, so that messages wait in the queue, and not in the
    dead-letter queue, while a dependency is away.
    """

    def __init__(
        self,
        sqs: Any,
        kind: str,
        url: str,
        perform: Callable[[str], bool],
        usable: Callable[[], object],
        *,
        poll: int,
        retry: int,
    ) -> None:
        super().__init__(name=f"consumer-{kind}", daemon=True)
        self.kind = kind
        self.problem = "the queue has not answered yet"
        self.heard = time.monotonic()
        self.ended = threading.Event()
        self._sqs, self._url, self._perform, self._usable = sqs, url, perform, usable
        self._poll, self._retry = poll, retry
        self._held: str | None = None

    def run(self) -> None:
        """Until told to end."""
        while not self.ended.is_set():
            self.heard = time.monotonic()
            for message in self._receive():
                self._held = message["ReceiptHandle"]
                healthy = self._handle(message)
                self._held = None
                if not healthy:
                    self._wait_until_usable()

    def _receive(self) -> Sequence[dict[str, Any]]:
        try:
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=1,
                WaitTimeSeconds=0 if self.problem else self._poll,  # whether it answers is soon known
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
                MessageAttributeNames=["correlation_id"],
            )
        except _AWS as error:
            if not self.problem:
                log.warning("the queue is out of reach", extra=fields(kind=self.kind, reason=str(error)))
            self.problem = str(error)
            self.ended.wait(_PAUSE)
            return []
        self.problem = ""
        return list(answer.get("Messages", []))

    def _handle(self, message: dict[str, Any]) -> bool:
        """Do what a message asks for; False when something is away that the next message will need as well."""
        began, outcome, healthy = time.monotonic(), "failed", True
        attributes, count = message["Attributes"], int(message["Attributes"]["ApproximateReceiveCount"])
        AGE.labels(self.kind).observe(max(0.0, time.time() - int(attributes["SentTimestamp"]) / 1000))
        correlation = message.get("MessageAttributes", {}).get("correlation_id", {}).get("StringValue")
        with identified(message["MessageId"], correlation):
            said = {"kind": self.kind, "received": count}
            try:
                job = parse(message["Body"], self.kind)
                said["job"] = job
                outcome = "done" if self._perform(job) else "duplicate"
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            except BusyError:
                outcome = "busy"
                self._give_back(message["ReceiptHandle"], self._retry)
            except JobError as error:
                log.error("left for the dead-letter queue: %s", error, extra=fields(**said))
                self._give_back(message["ReceiptHandle"], self._retry * count)
            except Exception as error:
                healthy = not isinstance(error, (SQLAlchemyError, *_AWS))
                log.exception("the job failed and will be tried again", extra=fields(**said))
                self._give_back(message["ReceiptHandle"], self._retry * count)
            seconds = time.monotonic() - began
            JOBS.labels(self.kind, outcome).inc()
            DURATION.labels(self.kind).observe(seconds)
            log.info("message %s", outcome, extra=fields(**said, outcome=outcome, seconds=round(seconds, 4)))
        return healthy

    def _give_back(self, handle: str, seconds: int) -> None:
        """Let the message be seen again after that time; if that fails, the queue's own visibility timeout does it."""
        try:
            self._sqs.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=handle, VisibilityTimeout=min(seconds, _LONGEST_VISIBILITY)
            )
        except _AWS as error:
            log.warning("a message could not be given back", extra=fields(kind=self.kind, reason=str(error)))

    def _wait_until_usable(self) -> None:
        while not self.ended.wait(_PAUSE):
            self.heard = time.monotonic()
            try:
                self._usable()
            except Exception as error:
                log.warning("waiting for the database", extra=fields(kind=self.kind, reason=str(error)))
            else:
                return

    def release(self) -> None:
        """Give back at once what this thread holds: the process ends before it can be done."""
        handle = self._held
        if handle is not None:
            log.error("released a message that could not be finished in time", extra=fields(kind=self.kind))
            self._give_back(handle, 0)


class Consumers:
    """All threads. stuck: seconds without a sign of life after which one counts as stuck."""

    def __init__(self, threads: Sequence[Consumer], stuck: float) -> None:
        self._threads = threads
        self._stuck = stuck

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, deadline: float) -> None:
        """Take no more messages, finish those in hand, and give back what is not finished at the deadline."""
        for thread in self._threads:
            thread.ended.set()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for thread in self._threads:
            if thread.is_alive():
                thread.release()

    def check(self) -> None:
        """Raises ConnectionError when a queue did not answer last time."""
        for thread in self._threads:
            if thread.problem:
                raise ConnectionError(f"queue for {thread.kind}: {thread.problem}")

    def alive(self) -> str:
        """Why the process should be restarted, or ""."""
        for thread in self._threads:
            if thread.ended.is_set():
                continue
            silent = time.monotonic() - thread.heard
            if thread.ident is not None and not thread.is_alive():
                return f"thread {thread.name} has ended"
            if thread.ident is not None and silent > self._stuck:
                return f"thread {thread.name} has given no sign of life for {silent:.0f} s"
        return ""
