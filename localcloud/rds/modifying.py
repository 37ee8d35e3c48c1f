"""ModifyDBInstance: what changes at once, what waits for the maintenance window, and what needs a restart.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.rds.models import DBInstance, RDSBackend

from localcloud.rds import backups, building, catalogue, engines, errors, master_password
from localcloud.rds.building import Params
from localcloud.rds.instances import answer, available, find
from localcloud.rds.records import InstanceRecord, backups_of, record_of, settings_of
from localcloud.rds.service import Rds

#: Wait for the maintenance window unless ApplyImmediately is given; the name in PendingModifiedValues.
_DEFERRED = {
    "DBInstanceClass": "DBInstanceClass",
    "AllocatedStorage": "AllocatedStorage",
    "EngineVersion": "EngineVersion",
    "MultiAZ": "MultiAZ",
    "Iops": "Iops",
    "StorageThroughput": "StorageThroughput",
    "StorageType": "StorageType",
    "NewDBInstanceIdentifier": "DBInstanceIdentifier",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
    "CACertificateIdentifier": "CACertificateIdentifier",
    "DBSubnetGroupName": "DBSubnetGroupName",
}
#: These say how, not what.
_HOW = frozenset({"DBInstanceIdentifier", "ApplyImmediately", "AllowMajorVersionUpgrade"})
#: The server is restarted for these.
_RESTARTS = frozenset({"DBInstanceClass", "EngineVersion", "NewDBInstanceIdentifier", "CACertificateIdentifier"})
#: Settings of the instance that change with the request and have no phase.
_AT_ONCE = {
    "DeletionProtection": "deletion_protection",
    "CopyTagsToSnapshot": "copy_tags_to_snapshot",
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "PreferredBackupWindow": "preferred_backup_window",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "MonitoringInterval": "monitoring_interval",
    "MonitoringRoleArn": "monitoring_role_arn",
    "PubliclyAccessible": "publicly_accessible",
}


def modify_db_instance(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """ModifyDBInstance; everything is checked before anything changes."""
    db = available(find(backend, params["DBInstanceIdentifier"]))
    record: InstanceRecord = record_of(db)
    if not params.keys() - _HOW and not (params.get("ApplyImmediately") and record.pending):
        raise errors.combination("No modifications were requested")
    deferred, taken_back = _deferred(backend, db, params)
    retention = params.get("BackupRetentionPeriod")
    toggles = _check_retention(backend, db, retention)
    _check_at_once(backend, db, params)
    password = _password(rds, db, params)
    work: dict[str, Any] = {}
    if toggles and not params.get("ApplyImmediately"):
        deferred["BackupRetentionPeriod"] = retention
    elif retention is not None and retention != db.backup_retention_period:
        work |= _set_retention(rds, db, retention)
    work |= _set_at_once(backend, db, params)
    if password is not None:
        record.pending["MasterUserPassword"] = "****"
        work["password"] = password
    for name in taken_back:
        record.pending.pop(_DEFERRED[name], None)
    for name, value in deferred.items():
        record.pending[_DEFERRED.get(name, name)] = value
    if params.get("ApplyImmediately"):
        work |= apply_pending(rds, db)
    if work:
        rds.launch(db, "modify", **work)
        found = answer(rds, db)
        db.status = "resetting-master-credentials" if work.keys() == {"password"} else "modifying"
        found["DBInstance"]["DBInstanceStatus"] = db.status
        return found
    return answer(rds, db)


# -- checks -----------------------------------------------------------------------------------------------------------


def _deferred(backend: RDSBackend, db: DBInstance, params: Params) -> tuple[dict[str, Any], list[str]]:
    """The deferrable changes of the request that differ from what is, checked; and what it asks to stay as it is."""
    engine = engines.ENGINES[db.engine]
    current = {
        "DBInstanceClass": db.db_instance_class,
        "AllocatedStorage": db.allocated_storage,
        "EngineVersion": db.engine_version,
        "MultiAZ": bool(db.multi_az),
        "Iops": db.iops,
        "StorageThroughput": db.storage_throughput,
        "StorageType": db.storage_type,
        "NewDBInstanceIdentifier": db.db_instance_identifier,
        "EnableIAMDatabaseAuthentication": bool(db.enable_iam_database_authentication),
        "CACertificateIdentifier": db.ca_certificate_identifier,
        "DBSubnetGroupName": db.db_subnet_group.name,
    }
    checks: dict[str, Callable[[Any], Any]] = {
        "DBInstanceClass": building.check_class,
        "AllocatedStorage": lambda size: _check_size(db, size),
        "EngineVersion": lambda version: _check_upgrade(db, version, params),
        "NewDBInstanceIdentifier": lambda name: building.check_identifier(backend, name),
        "CACertificateIdentifier": _check_authority,
        "DBSubnetGroupName": lambda name: building.subnet_group(backend, name),
    }
    changed = {}
    for name, was in current.items():
        value = params.get(name)
        if value is None or value == was:
            continue
        changed[name] = checks[name](value) if name in checks else value
    storage = {"StorageType", "AllocatedStorage", "Iops"} & changed.keys()
    if storage:
        kind = changed.get("StorageType", db.storage_type)
        building.check_storage(
            kind, changed.get("AllocatedStorage", db.allocated_storage), params.get("Iops") or _number(db.iops), engine
        )
    different = {name: value for name, value in changed.items() if value != current[name]}
    return different, [name for name in current if params.get(name) is not None and name not in different]


def _number(iops: Any) -> int | None:
    """Provisioned IOPS: moto says that they are text, what is there is a number."""
    return None if iops is None else int(iops)


def _check_size(db: DBInstance, size: int) -> int:
    if size < db.allocated_storage:
        raise errors.combination(
            f"Invalid storage size: {size} is less than the current {db.allocated_storage}; storage can't be reduced."
        )
    if size * 10 < db.allocated_storage * 11:
        raise errors.combination("The allocated storage must be increased by at least 10 percent.")
    return size


def _check_upgrade(db: DBInstance, asked: str, params: Params) -> str:
    engine = engines.ENGINES[db.engine]
    version = building.check_version(asked, engine)
    if asked == engine.major(version) == engine.major(db.engine_version):
        return str(db.engine_version)
    if version == db.engine_version:
        return version
    if version not in engine.upgrade_targets(db.engine_version):
        raise errors.combination(f"Cannot upgrade {engine.name} from {db.engine_version} to {version}")
    if engine.major(version) != engine.major(db.engine_version):
        if not params.get("AllowMajorVersionUpgrade"):
            raise errors.combination(
                "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
            )
        group = params.get("DBParameterGroupName") or db.db_parameter_groups()[0].name
        if not group.startswith("default."):
            building.check_group(db.backend, group, version, engine)
    return version


def _check_authority(name: str) -> str:
    if name not in catalogue.CERTIFICATE_AUTHORITIES:
        raise errors.error("CertificateNotFound", f"Certificate not found: {name}")
    return name


def _check_retention(backend: RDSBackend, db: DBInstance, retention: int | None) -> bool:
    """Whether the change turns automated backups on or off."""
    if retention is None:
        return False
    building.check_retention(retention)
    if retention == 0 and db.replicas:
        raise errors.combination("BackupRetentionPeriod can't be 0 for an instance that is a source to read replicas.")
    if retention == 0 and any(b.replicas for b in backups_of(backend).values() if b.instance_arn == db.arn):
        raise errors.state("Automated backups are replicated to another Region; stop the replication first.")
    return (retention == 0) != (db.backup_retention_period == 0)


def _check_at_once(backend: RDSBackend, db: DBInstance, params: Params) -> None:
    if params.get("VpcSecurityGroupIds"):
        building.check_security_groups(backend, params["VpcSecurityGroupIds"])
    if not params.get("AllowMajorVersionUpgrade"):  # then the group is checked against the new version
        building.check_group(backend, params.get("DBParameterGroupName"), db.engine_version, engines.ENGINES[db.engine])
    exports = params.get("CloudwatchLogsExportConfiguration") or {}
    building.log_types(
        [*exports.get("EnableLogTypes", []), *exports.get("DisableLogTypes", [])], engines.ENGINES[db.engine]
    )
    port = params.get("DBPortNumber")
    if port is not None and not 1150 <= port <= 65535:
        raise errors.value("Invalid port: must be between 1150 and 65535.")
    maximum = params.get("MaxAllocatedStorage")
    if maximum is not None and maximum < max(db.allocated_storage, params.get("AllocatedStorage", 0)):
        raise errors.combination("Max storage size must be greater than storage size")


def _password(rds: Rds, db: DBInstance, params: Params) -> str | None:
    """The new master password, None when it does not change."""
    record: InstanceRecord = record_of(db)
    asked = params.get("MasterUserPassword")
    managed = params.get("ManageMasterUserPassword")
    if (asked or managed or params.get("RotateMasterUserPassword")) and record.source_resource_id is not None:
        raise errors.state("The master user password of a read replica is that of its source.")
    if managed is False and record.managed_secret is not None:
        if not asked:
            raise errors.combination("You must specify MasterUserPassword when you turn off ManageMasterUserPassword.")
        master_password.forget_managed_password(rds, db)
    if asked:
        if managed or record.managed_secret is not None:
            raise errors.combination("You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.")
        return building.check_password(asked, engines.ENGINES[db.engine])
    if managed and record.managed_secret is None:
        return master_password.manage_password(rds, db, params.get("MasterUserSecretKmsKeyId"))
    if params.get("RotateMasterUserPassword"):
        if not params.get("ApplyImmediately"):
            raise errors.combination("You must specify apply immediately when rotating the master user password.")
        return master_password.rotate_password(db)
    return None


# -- changes ----------------------------------------------------------------------------------------------------------


def _set_at_once(backend: RDSBackend, db: DBInstance, params: Params) -> dict[str, Any]:
    """Change what changes at once; the work that the job has with it."""
    for name, attribute in _AT_ONCE.items():
        if params.get(name) is not None:
            value = params[name]
            setattr(db, attribute, value.lower() if name == "PreferredMaintenanceWindow" else value)
    if params.get("MaxAllocatedStorage") is not None:
        db.max_allocated_storage = params["MaxAllocatedStorage"]
    exports = params.get("CloudwatchLogsExportConfiguration") or {}
    kept = (set(db.enabled_cloudwatch_logs_exports) | set(exports.get("EnableLogTypes", []))) - set(
        exports.get("DisableLogTypes", [])
    )
    work: dict[str, Any] = {}
    if kept != set(db.enabled_cloudwatch_logs_exports):
        db.enabled_cloudwatch_logs_exports = sorted(kept)
        work["modifying"] = True
    work |= _set_groups(db, params) | _set_insights(backend, db, params)
    if params.get("DBPortNumber") is not None and params["DBPortNumber"] != record_of(db).port:
        db.port = params["DBPortNumber"]
        record_of(db).port = params["DBPortNumber"]
        work |= {"modifying": True, "restart": True}
    return work


def _set_groups(db: DBInstance, params: Params) -> dict[str, Any]:
    work = {}
    groups = params.get("VpcSecurityGroupIds")
    if groups and set(groups) != set(db.vpc_security_group_ids):
        db.vpc_security_group_ids = list(groups)
        work["modifying"] = True
    name = params.get("DBParameterGroupName")
    if name and name != db.db_parameter_groups()[0].name:
        db.db_parameter_group_name = name
        work["modifying"] = True
    return work


def _set_insights(backend: RDSBackend, db: DBInstance, params: Params) -> dict[str, Any]:
    asked = params.get("EnablePerformanceInsights")
    had = record_of(db).insights
    if asked is None or (not asked and not had.get("enabled")):
        return {}
    if asked and had.get("enabled"):
        params.setdefault("PerformanceInsightsKMSKeyId", had["kms_key_id"])
        params.setdefault("PerformanceInsightsRetentionPeriod", had["retention"])
    wanted = building.insights(backend, params)
    if asked and had.get("enabled") and wanted["kms_key_id"] != had["kms_key_id"]:
        raise errors.combination("You can't change the KMS key of Performance Insights while it is enabled.")
    if wanted == had:
        return {}
    record_of(db).insights = wanted
    return {"modifying": True}


def _set_retention(rds: Rds, db: DBInstance, retention: int) -> dict[str, Any]:
    """Change how long backups are kept; from and to 0 they begin and end."""
    db.backup_retention_period = retention
    backup = rds.backup(db)
    if retention == 0 and backup is not None:
        backups.close_backup(rds, db.backend, backup, keep=False)
    elif backup is not None:
        backup.retention = retention
    elif record_of(db).source_resource_id is None:
        backups.open_backup(rds, db, [])
        return {"modifying": True, "start_backups": True}
    return {"modifying": True}


def apply_pending(rds: Rds, db: DBInstance) -> dict[str, Any]:
    """Make the pending changes true; the work that the job has with them."""
    record: InstanceRecord = record_of(db)
    pending = {name: value for name, value in record.pending.items() if name != "MasterUserPassword"}
    if not pending:
        return {}
    work: dict[str, Any] = {"modifying": True}
    names = {shown: name for name, shown in _DEFERRED.items()}
    if {names.get(name, name) for name in pending} & _RESTARTS or pending.get("MultiAZ") is False:
        work["restart"] = True
    if "BackupRetentionPeriod" in pending:
        work |= _set_retention(rds, db, pending.pop("BackupRetentionPeriod"))
    _set_storage(db, pending)
    attributes = {
        "DBInstanceClass": "db_instance_class",
        "EngineVersion": "engine_version",
        "MultiAZ": "multi_az",
        "IAMDatabaseAuthenticationEnabled": "enable_iam_database_authentication",
        "CACertificateIdentifier": "ca_certificate_identifier",
        "DBSubnetGroupName": "db_subnet_group_name",
    }
    for name, attribute in attributes.items():
        if name in pending:
            setattr(db, attribute, pending[name])
    if "EngineVersion" in pending and db.db_parameter_groups()[0].family != engines.ENGINES[db.engine].family(
        db.engine_version
    ):
        db.db_parameter_group_name = None
    if "DBInstanceIdentifier" in pending:
        _rename(rds, db, pending["DBInstanceIdentifier"])
    record.pending = {name: value for name, value in record.pending.items() if name == "MasterUserPassword"}
    backup = rds.backup(db)
    if backup is not None:
        backup.settings = settings_of(db)
    return work


def _set_storage(db: DBInstance, pending: dict[str, Any]) -> None:
    if not {"AllocatedStorage", "StorageType", "Iops", "StorageThroughput"} & pending.keys():
        return
    maximum = db.max_allocated_storage
    db.storage_type = pending.get("StorageType", db.storage_type)
    db.allocated_storage = pending.get("AllocatedStorage", db.allocated_storage)
    db.max_allocated_storage = max(maximum or 0, db.allocated_storage)
    iops, throughput = catalogue.default_storage(db.storage_type, db.allocated_storage)
    db.iops = pending.get("Iops") or max(iops or 0, _number(db.iops) or 0) or None  # type: ignore[assignment]
    db.storage_throughput = pending.get("StorageThroughput") or max(throughput or 0, db.storage_throughput or 0) or None


def _rename(rds: Rds, db: DBInstance, name: str) -> None:
    old, old_arn = db.db_instance_identifier, db.arn
    del db.backend.databases[old]
    db.db_instance_identifier = name
    db.backend.databases[name] = db
    for other in rds.instances():
        other.replicas = [{old: name, old_arn: db.arn}.get(entry, entry) for entry in other.replicas]
        if record_of(other).source_resource_id == record_of(db).resource_id:
            record_of(other).source_arn = db.arn
            other.source_db_instance_identifier = name if other.backend is db.backend else db.arn
    backup = rds.backup(db)
    if backup is not None:
        backup.instance_arn = db.arn


OPERATIONS = (modify_db_instance,)
