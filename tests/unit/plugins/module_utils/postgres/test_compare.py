"""The comparison of a copy with its live source, on real servers: what was changed is named, what goes on is no alarm."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ansible_collections.creator.platform.plugins.module_utils.drill import run
from ansible_collections.creator.platform.plugins.module_utils.postgres import heartbeat
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import PostgresError, Target, connect
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.postgres import cluster

SCHEMA = (
    "CREATE SCHEMA shop",
    "CREATE TYPE shop.mood AS ENUM ('sad', 'glad')",
    "CREATE DOMAIN shop.email AS varchar(80)",
    "CREATE TABLE shop.item (id bigint PRIMARY KEY, t text, price numeric(10,2), data jsonb, plain json, at timestamptz,"
    " uid uuid, tags text[], mood shop.mood, mail shop.email, span int4range, place point, raw bytea, cash money)",
    "CREATE TABLE shop.pair (a int, b text, n int, PRIMARY KEY (b, a))",
    "CREATE TABLE shop.loose (n int)",
    "CREATE TABLE shop.empty (id int PRIMARY KEY)",
    "CREATE TABLE shop.busy (id int PRIMARY KEY, n int)",
    "CREATE TABLE shop.big (id int PRIMARY KEY, pad text) WITH (fillfactor = 10)",
    "CREATE UNLOGGED TABLE shop.scratch (n int)",
    "CREATE TABLE shop.parts (id int, at date) PARTITION BY RANGE (at)",
    "CREATE TABLE shop.parts_1 PARTITION OF shop.parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    "INSERT INTO shop.item SELECT g, repeat('x', g), g * 1.5, jsonb_build_object('a', g), '{\"b\": 1}', now(),"
    " gen_random_uuid(),"
    " ARRAY['p', 'q'], 'glad', 'a@example.com', int4range(g, g + 5), point(g, g), '\\x00ff', '1.23'"
    " FROM generate_series(1, 500) g",
    "INSERT INTO shop.pair SELECT g, 'k' || g, g FROM generate_series(1, 200) g",
    "INSERT INTO shop.loose SELECT g % 7 FROM generate_series(1, 100) g",
    "INSERT INTO shop.busy SELECT g, 0 FROM generate_series(1, 2000) g",
    "INSERT INTO shop.big SELECT g, repeat('y', 700) FROM generate_series(1, 2500) g",
    "INSERT INTO shop.parts SELECT g, '2026-05-05' FROM generate_series(1, 50) g",
    "VACUUM FREEZE",
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with cluster.scratch() as path:
        yield path


@pytest.fixture(scope="module")
def source(folder: Path) -> cluster.Cluster:
    server = cluster.create(folder / "source")
    server.execute(*SCHEMA)
    return server


class Drill:
    """A manifest of the source and a copy that was made after it."""

    def __init__(self, source: cluster.Cluster, folder: Path) -> None:
        self.source = source
        self.manifest = run.take_manifest(source.target, workers=2)
        self.copy = source.copy(folder)
        with connect(self.copy.target) as connection:
            self.horizon = heartbeat.horizon(connection)

    def prove(self, **changes: object) -> run.Comparison:
        arguments = {"horizon": self.horizon, "workers": 2, "limit": 5, "minimum_coverage": 0.9} | changes
        return run.prove(self.manifest, self.source.target, self.copy.target, **arguments)


@pytest.fixture
def drill(source: cluster.Cluster, folder: Path, request: pytest.FixtureRequest) -> Iterator[Drill]:
    made = Drill(source, folder / f"copy-{request.node.name}")
    yield made
    made.copy.stop()
    shutil.rmtree(made.copy.folder)


def table(found: run.Comparison, name: str) -> run.TableProof:
    return next(each for each in found.tables if each.table == name)


def named(found: run.Comparison) -> dict[str, list[tuple[str, str]]]:
    return {
        each.table: [(row.key, row.kind) for row in each.differences] for each in found.tables if each.status != "equal"
    }


def test_quiet_copy_is_equal_and_everything_is_said(drill: Drill) -> None:
    found = drill.prove()
    assert (found.proof.verdict, found.proof.reason) == ("succeeded", "content_equal"), found.proof.message
    assert {each.table: each.copy.count for each in found.tables} == {
        "item": 500, "pair": 200, "loose": 100, "empty": 0, "busy": 2000, "big": 2500, "parts_1": 50,
        "heartbeat": table(found, "heartbeat").copy.count,
    }  # fmt: skip
    assert found.left_out == [
        {"schema": "shop", "table": "scratch", "reason": "unlogged table: empty after every restore"}
    ]
    assert found.last_heartbeat is not None
    assert found.next_heartbeat is None
    assert "x@" not in str(found.document())


def test_writes_to_the_source_are_no_alarm_and_hide_nothing(drill: Drill) -> None:
    drill.source.execute(
        "UPDATE shop.busy SET n = n + 1 WHERE id % 3 = 0", "DELETE FROM shop.busy WHERE id % 5 = 0",
        "INSERT INTO shop.busy SELECT g, 1 FROM generate_series(5000, 5200) g", "VACUUM shop.busy",
        "UPDATE shop.busy SET n = n + 1 WHERE id % 7 = 0", "SELECT count(*) FROM shop.busy",
    )  # fmt: skip
    found = drill.prove()
    assert found.proof.verdict == "succeeded", found.proof.message
    assert table(found, "busy").unverified == 0, (
        "the manifest vouches even for rows that have changed on the source since"
    )
    drill.copy.execute("UPDATE shop.busy SET n = 99 WHERE id = 1001")
    found = drill.prove()
    assert named(found) == {"busy": [("id=1001", "changed")]}
    assert found.proof.message == "shop.busy: row id=1001 is changed."


def test_each_kind_of_damage_is_named(drill: Drill) -> None:
    drill.copy.execute(
        "UPDATE shop.item SET plain = '{\"b\": 2}' WHERE id = 7",
        "DELETE FROM shop.pair WHERE a = 3",
        "INSERT INTO shop.pair VALUES (900, 'it''s', 1)",
        "UPDATE shop.loose SET n = 1000 WHERE ctid = '(0,4)'",
        "INSERT INTO shop.empty VALUES (1)",
        "UPDATE shop.big SET pad = 'z' WHERE id = 2400",
    )
    found = drill.prove()
    assert (found.proof.verdict, found.proof.reason) == ("failed", "content_differs")
    by_table = named(found)
    assert by_table["item"] == [("id=7", "changed")]
    assert sorted(by_table["pair"]) == [("b=it's, a=900", "extra"), ("b=k3, a=3", "missing")]
    assert ("ctid=(0,4)", "missing") in by_table["loose"]
    assert by_table["empty"] == [("id=1", "extra")]
    assert by_table["big"] == [("id=2400", "changed")]
    assert set(by_table) == {"item", "pair", "loose", "empty", "big"}


def test_damage_without_a_horizon_is_found_by_the_manifest_alone(drill: Drill) -> None:
    """A row that the source has removed since, and that the copy should still hold, is missed too."""
    drill.source.execute("DELETE FROM shop.busy WHERE id = 1777")
    drill.copy.execute("DELETE FROM shop.busy WHERE id = 1777")
    found = drill.prove()
    assert table(found, "busy").unverified >= 1, "nobody can vouch for it, so the coverage says so"
    drill.source.execute("INSERT INTO shop.busy VALUES (1777, 0)")


def test_many_differences_are_bounded(drill: Drill) -> None:
    drill.copy.execute("UPDATE shop.item SET t = t || '!'")
    found = table(drill.prove(), "item")
    assert len(found.differences) == 5
    assert found.more


def test_missing_table_definition_and_unreadable_table(drill: Drill) -> None:
    drill.copy.execute("CREATE INDEX later ON shop.item (t)")
    assert drill.prove().proof.reason == "schema_differs"
    assert "index shop.later is extra" in drill.prove().proof.message
    drill.copy.execute("DROP INDEX shop.later", "DROP TABLE shop.loose")
    found = drill.prove()
    assert (found.proof.verdict, found.proof.reason) == ("failed", "table_missing")
    assert "shop.loose" in found.proof.message


def test_unreadable_table_is_unknown(drill: Drill) -> None:
    drill.copy.execute(
        "CREATE ROLE reader LOGIN PASSWORD 'r'", "GRANT USAGE ON SCHEMA shop, dr TO reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA shop, dr TO reader", "REVOKE SELECT ON shop.item FROM reader",
    )  # fmt: skip
    target = drill.copy.target
    reader = Target(target.host, target.port, target.database, "reader", "r")
    found = run.prove(
        drill.manifest, drill.source.target, reader, horizon=drill.horizon, workers=1, limit=5, minimum_coverage=0.9
    )
    assert table(found, "item").status == "unknown"
    assert "permission denied" in table(found, "item").message
    assert table(found, "pair").status == "equal"
    assert found.proof.verdict != "succeeded"


def test_lost_end_of_the_log_is_found(source: cluster.Cluster, folder: Path) -> None:
    copy = source.copy(folder / "early")
    try:
        source.execute("UPDATE shop.pair SET n = n + 1 WHERE a = 1", "UPDATE shop.pair SET n = n - 1 WHERE a = 1")
        manifest = run.take_manifest(source.target, workers=1)
        found = run.prove(manifest, source.target, copy.target, horizon=10**6, workers=1, limit=5, minimum_coverage=0.9)
        assert (found.proof.verdict, found.proof.reason) == ("failed", "anchor_missing")
    finally:
        copy.stop()


@pytest.mark.parametrize("xids", [-1, run.content.WINDOW])
def test_an_anchor_too_far_away_is_no_basis(xids: int) -> None:
    anchor = {"heartbeat": 5, "written": "2026-01-01T00:00:00Z", "xmin": 1000}
    found = run._anchored(anchor, (5, datetime.now(UTC)), 1000 + xids)
    assert found is not None
    assert (found.verdict, found.reason) == ("inconclusive", "anchor_too_old")
    assert run._anchored(anchor, (5, datetime.now(UTC)), 1001) is None


def test_another_cluster_is_no_copy(source: cluster.Cluster, folder: Path) -> None:
    other = cluster.create(folder / "other")
    try:
        manifest = run.take_manifest(source.target, workers=1)
        found = run.prove(manifest, source.target, other.target, horizon=10, workers=1, limit=5, minimum_coverage=0.9)
        assert (found.proof.verdict, found.proof.reason) == ("failed", "not_a_copy")
    finally:
        other.stop()


def test_errors_name_the_server_and_never_the_password(source: cluster.Cluster) -> None:
    target = source.target
    wrong = Target(target.host, target.port, target.database, target.user, "hunter2")
    with pytest.raises(PostgresError, match=f"127.0.0.1:{target.port}/platform as creator") as caught:
        connect(wrong)
    assert "hunter2" not in str(caught.value) + repr(wrong)
