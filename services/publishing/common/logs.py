"""Logs as one JSON object a line on standard output, with the ids of the request that they belong to."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
#: Ids come from outside and end in logs and headers, so only harmless ones are taken over.
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def accepted(value: str | None) -> str:
    """`value` if it is fit to be an id, else ""."""
    return value if value and _ID.fullmatch(value) else ""


@contextmanager
def identified(request: str | None, correlation: str | None) -> Iterator[None]:
    """Give what is logged inside these ids; what is missing or unfit is made up, or taken from the other."""
    one = accepted(request) or uuid.uuid4().hex
    tokens = request_id.set(one), correlation_id.set(accepted(correlation) or one)
    try:
        yield
    finally:
        request_id.reset(tokens[0])
        correlation_id.reset(tokens[1])


def fields(**values: Any) -> dict[str, Any]:
    """For `extra=`: members of the JSON object."""
    return {"fields": values}


class JsonFormatter(logging.Formatter):
    """A record as a JSON object on one line."""

    def __init__(self, service: str, release: str) -> None:
        super().__init__()
        self._common = {"service": service, "release": release}

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            **self._common,
            "message": record.getMessage(),
            "logger": record.name,
        }
        if request_id.get():
            line |= {"request_id": request_id.get(), "correlation_id": correlation_id.get()}
        for name, value in getattr(record, "fields", {}).items():
            line.setdefault(name, value)  # no field may hide what a line always says
        if record.exc_info and record.exc_info[0]:
            line["error"] = {
                "type": record.exc_info[0].__name__,
                "message": str(record.exc_info[1]),
                "stack": "".join(traceback.format_exception(*record.exc_info)),
            }
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(service: str, release: str, level: str) -> None:
    """Send every log of the process, those of libraries and of uncaught exceptions too, through the formatter."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service, release))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    for chatty in (
        "botocore",
        "urllib3",
        "httpx",
        "httpcore",
        "uvicorn.access",
        "uvicorn.error",
        "PIL",
        "alembic.runtime.plugins",
    ):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    sys.excepthook = lambda kind, error, trace: logging.getLogger(service).critical(
        "uncaught exception", exc_info=(kind, error, trace)
    )
    threading.excepthook = lambda caught: logging.getLogger(service).critical(
        "uncaught exception in thread %s", caught.thread and caught.thread.name, exc_info=caught.exc_value
    )
