"""`python -m publishing.worker`."""

from __future__ import annotations

import logging
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from publishing.common import aws, database, logs, serve
from publishing.common.config import load
from publishing.common.health import Health
from publishing.common.http import Observed, on_http_error
from publishing.worker.consumer import Consumer, Consumers
from publishing.worker.jobs import Bucket, perform
from publishing.worker.settings import WorkerSettings
from publishing.worker.watch import Watch


def run(arguments: list[str]) -> int:
    """The exit code."""
    if arguments not in ([], ["serve"]):
        logging.getLogger(__name__).critical("usage: python -m publishing.worker [serve]")
        return 2
    settings = load(WorkerSettings)
    logs.configure("worker", settings.release, settings.log_level)
    app, health, background = build(settings)
    return serve.serve(app, settings, health, background)


def build(settings: WorkerSettings) -> tuple[Observed, Health, list[serve.Background]]:
    """The probes' application, its health, and the threads that do the work."""
    queues = {"render": settings.renders_queue_url, "notify": settings.notifications_queue_url}
    sqs = aws.client("sqs", settings.poll_seconds + 5)
    bucket = Bucket(aws.client("s3", 20), settings.media_bucket)
    engine = database.engine(settings, application="worker", pool=settings.concurrency * len(queues) + 1)
    usable = database.check(settings, "worker")
    consumers = Consumers(
        [
            Consumer(
                sqs,
                kind,
                url,
                partial(perform, engine, bucket, kind),
                usable,
                poll=settings.poll_seconds,
                retry=settings.retry_seconds,
            )
            for kind, url in queues.items()
            for _number in range(settings.concurrency)
        ],
        settings.stuck_seconds,
    )
    watch = Watch(engine, sqs, queues, seconds=settings.watch_seconds, keep_days=settings.keep_idempotency_days)
    checks = {"database": database.check(settings, "worker"), "queues": consumers.check}
    health = Health(checks, settings.ready_timeout_seconds, consumers.alive)
    app = Starlette(routes=list(health.routes()), exception_handlers={HTTPException: on_http_error})
    return Observed(app, health, settings.release), health, [consumers, watch]


if __name__ == "__main__":
    serve.main("worker", run)
