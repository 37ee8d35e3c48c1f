"""Clients of AWS with bounded waiting; region, endpoint and credentials come from the environment, as the SDK reads it."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config


def client(service: str, read_seconds: float = 5) -> Any:
    """A client; safe to share between threads, which boto3's default session is not while it makes one."""
    return boto3.session.Session().client(  # type: ignore[call-overload,unused-ignore]
        service,
        config=Config(
            connect_timeout=2,
            read_timeout=read_seconds,
            retries={"total_max_attempts": 3, "mode": "standard"},
            max_pool_connections=20,
        ),
    )
