"""Drills against the emulated RDS with real servers: a live source compared with a point-in-time restore, and sweeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.rds import instances, restore, snapshots
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list
from ansible_collections.creator.platform.plugins.module_utils.drill import parity
from ansible_collections.creator.platform.plugins.module_utils.drill.guards import Intent, Owner
from ansible_collections.creator.platform.plugins.module_utils.drill.ledger import moment
from ansible_collections.creator.platform.plugins.module_utils.drill.naming import copy_name, copy_tags
from ansible_collections.creator.platform.plugins.module_utils.drill.run import Comparison, prove, take_manifest
from ansible_collections.creator.platform.plugins.module_utils.postgres import heartbeat
from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import Target, connect
from ansible_collections.creator.platform.plugins.module_utils.seed.run import fill
from ansible_collections.creator.platform.plugins.module_utils.sweep.owner import started_at
from ansible_collections.creator.platform.plugins.module_utils.sweep.run import Sweep, record_intent, sweep

from tests.localcloud.rds_support import DATABASE, MASTER, PASSWORD, create, instance, wait

SCHEMA = Path(__file__).parents[2] / "roles/seed/files/schema.sql"
PACE = instances.Pace(0.1, 60, time.monotonic, time.sleep)
SOURCE = "creator-test-database"
FUTURE = "2999-01-01T00:00:00Z"


def target(cloud: Any, found: dict[str, Any], password: str = PASSWORD) -> Target:
    endpoint = found["Endpoint"]
    return Target(
        endpoint["Address"], endpoint["Port"], DATABASE, MASTER, password, ca_file=str(cloud.state / "ca.pem")
    )


@pytest.fixture(scope="module")
def source(cloud: Any) -> dict[str, Any]:
    found = create(cloud.client("rds"), SOURCE, Tags=[{"Key": "environment", "Value": "test"}])
    fill(
        target(cloud, found), environment="test", seed="s", size=40, schema=SCHEMA.read_text(), replace=False, dry=False
    )
    return found


@contextmanager
def writers(where: Target) -> Iterator[list[int]]:
    """Two sessions that change, add and remove rows of every table until the end; yields how often each has committed."""
    stop = threading.Event()
    done = [0, 0]

    def work(number: int) -> None:
        with connect(where) as connection:
            while not stop.is_set():
                done[number] += 1
                step = done[number] * 2 + number
                connection.execute("UPDATE platform.payments SET amount = amount + 1 WHERE id = %s", (step % 1600 + 1,))
                connection.execute("UPDATE platform.posts SET title = title || '.' WHERE id = %s", (step % 600 + 1,))
                connection.execute(
                    "INSERT INTO platform.subscriptions (creator_id, subscriber_email, plan, price, state, started_at)"
                    " VALUES (1, 'x@example.net', 'monthly', 5, 'active', now())"
                )
                connection.execute("DELETE FROM platform.media WHERE id = %s", (step % 900 + 1,))
                time.sleep(0.02)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def restored(cloud: Any, source: dict[str, Any], run: str, time_of: str) -> dict[str, Any]:
    """A copy of `source` as it was at `time_of`, made as the role makes it."""
    rds = cloud.client("rds", attempts=3)
    name = copy_name(SOURCE, run)
    options = {
        **restore.passed_on(instance(rds, SOURCE)), "identifier": name, "source": SOURCE, "automated_backup_arn": None,
        "restore_time": time_of, "tags": copy_tags("creator", "test", run, SOURCE, FUTURE), "backup_retention": 0,
        "deletion_protection": False, "multi_az": False,
    }  # fmt: skip
    assert options["subnet_group"] is None or isinstance(options["subnet_group"], str)
    request = {key: value for key, value in restore.request(options).items() if value is not None}
    assert instances.restore_to_time(rds, request, options["tags"]) in (True, False)
    return instances.wait_available(rds, name, PACE)


def test_a_source_that_is_written_to_is_compared_exactly_with_its_restore(cloud: Any, source: dict[str, Any]) -> None:
    rds = cloud.client("rds")
    live = target(cloud, source)
    with writers(live) as commits:
        while min(commits) < 20:
            time.sleep(0.01)
        manifest = take_manifest(live, workers=2)
        until = moment(manifest["anchor"]["restore_time"])
        instances.wait_restorable(rds, SOURCE, until, PACE)
        found = restored(cloud, source, "20261124100000aaaa", manifest["anchor"]["restore_time"])
        instances.set_password(rds, found["DBInstanceIdentifier"], "another-password", PACE)
        copy = target(cloud, found, "another-password")
        with connect(copy) as connection:
            horizon = heartbeat.horizon(connection)

        def compare() -> Comparison:
            return prove(manifest, live, copy, horizon=horizon, workers=2, limit=9, minimum_coverage=0.5)

        quiet = compare()
        assert quiet.proof.verdict == "succeeded", quiet.proof.message
        assert sum(commits) > 50, "the source was written to all the time"
        with connect(copy) as connection:
            connection.execute("UPDATE platform.payments SET amount = 0 WHERE id = 7")
            connection.execute("DELETE FROM platform.creators WHERE id = 39 AND NOT EXISTS "
                               "(SELECT FROM platform.posts WHERE creator_id = 39)")  # fmt: skip
        damaged = compare()
        assert damaged.proof.reason == "content_differs"
        named = {
            each.table: [(row.key, row.kind) for row in each.differences] for each in damaged.tables if each.differences
        }
        assert named == {"payments": [("id=7", "changed")]}
    assert parity.different(parity.compare(instance(rds, SOURCE), instance(rds, found["DBInstanceIdentifier"]))) == []


def judge(cloud: Any, **changes: Any) -> Sweep:
    arguments = {
        "platform": "creator", "environment": "test", "sources": [SOURCE], "now": datetime.now(UTC), "pace": PACE,
    } | changes  # fmt: skip
    return sweep(cloud.client("rds", attempts=3), cloud.client("ssm", attempts=3), **arguments)


def drill(cloud: Any, run: str, owner: Owner) -> str:
    """What a drill leaves that was killed right after its request: an intent, and a copy that is being made."""
    rds, ssm = cloud.client("rds"), cloud.client("ssm", attempts=3)
    name = copy_name(SOURCE, run)
    record_intent(ssm, Intent("creator", "test", run, SOURCE, name, FUTURE, owner), {"environment": "test"})
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=SOURCE, TargetDBInstanceIdentifier=name, UseLatestRestorableTime=True,
        Tags=tag_list(copy_tags("creator", "test", run, SOURCE, FUTURE)),
    )  # fmt: skip
    return name


def test_the_copy_of_a_killed_drill_goes_while_it_is_still_being_made(cloud: Any, source: dict[str, Any]) -> None:
    import os
    import socket

    gone = drill(cloud, "20261124100000bbbb", Owner(socket.gethostname(), 2**22 + 1, 7))
    living = drill(cloud, "20261124100000cccc", Owner(socket.gethostname(), os.getpid(), started_at(os.getpid())))
    found = judge(cloud)
    assert (found.removed, found.left) == ([gone], [])
    assert living in {each["name"] for each in found.kept}
    assert instances.describe(cloud.client("rds"), gone) is None
    assert judge(cloud, closing="20261124100000cccc").removed == [living]
    assert instances.describe(cloud.client("rds"), SOURCE) is not None


def test_lookalikes_are_reported_and_never_touched(cloud: Any, source: dict[str, Any]) -> None:
    name = copy_name(SOURCE, "20261124100000dddd")
    tags = copy_tags("creator", "test", "20261124100000dddd", SOURCE, "2000-01-01T00:00:00Z")
    create(cloud.client("rds"), name, BackupRetentionPeriod=0, Tags=tag_list(tags))
    found = judge(cloud)
    assert name in found.unclaimed
    assert found.removed == []
    assert wait(cloud.client("rds"), name)[0]


def test_a_lost_answer_makes_neither_two_copies_nor_a_failure(cloud: Any, source: dict[str, Any]) -> None:
    rds = cloud.client("rds", attempts=3)
    name = copy_name(SOURCE, "20261124100000eeee")
    tags = copy_tags("creator", "test", "20261124100000eeee", SOURCE, FUTURE)
    request = {
        "SourceDBInstanceIdentifier": SOURCE, "TargetDBInstanceIdentifier": name, "UseLatestRestorableTime": True,
        "BackupRetentionPeriod": 0, "Tags": tag_list(tags),
    }  # fmt: skip
    cloud.control.put("faults", {"kind": "cut_after", "service": "rds", "action": "RestoreDBInstanceToPointInTime"})
    instances.restore_to_time(rds, request, tags)
    instances.wait_available(rds, name, PACE)
    cloud.control.put("faults", {"kind": "cut_after", "service": "rds", "action": "DeleteDBInstance"})
    instances.delete(rds, name, PACE)
    cloud.control.put("faults", {"kind": "cut_after", "service": "ssm", "action": "PutParameter"})
    intent = Intent("creator", "test", "20261124100000eeee", SOURCE, name, FUTURE)
    assert record_intent(cloud.client("ssm", attempts=3), intent, {}).endswith("20261124100000eeee")
    assert judge(cloud, closing=intent.run).left == []


def test_snapshots_are_taken_once(cloud: Any, source: dict[str, Any]) -> None:
    rds = cloud.client("rds", attempts=3)
    tags = {"component": "backup"}
    assert snapshots.newest(rds, SOURCE, tags) is None
    name = snapshots.name(SOURCE, datetime.now(UTC))
    cloud.control.put("faults", {"kind": "cut_after", "service": "rds", "action": "CreateDBSnapshot"})
    snapshots.create(rds, SOURCE, name, tags, PACE)
    assert snapshots.wait_available(rds, name, PACE)["Status"] == "available"
    found = snapshots.newest(rds, SOURCE, tags)
    assert found is not None
    assert snapshots.facts(found)["snapshot_id"] == name
