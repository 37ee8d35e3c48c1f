"""Requests about instances: create, describe, modify, reboot, stop, start, replicate, promote, delete.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from moto.rds.models import DBInstance, DBSnapshot, RDSBackend

from localcloud.rds import backups, building, describe, engines, errors, master_password
from localcloud.rds.building import Params
from localcloud.rds.paging import filters_of, page
from localcloud.rds.records import RECORD, SnapshotRecord, backups_of, is_ours, record_of, settings_of
from localcloud.rds.service import Rds

#: Deletion without a final snapshot only: API_DeleteDBInstance, SkipFinalSnapshot.
_NO_FINAL_SNAPSHOT = frozenset({"failed", "incompatible-restore", "incompatible-network", "creating"})
_STOPPED_FOR = timedelta(days=7)


def find(backend: RDSBackend, name: str) -> DBInstance:
    """The instance by identifier or ARN. DBInstanceNotFound if there is none."""
    identifier = name.rsplit(":", 1)[-1] if name.startswith("arn:") else name
    found = backend.databases.get(identifier)
    if found is None or not is_ours(found):
        raise errors.no_instance(name)
    return found


def available(db: DBInstance) -> DBInstance:
    """The instance, if it is available. InvalidDBInstanceState otherwise."""
    if db.status != "available":
        raise errors.state(f"Database instance is not in available state: {db.db_instance_identifier} is {db.status}.")
    return db


def answer(rds: Rds, db: DBInstance) -> dict[str, Any]:
    """The usual answer about one instance."""
    return {"DBInstance": describe.instance(rds, db)}


def create_db_instance(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """CreateDBInstance."""
    engine = engines.of(params.get("Engine"))
    if engine is None:
        raise errors.value(
            f"Engine {params.get('Engine')}: the local cloud has instances of {', '.join(engines.ENGINES)} only"
        )
    params["identifier"] = building.check_identifier(backend, params["DBInstanceIdentifier"])
    building.check_user(params.get("MasterUsername"), engine)
    managed = params.get("ManageMasterUserPassword", False)
    if managed and params.get("MasterUserPassword"):
        raise errors.combination("You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.")
    if not managed and not params.get("MasterUserPassword"):
        raise errors.value("The parameter MasterUserPassword must be provided and must not be blank.")
    password = None if managed else building.check_password(params["MasterUserPassword"], engine)
    db = building.build(rds, backend, params, {})
    backend.databases[db.db_instance_identifier] = db
    if password is None:
        password = master_password.manage_password(rds, db, params.get("MasterUserSecretKmsKeyId"))
    begin(rds, db, params)
    db.add_event("DB_INSTANCE_CREATE")
    rds.launch(db, "create", password=password)
    return answer(rds, db)


def begin(rds: Rds, db: DBInstance, params: Params) -> None:
    """Open the automated backups of a new instance, if it is to make any."""
    if db.backup_retention_period > 0:
        backups.open_backup(rds, db, tags_for(params, "auto-backup"))


def tags_for(params: Params, kind: str) -> list[dict[str, str]]:
    """Tags that `TagSpecifications` gives to resources of that type."""
    return [
        {"Key": tag["Key"], "Value": tag["Value"]}
        for specification in params.get("TagSpecifications", [])
        if specification.get("ResourceType") == kind
        for tag in specification.get("Tags", [])
    ]


def describe_db_instances(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribeDBInstances, with the filters db-instance-id, dbi-resource-id, engine and others that moto knows."""
    found = backend.describe_db_instances(params.get("DBInstanceIdentifier"), filters=filters_of(params))
    part, marker = page([db for db in found if is_ours(db)], params)
    return {"DBInstances": [describe.instance(rds, db) for db in part], "Marker": marker}


def reboot_db_instance(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """RebootDBInstance; also the way out of incompatible-parameters."""
    db = find(backend, params["DBInstanceIdentifier"])
    if params.get("ForceFailover") and not db.multi_az:
        raise errors.combination("You can't force failover for a DB instance that isn't Multi-AZ.")
    if db.status != "incompatible-parameters":
        available(db)
    db.status = "rebooting"
    rds.launch(db, "reboot")
    return answer(rds, db)


def stop_db_instance(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """StopDBInstance: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html"""
    db = available(find(backend, params["DBInstanceIdentifier"]))
    if record_of(db).source_resource_id is not None or db.replicas:
        raise errors.state(f"Instance {db.db_instance_identifier} has or is a read replica, it cannot be stopped.")
    db.status = "stopping"
    record_of(db).restart_time = datetime.now(UTC) + _STOPPED_FOR
    rds.launch(db, "stop")
    return answer(rds, db)


def start_db_instance(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """StartDBInstance."""
    db = find(backend, params["DBInstanceIdentifier"])
    if db.status != "stopped":
        raise errors.state(f"Instance {db.db_instance_identifier} is not stopped, it cannot be started.")
    db.status = "starting"
    record_of(db).restart_time = None
    rds.launch(db, "start")
    return answer(rds, db)


def delete_db_instance(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DeleteDBInstance with its rules on protection, final snapshots and retained backups."""
    db = find(backend, params["DBInstanceIdentifier"])
    skip, final = params.get("SkipFinalSnapshot", False), params.get("FinalDBSnapshotIdentifier")
    _check_delete(backend, db, skip, final)
    if final:
        add_snapshot(rds, backend, db, final, [])
    db.status = "deleting"
    master_password.forget_managed_password(rds, db)
    rds.launch(
        db,
        "delete",
        snapshot=final.lower() if final else None,
        keep_backups=params.get("DeleteAutomatedBackups") is False,
    )
    return answer(rds, db)


def _check_delete(backend: RDSBackend, db: DBInstance, skip: bool, final: str | None) -> None:
    name = db.db_instance_identifier
    if db.status == "deleting":
        raise errors.state(f"Instance {name} is already being deleted.")
    if db.deletion_protection:
        raise errors.combination(
            "Cannot delete protected DB Instance, please disable deletion protection and try again."
        )
    if skip and final:
        raise errors.combination(
            "FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is specified as true."
        )
    if final and record_of(db).source_resource_id is not None:
        raise errors.combination("FinalDBSnapshotIdentifier can not be specified when deleting a replica instance")
    if not skip and not final:
        raise errors.combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if not skip and db.status in _NO_FINAL_SNAPSHOT:
        raise errors.state(f"Instance {name} is {db.status}: it can be deleted with SkipFinalSnapshot only.")


def add_snapshot(rds: Rds, backend: RDSBackend, db: DBInstance, name: str, tags: list[dict[str, str]]) -> DBSnapshot:
    """The record of a manual snapshot that is to be made, status `creating`. DBSnapshotAlreadyExists if the name is taken."""
    backend.validate_db_snapshot_identifier(name, parameter_name="DBSnapshotIdentifier")
    if name in backend.database_snapshots:
        raise errors.error(
            "DBSnapshotAlreadyExists",
            f"Cannot create the snapshot because a snapshot with the identifier {name} exists.",
        )
    taken = DBSnapshot(backend, db, name, tags=tags)
    taken.status = "creating"
    data = f"snapshots/{backend.region_name}-{name.lower()}"
    setattr(taken, RECORD, SnapshotRecord(data, settings_of(db)))
    backend.database_snapshots[name.lower()] = taken
    return taken


# -- replicas ---------------------------------------------------------------------------------------------------------


def create_db_instance_read_replica(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """CreateDBInstanceReadReplica, in the region of the source (by identifier) or in another (by ARN)."""
    params["identifier"] = building.check_identifier(backend, params["DBInstanceIdentifier"])
    name = params["SourceDBInstanceIdentifier"]
    home = rds.backend(name.split(":")[3]) if name.startswith("arn:") else backend
    source = find(home, name)
    if source.status not in {"available", "backing-up", "modifying"}:
        raise errors.state(f"Source {name} is {source.status}.")
    if record_of(source).managed_secret is not None:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-limitations
        raise errors.combination("A read replica of an instance that manages its master user password isn't supported.")
    if source.backup_retention_period == 0:
        raise errors.state(
            "Automated backups are not enabled for this database instance. To enable automated backups, use "
            "ModifyDBInstance to set the backup retention period to a non-zero value."
        )
    other_region = home.region_name != backend.region_name
    settings = settings_of(source)
    settings = {
        key: settings[key]
        for key in ("db_instance_class", "engine", "engine_version", "port", "db_name", "master_username")
    }
    settings |= {"allocated_storage": source.allocated_storage, "backup_retention_period": 0}
    settings["preferred_backup_window"] = source.preferred_backup_window
    settings["kms_key_id"] = _replica_key(backend, params, source, other_region)
    if not other_region:
        _stay_in_network(params, source)
    params.setdefault("StorageType", source.storage_type)
    if source.iops and params["StorageType"] == source.storage_type:
        params.setdefault("Iops", source.iops)
    db = building.build(rds, backend, params, settings)
    record = record_of(db)
    record.source_resource_id = record_of(source).resource_id
    record.source_arn = source.arn
    db.set_as_replica()
    db.source_db_instance_identifier = source.arn if other_region else source.db_instance_identifier
    backend.databases[db.db_instance_identifier] = db
    source.replicas.append(db.arn if other_region else db.db_instance_identifier)
    rds.launch(db, "replica")
    return answer(rds, db)


def _replica_key(backend: RDSBackend, params: Params, source: DBInstance, other_region: bool) -> str | None:
    if not source.storage_encrypted:
        if params.get("KmsKeyId"):
            raise errors.combination("You can't create an encrypted read replica from an unencrypted DB instance.")
        return None
    if not other_region:
        return source.kms_key_id
    if not params.get("KmsKeyId"):
        raise errors.combination("You must specify a KMS key for the encrypted replica in the destination Region.")
    return building.check_key(backend, params["KmsKeyId"])


def _stay_in_network(params: Params, source: DBInstance) -> None:
    """A replica in the same region has the subnet group of its source and, unless asked otherwise, its parameter group."""
    group = source.db_subnet_group.name
    if params.get("DBSubnetGroupName") not in {None, group}:
        raise errors.error(
            "DBSubnetGroupNotAllowedFault", "DBSubnetGroup must not be specified for a replica in the same Region."
        )
    params["DBSubnetGroupName"] = group
    params.setdefault("DBParameterGroupName", source.db_parameter_groups()[0].name)


def promote_read_replica(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """PromoteReadReplica: backups are enabled for a day unless another period is asked for."""
    db = find(backend, params["DBInstanceIdentifier"])
    if record_of(db).source_resource_id is None:
        raise errors.state(f"DB Instance {db.db_instance_identifier} is not a read replica.")
    available(db)
    asked = params.get("BackupRetentionPeriod")
    db.backup_retention_period = building.check_retention(
        asked if asked is not None else db.backup_retention_period or 1
    )
    db.preferred_backup_window = params.get("PreferredBackupWindow") or db.preferred_backup_window
    db.status = "modifying"
    if rds.backup(db) is None and db.backup_retention_period > 0:
        backups.open_backup(rds, db, tags_for(params, "auto-backup"))
    rds.launch(db, "promote")
    return answer(rds, db)


def replicated(backend: RDSBackend, db: DBInstance) -> bool:
    """Whether automated backups of the instance are copied to another region."""
    return any(b.replicas for b in backups_of(backend).values() if b.resource_id == record_of(db).resource_id)


OPERATIONS = (
    create_db_instance,
    describe_db_instances,
    reboot_db_instance,
    stop_db_instance,
    start_db_instance,
    delete_db_instance,
    create_db_instance_read_replica,
    promote_read_replica,
)
