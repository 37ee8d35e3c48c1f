"""Changes behind our back on the database, its groups, its password's rotation and its logs."""

from __future__ import annotations

import time
from typing import Any

from tests.localcloud.drift import Change, World


def _name(world: World) -> str:
    return f"{world.prefix}-database"


def _modify(**change: Any) -> Any:
    def apply(world: World) -> None:
        rds = world.client("rds")
        for _ in range(240):  # one change after the other: RDS changes an instance only while it is available
            found = rds.describe_db_instances(DBInstanceIdentifier=_name(world))["DBInstances"][0]
            if found["DBInstanceStatus"] == "available":
                break
            time.sleep(0.5)
        rds.modify_db_instance(DBInstanceIdentifier=_name(world), ApplyImmediately=True, **change)

    return apply


def _reset_tls(world: World) -> None:
    name = f"{_name(world)}-postgres15"
    parameters = [{"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}]
    world.client("rds").modify_db_parameter_group(DBParameterGroupName=name, Parameters=parameters)


def _retag_subnets(world: World) -> None:
    rds = world.client("rds")
    group = rds.describe_db_subnet_groups(DBSubnetGroupName=_name(world))["DBSubnetGroups"][0]
    rds.add_tags_to_resource(ResourceName=group["DBSubnetGroupArn"], Tags=[{"Key": "team", "Value": "x"}])


def _rotate_seldom(world: World) -> None:
    found = world.client("rds").describe_db_instances(DBInstanceIdentifier=_name(world))["DBInstances"][0]
    world.client("secretsmanager").rotate_secret(
        SecretId=found["MasterUserSecret"]["SecretArn"],
        RotateImmediately=False,
        RotationRules={"ScheduleExpression": "rate(300 days)"},
    )


def _keep_logs_for_a_day(world: World) -> None:
    name = f"/aws/rds/instance/{_name(world)}/postgresql"
    world.client("logs").put_retention_policy(logGroupName=name, retentionInDays=1)


_INSTANCE = "{prefix}-database"
CHANGES = [
    Change(
        "rds_instance",
        "backup_window",
        "backups met the peak",
        _modify(PreferredBackupWindow="12:00-12:30"),
        _INSTANCE,
    ),
    Change(
        "rds_instance", "backup_retention_days", "somebody saves money", _modify(BackupRetentionPeriod=3), _INSTANCE
    ),
    Change(
        "rds_instance",
        "auto_minor_version_upgrade",
        "an upgrade hurt once",
        _modify(AutoMinorVersionUpgrade=False),
        _INSTANCE,
    ),
    Change(
        "rds_instance",
        "log_exports",
        "logs cost too much",
        _modify(CloudwatchLogsExportConfiguration={"DisableLogTypes": ["upgrade"]}),
        _INSTANCE,
    ),
    Change(
        "rds_instance",
        "performance_insights_days",
        "insights cost too much",
        _modify(EnablePerformanceInsights=False),
        _INSTANCE,
    ),
    Change("rds_instance", "public", "somebody works from home", _modify(PubliclyAccessible=True), _INSTANCE),
    Change("rds_parameter_group", "parameters", "an old client has no TLS", _reset_tls, "{prefix}-database-postgres15"),
    Change("rds_subnet_group", "tags", "a tool tags by itself", _retag_subnets, _INSTANCE),
    Change("secretsmanager_rotation", "schedule", "rotation broke a script", _rotate_seldom, _INSTANCE),
    Change("logs_group", "retention_days", "logs cost too much", _keep_logs_for_a_day),
]
