"""The data set on a real server: written once, left alone afterwards, never thrown away unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.postgres import load
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import PostgresError
from ansible_collections.creator.platform.plugins.module_utils.seed import generate
from ansible_collections.creator.platform.plugins.module_utils.seed.run import Outcome, SeedError, fill
from ansible_collections.creator.platform.tests.unit.plugins.module_utils.postgres import cluster

SCHEMA = next(
    parent / "roles/seed/files/schema.sql" for parent in Path(__file__).parents if (parent / "roles/seed").is_dir()
).read_text()


@pytest.fixture(scope="module")
def server() -> Iterator[cluster.Cluster]:
    with cluster.scratch() as folder:
        yield cluster.create(folder / "server")


def run(server: cluster.Cluster, **changes: Any) -> Outcome:
    arguments = {
        "environment": "dev",
        "seed": "s",
        "size": 4,
        "schema": SCHEMA,
        "replace": False,
        "dry": False,
    } | changes
    return fill(server.target, **arguments)


def test_life_of_a_data_set(server: cluster.Cluster) -> None:
    assert run(server, dry=True) == Outcome(True, generate.counts(4))
    assert server.execute("SELECT to_regnamespace('platform')") == [(None,)], "a dry run writes nothing"

    assert run(server) == Outcome(True, generate.counts(4))
    before = server.execute("SELECT sum(hash_record_extended(p, 0)) FROM platform.payments p")
    assert run(server) == Outcome(False, generate.counts(4))

    server.execute("INSERT INTO platform.creators (handle, display_name, email, country, monthly_price, currency)"
                   " VALUES ('new', 'New', 'n@example.com', 'DE', 1, 'EUR')")  # fmt: skip
    assert run(server).tables["creators"] == 5, "rows that people added are no difference"

    with pytest.raises(SeedError, match="seed_replace"):
        run(server, seed="other")
    server.execute("DELETE FROM platform.payments WHERE id = 1")
    with pytest.raises(SeedError, match="payments has 159 of 160 rows"):
        run(server)
    assert run(server, replace=True) == Outcome(True, generate.counts(4))
    assert server.execute("SELECT sum(hash_record_extended(p, 0)) FROM platform.payments p") == before


def test_what_came_another_way_is_not_thrown_away(server: cluster.Cluster) -> None:
    run(server, replace=True)
    server.execute("DELETE FROM platform.data_set")
    for dry in (True, False):
        with pytest.raises(SeedError, match="creators that this did not write"):
            run(server, dry=dry)
    assert server.execute("SELECT count(*) FROM platform.creators") == [(4,)]
    assert run(server, replace=True) == Outcome(True, generate.counts(4))


def test_a_failed_run_leaves_what_was_there(server: cluster.Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    run(server, replace=True)
    broken = [*generate.tables("s", 4)[:2], generate.Table("media", ("nothing",), lambda: iter([(1,)]))]
    monkeypatch.setattr(generate, "tables", lambda seed, size: broken)
    with pytest.raises(PostgresError, match=r"Filling platform\.media"):
        run(server, replace=True, seed="t")
    monkeypatch.undo()
    assert run(server) == Outcome(False, generate.counts(4))


def test_production_is_refused_before_anything_is_asked_of_it() -> None:
    nowhere = cluster.Target("127.0.0.1", 1, "x", "x")
    with pytest.raises(SeedError, match="never filled"):
        fill(nowhere, environment="prod", seed="s", size=4, schema="", replace=True, dry=False)


def test_values_reach_the_server_as_they_are() -> None:
    assert load._value({"b": "ü", "a": 1}) == '{"a": 1, "b": "ü"}'
    assert load._value([1]) == [1]
