"""Requests about automated backups: describe, delete, and their replication to another region.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html
https://docs.aws.amazon.com/cli/latest/reference/rds/start-db-instance-automated-backups-replication.html
"""

from __future__ import annotations

import copy
import secrets
from typing import Any

from moto.rds.models import RDSBackend

from localcloud.rds import backups, building, describe, errors
from localcloud.rds.building import Params
from localcloud.rds.instances import find, tags_for
from localcloud.rds.paging import filters_of, page
from localcloud.rds.records import AutomatedBackup, backups_of
from localcloud.rds.service import Rds

#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html#USER_ReplicateBackups.considerations
_QUOTA = 20


def describe_db_instance_automated_backups(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribeDBInstanceAutomatedBackups: those of this region's instances, and copies from other regions."""
    filters = filters_of(params)
    unknown = filters.keys() - {"status", "db-instance-id", "dbi-resource-id"}
    if unknown:
        raise errors.value(f"Unrecognized filter name: {', '.join(sorted(unknown))}")
    arn, resource_id = params.get("DBInstanceAutomatedBackupsArn"), params.get("DbiResourceId")
    name = params.get("DBInstanceIdentifier")
    if name is not None:
        filters["db-instance-id"] = [name]
    found = [
        backup
        for backup in backups_of(backend).values()
        if (arn is None or backup.arn == arn)
        and (resource_id is None or backup.resource_id == resource_id)
        and _passes(backup, filters)
    ]
    if not found and (arn or resource_id or name):
        raise errors.no_backup(str(arn or resource_id or name))
    part, marker = page(found, params)
    return {"DBInstanceAutomatedBackups": [describe.automated_backup(rds, b) for b in part], "Marker": marker}


def _passes(backup: AutomatedBackup, filters: dict[str, list[str]]) -> bool:
    values = {
        "status": {backup.status},
        "db-instance-id": {backup.settings["db_instance_identifier"], backup.instance_arn},
        "dbi-resource-id": {backup.resource_id},
    }
    return all(
        values[name] & {v.lower() if name == "db-instance-id" else v for v in asked} for name, asked in filters.items()
    )


def start_db_instance_automated_backups_replication(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """StartDBInstanceAutomatedBackupsReplication, called in the destination region."""
    arn = params["SourceDBInstanceArn"]
    region = arn.split(":")[3]
    if region == backend.region_name:
        raise errors.combination("The source DB instance must be in another Region than the replicated backups.")
    source_backend = rds.backend(region)
    db = find(source_backend, arn)
    source = rds.backup(db)
    if source is None:
        raise errors.state("Automated backups are not enabled for the source DB instance.")
    if not rds.served(db):
        raise errors.combination(
            f"The local cloud has no backups of engine {db.engine} that could be replicated: it runs no server of it."
        )
    if source.status != "active":
        raise errors.state(f"The source DB instance is {db.status}; its first automated backup is not complete.")
    if any(copy_.source_arn == source.arn and copy_.source_archive for copy_ in backups_of(backend).values()):
        raise errors.state(f"Automated backups of {arn} are replicated to {backend.region_name} already.")
    if sum(b.source_arn is not None for b in backups_of(backend).values()) >= _QUOTA:
        raise errors.error(
            "DBInstanceAutomatedBackupQuotaExceeded", f"The quota of {_QUOTA} replicated backups is used up."
        )
    key = _key(backend, db.storage_encrypted, params)
    retention = params.get("BackupRetentionPeriod")
    retention = building.check_retention(7 if retention is None else retention)
    new = _add(rds, backend, source, key=key, retention=retention, params=params)
    source.replicas.append(new.arn)
    return {"DBInstanceAutomatedBackup": describe.automated_backup(rds, new)}


def _key(backend: RDSBackend, encrypted: bool, params: Params) -> str | None:
    if not encrypted:
        return None
    if not params.get("KmsKeyId"):
        raise errors.combination(
            "You must specify KmsKeyId of the destination Region to replicate backups of an encrypted DB instance."
        )
    return building.check_key(backend, params["KmsKeyId"])


def _add(
    rds: Rds, backend: RDSBackend, source: AutomatedBackup, *, key: str | None, retention: int, params: Params
) -> AutomatedBackup:
    identity = f"ab-{secrets.token_hex(14)}"
    new = AutomatedBackup(
        arn=f"arn:aws:rds:{backend.region_name}:{backend.account_id}:auto-backup:{identity}",
        archive=f"archives/{identity}",
        resource_id=source.resource_id,
        instance_arn=source.instance_arn,
        instance_region=source.instance_region,
        status="pending",
        retention=retention,
        settings=copy.deepcopy(source.settings),
        tags=tags_for(params, "auto-backup") or list(params.get("Tags", [])),
        kms_key_id=key,
        source_arn=source.arn,
        source_archive=source.archive,
    )
    backups_of(backend)[new.arn] = new
    rds.archive(new).prepare()
    return new


def stop_db_instance_automated_backups_replication(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """StopDBInstanceAutomatedBackupsReplication, called in the destination region: what is there is retained."""
    arn = params["SourceDBInstanceArn"]
    found = next((b for b in backups_of(backend).values() if b.instance_arn == arn and b.source_archive), None)
    if found is None:
        raise errors.no_instance(arn)
    for source in backups_of(rds.backend(found.instance_region)).values():
        if found.arn in source.replicas:
            source.replicas.remove(found.arn)
    found.source_archive = None
    found.status = "retained"
    return {"DBInstanceAutomatedBackup": describe.automated_backup(rds, found)}


def delete_db_instance_automated_backup(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DeleteDBInstanceAutomatedBackup: a retained one, by ARN or resource id."""
    arn, resource_id = params.get("DBInstanceAutomatedBackupsArn"), params.get("DbiResourceId")
    found = next(
        (b for b in backups_of(backend).values() if b.arn == arn or (resource_id and b.resource_id == resource_id)),
        None,
    )
    if found is None:
        raise errors.no_backup(arn or resource_id or "")
    if found.status != "retained":
        raise errors.error(
            "InvalidDBInstanceAutomatedBackupState",
            f"The automated backup {found.arn} is {found.status}, not retained.",
        )
    described = describe.automated_backup(rds, found) | {"Status": "deleting"}
    backups.remove_backup(rds, backend, found)
    return {"DBInstanceAutomatedBackup": described}


OPERATIONS = (
    describe_db_instance_automated_backups,
    start_db_instance_automated_backups_replication,
    stop_db_instance_automated_backups_replication,
    delete_db_instance_automated_backup,
)
