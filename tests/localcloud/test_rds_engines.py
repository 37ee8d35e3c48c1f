"""RDS instances of engines that have no server here: the states, settings, snapshots and backups of the API.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
"""

from __future__ import annotations

import time
from typing import Any

import botocore.exceptions
import pytest

GIVEN = {
    "Engine": "mariadb", "EngineVersion": "11.4.5", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": 20,
    "MasterUsername": "owner", "MasterUserPassword": "longenough1",
}  # fmt: skip


def wait(client: Any, name: str, status: str = "available") -> dict[str, Any]:
    """The instance once it has that status and no job; AssertionError after a minute."""
    deadline = time.monotonic() + 60
    while True:
        found: dict[str, Any] = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        if found["DBInstanceStatus"] == status:
            return found
        assert time.monotonic() < deadline, found["DBInstanceStatus"]
        time.sleep(0.05)


def refused(code: str, call: Any, **arguments: Any) -> None:
    """A call that is refused with that code."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code


def test_offers(cloud: Any) -> None:
    """Versions by engine, upgrades forward, families by major version."""
    client = cloud.client("rds")
    (found,) = client.describe_db_engine_versions(Engine="mariadb", EngineVersion="11.4.5")["DBEngineVersions"]
    assert (found["DBParameterGroupFamily"], found["MajorEngineVersion"]) == ("mariadb11.4", "11.4")
    assert {target["EngineVersion"] for target in found["ValidUpgradeTarget"]} == {"11.4.7", "11.4.8"}
    (default,) = client.describe_db_engine_versions(Engine="mysql", EngineVersion="8.0", DefaultOnly=True)[
        "DBEngineVersions"
    ]
    assert default["EngineVersion"] == "8.0.43"
    options = client.describe_orderable_db_instance_options(Engine="mysql", DBInstanceClass="db.t3.micro")
    assert {option["LicenseModel"] for option in options["OrderableDBInstanceOptions"]} == {"general-public-license"}


def test_life(cloud: Any) -> None:
    """Created, upgraded, stopped, started, renamed, deleted; nobody listens."""
    client = cloud.client("rds")
    made = client.create_db_instance(DBInstanceIdentifier="paper", **GIVEN)["DBInstance"]
    assert (made["DBInstanceStatus"], made["StorageType"]) == ("creating", "gp2")
    found = wait(client, "paper")
    assert (found["Endpoint"]["Port"], found["LicenseModel"]) == (3306, "general-public-license")
    assert found["Endpoint"]["Address"].endswith(".rds.amazonaws.com")
    assert "EnabledCloudwatchLogsExports" not in found
    assert "LatestRestorableTime" in found
    rows = cloud.control.get("status")["resources"]
    (row,) = [row for row in rows if row["kind"] == "rds instance"]
    assert row["states"] == {"available, mariadb without a server": 1}
    refused(
        "InvalidParameterCombination", client.modify_db_instance, DBInstanceIdentifier="paper", EngineVersion="10.6.20"
    )
    client.modify_db_instance(DBInstanceIdentifier="paper", EngineVersion="11.4.7", ApplyImmediately=True)
    assert wait(client, "paper")["EngineVersion"] == "11.4.7"
    client.stop_db_instance(DBInstanceIdentifier="paper")
    wait(client, "paper", "stopped")
    client.start_db_instance(DBInstanceIdentifier="paper")
    wait(client, "paper")
    client.modify_db_instance(
        DBInstanceIdentifier="paper", NewDBInstanceIdentifier="renamed", ApplyImmediately=True,
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["audit", "slowquery"]},
    )  # fmt: skip
    assert wait(client, "renamed")["EnabledCloudwatchLogsExports"] == ["audit", "slowquery"]
    client.delete_db_instance(DBInstanceIdentifier="renamed", SkipFinalSnapshot=True)
    client.get_waiter("db_instance_deleted").wait(
        DBInstanceIdentifier="renamed", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )


def test_snapshot_and_restores(cloud: Any) -> None:
    """The automated snapshot, a manual one, a restore of it and one to a point in time."""
    client = cloud.client("rds")
    client.create_db_instance(DBInstanceIdentifier="source", **GIVEN)
    latest = wait(client, "source")["LatestRestorableTime"]
    (automated,) = client.describe_db_snapshots(DBInstanceIdentifier="source")["DBSnapshots"]
    assert (automated["SnapshotType"], automated["Status"]) == ("automated", "available")
    client.create_db_snapshot(DBInstanceIdentifier="source", DBSnapshotIdentifier="kept")
    wait(client, "source")
    copied = {"SourceDBSnapshotIdentifier": "kept", "TargetDBSnapshotIdentifier": "copied"}
    client.copy_db_snapshot(**copied)
    client.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="one", DBSnapshotIdentifier="kept")
    target = {"SourceDBInstanceIdentifier": "source", "TargetDBInstanceIdentifier": "two"}
    refused("InvalidParameterValue", client.restore_db_instance_to_point_in_time, **target, RestoreTime="2001-01-01")
    client.restore_db_instance_to_point_in_time(**target, RestoreTime=latest)
    for name in ("one", "two"):
        found = wait(client, name)
        assert (found["Engine"], found["EngineVersion"], found["MasterUsername"]) == ("mariadb", "11.4.5", "owner")


def test_pending_change_is_taken_back(cloud: Any) -> None:
    """Asked to stay as it is, it does not wait for the window any more."""
    client = cloud.client("rds")
    client.create_db_instance(DBInstanceIdentifier="pending", **GIVEN)
    wait(client, "pending")
    modify = client.modify_db_instance
    changed = modify(DBInstanceIdentifier="pending", StorageType="gp3", ApplyImmediately=False)["DBInstance"]
    assert changed["PendingModifiedValues"] == {"StorageType": "gp3"}
    back = modify(DBInstanceIdentifier="pending", StorageType="gp2", ApplyImmediately=False)["DBInstance"]
    assert back["PendingModifiedValues"] == {}
    nothing = {"DBInstanceIdentifier": "pending", "AllowMajorVersionUpgrade": True, "ApplyImmediately": True}
    refused("InvalidParameterCombination", modify, **nothing)


def test_a_waiter_need_not_sleep(cloud: Any) -> None:
    """Its first poll is answered once the instance is there, not with a state that is on the way."""
    client = cloud.client("rds")
    client.create_db_instance(DBInstanceIdentifier="awaited", **GIVEN)
    began = time.monotonic()
    client.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="awaited", WaiterConfig={"Delay": 30, "MaxAttempts": 2}
    )
    assert time.monotonic() - began < 20


def test_what_is_refused(cloud: Any) -> None:
    """Engines and versions that are not on offer, names and passwords that are too long for the engine."""
    client = cloud.client("rds")
    for changed, code in (
        ({"Engine": "oracle-ee"}, "InvalidParameterValue"),
        ({"EngineVersion": "5.5"}, "InvalidParameterCombination"),
        ({"AllocatedStorage": 4}, "InvalidParameterCombination"),
        ({"AllocatedStorage": 10, "StorageType": "gp3"}, "InvalidParameterCombination"),
        ({"MasterUsername": "a" * 17}, "InvalidParameterValue"),
        ({"MasterUserPassword": "p" * 42}, "InvalidParameterValue"),
        ({"EnableCloudwatchLogsExports": ["postgresql"]}, "InvalidParameterCombination"),
    ):
        refused(code, client.create_db_instance, DBInstanceIdentifier="refused", **(GIVEN | changed))
