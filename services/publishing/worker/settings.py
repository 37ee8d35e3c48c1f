"""What the worker reads from its environment."""

from __future__ import annotations

from pydantic import Field

from publishing.common.config import DatabaseSettings, Seconds, Url


class WorkerSettings(DatabaseSettings):
    """Settings of the worker."""

    media_bucket: str
    renders_queue_url: Url
    notifications_queue_url: Url
    # Nothing is sent to a worker, so nobody has to hear that it ends.
    drain_delay_seconds: float = Field(0, ge=0, le=300)
    # Threads for each queue; each holds one message at a time.
    concurrency: int = Field(1, ge=1, le=32)
    poll_seconds: int = Field(5, ge=0, le=20)
    # A message that failed is seen again after this, times how often it was received.
    retry_seconds: int = Field(10, ge=0, le=3600)
    # A thread that is silent for longer is stuck, and the process is to be restarted.
    stuck_seconds: Seconds = 300
    watch_seconds: Seconds = 15
    keep_idempotency_days: int = Field(30, ge=1, le=3650)
