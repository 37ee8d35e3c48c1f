"""The emulated RDS through boto3, with the real clusters behind it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.localcloud.rds_support import (
    assert_phases,
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
def rds(cloud: Any) -> Any:
    return cloud.client("rds")


@pytest.fixture(scope="module")
def dr(cloud: Any) -> Any:
    return cloud.client("rds", cloud.content.dr_region)


@pytest.fixture(scope="module")
def source(cloud: Any, rds: Any) -> dict[str, Any]:
    """An instance whose settings are all different from what a restore gives."""
    rds.create_db_parameter_group(
        DBParameterGroupName="creator-17", DBParameterGroupFamily="postgres17", Description="settings of the source"
    )
    rds.modify_db_parameter_group(
        DBParameterGroupName="creator-17",
        Parameters=[{"ParameterName": "work_mem", "ParameterValue": "8192", "ApplyMethod": "immediate"}],
    )
    ec2 = cloud.client("ec2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    rds.create_db_subnet_group(DBSubnetGroupName="creator", DBSubnetGroupDescription="of the source", SubnetIds=subnets)
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="database", Description="database", VpcId=vpc)["GroupId"]
    begin(
        rds,
        "source",
        DBParameterGroupName="creator-17",
        DBSubnetGroupName="creator",
        VpcSecurityGroupIds=[group],
        MultiAZ=True,
        DeletionProtection=True,
        EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql"],
        CopyTagsToSnapshot=True,
        StorageEncrypted=True,
        Tags=[{"Key": "environment", "Value": "test"}],
        TagSpecifications=[{"ResourceType": "auto-backup", "Tags": [{"Key": "kind", "Value": "backup"}]}],
    )
    found, seen = wait(rds, "source")
    assert_phases(seen, "creating", "backing-up", "available")
    return found


def test_an_instance_is_a_cluster_with_tls_scram_and_a_master_that_is_no_superuser(cloud: Any, source: Any) -> None:
    with connect(cloud, source) as connection:
        assert connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        assert connection.execute("SELECT pg_has_role('rds_superuser', 'member')").fetchone() == (True,)
        settings = dict(
            connection.execute(
                "SELECT name, setting FROM pg_settings WHERE name IN ('work_mem', 'data_checksums', 'password_encryption')"
            ).fetchall()
        )
    assert settings == {"work_mem": "8192", "data_checksums": "on", "password_encryption": "scram-sha-256"}


def test_a_connection_without_tls_or_with_another_password_is_refused(cloud: Any, source: Any) -> None:
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        connect(cloud, source, sslmode="disable")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(cloud, source, password="wrong-password")
    with pytest.raises(psycopg.OperationalError, match="rejects"):
        connect(cloud, source, dbname="rdsadmin")


def test_an_instance_without_tls_is_possible_when_its_group_says_so(cloud: Any, rds: Any) -> None:
    rds.create_db_parameter_group(
        DBParameterGroupName="plain", DBParameterGroupFamily="postgres17", Description="plain"
    )
    found = create(rds, "plain", DBParameterGroupName="plain", BackupRetentionPeriod=0)
    rds.modify_db_parameter_group(
        DBParameterGroupName="plain",
        Parameters=[{"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}],
    )
    deadline = time.monotonic() + 5
    while instance(rds, "plain")["DBParameterGroups"][0]["ParameterApplyStatus"] != "in-sync":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.1)
    connect(cloud, found, sslmode="disable").close()
    assert "LatestRestorableTime" not in instance(rds, "plain")
    assert (
        refused(
            rds.restore_db_instance_to_point_in_time,
            SourceDBInstanceIdentifier="plain",
            TargetDBInstanceIdentifier="copy",
            UseLatestRestorableTime=True,
        )
        == "PointInTimeRestoreNotEnabled"
    )
    rds.delete_db_instance(DBInstanceIdentifier="plain", SkipFinalSnapshot=True)


def test_a_restore_to_a_moment_has_what_was_committed_until_then_and_resets_what_rds_resets(
    cloud: Any, rds: Any, source: Any
) -> None:
    between = write(cloud, source, 1)
    time.sleep(0.05)
    after = write(cloud, source, 2)
    wait_restorable(rds, "source", after)

    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier="source",
        TargetDBInstanceIdentifier="earlier",
        RestoreTime=between,
        Tags=[{"Key": "drill:run", "Value": "r1"}],
    )
    rds.restore_db_instance_to_point_in_time(
        SourceDbiResourceId=source["DbiResourceId"],
        TargetDBInstanceIdentifier="latest",
        UseLatestRestorableTime=True,
        BackupRetentionPeriod=0,
        DBParameterGroupName="creator-17",
    )
    earlier, seen = wait(rds, "earlier")
    latest, seen_latest = wait(rds, "latest")

    assert_phases(seen, "creating", "backing-up", "available")
    assert_phases(seen_latest, "creating", "available")
    assert rows(cloud, earlier) == [1]
    assert rows(cloud, latest) == [1, 2]
    assert earlier["TagList"] == [{"Key": "drill:run", "Value": "r1"}]
    assert latest["DBParameterGroups"][0]["DBParameterGroupName"] == "creator-17"
    _assert_reset(source, earlier)
    assert earlier["BackupRetentionPeriod"] == 7
    assert latest["BackupRetentionPeriod"] == 0
    with connect(cloud, earlier) as connection, connect(cloud, source) as original:
        identifier = "SELECT system_identifier FROM pg_control_system()"
        assert connection.execute(identifier).fetchone() == original.execute(identifier).fetchone()
        assert connection.execute("SELECT timeline_id FROM pg_control_checkpoint()").fetchone() == (2,)
    write(cloud, earlier, 3)
    assert rows(cloud, source) == [1, 2]
    for name in ("earlier", "latest"):
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


def _assert_reset(source: dict[str, Any], copy: dict[str, Any]) -> None:
    assert copy["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres17"
    assert copy["DBSubnetGroup"]["DBSubnetGroupName"] == "default"
    assert copy["VpcSecurityGroups"] != source["VpcSecurityGroups"]
    assert "EnabledCloudwatchLogsExports" not in copy
    for name in ("MultiAZ", "DeletionProtection", "IAMDatabaseAuthenticationEnabled", "CopyTagsToSnapshot"):
        assert source[name] is True, name
        assert copy[name] is False, name
    for name in ("DBInstanceClass", "AllocatedStorage", "KmsKeyId", "EngineVersion", "MasterUsername", "DBName"):
        assert copy[name] == source[name], name


def test_restore_times_outside_of_the_window_and_contradictions_are_refused(rds: Any, source: Any) -> None:
    latest = instance(rds, "source")["LatestRestorableTime"]
    assert latest <= datetime.now(UTC)
    call = rds.restore_db_instance_to_point_in_time
    base = {"SourceDBInstanceIdentifier": "source", "TargetDBInstanceIdentifier": "never"}
    assert refused(call, **base, RestoreTime=latest + timedelta(hours=1)) == "InvalidParameterValue"
    assert refused(call, **base, RestoreTime=datetime(2001, 1, 1, tzinfo=UTC)) == "InvalidParameterValue"
    assert refused(call, **base) == "InvalidParameterCombination"
    assert refused(call, **base, RestoreTime=latest, UseLatestRestorableTime=True) == "InvalidParameterCombination"
    assert (
        refused(call, **base, SourceDbiResourceId=source["DbiResourceId"], UseLatestRestorableTime=True)
        == "InvalidParameterCombination"
    )
    unknown = {**base, "SourceDBInstanceIdentifier": "nobody"}
    assert refused(call, **unknown, UseLatestRestorableTime=True) == "DBInstanceNotFound"
    taken = {**base, "TargetDBInstanceIdentifier": "source"}
    assert refused(call, **taken, UseLatestRestorableTime=True) == "DBInstanceAlreadyExists"


def test_latest_restorable_time_goes_on_without_writes(rds: Any, source: Any) -> None:
    first = instance(rds, "source")["LatestRestorableTime"]
    wait_restorable(rds, "source", first + timedelta(seconds=1))


def test_a_snapshot_is_a_consistent_copy_that_can_be_copied_and_restored(
    cloud: Any, rds: Any, dr: Any, source: Any
) -> None:
    write(cloud, source, 10)
    taken = rds.create_db_snapshot(DBInstanceIdentifier="source", DBSnapshotIdentifier="nightly")["DBSnapshot"]
    assert taken["Status"] == "creating"
    assert taken["TagList"] == [{"Key": "environment", "Value": "test"}]
    assert refused(rds.modify_db_instance, DBInstanceIdentifier="source", MultiAZ=False) == "InvalidDBInstanceState"
    _, seen = wait(rds, "source")
    assert_phases(seen, "backing-up", "available")
    ready = rds.describe_db_snapshots(DBSnapshotIdentifier="nightly")["DBSnapshots"][0]
    assert (ready["Status"], ready["PercentProgress"], ready["Encrypted"]) == ("available", 100, True)
    write(cloud, source, 11)

    arn = ready["DBSnapshotArn"]
    call = {"SourceDBSnapshotIdentifier": arn, "TargetDBSnapshotIdentifier": "nightly-copy"}
    assert refused(dr.copy_db_snapshot, **call) == "InvalidParameterCombination"
    key = cloud.client("kms", cloud.content.dr_region).create_key()["KeyMetadata"]["Arn"]
    assert dr.copy_db_snapshot(**call, KmsKeyId=key, CopyTags=True)["DBSnapshot"]["Status"] == "creating"
    dr.get_waiter("db_snapshot_available").wait(
        DBSnapshotIdentifier="nightly-copy", WaiterConfig={"Delay": 1, "MaxAttempts": 10}
    )
    rds.delete_db_snapshot(DBSnapshotIdentifier="nightly")
    assert refused(rds.describe_db_snapshots, DBSnapshotIdentifier="nightly") == "DBSnapshotNotFound"

    dr.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="from-snapshot", DBSnapshotIdentifier="nightly-copy", BackupRetentionPeriod=0
    )
    found, _ = wait(dr, "from-snapshot")
    assert 10 in rows(cloud, found)
    assert 11 not in rows(cloud, found)
    assert found["KmsKeyId"] == key
    dr.delete_db_instance(DBInstanceIdentifier="from-snapshot", SkipFinalSnapshot=True)


def test_an_automated_snapshot_can_be_restored_and_not_deleted(cloud: Any, rds: Any, source: Any) -> None:
    automated = rds.describe_db_snapshots(DBInstanceIdentifier="source", SnapshotType="automated")["DBSnapshots"][0]
    name = automated["DBSnapshotIdentifier"]
    assert name.startswith("rds:source-")
    assert refused(rds.delete_db_snapshot, DBSnapshotIdentifier=name) == "InvalidDBSnapshotState"
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="from-automated", DBSnapshotIdentifier=name, BackupRetentionPeriod=0
    )
    found, _ = wait(rds, "from-automated")
    with connect(cloud, found) as connection:
        assert connection.execute("SELECT to_regclass('written')").fetchone() == (None,)
    rds.delete_db_instance(DBInstanceIdentifier="from-automated", SkipFinalSnapshot=True)


def test_a_replica_streams_and_is_promoted(cloud: Any, rds: Any, source: Any) -> None:
    rds.create_db_instance_read_replica(SourceDBInstanceIdentifier="source", DBInstanceIdentifier="replica")
    replica, seen = wait(rds, "replica")
    assert_phases(seen, "creating", "available")
    assert replica["ReadReplicaSourceDBInstanceIdentifier"] == "source"
    assert replica["BackupRetentionPeriod"] == 0
    assert instance(rds, "source")["ReadReplicaDBInstanceIdentifiers"] == ["replica"]
    write(cloud, source, 20)
    deadline = time.monotonic() + 5
    while 20 not in rows(cloud, replica):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        write(cloud, replica, 21)

    rds.promote_read_replica(DBInstanceIdentifier="replica")
    promoted, seen = wait(rds, "replica")
    assert_phases(seen, "modifying", "rebooting", "backing-up", "available")
    assert "ReadReplicaSourceDBInstanceIdentifier" not in promoted
    assert promoted["BackupRetentionPeriod"] == 1
    assert instance(rds, "source")["ReadReplicaDBInstanceIdentifiers"] == []
    write(cloud, promoted, 21)
    assert 21 not in rows(cloud, source)
    rds.delete_db_instance(DBInstanceIdentifier="replica", SkipFinalSnapshot=True)


def test_a_replica_in_another_region_needs_a_key_and_is_promoted_when_its_source_goes(
    cloud: Any, rds: Any, dr: Any, source: Any
) -> None:
    call = {"SourceDBInstanceIdentifier": source["DBInstanceArn"], "DBInstanceIdentifier": "far"}
    assert refused(dr.create_db_instance_read_replica, **call) == "InvalidParameterCombination"
    key = cloud.client("kms", cloud.content.dr_region).create_key()["KeyMetadata"]["Arn"]
    dr.create_db_instance_read_replica(**call, KmsKeyId=key)
    far, _ = wait(dr, "far")
    assert far["ReadReplicaSourceDBInstanceIdentifier"] == source["DBInstanceArn"]
    assert far["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres17"
    assert instance(rds, "source")["ReadReplicaDBInstanceIdentifiers"] == [far["DBInstanceArn"]]
    dr.delete_db_instance(DBInstanceIdentifier="far", SkipFinalSnapshot=True)
    wait_gone(dr, "far")
    assert instance(rds, "source")["ReadReplicaDBInstanceIdentifiers"] == []


def test_deletion_follows_the_rules_on_protection_and_final_snapshots(cloud: Any, rds: Any, source: Any) -> None:
    delete = rds.delete_db_instance
    assert refused(delete, DBInstanceIdentifier="source", SkipFinalSnapshot=True) == "InvalidParameterCombination"
    found = create(rds, "final", BackupRetentionPeriod=0)
    write(cloud, found, 7)
    assert refused(delete, DBInstanceIdentifier="final") == "InvalidParameterCombination"
    both = {"SkipFinalSnapshot": True, "FinalDBSnapshotIdentifier": "last"}
    assert refused(delete, DBInstanceIdentifier="final", **both) == "InvalidParameterCombination"
    answer = delete(DBInstanceIdentifier="final", FinalDBSnapshotIdentifier="last")
    assert answer["DBInstance"]["DBInstanceStatus"] == "deleting"
    assert refused(delete, DBInstanceIdentifier="final", SkipFinalSnapshot=True) == "InvalidDBInstanceState"
    wait_gone(rds, "final")
    assert rds.describe_db_snapshots(DBSnapshotIdentifier="last")["DBSnapshots"][0]["Status"] == "available"
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="revived", DBSnapshotIdentifier="last", BackupRetentionPeriod=0
    )
    assert rows(cloud, wait(rds, "revived")[0]) == [7]
    rds.delete_db_instance(DBInstanceIdentifier="revived", SkipFinalSnapshot=True)


def test_a_snapshot_whose_instance_is_deleted_meanwhile_fails(rds: Any) -> None:
    create(rds, "hurried", BackupRetentionPeriod=0)
    rds.create_db_snapshot(DBInstanceIdentifier="hurried", DBSnapshotIdentifier="unfinished")
    rds.delete_db_instance(DBInstanceIdentifier="hurried", SkipFinalSnapshot=True)
    wait_gone(rds, "hurried")
    assert rds.describe_db_snapshots(DBSnapshotIdentifier="unfinished")["DBSnapshots"][0]["Status"] == "failed"
    rds.delete_db_snapshot(DBSnapshotIdentifier="unfinished")


def test_parameter_groups_list_the_parameters_of_the_engine(rds: Any, source: Any) -> None:
    pages = rds.get_paginator("describe_db_parameters").paginate(DBParameterGroupName="creator-17")
    found = {entry["ParameterName"]: entry for page in pages for entry in page["Parameters"]}
    assert len(found) > 250
    assert found["work_mem"]["ParameterValue"] == "8192"
    assert (found["work_mem"]["Source"], found["work_mem"]["ApplyType"]) == ("user", "dynamic")
    assert (found["max_connections"]["ApplyType"], found["max_connections"]["IsModifiable"]) == ("static", True)
    assert found["rds.force_ssl"]["ParameterValue"] == "1"
    assert found["data_directory"]["IsModifiable"] is False

    modify = rds.modify_db_parameter_group

    def change(name: str, value: str, method: str = "immediate") -> dict[str, Any]:
        entry = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
        return {"DBParameterGroupName": "creator-17", "Parameters": [entry]}

    assert refused(modify, **change("no_such_thing", "1")) == "InvalidParameterValue"
    assert refused(modify, **change("data_directory", "/")) == "InvalidParameterValue"
    assert refused(modify, **change("work_mem", "lots")) == "InvalidParameterValue"
    assert refused(modify, **change("max_connections", "50")) == "InvalidParameterCombination"
    assert refused(rds.describe_db_parameters, DBParameterGroupName="none") == "DBParameterGroupNotFound"
    assert refused(rds.describe_db_parameter_groups, DBParameterGroupName="none") == "DBParameterGroupNotFound"
    assert refused(rds.delete_db_subnet_group, DBSubnetGroupName="creator") == "InvalidDBSubnetGroupStateFault"
