"""What the api reads from and writes to PostgreSQL. Each function is one transaction; refusals are Problems."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError

from publishing.api.models import NewCreator, NewPayment, NewPost, NewSubscription
from publishing.common.http import HttpError
from publishing.common.logs import correlation_id

RENDER, NOTIFY = "render", "notify"
_CREATOR = "id, handle, display_name, country, monthly_price, currency, profile, created_at"


@dataclass(frozen=True)
class Made:
    """What was made, and the jobs that it asks for, which are in the database and not yet queued.

    replayed: it was made by an earlier request with the same idempotency key.
    """

    content: dict[str, Any]
    jobs: Sequence[str] = ()
    replayed: bool = False


@dataclass(frozen=True)
class Medium:
    """An object in the bucket."""

    key: str
    content_type: str
    size: int
    checksum: bytes
    alt: str


def rows(connection: sa.Connection, statement: str, **values: Any) -> list[dict[str, Any]]:
    """Rows as JSON can hold them: money as text, moments in ISO 8601."""
    found = connection.execute(sa.text(statement), values).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _one(found: list[dict[str, Any]], what: str) -> dict[str, Any]:
    if not found:
        raise HttpError(404, f"There is no {what}.")
    return found[0]


def _job(connection: sa.Connection, kind: str, subject: str, **payload: Any) -> str:
    job = str(uuid.uuid4())
    connection.execute(
        sa.text(
            "INSERT INTO jobs (id, kind, subject, payload, correlation_id) VALUES (:id, :kind, :subject, :payload, :correlation)"
        ),
        {
            "id": job,
            "kind": kind,
            "subject": subject,
            "payload": json.dumps(payload),
            "correlation": correlation_id.get(),
        },
    )
    return job


def _request(*parts: str | BaseModel) -> bytes:
    """What tells a request from others, for its idempotency key."""
    plain = [part.model_dump_json() if isinstance(part, BaseModel) else part for part in parts]
    return hashlib.sha256((plain[0] if len(plain) == 1 else json.dumps(plain)).encode()).digest()


def _once(engine: sa.Engine, key: str, request: bytes, make: Callable[[sa.Connection], Made]) -> Made:
    """What `make` makes in one transaction; made once for an idempotency key, however often and simultaneously it is asked for.

    The key is written in the same transaction: a second request with it waits for the first one's end at the unique index,
    then reads its answer, or is the first if that one failed. Without a key it is made each time. 422 for a key that came with
    another request (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
    """
    with engine.begin() as connection:
        if not key:
            return make(connection)
        first = rows(
            connection,
            "INSERT INTO idempotency_keys (key, request) VALUES (:key, :request) ON CONFLICT DO NOTHING RETURNING key",
            key=key,
            request=request,
        )
        if not first:
            kept = rows(connection, "SELECT request, answer FROM idempotency_keys WHERE key = :key", key=key)
            if not kept or bytes(kept[0]["request"]) != request:
                raise HttpError(422, "The Idempotency-Key was used for another request: make a new one.")
            return Made(kept[0]["answer"], replayed=True)
        made = make(connection)
        connection.execute(
            sa.text("UPDATE idempotency_keys SET answer = :answer WHERE key = :key"),
            {"answer": json.dumps(made.content), "key": key},
        )
        return made


def sign_up(engine: sa.Engine, key: str, wanted: NewCreator) -> Made:
    """A new creator. 409 when the handle is taken."""
    values = wanted.model_dump() | {"profile": json.dumps(wanted.profile)}

    def make(connection: sa.Connection) -> Made:
        made = rows(
            connection,
            "INSERT INTO creators (handle, display_name, email, country, monthly_price, currency, profile) VALUES "  # noqa: S608
            f"(:handle, :display_name, :email, :country, :monthly_price, :currency, :profile) RETURNING {_CREATOR}",
            **values,
        )
        return Made(made[0])

    try:
        return _once(engine, key, _request("sign up", wanted), make)
    except IntegrityError as error:
        raise HttpError(409, f"The handle {wanted.handle} is taken.") from error


def creators(engine: sa.Engine, after: int, limit: int) -> list[dict[str, Any]]:
    """Creators in the order of their ids, from the one after `after`."""
    with engine.connect() as connection:
        return rows(
            connection,
            f"SELECT {_CREATOR} FROM creators WHERE id > :after ORDER BY id LIMIT :limit",  # noqa: S608
            after=after,
            limit=limit,
        )


def creator(engine: sa.Engine, handle: str, limit: int) -> dict[str, Any]:
    """A creator with the newest posts. 404."""
    with engine.connect() as connection:
        found = _one(
            rows(connection, f"SELECT {_CREATOR} FROM creators WHERE handle = :handle", handle=handle),  # noqa: S608
            f"creator {handle}",
        )
        found["posts"] = rows(
            connection,
            "SELECT public_id, title, visibility, tags, published_at FROM posts "
            "WHERE creator_id = :creator AND visibility <> 'draft' ORDER BY published_at DESC, id DESC LIMIT :limit",
            creator=found["id"],
            limit=limit,
        )
    return found


def write_post(engine: sa.Engine, key: str, handle: str, wanted: NewPost) -> Made:
    """A new post of a creator; unless it is a draft, to be rendered and told to subscribers. 404."""

    def make(connection: sa.Connection) -> Made:
        owner = _one(
            rows(connection, "SELECT id FROM creators WHERE handle = :handle", handle=handle), f"creator {handle}"
        )
        made = rows(
            connection,
            "INSERT INTO posts (creator_id, public_id, title, body, visibility, tags, published_at) VALUES (:creator, "
            ":public_id, :title, :body, :visibility, :tags, CASE WHEN :visibility = 'draft' THEN NULL ELSE now() END) "
            "RETURNING public_id, title, visibility, tags, published_at",
            creator=owner["id"],
            public_id=uuid.uuid4(),
            **wanted.model_dump(),
        )[0]
        jobs = []
        if wanted.visibility != "draft":
            jobs = [
                _job(connection, RENDER, made["public_id"]),
                _job(connection, NOTIFY, made["public_id"], event="post", creator=owner["id"]),
            ]
        return Made(made | {"creator": handle}, jobs)

    return _once(engine, key, _request("post", handle, wanted), make)


def post(engine: sa.Engine, public_id: str) -> dict[str, Any]:
    """A post that is no draft, with its media and its jobs; without text and media when it is for subscribers. 404."""
    with engine.connect() as connection:
        found = _one(
            rows(
                connection,
                "SELECT p.id, p.public_id, p.title, p.body, p.visibility, p.tags, p.published_at, c.handle AS creator, "
                "c.display_name AS creator_name FROM posts p JOIN creators c ON c.id = p.creator_id "
                "WHERE p.public_id = :public_id AND p.visibility <> 'draft'",
                public_id=_uuid(public_id),
            ),
            f"post {public_id}",
        )
        media = rows(
            connection,
            "SELECT object_key, content_type, bytes, details FROM media WHERE post_id = :post ORDER BY id",
            post=found.pop("id"),
        )
        jobs = rows(
            connection,
            "SELECT id, kind, created_at, sent_at, processed_at, correlation_id FROM jobs WHERE subject = :subject "
            "ORDER BY created_at",
            subject=found["public_id"],
        )
    locked = found["visibility"] == "subscribers"
    return found | {"body": None if locked else found["body"], "media": [] if locked else media, "jobs": jobs}


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise HttpError(404, f"There is no post {text}.") from error


def post_exists(engine: sa.Engine, public_id: str) -> None:
    """404 unless there is such a post, a draft included."""
    with engine.connect() as connection:
        _one(rows(connection, "SELECT 1 FROM posts WHERE public_id = :id", id=_uuid(public_id)), f"post {public_id}")


def add_media(engine: sa.Engine, key: str, public_id: str, medium: Medium) -> Made:
    """An object that is in the bucket by now becomes part of a post, which is rendered again. 404."""

    def make(connection: sa.Connection) -> Made:
        made = rows(
            connection,
            "INSERT INTO media (post_id, object_key, content_type, bytes, checksum, details) "
            "SELECT id, :key, :content_type, :bytes, :checksum, :details FROM posts WHERE public_id = :public_id "
            "RETURNING object_key, content_type, bytes, encode(checksum, 'hex') AS sha256",
            public_id=_uuid(public_id),
            key=medium.key,
            content_type=medium.content_type,
            bytes=medium.size,
            checksum=medium.checksum,
            details=json.dumps({"alt": medium.alt}),
        )
        return Made(_one(made, f"post {public_id}"), [_job(connection, RENDER, public_id)])

    request = _request("medium", public_id, medium.content_type, medium.checksum.hex(), medium.alt)
    return _once(engine, key, request, make)


def public_media(engine: sa.Engine, key: str) -> dict[str, Any]:
    """The medium of a public post. 404."""
    with engine.connect() as connection:
        found = rows(
            connection,
            "SELECT m.object_key, m.content_type, m.details FROM media m JOIN posts p ON p.id = m.post_id "
            "WHERE m.object_key = :key AND p.visibility = 'public'",
            key=key,
        )
    return _one(found, f"medium {key}")


def subscribe(engine: sa.Engine, key: str, handle: str, wanted: NewSubscription) -> Made:
    """A new subscription; a year costs ten months. 404."""

    def make(connection: sa.Connection) -> Made:
        made = rows(
            connection,
            "INSERT INTO subscriptions (creator_id, subscriber_email, plan, price, state, started_at) "
            "SELECT id, :email, :plan, monthly_price * :months, 'active', now() FROM creators WHERE handle = :handle "
            "RETURNING id, plan, price, state, started_at",
            handle=handle,
            months=10 if wanted.plan == "yearly" else 1,
            **wanted.model_dump(),
        )
        return Made(_one(made, f"creator {handle}") | {"creator": handle})

    return _once(engine, key, _request("subscription", handle, wanted), make)


def pay(engine: sa.Engine, key: str, wanted: NewPayment) -> Made:
    """A payment. 404, 409 for a subscription that ended."""

    def make(connection: sa.Connection) -> Made:
        made = _charge(connection, key, wanted)
        return Made(made, [_job(connection, NOTIFY, f"payment-{made['id']}", event="payment")])

    return _once(engine, key, _request(wanted), make)


def _charge(connection: sa.Connection, key: str, wanted: NewPayment) -> dict[str, Any]:
    subscription = _one(
        rows(
            connection,
            "SELECT s.price, s.state, c.currency FROM subscriptions s JOIN creators c ON c.id = s.creator_id "
            "WHERE s.id = :id FOR SHARE OF s",
            id=wanted.subscription_id,
        ),
        f"subscription {wanted.subscription_id}",
    )
    if subscription["state"] == "cancelled":
        raise HttpError(409, f"Subscription {wanted.subscription_id} is cancelled.")
    amount = wanted.amount if wanted.amount is not None else Decimal(subscription["price"])
    return rows(
        connection,
        "INSERT INTO payments (subscription_id, amount, fee, currency, state, provider_reference, receipt, paid_at) VALUES "
        "(:subscription, :amount, :fee, :currency, 'settled', :reference, :receipt, now()) "
        "RETURNING id, subscription_id, amount, fee, currency, state, provider_reference, paid_at",
        subscription=wanted.subscription_id,
        amount=amount,
        fee=(amount * Decimal("0.029") + Decimal("0.30")).quantize(Decimal("0.01")),
        currency=subscription["currency"],
        # The card processor is made up; its reference follows from the key, as a real one's would.
        reference=f"ch_{hashlib.sha256(key.encode()).hexdigest()[:24]}",
        receipt=json.dumps({"method": wanted.method, "attempts": 1}),
    )[0]
