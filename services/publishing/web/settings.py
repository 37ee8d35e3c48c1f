"""What the web service reads from its environment."""

from __future__ import annotations

from publishing.common.config import Seconds, Settings, Url


class WebSettings(Settings):
    """Settings of the web service."""

    api_url: Url
    api_timeout_seconds: Seconds = 5
    # Where browsers get media from, when that is not this service: the address of a distribution before the bucket.
    media_url: str = ""
