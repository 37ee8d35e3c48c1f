# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real server holds of a data set is what the plan calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from ansible_collections.creator.platform.plugins.module_utils.postgres import data_set
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import PostgresError, connect
from ansible_collections.creator.platform.plugins.module_utils.seed_api import items
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.postgres import cluster
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.postgres.test_seed import SCHEMA

PLAN = items.plan("s", 2)
JOBS = """
CREATE SCHEMA platform;
CREATE TABLE platform.jobs (id bigint GENERATED ALWAYS AS IDENTITY, correlation_id text NOT NULL, processed_at timestamptz);
INSERT INTO platform.jobs (correlation_id, processed_at) VALUES ('ours', NULL), ('ours', now()), ('ours', NULL), ('theirs', NULL)
"""


@pytest.fixture
def server() -> Iterator[cluster.Cluster]:
    with cluster.scratch() as folder:
        yield cluster.create(folder / "server")


def write(connection: psycopg.Connection[Any], item: items.Item, parent: str) -> str:
    """A row as the API writes it; its name."""
    body: Any = item.body
    if item.kind == items.CREATORS:
        values = body | {"profile": json.dumps(body["profile"])}
        statement = (
            "INSERT INTO platform.creators (handle, display_name, email, country, monthly_price, currency, profile) VALUES "
            "(%(handle)s, %(display_name)s, %(email)s, %(country)s, %(monthly_price)s, %(currency)s, %(profile)s) "
            "RETURNING handle"
        )
    elif item.kind == items.POSTS:
        values = body | {"parent": parent}
        statement = (
            "INSERT INTO platform.posts (creator_id, public_id, title, body, visibility, tags) SELECT id, gen_random_uuid(), "
            "%(title)s, %(body)s, %(visibility)s, %(tags)s FROM platform.creators WHERE handle = %(parent)s RETURNING public_id"
        )
    elif item.kind == items.MEDIA:
        checksum, kind, alt = item.identity
        values = {
            "parent": parent, "key": item.key, "kind": kind, "bytes": len(body), "sum": bytes.fromhex(checksum),
            "details": json.dumps({"alt": alt, "thumbnail": "renders/x"}),
        }  # fmt: skip
        statement = (
            "INSERT INTO platform.media (post_id, object_key, content_type, bytes, checksum, details) SELECT id, %(key)s, "
            "%(kind)s, %(bytes)s, %(sum)s, %(details)s FROM platform.posts WHERE public_id = %(parent)s::uuid "
            "RETURNING object_key"
        )
    elif item.kind == items.SUBSCRIPTIONS:
        values = body | {"parent": parent}
        statement = (
            "INSERT INTO platform.subscriptions (creator_id, subscriber_email, plan, price, state, started_at) SELECT id, "
            "%(email)s, %(plan)s, monthly_price, 'active', now() FROM platform.creators WHERE handle = %(parent)s RETURNING id"
        )
    else:
        values = body | {"parent": int(parent), "key": item.key, "receipt": json.dumps({"method": body["method"]})}
        statement = (
            "INSERT INTO platform.payments (subscription_id, amount, fee, currency, state, provider_reference, receipt, paid_at) "
            "VALUES (%(parent)s, %(amount)s, 0, 'EUR', 'settled', %(key)s, %(receipt)s, now()) RETURNING id"
        )
    row = connection.execute(statement, values).fetchone()
    assert row is not None
    return str(row[0])


def test_every_row_is_found_under_the_name_that_the_plan_has_for_it(server: cluster.Cluster) -> None:
    handles = items.handles(PLAN)
    with connect(server.target) as connection:
        assert items.compare(PLAN, data_set.held(connection, handles)) == ({}, PLAN), (
            "without a schema there is nothing"
        )
        with pytest.raises(PostgresError, match="Counting the jobs"):
            data_set.unprocessed(connection, "ours")
        connection.execute(SCHEMA)
        names: dict[str, str] = {}
        half = len(PLAN) // 2
        for part, missing in ((PLAN[:half], PLAN[half:]), (PLAN[half:], [])):
            for item in part:
                names[item.key] = write(connection, item, names.get(item.parent, ""))
            assert items.compare(PLAN, data_set.held(connection, handles)) == (names, missing)
        others = items.plan("s", 1)
        assert items.compare(others, data_set.held(connection, items.handles(others))) == ({}, others)


def test_jobs_that_wait_are_counted_by_whose_they_are(server: cluster.Cluster) -> None:
    with connect(server.target) as connection:
        connection.execute(JOBS)
        assert [data_set.unprocessed(connection, who) for who in ("ours", "theirs", "nobody")] == [2, 1, 0]
