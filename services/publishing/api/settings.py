"""What the api reads from its environment."""

from __future__ import annotations

from pydantic import Field

from publishing.common.config import DatabaseSettings, Seconds, Url


class ApiSettings(DatabaseSettings):
    """Settings of the api."""

    # What stands before the paths in requests of a load balancer that sends `/api/*` here.
    base_path: str = Field("", pattern=r"^(/[A-Za-z0-9._~-]+)*$")
    media_bucket: str
    renders_queue_url: Url
    notifications_queue_url: Url
    max_media_bytes: int = Field(8 * 1024 * 1024, ge=1024, le=64 * 1024 * 1024)
    # Uploads are held in memory: together they take max_media_bytes times this.
    max_uploads: int = Field(4, ge=1, le=100)
    # A request that waits longer is answered with 503, whatever it waits for.
    answer_seconds: Seconds = 15
    # How often jobs that could not be queued at once are tried again.
    relay_seconds: Seconds = 5
