# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests at a fixed rate, through one address, with aiohttp. They do not wait for each other."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.web.entry import Entry, WebError

try:
    import aiohttp
    from aiohttp.abc import AbstractResolver
except ImportError:  # told by `press`; ansible-test imports everything without it
    aiohttp = None  # type: ignore[assignment]
    AbstractResolver = object  # type: ignore[assignment,misc]

#: What a request came to: (due, seconds late, seconds it took from due, path, status, error, trace).
Told = tuple[float, float, float, str, int, str, str]


@dataclass(frozen=True)
class Pressure:
    """paths: asked for in turn. timeout: seconds for one request. most: seconds after which it ends by itself."""

    paths: Sequence[str]
    timeout: float
    most: float


class _Fixed(AbstractResolver):
    """Every name is at the one address."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[Any]:
        """The address, found anew for each connection, as a load balancer's name is."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        return [
            {"hostname": host, "host": where[0], "port": where[1], "family": kind, "proto": proto, "flags": 0}
            for kind, _type, proto, _name, where in found
        ]

    async def close(self) -> None:
        """Nothing is kept."""


async def press(
    entry: Entry, pressure: Pressure, dues: Iterator[float], ending: Callable[[], bool], tell: Callable[[Told], None]
) -> None:
    """Send until `ending` says so or the time is over, then wait for what is open. Raises WebError when it cannot begin."""
    if aiohttp is None:
        raise WebError("the library aiohttp is missing: install requirements/runtime.txt")
    host, port = entry.where
    connector = aiohttp.TCPConnector(
        limit=0, resolver=_Fixed(host, port), use_dns_cache=False, ssl=entry.context() or False
    )
    timeout = aiohttp.ClientTimeout(total=pressure.timeout)
    open_ones: set[asyncio.Task[None]] = set()
    last = time.time() + pressure.most
    tracing = aiohttp.TraceConfig()
    tracing.on_connection_reuseconn.append(_note_reuse)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, auto_decompress=False, trace_configs=[tracing]
    ) as session:
        for number, due in enumerate(dues):
            while (wait := due - time.time()) > 0 and not ending():
                await asyncio.sleep(min(wait, 0.25))
            if ending() or due > last:
                break
            path = pressure.paths[number % len(pressure.paths)]
            task = asyncio.create_task(_one(session, entry.url, path, due, tell))
            open_ones.add(task)
            task.add_done_callback(open_ones.discard)
            if number % 10 == 0:
                await asyncio.sleep(0)  # many that are late all at once still let answers come in between
        await asyncio.gather(*open_ones)


async def _note_reuse(_session: Any, context: Any, _told: Any) -> None:
    context.trace_request_ctx["reused"] = True


async def _one(session: aiohttp.ClientSession, url: str, path: str, due: float, tell: Callable[[Told], None]) -> None:
    trace = f"1-{int(due):08x}-{secrets.token_hex(12)}"
    late, status, error = max(0.0, time.time() - due), 0, ""
    for attempt in (1, 2):
        connection = {"reused": False}
        try:
            async with session.get(
                url + path,
                headers={"X-Amzn-Trace-Id": f"Root={trace}"},
                allow_redirects=False,
                trace_request_ctx=connection,
            ) as answer:
                status, error = answer.status, ""
                await answer.read()
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as failed:
            status, error = 0, _named(failed)
            # A kept connection that the other side closed just now is no answer: who keeps connections asks once more.
            # https://www.rfc-editor.org/rfc/rfc9112#section-9.3.1
            if connection["reused"] and attempt == 1:
                continue
        except (aiohttp.ClientError, TimeoutError, OSError) as failed:
            status, error = 0, _named(failed)
        break
    tell((due, late, time.time() - due, path, status, error, trace))


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".removesuffix(": ")
