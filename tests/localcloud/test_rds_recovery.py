"""The emulated RDS after its cloud was stopped or killed, and after its servers were."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import pytest

from localcloud.processes import Processes
from tests.localcloud.rds_support import (
    begin,
    connect,
    create,
    instance,
    refused,
    rows,
    wait,
    wait_gone,
    wait_restorable,
    write,
)


@pytest.fixture(scope="module")
def kept(cloud: Any) -> dict[str, Any]:
    """An instance with backups whose rows must survive everything."""
    found = create(cloud.client("rds"), "kept")
    write(cloud, found, 1)
    return found


def _postgres(cloud: Any) -> list[int]:
    """Pids of the postmasters of the cloud."""
    processes = Processes(cloud.state)
    records = [processes.record(name) for name in processes.names() if name.startswith("postgres-")]
    return [record.pid for record in records if record is not None and processes.alive(record.name)]


def _folders(cloud: Any, kind: str) -> set[str]:
    return {path.name for path in (cloud.state / "postgres" / kind).iterdir()}


def test_an_instance_survives_down_and_up(cloud: Any, kept: dict[str, Any]) -> None:
    cloud.down()
    assert _postgres(cloud) == []
    cloud.up()
    found, _ = wait(cloud.client("rds"), "kept")
    assert found["Endpoint"] == kept["Endpoint"]
    assert found["DbiResourceId"] == kept["DbiResourceId"]
    assert rows(cloud, found) == [1]


def test_an_instance_survives_kill_of_the_cloud_and_its_archive_goes_on(cloud: Any, kept: dict[str, Any]) -> None:
    write(cloud, kept, 2)
    cloud.kill()
    cloud.up()
    rds = cloud.client("rds")
    found, _ = wait(rds, "kept")
    assert rows(cloud, found) == [1, 2]
    moment = write(cloud, found, 3)
    wait_restorable(rds, "kept", moment)
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="kept",
        TargetDBInstanceIdentifier="copy",
        RestoreTime=moment,
        BackupRetentionPeriod=0,
    )
    assert rows(cloud, wait(rds, "copy")[0]) == [1, 2, 3]
    rds.delete_db_instance(DBInstanceIdentifier="copy", SkipFinalSnapshot=True)
    wait_gone(rds, "copy")


def test_a_server_that_is_killed_comes_back(cloud: Any, kept: dict[str, Any]) -> None:
    rds = cloud.client("rds")
    before = _postgres(cloud)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 90
    while _postgres(cloud) == [] or set(_postgres(cloud)) & set(before):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert rows(cloud, wait(rds, "kept")[0]) == [1, 2, 3]


@pytest.mark.parametrize("moment", [0.05, 0.6, 1.3])
def test_a_creation_that_a_kill_interrupted_is_completed(cloud: Any, kept: dict[str, Any], moment: float) -> None:
    rds = cloud.client("rds")
    begin(rds, "interrupted")
    time.sleep(moment)
    cloud.kill()
    cloud.up()
    rds = cloud.client("rds")
    found, _ = wait(rds, "interrupted")
    connect(cloud, found).close()
    assert "LatestRestorableTime" in found
    rds.delete_db_instance(DBInstanceIdentifier="interrupted", SkipFinalSnapshot=True)
    wait_gone(rds, "interrupted")


def test_a_restore_and_a_deletion_that_a_kill_interrupted_are_completed(cloud: Any, kept: dict[str, Any]) -> None:
    rds = cloud.client("rds")
    expected = rows(cloud, instance(rds, "kept"))
    for name in ("restored", "leaving"):
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier="kept", TargetDBInstanceIdentifier=name, UseLatestRestorableTime=True
        )
    wait(rds, "leaving")
    rds.delete_db_instance(DBInstanceIdentifier="leaving", FinalDBSnapshotIdentifier="farewell")
    cloud.kill()
    cloud.up()
    rds = cloud.client("rds")
    assert rows(cloud, wait(rds, "restored")[0]) == expected
    wait_gone(rds, "leaving")
    assert rds.describe_db_snapshots(DBSnapshotIdentifier="farewell")["DBSnapshots"][0]["Status"] == "available"
    rds.delete_db_instance(DBInstanceIdentifier="restored", SkipFinalSnapshot=True)
    wait_gone(rds, "restored")


def test_what_belongs_to_nothing_is_removed_and_nothing_else(cloud: Any, kept: dict[str, Any]) -> None:
    cloud.down()
    home = cloud.state / "postgres"
    strays = [home / kind / "stray" for kind in ("instances", "archives", "snapshots", "pins")]
    for stray in strays:
        stray.mkdir(parents=True)
    cloud.up()
    rds = cloud.client("rds")
    wait(rds, "kept")
    assert not [stray for stray in strays if stray.exists()]
    assert _folders(cloud, "instances") == {kept["DbiResourceId"].lower()}
    assert len(_folders(cloud, "archives")) == 1
    assert _folders(cloud, "pins") == set()
    assert len(_postgres(cloud)) == 1


@pytest.mark.parametrize("loss", ["lost", "damaged"])
def test_a_restore_whose_wal_is_lost_or_damaged_is_incompatible_and_can_be_deleted(
    cloud: Any, kept: dict[str, Any], loss: str
) -> None:
    rds = cloud.client("rds")
    create(rds, "victim")
    victim = instance(rds, "victim")
    moment = write(cloud, victim, 50)
    wait_restorable(rds, "victim", moment)
    _spoil(cloud, victim, loss)
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="victim", TargetDBInstanceIdentifier="copy", UseLatestRestorableTime=True
    )
    copy, _ = wait(rds, "copy", "incompatible-restore")
    assert "Endpoint" not in copy
    assert refused(rds.delete_db_instance, DBInstanceIdentifier="copy", FinalDBSnapshotIdentifier="no") == (
        "InvalidDBInstanceState"
    )
    for name in ("copy", "victim"):
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
        wait_gone(rds, name)


def _spoil(cloud: Any, victim: dict[str, Any], loss: str) -> None:
    """Take the last segment of the victim's archive away, or overwrite its first half."""
    archives = list((cloud.state / "postgres" / "archives").iterdir())
    newest = max(archives, key=lambda path: path.stat().st_ctime)
    segment = max(path for path in (newest / "wal").iterdir() if len(path.name) == 24)
    if loss == "lost":
        segment.unlink()
        return
    with segment.open("r+b") as file:
        file.write(bytes(512 * 1024))
