# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the database holds of a data set that came through the API: the rows of its creators, by what tells them from others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import translated

#: By kind: the name of the row, the name of what it belongs to, and the identity of seed_api.items.Item.
_STATEMENTS = {
    "creators": "SELECT handle, '', handle, display_name, email, country, monthly_price, currency, profile "
    "FROM platform.creators WHERE handle = ANY(%s)",
    "posts": "SELECT p.public_id, c.handle, p.title, p.body, p.visibility, p.tags "
    "FROM platform.posts p JOIN platform.creators c ON c.id = p.creator_id WHERE c.handle = ANY(%s)",
    "media": "SELECT m.object_key, p.public_id, encode(m.checksum, 'hex'), m.content_type, m.details ->> 'alt' "
    "FROM platform.media m JOIN platform.posts p ON p.id = m.post_id JOIN platform.creators c ON c.id = p.creator_id "
    "WHERE c.handle = ANY(%s)",
    "subscriptions": "SELECT s.id, c.handle, s.subscriber_email "
    "FROM platform.subscriptions s JOIN platform.creators c ON c.id = s.creator_id WHERE c.handle = ANY(%s)",
    "payments": "SELECT y.id, s.id, y.amount, y.receipt ->> 'method' "
    "FROM platform.payments y JOIN platform.subscriptions s ON s.id = y.subscription_id "
    "JOIN platform.creators c ON c.id = s.creator_id WHERE c.handle = ANY(%s)",
}


def held(connection: Any, handles: Sequence[str]) -> dict[str, dict[tuple[str, ...], list[str]]]:
    """The rows of these creators, at one moment; none where there is no schema yet. Raises PostgresError."""
    found: dict[str, dict[tuple[str, ...], list[str]]] = {kind: {} for kind in _STATEMENTS}
    with translated("Reading what there is of the data set"), connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if not connection.execute("SELECT to_regclass('platform.creators') IS NOT NULL").fetchone()[0]:
            return found
        for kind, statement in _STATEMENTS.items():
            for name, *told in connection.execute(statement, (list(handles),)):
                found[kind].setdefault(tuple(map(_text, told)), []).append(str(name))
    return found


def unprocessed(connection: Any, correlation: str) -> int:
    """Jobs of requests with this correlation id that the worker has not done yet."""
    with translated("Counting the jobs of the data set"):
        counted = connection.execute(
            "SELECT count(*) FROM platform.jobs WHERE correlation_id = %s AND processed_at IS NULL", (correlation,)
        ).fetchone()
        return int(counted[0])


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict | list) else str(value)
