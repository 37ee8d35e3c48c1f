# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A synthetic publishing platform, the same for the same seed and size. Standard library only.

Audiences are as unequal as they are in life: a few creators have most of the subscribers (a Pareto distribution), most posts
are young, most subscriptions are monthly, a few payments fail or are returned.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

#: A change of what is generated must change this, so that a data set made by older code is told from one of today.
VERSION = 1
#: The present of the data set. Fixed, because the same seed must give the same rows on every day.
PRESENT = datetime(2026, 1, 1, tzinfo=UTC)

POSTS_PER_CREATOR, MEDIA_PER_POST, SUBSCRIPTIONS_PER_CREATOR, PAYMENTS_PER_SUBSCRIPTION = 15, 1.5, 25, 1.6
FORBIDDEN = ("prod", "production", "live")

_FIRST = (
    "Ada",
    "Björn",
    "Chloé",
    "Daiki",
    "Elif",
    "Farid",
    "Grażyna",
    "Hana",
    "Ivo",
    "Jūratė",
    "Kofi",
    "Leïla",
    "Mina",
    "Noa",
)
_LAST = (
    "Abebe",
    "Berg",
    "Castillo",
    "Duarte",
    "Eze",
    "Fischer",
    "García",
    "Hoang",
    "Ito",
    "Jansen",
    "Kaya",
    "Lindqvist",
)
_TOPICS = (
    "ceramics",
    "chess",
    "film",
    "gardening",
    "jazz",
    "maps",
    "mountains",
    "poetry",
    "radio",
    "sewing",
    "sourdough",
)
_TEXT = (
    "about after again before between clay colour draft early evening first garden hand harbour house idea kind late letter "
    "light line little long morning night note often once page paper part people piece place quiet river road season shape "
    "small song stone story summer table thing thought time train village voice walk water week window winter"
)
_WORDS = _TEXT.split()
_COUNTRIES = ("DE", "ES", "FR", "GB", "IT", "JP", "NL", "PL", "SE", "US")
_MEDIA = (("image/webp", 400_000), ("audio/mpeg", 9_000_000), ("video/mp4", 80_000_000))


@dataclass(frozen=True)
class Table:
    """A table to fill: its name in schema platform, its columns, and a function that yields its rows in the same order."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[tuple[Any, ...]]]


def counts(size: int) -> dict[str, int]:
    """Rows by table for `size` creators, in the order in which tables must be filled."""
    subscriptions = size * SUBSCRIPTIONS_PER_CREATOR
    return {
        "creators": size,
        "posts": size * POSTS_PER_CREATOR,
        "media": int(size * POSTS_PER_CREATOR * MEDIA_PER_POST),
        "subscriptions": subscriptions,
        "payments": int(subscriptions * PAYMENTS_PER_SUBSCRIPTION),
    }


def refused(environment: str) -> str:
    """Why `environment` must not be filled with synthetic data, or ""."""
    if environment.strip().lower() in FORBIDDEN:
        return f"Environment {environment} holds the data of real people and is never filled with synthetic data."
    return ""


def tables(seed: str, size: int) -> list[Table]:
    """The tables in the order in which foreign keys allow them to be filled. Raises ValueError for a size below 1."""
    if size < 1:
        raise ValueError(f"The size is the number of creators and must be at least 1; got {size}.")
    wanted = counts(size)
    return [
        Table(
            "creators",
            ("id", "handle", "display_name", "email", "country", "monthly_price", "currency", "profile", "created_at"),
            lambda: _creators(_source(seed, "creators"), wanted["creators"]),
        ),
        Table(
            "posts",
            ("id", "creator_id", "public_id", "title", "body", "visibility", "tags", "published_at", "updated_at"),
            lambda: _posts(_source(seed, "posts"), size, wanted["posts"]),
        ),
        Table(
            "media",
            ("id", "post_id", "object_key", "content_type", "bytes", "checksum", "details", "created_at"),
            lambda: _media(_source(seed, "media"), wanted["posts"], wanted["media"]),
        ),
        Table(
            "subscriptions",
            ("id", "creator_id", "subscriber_email", "plan", "price", "state", "started_at", "ended_at"),
            lambda: _subscriptions(_source(seed, "subscriptions"), size, wanted["subscriptions"]),
        ),
        Table(
            "payments",
            ("id", "subscription_id", "amount", "fee", "currency", "state", "provider_reference", "receipt", "paid_at"),
            lambda: _payments(_source(seed, "payments"), wanted["subscriptions"], wanted["payments"]),
        ),
    ]


def _source(seed: str, table: str) -> random.Random:
    """A generator of its own for each table, so that a change in one leaves the others as they were."""
    return random.Random(f"{VERSION}:{seed}:{table}")


def _sentence(source: random.Random, low: int, high: int) -> str:
    return " ".join(source.choices(_WORDS, k=source.randint(low, high))).capitalize()


def _ago(source: random.Random, mean_days: float, limit_days: float) -> datetime:
    days = min(source.expovariate(1 / mean_days), limit_days)
    return (PRESENT - timedelta(days=days)).replace(microsecond=0)


def _popular(source: random.Random, creators: int) -> int:
    """The id of a creator, the first ones far more often than the last."""
    return min(int(source.paretovariate(1.16)), creators)


def _cents(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def _creators(source: random.Random, count: int) -> Iterator[tuple[Any, ...]]:
    for number in range(1, count + 1):
        first, last = source.choice(_FIRST), source.choice(_LAST)
        topics = sorted(source.sample(_TOPICS, source.randint(1, 3)))
        profile = {
            "topics": topics,
            "bio": _sentence(source, 6, 18),
            "links": source.randint(0, 4),
            "verified": source.random() < 0.2,
        }
        yield (
            number,
            f"{topics[0]}-{number}",
            f"{first} {last}",
            f"creator{number}@example.com",
            source.choice(_COUNTRIES),
            _cents(source.choice((3, 5, 5, 5, 8, 10, 15)) - 0.01),
            "EUR",
            profile,
            _ago(source, 500, 2000),
        )


def _posts(source: random.Random, creators: int, count: int) -> Iterator[tuple[Any, ...]]:
    for number in range(1, count + 1):
        published = _ago(source, 120, 1500)
        yield (
            number,
            source.randint(1, creators),
            uuid.UUID(int=source.getrandbits(128), version=4),
            _sentence(source, 3, 9),
            ". ".join(_sentence(source, 8, 20) for _sentence_number in range(source.randint(1, 12))) + ".",
            source.choices(("public", "subscribers", "draft"), (35, 60, 5))[0],
            source.sample(_TOPICS, source.randint(0, 3)),
            published,
            published + timedelta(minutes=int(source.expovariate(1 / 600))),
        )


def _media(source: random.Random, posts: int, count: int) -> Iterator[tuple[Any, ...]]:
    for number in range(1, count + 1):
        kind, mean = source.choices(_MEDIA, (80, 8, 12))[0]
        key = uuid.UUID(int=source.getrandbits(128), version=4)
        yield (
            number,
            source.randint(1, posts),
            f"media/{str(key)[:2]}/{key}",
            kind,
            int(source.lognormvariate(0, 0.8) * mean) + 1,
            source.randbytes(32),
            {
                "width": 320 * source.randint(1, 12),
                "height": 180 * source.randint(1, 12),
                "alt": _sentence(source, 2, 6),
            },
            _ago(source, 120, 1500),
        )


def _subscriptions(source: random.Random, creators: int, count: int) -> Iterator[tuple[Any, ...]]:
    for number in range(1, count + 1):
        started = _ago(source, 200, 1500)
        state = source.choices(("active", "cancelled", "past_due"), (70, 26, 4))[0]
        ended = started + (PRESENT - started) * source.random() if state == "cancelled" else None
        plan = source.choices(("monthly", "yearly"), (85, 15))[0]
        price = source.choice((3, 5, 5, 5, 8, 10, 15)) - 0.01
        yield (
            number,
            _popular(source, creators),
            f"reader{source.randint(1, count)}@example.net",
            plan,
            _cents(price * 10 if plan == "yearly" else price),
            state,
            started,
            ended.replace(microsecond=0) if ended else None,
        )


def _payments(source: random.Random, subscriptions: int, count: int) -> Iterator[tuple[Any, ...]]:
    for number in range(1, count + 1):
        amount = _cents(source.choice((3, 5, 5, 5, 8, 10, 15, 50, 80)) - 0.01)
        state = source.choices(("settled", "failed", "refunded", "disputed"), (94, 4, 1.5, 0.5))[0]
        yield (
            number,
            source.randint(1, subscriptions),
            amount,
            (amount * Decimal("0.029") + Decimal("0.30")).quantize(Decimal("0.01")),
            "EUR",
            state,
            f"ch_{source.getrandbits(96):024x}",
            {
                "method": source.choice(("card", "card", "sepa", "wallet")),
                "attempts": 1 + (state == "failed") * source.randint(0, 3),
            },
            _ago(source, 150, 1500),
        )
