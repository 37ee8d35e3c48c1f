"""Changes of an emulated RDS instance, and what the service refuses, through boto3."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest

from tests.localcloud.rds_support import (
    DATABASE,
    MASTER,
    PASSWORD,
    assert_phases,
    connect,
    create,
    instance,
    refused,
    wait,
    wait_gone,
)


@pytest.fixture(scope="module")
def rds(cloud: Any) -> Any:
    return cloud.client("rds")


def test_a_new_master_password_replaces_the_old_one(cloud: Any, rds: Any) -> None:
    found = create(rds, "password", BackupRetentionPeriod=0)
    answer = rds.modify_db_instance(DBInstanceIdentifier="password", MasterUserPassword="second-password")
    assert answer["DBInstance"]["PendingModifiedValues"] == {"MasterUserPassword": "****"}
    after, seen = wait(rds, "password")
    assert_phases(seen, "resetting-master-credentials", "available")
    assert after["PendingModifiedValues"] == {}
    connect(cloud, found, password="second-password").close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(cloud, found)

    rds.modify_db_instance(DBInstanceIdentifier="password", ManageMasterUserPassword=True, ApplyImmediately=True)
    managed, _ = wait(rds, "password")
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=managed["MasterUserSecret"]["SecretArn"])
    import json

    content = json.loads(secret["SecretString"])
    connect(cloud, found, user=content["username"], password=content["password"]).close()
    rds.delete_db_instance(DBInstanceIdentifier="password", SkipFinalSnapshot=True)


def test_changes_wait_for_the_window_unless_they_are_to_be_applied_immediately(cloud: Any, rds: Any) -> None:
    create(rds, "changing", BackupRetentionPeriod=0)
    modify = rds.modify_db_instance
    answer = modify(DBInstanceIdentifier="changing", DBInstanceClass="db.t4g.small", AllocatedStorage=30)["DBInstance"]
    assert answer["DBInstanceStatus"] == "available"
    assert answer["PendingModifiedValues"] == {"DBInstanceClass": "db.t4g.small", "AllocatedStorage": 30}
    assert cloud.control("POST", "rds/maintenance", {"region": "eu-west-1", "instance": "changing"}) == {
        "applied": True
    }
    found, seen = wait(rds, "changing")
    assert_phases(seen, "modifying", "available")
    assert (found["DBInstanceClass"], found["AllocatedStorage"]) == ("db.t4g.small", 30)
    assert found["PendingModifiedValues"] == {}

    modify(DBInstanceIdentifier="changing", BackupRetentionPeriod=3, ApplyImmediately=True)
    found, seen = wait(rds, "changing")
    assert_phases(seen, "modifying", "backing-up", "available")
    assert "LatestRestorableTime" in found

    modify(DBInstanceIdentifier="changing", NewDBInstanceIdentifier="changed", ApplyImmediately=True)
    found, _ = wait(rds, "changed")
    connect(cloud, found).close()
    assert refused(modify, DBInstanceIdentifier="changed", AllocatedStorage=20) == "InvalidParameterCombination"
    assert refused(modify, DBInstanceIdentifier="changed", EngineVersion="16.4") == "InvalidParameterCombination"
    assert refused(modify, DBInstanceIdentifier="changed", DBInstanceClass="db.t4g.giant") == "InvalidParameterValue"
    assert refused(modify, DBInstanceIdentifier="changed", DBParameterGroupName="none") == "DBParameterGroupNotFound"
    rds.delete_db_instance(DBInstanceIdentifier="changed", SkipFinalSnapshot=True)


def test_static_parameters_wait_for_a_reboot(cloud: Any, rds: Any) -> None:
    rds.create_db_parameter_group(
        DBParameterGroupName="static", DBParameterGroupFamily="postgres17", Description="static"
    )
    found = create(rds, "static", DBParameterGroupName="static", BackupRetentionPeriod=0)
    rds.modify_db_parameter_group(
        DBParameterGroupName="static",
        Parameters=[
            {"ParameterName": "max_connections", "ParameterValue": "77", "ApplyMethod": "pending-reboot"},
            {"ParameterName": "statement_timeout", "ParameterValue": "4321", "ApplyMethod": "immediate"},
        ],
    )
    assert instance(rds, "static")["DBParameterGroups"][0]["ParameterApplyStatus"] == "pending-reboot"
    deadline = time.monotonic() + 5
    while _shown(cloud, found, "statement_timeout") != "4321ms":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert _shown(cloud, found, "max_connections") == "100"
    rds.reboot_db_instance(DBInstanceIdentifier="static")
    found, seen = wait(rds, "static")
    assert_phases(seen, "rebooting", "available")
    assert found["DBParameterGroups"][0]["ParameterApplyStatus"] == "in-sync"
    assert _shown(cloud, found, "max_connections") == "77"
    assert refused(rds.delete_db_parameter_group, DBParameterGroupName="static") == "InvalidDBParameterGroupState"

    rds.stop_db_instance(DBInstanceIdentifier="static")
    stopped, _ = wait(rds, "static", "stopped")
    with pytest.raises(psycopg.OperationalError):
        connect(cloud, stopped)
    rds.start_db_instance(DBInstanceIdentifier="static")
    connect(cloud, wait(rds, "static")[0]).close()
    rds.delete_db_instance(DBInstanceIdentifier="static", SkipFinalSnapshot=True)
    wait_gone(rds, "static")
    rds.delete_db_parameter_group(DBParameterGroupName="static")


def _shown(cloud: Any, found: dict[str, Any], name: str) -> str:
    with connect(cloud, found) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        assert row is not None
        return str(row[0])


def test_what_rds_does_not_offer_is_refused(cloud: Any, rds: Any) -> None:
    call = lambda **more: refused(rds.create_db_instance, **_request(**more))  # noqa: E731
    assert call(EngineVersion="99.1") == "InvalidParameterCombination"
    assert call(DBInstanceClass="db.t9.huge") == "InvalidParameterValue"
    assert call(DBParameterGroupName="none") == "DBParameterGroupNotFound"
    assert call(DBSubnetGroupName="none") == "DBSubnetGroupNotFoundFault"
    assert call(VpcSecurityGroupIds=["sg-0123456789"]) == "InvalidParameterValue"
    assert call(BackupRetentionPeriod=36) == "InvalidParameterValue"
    assert call(MasterUserPassword="short") == "InvalidParameterValue"
    assert call(MasterUsername="rdsadmin") == "InvalidParameterValue"
    assert call(AllocatedStorage=1) == "InvalidParameterCombination"
    rds.create_db_parameter_group(
        DBParameterGroupName="creator-17", DBParameterGroupFamily="postgres17", Description="of another version"
    )
    assert call(EngineVersion="16", DBParameterGroupName="creator-17") == "InvalidParameterCombination"
    kms = cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key)
    assert call(StorageEncrypted=True, KmsKeyId=key) == "KMSKeyNotAccessibleFault"
    assert refused(rds.describe_db_instances, DBInstanceIdentifier="refused") == "DBInstanceNotFound"


def _request(**more: Any) -> dict[str, Any]:
    return {
        "DBInstanceIdentifier": "refused",
        "Engine": "postgres",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": 20,
        "MasterUsername": MASTER,
        "MasterUserPassword": PASSWORD,
        "DBName": DATABASE,
        **more,
    }


def test_engine_versions_are_described(rds: Any) -> None:
    found = rds.describe_db_engine_versions(Engine="postgres", EngineVersion="17")["DBEngineVersions"]
    assert {entry["DBParameterGroupFamily"] for entry in found} == {"postgres17"}
    default = rds.describe_db_engine_versions(Engine="postgres", DefaultOnly=True)["DBEngineVersions"]
    assert len(default) == 1
    options = rds.describe_orderable_db_instance_options(Engine="postgres", DBInstanceClass="db.t4g.micro")
    assert options["OrderableDBInstanceOptions"]
