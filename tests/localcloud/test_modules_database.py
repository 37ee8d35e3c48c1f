"""Four phases of the modules for the database, and every attribute of it that was changed behind our back."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import compare
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module

NAME = "creator-test-database"
TAGS = {"platform": "creator", "environment": "test", "component": "database"}
INSTANCE: dict[str, Any] = {
    "engine": "postgres",
    "instance_class": "db.t4g.medium",
    "max_allocated_storage": 50,
    "storage_type": "gp3",
    "encrypted": True,
    "multi_az": False,
    "public": False,
    "database_name": "creator",
    "master_username": "creator_admin",
    "managed_password": True,
    "backup_retention_days": 2,
    "backup_window": "01:00-01:30",
    "maintenance_window": "sun:03:00-sun:04:00",
    "deletion_protection": True,
    "copy_tags_to_snapshot": True,
    "auto_minor_version_upgrade": True,
    "iam_authentication": True,
    "log_exports": ["postgresql", "upgrade"],
    "ca_certificate": "rds-ca-rsa2048-g1",
    "performance_insights_days": 7,
    "monitoring_seconds": 0,
    "tags": TAGS,
}


def plan(cloud: RunningCloud, kind_name: str, properties: dict[str, Any]) -> list[Change]:
    """What the kind's reader finds different."""
    kind = load_kind(kind_name)
    scope = Scope("creator", "test", "database", cloud.content.region, (NAME,))
    found = kind.read(cloud.client(kind.service), scope)
    return compare([Resource(kind_name, NAME, properties, scope.region)], found, kind.rules)


def settle(cloud: RunningCloud) -> None:
    """Wait until the instance is available."""
    for _ in range(300):
        rds = cloud.client("rds")
        if rds.describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"][0]["DBInstanceStatus"] == "available":
            return
        time.sleep(0.5)
    pytest.fail("the instance did not become available")


@pytest.fixture(scope="module")
def instance(cloud: RunningCloud) -> dict[str, Any]:
    """The properties of an instance that the module made in four phases."""
    desired = {**INSTANCE, "kms_key": cloud.client("kms").create_key()["KeyMetadata"]["Arn"]}
    four_phases(cloud, "rds_instance", {"name": NAME, **desired, "engine_version": "15", "allocated_storage": 20})
    settle(cloud)
    return desired


@pytest.mark.parametrize(
    ("attribute", "change"),
    [
        ("instance_class", {"DBInstanceClass": "db.t4g.small"}),
        ("max_allocated_storage", {"MaxAllocatedStorage": 40}),
        ("multi_az", {"MultiAZ": True}),
        ("backup_retention_days", {"BackupRetentionPeriod": 1}),
        ("backup_window", {"PreferredBackupWindow": "05:00-05:30"}),
        ("maintenance_window", {"PreferredMaintenanceWindow": "mon:03:00-mon:04:00"}),
        ("deletion_protection", {"DeletionProtection": False}),
        ("copy_tags_to_snapshot", {"CopyTagsToSnapshot": False}),
        ("auto_minor_version_upgrade", {"AutoMinorVersionUpgrade": False}),
        ("iam_authentication", {"EnableIAMDatabaseAuthentication": False}),
        ("log_exports", {"CloudwatchLogsExportConfiguration": {"DisableLogTypes": ["upgrade"]}}),
        ("ca_certificate", {"CACertificateIdentifier": "rds-ca-ecc384-g1"}),
        ("performance_insights_days", {"EnablePerformanceInsights": False}),
        ("public", {"PubliclyAccessible": True}),
    ],
)
def test_an_instance_changed_behind_our_back_is_seen_and_mended(
    cloud: RunningCloud, instance: dict[str, Any], attribute: str, change: dict[str, Any]
) -> None:
    assert plan(cloud, "rds_instance", instance) == []
    cloud.client("rds").modify_db_instance(DBInstanceIdentifier=NAME, ApplyImmediately=True, **change)
    settle(cloud)
    (found,) = plan(cloud, "rds_instance", instance)
    assert found.action == "update"
    assert attribute in [name for name, _before, _after in found.attributes]
    four_phases(cloud, "rds_instance", {"name": NAME, **instance})
    settle(cloud)
    assert plan(cloud, "rds_instance", instance) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"master_username": "other"}, "RDS cannot change master_username"),
        ({"max_allocated_storage": 10}, "never takes storage away"),
        ({"engine_version": "14"}, "RDS never goes back"),
    ],
)
def test_what_rds_cannot_change_is_said_before(
    cloud: RunningCloud, instance: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    refused = run_module(cloud, "rds_instance", {"name": NAME, **change}, check=True)
    assert said in refused.result["msg"]


def test_tags_and_rotation(cloud: RunningCloud, instance: dict[str, Any]) -> None:
    rds = cloud.client("rds")
    arn = rds.describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"][0]["DBInstanceArn"]
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "who", "Value": "me"}])
    four_phases(cloud, "rds_instance", {"name": NAME, "tags": TAGS})

    desired = {"schedule": "rate(30 days)", "duration": "3h"}
    assert plan(cloud, "secretsmanager_rotation", {"schedule": "rate(7 days)", "duration": ""}) == []
    four_phases(cloud, "secretsmanager_rotation", {"instance": NAME, **desired})
    assert plan(cloud, "secretsmanager_rotation", desired) == []
    secret = run_module(cloud, "secretsmanager_rotation", {"instance": NAME}).result["rotation"]["arn"]
    rules = {"AutomaticallyAfterDays": 5}
    cloud.client("secretsmanager").rotate_secret(SecretId=secret, RotateImmediately=False, RotationRules=rules)
    (change,) = plan(cloud, "secretsmanager_rotation", desired)
    assert ("schedule", "rate(5 days)", "rate(30 days)") in change.attributes
    value = cloud.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    assert run_module(cloud, "secretsmanager_rotation", {"instance": NAME, "now": True}).result["changed"]
    settle(cloud)
    assert cloud.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"] != value
    refused = run_module(cloud, "secretsmanager_rotation", {"instance": "none", **desired})
    assert "RDS keeps no password for instance none" in refused.result["msg"]


def test_a_protected_instance_goes_with_a_last_snapshot(cloud: RunningCloud, instance: dict[str, Any]) -> None:
    gone = {"name": NAME, "state": "absent", "final_snapshot": f"{NAME}-last"}
    four_phases(cloud, "rds_instance", gone)
    snapshots = cloud.client("rds").describe_db_snapshots(DBSnapshotIdentifier=f"{NAME}-last")["DBSnapshots"]
    assert len(snapshots) == 1
