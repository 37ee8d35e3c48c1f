"""The HTTP interface of the platform."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import anyio
import sqlalchemy as sa
from botocore.exceptions import BotoCoreError, ClientError
from prometheus_client import Counter
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from publishing.api import models, store
from publishing.api.relay import Relay
from publishing.api.settings import ApiSettings
from publishing.common import aws, database
from publishing.common.health import Health
from publishing.common.http import HttpError, Observed, as_response, on_http_error, unavailable
from publishing.common.logs import accepted, fields

log = logging.getLogger(__name__)
SIGNUPS = Counter("platform_signups", "Creators that signed up")
POSTS = Counter("platform_posts", "Posts written", ("visibility",))
MEDIA = Counter("platform_media_bytes", "Bytes of media taken in")
SUBSCRIPTIONS = Counter("platform_subscriptions", "Subscriptions begun", ("plan",))
PAYMENTS = Counter("platform_payments", "Payments made", ("state",))
REVENUE = Counter("platform_payments_amount", "What was paid, in the currency", ("currency",))
REPLAYS = Counter("platform_payment_replays", "Payments asked for again with the same idempotency key")
_IMAGES = ("image/gif", "image/jpeg", "image/png", "image/webp")
_MAX_BODY = 256 * 1024
_MISSING = {"404", "NoSuchKey"}
_KEYS = "1 to 64 letters, digits or . _ : -"
#: Names of objects that follow from an idempotency key are of this namespace.
_REQUESTS = uuid.UUID("0b0a2f0e-6b1f-4c5e-9d6e-3a6f5f1c9a11")
T = TypeVar("T", bound=BaseModel)
R = TypeVar("R")


class Api:
    """The handlers, and what they need."""

    def __init__(self, settings: ApiSettings, engine: sa.Engine, s3: Any, relay: Relay) -> None:
        self._settings = settings
        self._engine = engine
        self._s3 = s3
        self._relay = relay
        self._uploads = asyncio.Semaphore(settings.max_uploads)

    def routes(self) -> list[Route]:
        """The paths."""
        return [
            Route("/creators", self.list_creators, methods=["GET"]),
            Route("/creators", self.sign_up, methods=["POST"]),
            Route("/creators/{handle}", self.show_creator, methods=["GET"]),
            Route("/creators/{handle}/posts", self.write_post, methods=["POST"]),
            Route("/creators/{handle}/subscriptions", self.subscribe, methods=["POST"]),
            Route("/posts/{post}", self.show_post, methods=["GET"]),
            Route("/posts/{post}/media", self.upload, methods=["POST"]),
            Route("/media/{key:path}", self.show_media, methods=["GET"]),
            Route("/payments", self.pay, methods=["POST"]),
        ]

    async def _run(self, work: Callable[..., R], *arguments: Any) -> R:
        """Run it in a thread. A server that is frozen answers nothing, not even its own timeouts: no client waits for that."""
        try:
            async with asyncio.timeout(self._settings.answer_seconds):
                return await anyio.to_thread.run_sync(partial(work, *arguments), abandon_on_cancel=True)
        except TimeoutError as error:
            raise unavailable(f"Not done within {self._settings.answer_seconds:g} s; it may be done later.") from error

    def _s3_object(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self._s3.get_object(Bucket=self._settings.media_bucket, Key=key)
        return found

    async def _make(self, make: Callable[..., store.Made], *arguments: Any) -> store.Made:
        def transaction_then_queues() -> store.Made:
            made = make(self._engine, *arguments)
            self._relay.send(made.jobs)
            return made

        return await self._run(transaction_then_queues)

    async def list_creators(self, request: Request) -> Response:
        """A page of creators; `next` is what to ask for after it."""
        limit = _number(request, "limit", 20, 100)
        found = await self._run(store.creators, self._engine, _number(request, "after", 0, 2**62, least=0), limit)
        return JSONResponse({"creators": found, "next": found[-1]["id"] if len(found) == limit else None})

    async def show_creator(self, request: Request) -> Response:
        """A creator with posts."""
        limit = _number(request, "posts", 20, 100)
        return JSONResponse(await self._run(store.creator, self._engine, request.path_params["handle"], limit))

    async def show_post(self, request: Request) -> Response:
        """A post."""
        return JSONResponse(await self._run(store.post, self._engine, request.path_params["post"]))

    async def sign_up(self, request: Request) -> Response:
        """A creator signs up."""
        made = await self._make(store.sign_up, _key(request), await _body(request, models.NewCreator))
        if not made.replayed:
            SIGNUPS.inc()
            log.info("signed up", extra=fields(creator=made.content["handle"]))
        return _created(made)

    async def write_post(self, request: Request) -> Response:
        """A creator writes a post."""
        wanted = await _body(request, models.NewPost)
        made = await self._make(store.write_post, _key(request), request.path_params["handle"], wanted)
        if not made.replayed:
            POSTS.labels(wanted.visibility).inc()
            log.info("posted", extra=fields(post=made.content["public_id"], jobs=made.jobs))
        return _created(made)

    async def subscribe(self, request: Request) -> Response:
        """A reader subscribes."""
        wanted = await _body(request, models.NewSubscription)
        made = await self._make(store.subscribe, _key(request), request.path_params["handle"], wanted)
        if not made.replayed:
            SUBSCRIPTIONS.labels(wanted.plan).inc()
        return _created(made)

    async def pay(self, request: Request) -> Response:
        """A payment, once for each Idempotency-Key."""
        key = _key(request)
        if not key:
            raise HttpError(400, f"Send an Idempotency-Key: {_KEYS}, a new one for each payment.")
        made = await self._make(store.pay, key, await _body(request, models.NewPayment))
        if made.replayed:
            REPLAYS.inc()
        else:
            PAYMENTS.labels(made.content["state"]).inc()
            REVENUE.labels(made.content["currency"]).inc(float(made.content["amount"]))
            log.info("paid", extra=fields(payment=made.content["id"], jobs=made.jobs))
        return _created(made)

    async def upload(self, request: Request) -> Response:
        """The body becomes a medium of the post; its alternative text is the parameter `alt`."""
        kind, post, key = request.headers.get("content-type", ""), request.path_params["post"], _key(request)
        if kind not in _IMAGES:
            raise HttpError(415, f"Media are {', '.join(_IMAGES)}, not {kind or 'without a Content-Type'}.")
        async with self._uploads:
            await self._run(store.post_exists, self._engine, post)
            content = await _bytes(request, self._settings.max_media_bytes)
            if not content:
                raise HttpError(400, "The body is empty.")
            alt = request.query_params.get("alt", "")[:300]
            medium = await self._run(self._keep, kind, content, alt, f"{post} {key}" if key else "")
            made = await self._make(store.add_media, key, post, medium)
        if not made.replayed:
            MEDIA.inc(len(content))
            log.info("media added", extra=fields(post=post, object_key=medium.key, bytes=len(content), jobs=made.jobs))
        return _created(made)

    def _keep(self, kind: str, content: bytes, alt: str, request: str) -> store.Medium:
        checksum = hashlib.sha256(content).digest()
        # A request that is made again writes the object that it has written before: none is left that no row names.
        name = str(uuid.uuid5(_REQUESTS, f"{request} {checksum.hex()}") if request else uuid.uuid4())
        medium = store.Medium(f"media/{name[:2]}/{name}", kind, len(content), checksum, alt)
        self._s3.put_object(
            Bucket=self._settings.media_bucket,
            Key=medium.key,
            Body=content,
            ContentType=kind,
            ChecksumSHA256=base64.b64encode(checksum).decode(),
        )
        return medium

    async def show_media(self, request: Request) -> Response:
        """A medium of a public post, or with `size=thumbnail` its small picture where there is one by now."""
        found = await self._run(store.public_media, self._engine, f"media/{request.path_params['key']}")
        key, kind = found["object_key"], found["content_type"]
        if request.query_params.get("size") == "thumbnail" and "thumbnail" in found["details"]:
            key, kind = found["details"]["thumbnail"], "image/webp"
        try:
            kept = await self._run(self._s3_object, key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                raise HttpError(404, f"The bucket holds no object {key}.") from error
            raise
        headers = {"Content-Length": str(kept["ContentLength"]), "Cache-Control": "public, max-age=300"}
        return StreamingResponse(kept["Body"].iter_chunks(65536), media_type=kind, headers=headers)


def _key(request: Request) -> str:
    """The Idempotency-Key, "" for none. 400 for one that cannot be kept: it would be lost, and what is asked for made twice."""
    told = request.headers.get("idempotency-key")
    key = accepted(told)
    if told is not None and not key:
        raise HttpError(400, f"The Idempotency-Key is not {_KEYS}.")
    return key


def _created(made: store.Made) -> Response:
    return JSONResponse(made.content, 201, {"Idempotency-Replayed": "true"} if made.replayed else {})


async def _bytes(request: Request, most: int) -> bytes:
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > most:
                raise HttpError(413, f"The body is larger than {most} bytes.")
    except ClientDisconnect as error:
        raise HttpError(400, "The body ended early.") from error
    return bytes(content)


async def _body(request: Request, kind: type[T]) -> T:
    try:
        return kind.model_validate_json(await _bytes(request, _MAX_BODY))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        wrong = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in found)
        raise HttpError(422, wrong) from error


def _number(request: Request, name: str, default: int, most: int, least: int = 1) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise HttpError(422, f"{name} must be a number from {least} to {most}.")
    return int(text)


async def _database_failed(_request: Request, error: Exception) -> Response:
    if isinstance(error, database.OUT_OF_REACH):
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        log.warning("the database is out of reach or too busy", extra=fields(reason=reason))
        return as_response(unavailable("The database is out of reach or too busy."))
    raise error


async def _aws_failed(_request: Request, error: Exception) -> Response:
    log.warning("AWS refused or did not answer", extra=fields(reason=str(error)))
    return as_response(unavailable("The store of media is out of reach."))


def build(settings: ApiSettings) -> tuple[Observed, Health, Relay]:
    """The application, its health, and the relay that must run beside it."""
    engine = database.engine(settings, application="api")
    queues = {store.RENDER: settings.renders_queue_url, store.NOTIFY: settings.notifications_queue_url}
    relay = Relay(engine, aws.client("sqs"), queues, settings.relay_seconds)
    health = Health({"database": database.check(settings, "api")}, settings.ready_timeout_seconds)
    app = Starlette(
        routes=[*health.routes(), *Api(settings, engine, aws.client("s3", 20), relay).routes()],
        exception_handlers={
            HttpError: on_http_error,
            HTTPException: on_http_error,
            SQLAlchemyError: _database_failed,
            BotoCoreError: _aws_failed,
            ClientError: _aws_failed,
        },
    )
    return Observed(app, health, settings.release, settings.base_path), health, relay
