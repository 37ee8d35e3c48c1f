"""From start to SIGTERM and beyond: readiness goes first, then the listener, and what is in flight is finished."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import uvicorn
from starlette.types import ASGIApp

from publishing.common import logs, metrics
from publishing.common.config import ConfigurationError, Settings
from publishing.common.health import Health

log = logging.getLogger(__name__)


class Background(Protocol):
    """Work beside the requests."""

    def start(self) -> None:
        """Begin."""

    def stop(self, deadline: float) -> None:
        """End before `deadline`, a moment of time.monotonic(); what cannot be finished is given back."""


class _Server(uvicorn.Server):
    """Signals are ours: uvicorn would stop listening at once."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main(service: str, run: Callable[[list[str]], int]) -> None:
    """Run a service's command line; exit code 2 for a configuration or a command that is wrong."""
    logs.configure(service, "unknown", "INFO")
    try:
        code = run(sys.argv[1:])
    except ConfigurationError as error:
        log.critical("%s", error)
        code = 2
    sys.exit(code)


def serve(app: ASGIApp, settings: Settings, health: Health, background: Sequence[Background] = ()) -> int:
    """Serve until SIGTERM or SIGINT; the exit code: 1 when requests had to be cut off or nothing could listen."""
    metrics.INFO.labels(settings.release).set(1)
    return asyncio.run(_serve(app, settings, health, background))


async def _serve(app: ASGIApp, settings: Settings, health: Health, background: Sequence[Background]) -> int:
    server = _Server(
        uvicorn.Config(
            app,
            host=settings.listen_address,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            timeout_keep_alive=settings.keep_alive_seconds,
        )
    )
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        for work in background:
            work.start()
        health.started = True
        log.info("started", extra=logs.fields(address=settings.listen_address, port=settings.port))
        await asyncio.wait({serving, asyncio.create_task(ended.wait())}, return_when=asyncio.FIRST_COMPLETED)
        return await _drain(server, serving, settings, health, background)
    await serving  # could not listen: uvicorn has logged why, and exits
    return 1


async def _drain(
    server: uvicorn.Server,
    serving: asyncio.Task[None],
    settings: Settings,
    health: Health,
    background: Sequence[Background],
) -> int:
    began = time.monotonic()
    health.draining = True
    log.info("draining", extra=logs.fields(delay_seconds=settings.drain_delay_seconds, in_flight=health.in_flight))
    deadline = began + settings.drain_delay_seconds + settings.drain_limit_seconds
    stopping = [asyncio.create_task(asyncio.to_thread(work.stop, deadline)) for work in background]
    await asyncio.sleep(settings.drain_delay_seconds)
    for task in stopping:
        await task
    server.should_exit = True
    done, _pending = await asyncio.wait({serving}, timeout=max(0.2, deadline - time.monotonic()))
    cut = 0 if done else health.in_flight
    server.force_exit = True
    seconds = round(time.monotonic() - began, 3)
    if cut:
        log.error("cut off requests that took too long", extra=logs.fields(requests=cut, seconds=seconds))
    else:
        log.info("drained", extra=logs.fields(seconds=seconds))
    return 1 if cut or not serving.done() or serving.exception() else 0
