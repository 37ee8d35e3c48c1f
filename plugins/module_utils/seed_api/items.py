# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The synthetic data set as requests to the API of the publishing platform, and which of it is there. Standard library only.

The API gives ids and the time of day itself, and knows no past. So dates are left out of what the generator makes, and the states
that come with time (a subscription that ended, a payment that failed). Media are small pictures. What nobody could tell from
another in the database is left out too, such as a reader's second subscription to a creator.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from ansible_collections.creator.platform.plugins.module_utils.media.picture import picture
from ansible_collections.creator.platform.plugins.module_utils.seed import generate

#: Where the load balancer has the API.
API = "/api"
CREATORS, POSTS, MEDIA, SUBSCRIPTIONS, PAYMENTS = KINDS = ("creators", "posts", "media", "subscriptions", "payments")
#: What can be sent side by side; what belongs to something else comes after it.
STAGES = ((CREATORS,), (POSTS, SUBSCRIPTIONS), (MEDIA, PAYMENTS))
#: How what belongs to something calls it: each kind's member of the API's answer.
NAMES = {CREATORS: "handle", POSTS: "public_id", MEDIA: "object_key", SUBSCRIPTIONS: "id", PAYMENTS: "id"}

#: By kind: what a row is told from others by, the name of what it belongs to first, and the names of the rows that are so.
Held = Mapping[str, Mapping[tuple[str, ...], Sequence[str]]]


class DataSetError(Exception):
    """The data set is not, and cannot become, what was asked for. The text says what is wrong with it."""


@dataclass(frozen=True)
class Item:
    """Something to make. key: its idempotency key, also the name of the item in the plan; parent: that of what it belongs to.

    identity: what its row is told from others by, besides what it belongs to. body: JSON, or the bytes of a picture.
    expected: members of the API's answer.
    """

    kind: str
    key: str
    parent: str
    identity: tuple[str, ...]
    body: Mapping[str, Any] | bytes
    expected: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A request and what its answer has to be. path: with the API's own before it."""

    method: str
    path: str
    content_type: str
    body: bytes
    key: str
    status: int
    expected: Mapping[str, Any]


def label(seed: str, size: int) -> str:
    """Eight letters and digits that stand for this data set in handles, idempotency keys and logs."""
    return hashlib.sha256(f"{generate.VERSION}:{seed}:{size}".encode()).hexdigest()[:8]


def canonical(value: Any) -> str:
    """JSON that is the same for equal values."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def plan(seed: str, size: int) -> list[Item]:
    """The items for `size` creators, parents before what belongs to them. Raises ValueError for a size below 1."""
    tables = {table.name: table for table in generate.tables(seed, size)}
    found: list[Item] = []
    # Of items that are alike the first stands for all, and what belongs to one of them belongs to it.
    stands: dict[str, str] = {}
    seen: dict[tuple[str, ...], str] = {}
    for kind in KINDS:
        for row in tables[kind].rows():
            item = _ITEM[kind](dict(zip(tables[kind].columns, row, strict=True)), label(seed, size), stands)
            told = (kind, item.parent, *item.identity)
            stands[item.key] = seen.setdefault(told, item.key)
            if stands[item.key] == item.key:
                found.append(item)
    return found


def handles(items: Sequence[Item]) -> list[str]:
    """The handles of the data set's creators."""
    return [item.expected["handle"] for item in items if item.kind == CREATORS]


def counts(items: Sequence[Item]) -> dict[str, int]:
    """Items by kind."""
    return {kind: sum(item.kind == kind for item in items) for kind in KINDS}


def compare(items: Sequence[Item], held: Held) -> tuple[dict[str, str], list[Item]]:
    """The names of the items that are there by key, and the items that are not.

    Rows that are no item's are no difference. Raises DataSetError for a handle that is somebody else's, and for an item that
    is there more than once.
    """
    names: dict[str, str] = {}
    missing: list[Item] = []
    taken = {name for found in held[CREATORS].values() for name in found}
    for item in items:
        parent = names.get(item.parent, "")
        found = held[item.kind].get((parent, *item.identity), ()) if parent or not item.parent else ()
        if len(found) > 1:
            raise DataSetError(f"{item.kind}: {item.key} is there {len(found)} times: {', '.join(sorted(found))}")
        if found:
            names[item.key] = found[0]
            continue
        if item.kind == CREATORS and item.expected["handle"] in taken:
            raise DataSetError(
                f"creators: {item.expected['handle']} is there with another content than {canonical(item.body)}; it was changed"
            )
        missing.append(item)
    return names, missing


def stages(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The items in groups whose requests need none of each other's answers."""
    for kinds in STAGES:
        yield [item for item in items if item.kind in kinds]


def request(item: Item, parent: str) -> Request:
    """The request for an item. parent: the name of what it belongs to, "" for a creator."""
    path, expected = _PATH[item.kind](item, quote(parent, safe="")), dict(item.expected)
    if isinstance(item.body, bytes):
        return Request("POST", path, "image/png", item.body, item.key, 201, expected)
    body = dict(item.body)
    if item.kind == PAYMENTS:
        body["subscription_id"] = expected["subscription_id"] = int(parent)
    return Request("POST", path, "application/json", canonical(body).encode(), item.key, 201, expected)


def wrong(wanted: Request, status: int, body: bytes) -> str:
    """What is wrong with an answer, "" for nothing."""
    if status != wanted.status:
        return f"answered {status}, expected {wanted.status}: {body[:300].decode(errors='replace')}"
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return f"answered {status} with {len(body)} bytes that are no JSON object"
    for name, value in wanted.expected.items():
        if answer.get(name) != value:
            return f"answered {status} with {name} {canonical(answer.get(name))}, expected {canonical(value)}"
    return ""


def name_in(item: Item, body: bytes) -> str:
    """How what belongs to the item calls it, by an answer that was found right. Raises DataSetError when it does not say."""
    found = json.loads(body).get(NAMES[item.kind])
    if not found:
        raise DataSetError(f"{item.kind}: the answer for {item.key} does not say its {NAMES[item.kind]}")
    return str(found)


def _creator(row: Mapping[str, Any], mark: str, _stands: Mapping[str, str]) -> Item:
    # Neither people's handles nor those of another size of this data set, or of the one that is written by SQL.
    handle, price = f"{row['handle']}-{mark}", str(row["monthly_price"])
    body = {name: row[name] for name in ("display_name", "email", "country", "currency", "profile")}
    identity = (
        handle,
        row["display_name"],
        row["email"],
        row["country"],
        price,
        row["currency"],
        canonical(row["profile"]),
    )
    return Item(
        CREATORS, f"seed-{mark}-creator-{row['id']}", "", identity, body | {"handle": handle, "monthly_price": price},
        {"handle": handle, "monthly_price": price},
    )  # fmt: skip


def _post(row: Mapping[str, Any], mark: str, stands: Mapping[str, str]) -> Item:
    body = {name: row[name] for name in ("title", "body", "visibility", "tags")}
    return Item(
        POSTS, f"seed-{mark}-post-{row['id']}", stands[f"seed-{mark}-creator-{row['creator_id']}"],
        (row["title"], row["body"], row["visibility"], canonical(row["tags"])), body,
        {name: row[name] for name in ("title", "visibility", "tags")},
    )  # fmt: skip


def _medium(row: Mapping[str, Any], mark: str, stands: Mapping[str, str]) -> Item:
    source = random.Random(f"{mark}:picture:{row['id']}")
    content = picture(tint=(source.randrange(256), source.randrange(256), source.randrange(256)))
    checksum = hashlib.sha256(content).hexdigest()
    return Item(
        MEDIA, f"seed-{mark}-medium-{row['id']}", stands[f"seed-{mark}-post-{row['post_id']}"],
        (checksum, "image/png", row["details"]["alt"]), content,
        {"content_type": "image/png", "bytes": len(content), "sha256": checksum},
    )  # fmt: skip


def _subscription(row: Mapping[str, Any], mark: str, stands: Mapping[str, str]) -> Item:
    # The plan does not tell it: a reader subscribes to a creator once.
    return Item(
        SUBSCRIPTIONS, f"seed-{mark}-subscription-{row['id']}", stands[f"seed-{mark}-creator-{row['creator_id']}"],
        (row["subscriber_email"],), {"email": row["subscriber_email"], "plan": row["plan"]},
        {"plan": row["plan"], "state": "active"},
    )  # fmt: skip


def _payment(row: Mapping[str, Any], mark: str, stands: Mapping[str, str]) -> Item:
    amount, method = str(row["amount"]), row["receipt"]["method"]
    return Item(
        PAYMENTS, f"seed-{mark}-payment-{row['id']}", stands[f"seed-{mark}-subscription-{row['subscription_id']}"],
        (amount, method), {"amount": amount, "method": method}, {"amount": amount, "state": "settled"},
    )  # fmt: skip


_ITEM: dict[str, Callable[[Mapping[str, Any], str, Mapping[str, str]], Item]] = {
    CREATORS: _creator,
    POSTS: _post,
    MEDIA: _medium,
    SUBSCRIPTIONS: _subscription,
    PAYMENTS: _payment,
}


def _media_path(item: Item, post: str) -> str:
    return f"{API}/posts/{post}/media?{urlencode({'alt': item.identity[2]})}"


def _fixed(pattern: str) -> Callable[[Item, str], str]:
    def path(item: Item, parent: str) -> str:
        del item
        return API + pattern.format(parent=parent)

    return path


_PATH: dict[str, Callable[[Item, str], str]] = {
    CREATORS: _fixed("/creators"),
    POSTS: _fixed("/creators/{parent}/posts"),
    MEDIA: _media_path,
    SUBSCRIPTIONS: _fixed("/creators/{parent}/subscriptions"),
    PAYMENTS: _fixed("/payments"),
}
