"""Instances, snapshots and automated backups as the API describes them.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBSnapshot.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstanceAutomatedBackup.html
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.rds.models import DBInstance, DBSnapshot

from localcloud.postgres.cluster import ADDRESS
from localcloud.rds import engines, paper, parameters
from localcloud.rds.records import AutomatedBackup, InstanceRecord, SnapshotRecord, record_of
from localcloud.rds.service import Rds

_CA_LIFETIME = timedelta(days=365)
#: An endpoint is there from the moment the server runs for the first time.
_WITHOUT_ENDPOINT = frozenset({"creating", "failed", "incompatible-restore"})


def instance(rds: Rds, db: DBInstance) -> dict[str, Any]:
    """A DBInstance."""
    record: InstanceRecord = record_of(db)
    found = {
        "DBInstanceIdentifier": db.db_instance_identifier,
        "DBInstanceArn": db.arn,
        "DbiResourceId": record.resource_id,
        "DBInstanceClass": db.db_instance_class,
        "DBInstanceStatus": db.status,
        "Engine": db.engine,
        "EngineVersion": db.engine_version,
        "EngineLifecycleSupport": "open-source-rds-extended-support",
        "LicenseModel": db.license_model,
        "MasterUsername": db.master_username,
        "DBName": db.db_name,
        "InstanceCreateTime": db.instance_create_time,
        "DbInstancePort": 0,
        "AutoMinorVersionUpgrade": bool(db.auto_minor_version_upgrade),
        "DeletionProtection": bool(db.deletion_protection),
        "CopyTagsToSnapshot": bool(db.copy_tags_to_snapshot),
        "IAMDatabaseAuthenticationEnabled": bool(db.enable_iam_database_authentication),
        "EnabledCloudwatchLogsExports": sorted(db.enabled_cloudwatch_logs_exports) or None,
        "PendingModifiedValues": _pending(record),
        "TagList": list(db.tags),
        "CustomerOwnedIpEnabled": False,
        "ActivityStreamStatus": "stopped",
        "DedicatedLogVolume": False,
        "IsStorageConfigUpgradeAvailable": False,
        "AssociatedRoles": [],
        "DomainMemberships": [],
        "MultiTenant": False,
    }
    if record.port is not None and db.status not in _WITHOUT_ENDPOINT:
        address = ADDRESS if rds.served(db) else db.address  # the name resolves to nothing: nobody listens
        found["Endpoint"] = {"Address": address, "Port": record.port, "HostedZoneId": "Z29XKXDKYMONMX"}
    if record.managed_secret is not None:
        found["MasterUserSecret"] = record.managed_secret
    if record.restart_time is not None:
        found["AutomaticRestartTime"] = record.restart_time
    return (
        found | _storage(db) | _network(db) | _groups(rds, db) | _backups(rds, db) | _replication(db) | _monitoring(db)
    )


def _pending(record: InstanceRecord) -> dict[str, Any]:
    return {name: "****" if name == "MasterUserPassword" else value for name, value in record.pending.items()}


def _storage(db: DBInstance) -> dict[str, Any]:
    return {
        "AllocatedStorage": db.allocated_storage,
        "MaxAllocatedStorage": db.max_allocated_storage,
        "StorageType": db.storage_type,
        "Iops": db.iops,
        "StorageThroughput": db.storage_throughput or 0,
        "StorageEncrypted": bool(db.storage_encrypted),
        "KmsKeyId": db.kms_key_id,
    }


def _network(db: DBInstance) -> dict[str, Any]:
    group = db.db_subnet_group
    zones = sorted({subnet["SubnetAvailabilityZone"]["Name"] for subnet in group.subnets} - {db.availability_zone})
    return {
        "AvailabilityZone": db.availability_zone,
        "SecondaryAvailabilityZone": zones[0] if db.multi_az and zones else None,
        "MultiAZ": bool(db.multi_az),
        "PubliclyAccessible": bool(db.publicly_accessible),
        "NetworkType": "IPV4",
        "BackupTarget": "region",
        "VpcSecurityGroups": [
            {"VpcSecurityGroupId": group_id, "Status": "active"} for group_id in db.vpc_security_group_ids
        ],
        "DBSecurityGroups": [],
        "DBSubnetGroup": {
            "DBSubnetGroupName": group.name,
            "DBSubnetGroupDescription": group.description,
            "VpcId": group.vpc_id,
            "SubnetGroupStatus": "Complete",
            "Subnets": group.subnets,
            "DBSubnetGroupArn": group.arn,
            "SupportedNetworkTypes": ["IPV4"],
        },
        "PreferredMaintenanceWindow": db.preferred_maintenance_window,
        "CACertificateIdentifier": db.ca_certificate_identifier,
        "CertificateDetails": {
            "CAIdentifier": db.ca_certificate_identifier,
            "ValidTill": db.instance_create_time + _CA_LIFETIME,
        },
    }


def _groups(rds: Rds, db: DBInstance) -> dict[str, Any]:
    return {
        "DBParameterGroups": [
            {"DBParameterGroupName": db.db_parameter_groups()[0].name, "ParameterApplyStatus": apply_status(rds, db)}
        ],
        "OptionGroupMemberships": [{"OptionGroupName": db.option_group_name, "Status": "in-sync"}],
    }


def apply_status(rds: Rds, db: DBInstance) -> str:
    """in-sync, applying, or pending-reboot: what of its group the running server has not.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
    """
    record: InstanceRecord = record_of(db)
    if not record.running or not record.applied_group or not rds.served(db):
        return "in-sync"
    if record.applied_group != db.db_parameter_groups()[0].name:
        return "pending-reboot"
    known = parameters.engine_parameters(rds.site.binaries)
    wanted = rds.group_values(db)
    different = [name for name in wanted.keys() | record.applied.keys() if wanted.get(name) != record.applied.get(name)]
    if not different:
        return "in-sync"
    pending = {entry.get("ApplyMethod") for entry in _entries(db, different)}
    static = any(known[name].static for name in different if name in known)
    return "pending-reboot" if static or "pending-reboot" in pending else "applying"


def _entries(db: DBInstance, names: list[str]) -> list[dict[str, Any]]:
    held = db.db_parameter_groups()[0].parameters
    return [held[name] for name in names if name in held]


def _backups(rds: Rds, db: DBInstance) -> dict[str, Any]:
    found: dict[str, Any] = {
        "BackupRetentionPeriod": db.backup_retention_period,
        "PreferredBackupWindow": db.preferred_backup_window,
        "DBInstanceAutomatedBackupsReplications": [],
    }
    backup = rds.backup(db)
    if backup is None:
        return found
    found["DBInstanceAutomatedBackupsReplications"] = [
        {"DBInstanceAutomatedBackupsArn": arn} for arn in backup.replicas
    ]
    window = restore_window(rds, backup)
    if window and backup.status == "active":
        found["LatestRestorableTime"] = window["LatestTime"]
    return found


def restore_window(rds: Rds, backup: AutomatedBackup) -> dict[str, datetime] | None:
    """RestoreWindow in whole milliseconds, never wider than what the archive holds; None before the first backup.

    What a copy holds before it replicates is not told: its status and its window are of one moment.
    """
    if backup.status == "pending":
        return None
    served = backup.settings["engine"] == engines.POSTGRES.name
    window = rds.archive(backup).window() if served else paper.window(rds, backup)
    if window is None:
        return None
    earliest = math.ceil(window[0].timestamp() * 1000) / 1000
    latest = math.floor(window[1].timestamp() * 1000) / 1000
    if earliest > latest:
        return None
    return {
        "EarliestTime": datetime.fromtimestamp(earliest, UTC),
        "LatestTime": datetime.fromtimestamp(latest, UTC),
    }


def _replication(db: DBInstance) -> dict[str, Any]:
    record: InstanceRecord = record_of(db)
    found: dict[str, Any] = {
        "ReadReplicaDBInstanceIdentifiers": list(db.replicas),
        "ReadReplicaDBClusterIdentifiers": [],
        "StatusInfos": [],
    }
    if record.source_resource_id is not None:
        found["ReadReplicaSourceDBInstanceIdentifier"] = db.source_db_instance_identifier
        found["StatusInfos"] = [
            {"StatusType": "read replication", "Status": "replicating", "Normal": db.status == "available"}
        ]
    return found


def _monitoring(db: DBInstance) -> dict[str, Any]:
    record: InstanceRecord = record_of(db)
    enabled = bool(record.insights.get("enabled"))
    found: dict[str, Any] = {
        "MonitoringInterval": db.monitoring_interval or 0,
        "DatabaseInsightsMode": "standard",
        "PerformanceInsightsEnabled": enabled,
    }
    if db.monitoring_role_arn:
        found["MonitoringRoleArn"] = db.monitoring_role_arn
    if enabled:
        found["PerformanceInsightsKMSKeyId"] = record.insights["kms_key_id"]
        found["PerformanceInsightsRetentionPeriod"] = record.insights["retention"]
    return found


def snapshot(taken: DBSnapshot) -> dict[str, Any]:
    """A DBSnapshot."""
    record: SnapshotRecord = record_of(taken)
    settings = record.settings
    ready = taken.status == "available"
    found = {
        "DBSnapshotIdentifier": taken.db_snapshot_identifier,
        "DBSnapshotArn": taken.arn,
        "DBInstanceIdentifier": settings["db_instance_identifier"],
        "DbiResourceId": settings["resource_id"],
        "Engine": settings["engine"],
        "EngineVersion": settings["engine_version"],
        "LicenseModel": settings["license_model"],
        "MasterUsername": settings["master_username"],
        "Port": settings["port"],
        "AllocatedStorage": settings["allocated_storage"],
        "StorageType": settings["storage_type"],
        "Iops": settings["iops"],
        "StorageThroughput": settings["storage_throughput"] or 0,
        "AvailabilityZone": settings["availability_zone"],
        "VpcId": settings["vpc_id"],
        "InstanceCreateTime": settings["instance_create_time"],
        "OptionGroupName": settings["option_group_name"],
        "IAMDatabaseAuthenticationEnabled": settings["iam"],
        "Status": taken.status,
        "PercentProgress": 100 if ready else 0,
        "SnapshotType": taken.snapshot_type,
        "SnapshotTarget": "region",
        "SnapshotCreateTime": taken.created,
        "OriginalSnapshotCreateTime": taken.original_snapshot_create_time,
        "Encrypted": bool(taken.encrypted),
        "KmsKeyId": taken.kms_key_id,
        "TagList": list(taken.tags),
        "ProcessorFeatures": [],
        "DedicatedLogVolume": False,
        "MultiTenant": False,
    }
    if record.copy_of:
        found |= {"SourceDBSnapshotIdentifier": record.copy_of, "SourceRegion": record.source_region}
    return found


def automated_backup(rds: Rds, backup: AutomatedBackup) -> dict[str, Any]:
    """A DBInstanceAutomatedBackup."""
    settings = backup.settings
    window = restore_window(rds, backup) if backup.status != "creating" else None
    found = {
        "DBInstanceAutomatedBackupsArn": backup.arn,
        "DBInstanceArn": backup.instance_arn,
        "DBInstanceIdentifier": settings["db_instance_identifier"],
        "DbiResourceId": backup.resource_id,
        "Region": backup.instance_region,
        "Status": backup.status,
        "BackupRetentionPeriod": backup.retention,
        "PreferredBackupWindow": settings["preferred_backup_window"],
        "DBInstanceAutomatedBackupsReplications": [{"DBInstanceAutomatedBackupsArn": arn} for arn in backup.replicas],
        "Engine": settings["engine"],
        "EngineVersion": settings["engine_version"],
        "LicenseModel": settings["license_model"],
        "MasterUsername": settings["master_username"],
        "AllocatedStorage": settings["allocated_storage"],
        "StorageType": settings["storage_type"],
        "Iops": settings["iops"],
        "StorageThroughput": settings["storage_throughput"] or 0,
        "Port": settings["port"],
        "VpcId": settings["vpc_id"],
        "AvailabilityZone": settings["availability_zone"],
        "InstanceCreateTime": settings["instance_create_time"],
        "OptionGroupName": settings["option_group_name"],
        "IAMDatabaseAuthenticationEnabled": settings["iam"],
        "Encrypted": bool(settings["storage_encrypted"]),
        "KmsKeyId": backup.kms_key_id,
        "BackupTarget": "region",
        "TagList": list(backup.tags),
        "MultiTenant": False,
        "DedicatedLogVolume": False,
    }
    if window is not None:
        found["RestoreWindow"] = window
    return found
