"""What the probes are told. Liveness is about this process alone; readiness is about what it cannot serve without."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from publishing.common import metrics
from publishing.common.logs import fields

log = logging.getLogger(__name__)
#: Asks one dependency; raises whatever it likes when that is of no use at the moment.
Check = Callable[[], object]


class Health:
    """The state that the probes see.

    checks: by dependency; each runs in a thread and is answered for within `timeout` seconds, whether it has ended or not.
    alive: why the process should be restarted, or "".
    """

    def __init__(self, checks: Mapping[str, Check], timeout: float, alive: Callable[[], str] = lambda: "") -> None:
        self.started = False
        self.draining = False
        self.in_flight = 0
        self._checks = checks
        self._timeout = timeout
        self._alive = alive
        self._running: dict[str, asyncio.Future[str]] = {}
        self._was_ready: bool | None = None

    async def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Whether requests are welcome, and the reasons by dependency."""
        names = list(self._checks)
        answers = await asyncio.gather(*(self._ask(name) for name in names))
        checks = dict(zip(names, answers, strict=True))
        ready = self.started and not self.draining and all(check["ok"] for check in answers)
        if ready != self._was_ready:
            log.log(
                logging.INFO if ready or self.draining else logging.WARNING,
                "ready" if ready else "not ready",
                extra=fields(checks=checks, draining=self.draining),
            )
            self._was_ready = ready
        metrics.READY.set(ready)
        status = "ready" if ready else "draining" if self.draining else "unready"
        return ready, {"status": status, "started": self.started, "draining": self.draining, "checks": checks}

    async def _ask(self, name: str) -> dict[str, Any]:
        began = time.monotonic()
        # A check that hangs is joined, not started again: probes must not pile up behind a dependency that is gone.
        running = self._running.get(name)
        if running is None or running.done():
            running = self._running[name] = asyncio.ensure_future(asyncio.to_thread(_reason, self._checks[name]))
        done, _pending = await asyncio.wait({running}, timeout=self._timeout)
        reason = running.result() if done else f"no answer within {self._timeout:g} s"
        metrics.CHECK.labels(name).set(not reason)
        return {"ok": not reason, "reason": reason, "seconds": round(time.monotonic() - began, 3)}

    def routes(self) -> list[Route]:
        """/livez, /startupz, /readyz and /metrics."""

        async def livez(_request: Request) -> Response:
            reason = self._alive()
            return _answer(not reason, {"status": "dead" if reason else "alive", "reason": reason})

        async def startupz(_request: Request) -> Response:
            return _answer(self.started, {"status": "started" if self.started else "starting"})

        async def readyz(_request: Request) -> Response:
            return _answer(*await self.readiness())

        async def exposition(_request: Request) -> Response:
            return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

        return [
            Route("/livez", livez),
            Route("/startupz", startupz),
            Route("/readyz", readyz),
            Route("/metrics", exposition),
        ]


def _reason(check: Check) -> str:
    try:
        check()
    except Exception as error:  # the reason is the answer
        return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    return ""


def _answer(good: bool, content: Mapping[str, Any]) -> Response:
    return JSONResponse(content, 200 if good else 503, headers={"Cache-Control": "no-store"})
