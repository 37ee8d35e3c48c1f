"""Pages of creators and posts, made here from what the api says."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import jinja2
from prometheus_client import Counter
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from publishing.common.health import Health
from publishing.common.http import HttpError, Observed, unavailable
from publishing.common.logs import correlation_id, fields, request_id
from publishing.web.settings import WebSettings

log = logging.getLogger(__name__)
HERE = Path(__file__).parent
API_ERRORS = Counter("platform_api_errors", "Calls of the api that failed", ("reason",))
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' https:; style-src 'self'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_PASSED_ON = ("content-type", "content-length", "cache-control")


class Api:
    """The api over HTTP; the ids of the request that is being answered go along."""

    def __init__(self, settings: WebSettings) -> None:
        self._client = httpx.AsyncClient(
            base_url=settings.api_url,
            timeout=httpx.Timeout(settings.api_timeout_seconds, connect=2),
            transport=httpx.AsyncHTTPTransport(
                retries=1, limits=httpx.Limits(max_connections=100, keepalive_expiry=30)
            ),
            event_hooks={"request": [_identify]},
        )

    async def get(self, path: str, **parameters: Any) -> Any:
        """What the api says. 404 as it says it; 503 when it is out of reach or not well."""
        answer = await self.open(path, **parameters)
        await answer.aread()
        return answer.json()

    async def open(self, path: str, **parameters: Any) -> httpx.Response:
        """As `get`, with the body still to be read."""
        request = self._client.build_request("GET", path, params=parameters)
        try:
            answer = await self._send(request)
        except httpx.TransportError as error:
            API_ERRORS.labels(type(error).__name__).inc()
            log.warning("the api is out of reach", extra=fields(reason=str(error) or type(error).__name__))
            raise unavailable("The api is out of reach.") from error
        if answer.status_code == 200:
            return answer
        await answer.aclose()
        if answer.status_code == 404:
            raise HttpError(404, "There is no such page.")
        API_ERRORS.labels(str(answer.status_code)).inc()
        raise unavailable(f"The api answered {answer.status_code}.")

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._client.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError):
            # A kept connection that the other side closed at this moment; reading twice does no harm.
            return await self._client.send(request, stream=True)


async def _identify(request: httpx.Request) -> None:
    request.headers["X-Correlation-Id"] = correlation_id.get()
    request.headers["X-Request-Id"] = request_id.get()


class Pages:
    """The handlers."""

    def __init__(self, api: Api, media_url: str) -> None:
        self._api = api
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
        )
        self._templates.globals["media_url"] = media_url.rstrip("/")

    def routes(self) -> list[Route | Mount]:
        """The paths."""
        return [
            Route("/", self.creators),
            Route("/creators/{handle}", self.creator),
            Route("/posts/{post}", self.post),
            Route("/media/{key:path}", self.media),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]

    def page(self, name: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Response:
        """A page from a template."""
        text = self._templates.get_template(name).render(values)
        return HTMLResponse(text, status, _HEADERS | (headers or {}))

    async def creators(self, request: Request) -> Response:
        """All creators, a page at a time."""
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit()):
            raise HttpError(404, "There is no such page.")
        return self.page("creators.html", **await self._api.get("/creators", after=after))

    async def creator(self, request: Request) -> Response:
        """A creator with posts."""
        path = f"/creators/{quote(request.path_params['handle'], safe='')}"
        return self.page("creator.html", creator=await self._api.get(path))

    async def post(self, request: Request) -> Response:
        """A post."""
        path = f"/posts/{quote(request.path_params['post'], safe='')}"
        return self.page("post.html", post=await self._api.get(path))

    async def media(self, request: Request) -> Response:
        """A medium, passed on from the api; where a distribution stands before the bucket, nobody asks for it here."""
        size = {"size": "thumbnail"} if request.query_params.get("size") == "thumbnail" else {}
        answer = await self._api.open(f"/media/{quote(request.path_params['key'])}", **size)
        headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
        return StreamingResponse(_chunks(answer), 200, _HEADERS | headers, background=BackgroundTask(answer.aclose))

    async def on_error(self, _request: Request, error: Exception) -> Response:
        """Errors are pages here."""
        status = error.status if isinstance(error, HttpError) else getattr(error, "status_code", 500)
        headers = error.headers if isinstance(error, HttpError) else {}
        return self.page("error.html", status, headers, code=status, request_id=request_id.get())


async def _chunks(answer: httpx.Response) -> AsyncIterator[bytes]:
    async for chunk in answer.aiter_raw():
        yield chunk


def build(settings: WebSettings) -> tuple[Observed, Health]:
    """The application and its health."""

    # One for all questions: a new client reads all root certificates, which costs more than a page.
    asking = httpx.Client(base_url=settings.api_url, timeout=settings.ready_timeout_seconds)

    def api_alive() -> None:
        # Alive, not ready: while the database is away these pages say so, which is more than a load balancer would.
        asking.get("/livez").raise_for_status()

    health = Health({"api": api_alive}, settings.ready_timeout_seconds)
    pages = Pages(Api(settings), settings.media_url)
    app = Starlette(
        routes=[*health.routes(), *pages.routes()],
        exception_handlers={HttpError: pages.on_error, HTTPException: pages.on_error},
    )
    return Observed(app, health, settings.release), health
