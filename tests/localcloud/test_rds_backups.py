"""Automated backups of the emulated RDS that outlive their instance: replicated to the second region, and retained."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws import tagged

from tests.localcloud.rds_support import create, instance, refused, rows, wait, wait_gone, wait_restorable, write


@pytest.fixture(scope="module")
def rds(cloud: Any) -> Any:
    return cloud.client("rds")


@pytest.fixture(scope="module")
def dr(cloud: Any) -> Any:
    return cloud.client("rds", cloud.content.dr_region)


def test_replicated_backups_restore_in_the_second_region_when_the_source_is_gone(cloud: Any, rds: Any, dr: Any) -> None:
    first = create(rds, "doomed")
    arn = first["DBInstanceArn"]
    assert refused(rds.start_db_instance_automated_backups_replication, SourceDBInstanceArn=arn) == (
        "InvalidParameterCombination"
    )
    started = dr.start_db_instance_automated_backups_replication(SourceDBInstanceArn=arn, BackupRetentionPeriod=14)
    backup = started["DBInstanceAutomatedBackup"]
    assert (backup["Status"], backup["BackupRetentionPeriod"], backup["Region"]) == ("pending", 14, "eu-west-1")
    assert instance(rds, "doomed")["DBInstanceAutomatedBackupsReplications"] == [
        {"DBInstanceAutomatedBackupsArn": backup["DBInstanceAutomatedBackupsArn"]}
    ]
    between = write(cloud, first, 1)
    time.sleep(0.05)
    write(cloud, first, 2)
    copy_arn = backup["DBInstanceAutomatedBackupsArn"]
    deadline = time.monotonic() + 20
    while True:
        found = dr.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=copy_arn)
        backup = found["DBInstanceAutomatedBackups"][0]
        if backup.get("RestoreWindow", {}).get("LatestTime", between - timedelta(1)) > between:
            break
        assert time.monotonic() < deadline, backup
        time.sleep(0.05)
    assert backup["Status"] == "replicating"

    rds.delete_db_instance(DBInstanceIdentifier="doomed", SkipFinalSnapshot=True, DeleteAutomatedBackups=True)
    wait_gone(rds, "doomed")
    assert refused(rds.describe_db_instance_automated_backups, DbiResourceId=first["DbiResourceId"]) == (
        "DBInstanceAutomatedBackupNotFound"
    )
    dr.restore_db_instance_to_point_in_time(
        SourceDBInstanceAutomatedBackupsArn=copy_arn, TargetDBInstanceIdentifier="survivor", RestoreTime=between
    )
    survivor, _ = wait(dr, "survivor")
    assert rows(cloud, survivor) == [1]
    dr.delete_db_instance(DBInstanceIdentifier="survivor", SkipFinalSnapshot=True)
    found = dr.describe_db_instance_automated_backups(Filters=[{"Name": "status", "Values": ["retained"]}])
    assert [b["DBInstanceAutomatedBackupsArn"] for b in found["DBInstanceAutomatedBackups"]] == [copy_arn]
    dr.delete_db_instance_automated_backup(DBInstanceAutomatedBackupsArn=copy_arn)
    assert refused(dr.describe_db_instance_automated_backups, DBInstanceAutomatedBackupsArn=copy_arn) == (
        "DBInstanceAutomatedBackupNotFound"
    )


def test_retained_backups_restore_after_the_instance_is_gone(cloud: Any, rds: Any) -> None:
    found = create(rds, "retained")
    moment = write(cloud, found, 5)
    wait_restorable(rds, "retained", moment)
    taken = rds.describe_db_snapshots(DBInstanceIdentifier="retained", SnapshotType="automated")["DBSnapshots"]
    backup = rds.describe_db_instance_automated_backups(DbiResourceId=found["DbiResourceId"])
    listed = [taken[0]["DBSnapshotArn"], backup["DBInstanceAutomatedBackups"][0]["DBInstanceAutomatedBackupsArn"]]
    assert tagged.gone(cloud.client, listed) == []
    rds.delete_db_instance(DBInstanceIdentifier="retained", SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    wait_gone(rds, "retained")
    backup = rds.describe_db_instance_automated_backups(DbiResourceId=found["DbiResourceId"])
    assert backup["DBInstanceAutomatedBackups"][0]["Status"] == "retained"
    assert tagged.gone(cloud.client, listed) == listed
    rds.restore_db_instance_to_point_in_time(
        SourceDbiResourceId=found["DbiResourceId"],
        TargetDBInstanceIdentifier="again",
        UseLatestRestorableTime=True,
        BackupRetentionPeriod=0,
    )
    again, _ = wait(rds, "again")
    assert rows(cloud, again) == [5]
    rds.delete_db_instance(DBInstanceIdentifier="again", SkipFinalSnapshot=True)
