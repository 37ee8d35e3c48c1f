"""What a message asks for, done once: the job's row is locked while it is done and marked in the same transaction."""

from __future__ import annotations

import html
import io
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from botocore.exceptions import ClientError
from PIL import Image, ImageOps
from sqlalchemy.exc import OperationalError

from publishing.common.logs import fields

log = logging.getLogger(__name__)
THUMBNAIL = (640, 360)
# A picture of a few kilobytes can unfold to gigabytes.
Image.MAX_IMAGE_PIXELS = 40_000_000
_LOCK_NOT_AVAILABLE = "55P03"
_MISSING = {"404", "NoSuchKey"}


class JobError(Exception):
    """A message that no worker will ever be able to do: it is left for the dead-letter queue."""


class BusyError(Exception):
    """Another worker is doing this very job: ask again later."""


@dataclass(frozen=True)
class Bucket:
    """The bucket of media."""

    s3: Any
    name: str

    def read(self, key: str) -> bytes | None:
        """The object, None when there is none."""
        try:
            return bytes(self.s3.get_object(Bucket=self.name, Key=key)["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise

    def write(self, key: str, content: bytes, kind: str) -> None:
        """Write it, over what is there: the same job writes the same."""
        self.s3.put_object(Bucket=self.name, Key=key, Body=content, ContentType=kind)


def parse(body: str, kind: str) -> str:
    """The job's id in a message of a queue for jobs of that kind. Raises JobError."""
    try:
        message = json.loads(body)
    except ValueError as error:
        raise JobError(f"the message is no JSON: {error}") from error
    if not isinstance(message, dict) or message.get("kind") != kind:
        raise JobError(f"the message is not a job of kind {kind}")
    try:
        return str(uuid.UUID(message.get("id")))
    except (ValueError, TypeError, AttributeError) as error:
        raise JobError(f"the message names no job: {message.get('id')!r}") from error


def perform(engine: sa.Engine, bucket: Bucket, kind: str, job: str) -> bool:
    """Do the job; False when it was done before. Raises JobError, BusyError, and what the database and S3 raise."""
    with engine.begin() as connection:
        try:
            found = connection.execute(
                sa.text(
                    "SELECT subject, payload, processed_at FROM jobs WHERE id = CAST(:id AS uuid) AND kind = :kind "
                    "FOR UPDATE"
                ),
                {"id": job, "kind": kind},
            ).first()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise BusyError(job) from error
            raise
        if found is None:
            raise JobError(f"there is no job {job} of kind {kind}")
        if found.processed_at is not None:
            return False
        result = _KINDS[kind](connection, bucket, found.subject, found.payload)
        connection.execute(
            sa.text("UPDATE jobs SET processed_at = clock_timestamp(), result = :result WHERE id = CAST(:id AS uuid)"),
            {"id": job, "result": json.dumps(result)},
        )
    return True


def _render(connection: sa.Connection, bucket: Bucket, post: str, _payload: Mapping[str, Any]) -> dict[str, Any]:
    """A page of the post and a thumbnail of each picture."""
    found = connection.execute(
        sa.text("SELECT id, title, body FROM posts WHERE public_id = CAST(:post AS uuid)"), {"post": post}
    ).first()
    if found is None:
        raise JobError(f"there is no post {post}")
    media = connection.execute(
        sa.text("SELECT id, object_key, content_type, details FROM media WHERE post_id = :post ORDER BY id FOR UPDATE"),
        {"post": found.id},
    ).all()
    made, missing = [], []
    for medium in media:
        if not medium.content_type.startswith("image/") or "thumbnail" in medium.details:
            continue
        content = bucket.read(medium.object_key)
        if content is None:
            missing.append(medium.object_key)
            continue
        key = f"renders/{medium.object_key}.webp"
        picture, width, height = thumbnail(content)
        bucket.write(key, picture, "image/webp")
        details = {"thumbnail": key, "width": width, "height": height}
        connection.execute(
            sa.text("UPDATE media SET details = details || CAST(:details AS jsonb) WHERE id = :id"),
            {"details": json.dumps(details), "id": medium.id},
        )
        made.append(key)
    page = f"renders/posts/{post}.html"
    bucket.write(page, document(found.title, found.body).encode(), "text/html; charset=utf-8")
    if missing:
        log.warning("media are not in the bucket", extra=fields(post=post, object_keys=missing))
    return {"page": page, "thumbnails": made, "missing": missing}


def _notify(connection: sa.Connection, _bucket: Bucket, subject: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Tell who is to be told. There is no mail server behind it: what would be sent is counted and kept."""
    told = 1
    if payload.get("event") == "post":
        statement = sa.text("SELECT count(*) FROM subscriptions WHERE creator_id = :creator AND state = 'active'")
        told = int(connection.execute(statement, {"creator": payload.get("creator")}).scalar_one())
    log.info("notified", extra=fields(event=payload.get("event"), subject=subject, recipients=told))
    return {"event": payload.get("event"), "recipients": told}


_KINDS: dict[str, Callable[[sa.Connection, Bucket, str, Mapping[str, Any]], dict[str, Any]]] = {
    "render": _render,
    "notify": _notify,
}


def thumbnail(content: bytes) -> tuple[bytes, int, int]:
    """A small WebP of a picture, upright, and the picture's own width and height. Raises JobError for what is no picture."""
    try:
        with Image.open(io.BytesIO(content), formats=("GIF", "JPEG", "PNG", "WEBP")) as picture:
            width, height = picture.size
            small = ImageOps.exif_transpose(picture).convert("RGB")
            small.thumbnail(THUMBNAIL)
            target = io.BytesIO()
            small.save(target, "WEBP", quality=80)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise JobError(f"the picture cannot be read: {error}") from error
    return target.getvalue(), width, height


def document(title: str, body: str) -> str:
    """The post as a page of its own."""
    paragraphs = "".join(f"<p>{html.escape(part.strip())}</p>" for part in body.split("\n\n") if part.strip())
    name = html.escape(title)
    return f'<!doctype html><meta charset="utf-8"><title>{name}</title><h1>{name}</h1>{paragraphs}\n'
