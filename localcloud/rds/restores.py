"""Requests that make an instance from a backup: to a point in time, and from a snapshot.

What a restore resets: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.rds.models import RDSBackend

from localcloud.rds import building, engines, errors, paper
from localcloud.rds.archive import pin_tree
from localcloud.rds.building import Params
from localcloud.rds.instances import answer, begin, find
from localcloud.rds.records import AutomatedBackup, SnapshotRecord, backups_of, is_ours, record_of
from localcloud.rds.service import Rds

#: What a restored instance has of its source; all else is RDS's default unless the request says otherwise.
_KEPT = (
    "db_instance_class",
    "engine",
    "engine_version",
    "allocated_storage",
    "backup_retention_period",
    "preferred_backup_window",
    "master_username",
    "db_name",
    "port",
)


def restore_db_instance_to_point_in_time(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """RestoreDBInstanceToPointInTime from an instance, a resource id or an automated backup's ARN."""
    params["identifier"] = building.check_identifier(backend, params["TargetDBInstanceIdentifier"])
    backup = _source(rds, backend, params)
    moment = _moment(params)
    if backup.settings["engine"] != engines.POSTGRES.name:
        return _restore_paper(rds, backend, params, backup, moment)
    archive = rds.archive(backup)
    window = archive.window()
    if window is None:
        raise errors.error("InvalidRestoreFault", "The automated backup has no restorable time yet.")
    try:
        base, archived, stop = archive.plan(moment)
    except ValueError:
        raise _outside(window) from None
    settings = _settings(params, backup)
    return _restore(
        rds,
        backend,
        params,
        settings,
        lambda resource_id: archive.pin(rds.pin_folder(resource_id), base, archived, stop),
    )


def _outside(window: tuple[datetime, datetime]) -> Exception:
    return errors.value(
        "The specified instance cannot be restored to a time earlier than "
        f"{window[0]:%Y-%m-%dT%H:%M:%SZ} or later than {window[1]:%Y-%m-%dT%H:%M:%SZ}."
    )


def _settings(params: Params, backup: AutomatedBackup) -> dict[str, Any]:
    settings = _kept(params, backup.settings, backup.retention)
    settings["kms_key_id"] = backup.kms_key_id if backup.settings["storage_encrypted"] else None
    return settings


def _restore_paper(
    rds: Rds, backend: RDSBackend, params: Params, backup: AutomatedBackup, moment: datetime | None
) -> dict[str, Any]:
    """Of an engine without a server: the settings of the source, and no content."""
    window = paper.window(rds, backup)
    if window is None:
        raise errors.error("InvalidRestoreFault", "The automated backup has no restorable time yet.")
    if moment is not None and not window[0] <= moment <= window[1]:
        raise _outside(window)
    return _restore(rds, backend, params, _settings(params, backup), lambda resource_id: None)


def _source(rds: Rds, backend: RDSBackend, params: Params) -> AutomatedBackup:
    names = ("SourceDBInstanceIdentifier", "SourceDbiResourceId", "SourceDBInstanceAutomatedBackupsArn")
    given = [name for name in names if params.get(name)]
    if len(given) != 1:
        raise errors.combination(f"Exactly one of {', '.join(names)} must be specified.")
    value = params[given[0]]
    if given[0] == names[2]:
        if value not in backups_of(backend):
            raise errors.no_backup(value)
        return backups_of(backend)[value]
    if given[0] == names[1]:
        return _by_resource_id(backend, value)
    db = find(backend, value)
    backup = rds.backup(db)
    if backup is None:
        raise errors.error(
            "PointInTimeRestoreNotEnabled", f"Point in time restore is not enabled for instance {value}."
        )
    return backup


def _by_resource_id(backend: RDSBackend, resource_id: str) -> AutomatedBackup:
    own = [b for b in backups_of(backend).values() if b.source_arn is None and b.resource_id == resource_id]
    if not own:
        raise errors.no_backup(resource_id)
    return own[-1]


def _moment(params: Params) -> datetime | None:
    """The moment to restore to, None for the latest."""
    moment, latest = params.get("RestoreTime"), params.get("UseLatestRestorableTime", False)
    if moment is not None and latest:
        raise errors.combination("Only one of UseLatestRestorableTime and RestoreTime may be specified.")
    if moment is None and not latest:
        raise errors.combination("One of UseLatestRestorableTime and RestoreTime must be specified.")
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def restore_db_instance_from_db_snapshot(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """RestoreDBInstanceFromDBSnapshot, manual or automated, by name or ARN of this region."""
    params["identifier"] = building.check_identifier(backend, params["DBInstanceIdentifier"])
    name = params.get("DBSnapshotIdentifier") or ""
    identifier = name.split(":snapshot:", 1)[1] if name.startswith("arn:") else name
    taken = backend.database_snapshots.get(identifier)
    if taken is None or not is_ours(taken):
        raise errors.no_snapshot(name)
    if taken.status != "available":
        raise errors.error("InvalidDBSnapshotState", f"Snapshot {name} is {taken.status}, not available.")
    record: SnapshotRecord = record_of(taken)
    settings = _kept(params, record.settings, record.settings["backup_retention_period"])
    settings["kms_key_id"] = taken.kms_key_id if taken.encrypted else None

    data = rds.site.home.path / record.data

    def pin(resource_id: str) -> None:
        if settings["engine"] == engines.POSTGRES.name:
            pin_tree(rds.site, data, rds.pin_folder(resource_id))

    return _restore(rds, backend, params, settings, pin)


def _kept(params: Params, settings: dict[str, Any], retention: int) -> dict[str, Any]:
    params.pop("DBName", None)  # not for this engine (API reference, DBName): the database has the source's name
    if params.get("Engine") not in {None, settings["engine"]}:
        raise errors.combination(f"Engine must be compatible with the engine of the source, {settings['engine']}.")
    return {name: settings[name] for name in _KEPT} | {"backup_retention_period": retention}


def _restore(rds: Rds, backend: RDSBackend, params: Params, settings: dict[str, Any], pin: Any) -> dict[str, Any]:
    if params.get("ManageMasterUserPassword"):
        raise errors.combination("ManageMasterUserPassword on a restore is for RDS for Oracle CDBs only.")
    db = building.build(rds, backend, params, settings)
    pin(record_of(db).resource_id)
    backend.databases[db.db_instance_identifier] = db
    begin(rds, db, params)
    db.add_event("DB_INSTANCE_CREATE")
    rds.launch(db, "restore")
    return answer(rds, db)


OPERATIONS = (restore_db_instance_to_point_in_time, restore_db_instance_from_db_snapshot)
