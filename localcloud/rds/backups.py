"""Automated backups: opened with an instance, kept up to date, closed with it or retained.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

import psycopg
from moto.rds.models import DBInstance, DBSnapshot

from localcloud.rds.records import RECORD, AutomatedBackup, SnapshotRecord, backups_of, is_ours, record_of, settings_of
from localcloud.rds.service import Rds

#: Bytes of WAL behind the last base backup: replayed in about a second.
REPLAY_AT_MOST = 128 * 1024 * 1024


def add_automated_snapshot(db: DBInstance, backup: AutomatedBackup, data: str, now: datetime) -> None:
    """The automated snapshot of a base backup: `rds:<instance>-<date>-<time>`."""
    name = f"rds:{db.db_instance_identifier}-{now:%Y-%m-%d-%H-%M}"
    if name in db.backend.database_snapshots:
        return
    taken = DBSnapshot(db.backend, db, name, snapshot_type="automated", tags=None)
    setattr(taken, RECORD, SnapshotRecord(data, settings_of(db), archive=backup.archive))
    db.backend.database_snapshots[name] = taken


def open_backup(rds: Rds, db: DBInstance, tags: list[dict[str, str]]) -> AutomatedBackup:
    """The record of the automated backups that an instance begins to make; status `creating` until the first is there."""
    identity = f"ab-{secrets.token_hex(14)}"
    arn = f"arn:aws:rds:{db.backend.region_name}:{db.backend.account_id}:auto-backup:{identity}"
    backup = AutomatedBackup(
        arn=arn,
        archive=f"archives/{identity}",
        resource_id=record_of(db).resource_id,
        instance_arn=db.arn,
        instance_region=db.backend.region_name,
        status="creating",
        retention=db.backup_retention_period,
        settings=settings_of(db),
        tags=tags,
        kms_key_id=db.kms_key_id,
    )
    backups_of(db.backend)[arn] = backup
    rds.archive(backup).prepare()
    return backup


def close_backup(rds: Rds, backend: Any, backup: AutomatedBackup, *, keep: bool) -> None:
    """End the automated backups of an instance: retained, or removed with their snapshots. Copies elsewhere are retained."""
    for other in rds.backends():
        for copy in backups_of(other).values():
            if copy.source_arn == backup.arn:
                copy.status = "retained"
                copy.source_archive = None
    if keep:
        backup.status = "retained"
        backup.replicas = []
    else:
        remove_backup(rds, backend, backup)


def remove_backup(rds: Rds, backend: Any, backup: AutomatedBackup) -> None:
    """Remove an automated backup, its archive and the automated snapshots in it."""
    drop_automated_snapshots(backend, backup)
    backups_of(backend).pop(backup.arn, None)
    rds.archive(backup).remove()


def drop_automated_snapshots(backend: Any, backup: AutomatedBackup) -> None:
    """Forget the automated snapshots that stand in the archive of a backup."""
    gone = [
        name
        for name, taken in backend.database_snapshots.items()
        if is_ours(taken) and record_of(taken).archive == backup.archive
    ]
    for name in gone:
        del backend.database_snapshots[name]


def rebase(rds: Rds, db: DBInstance) -> None:
    """Take a new base backup once so much WAL follows the last one that a restore would replay for long.

    RDS does so daily; here it is the amount that counts. It has no phase, as nothing of it can be noticed.
    """
    record = record_of(db)
    backup = rds.backup(db)
    guard = rds.guard(record.resource_id)
    if backup is None or backup.status != "active" or record.job is not None or not record.running:
        return
    archive = rds.archive(backup)
    if archive.replay_bytes() < REPLAY_AT_MOST or not guard.acquire(blocking=False):
        return
    try:
        archive.add_base(rds.cluster(db), record.port, datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f"))
        archive.thin()
    finally:
        guard.release()


def advance(rds: Rds, db: DBInstance) -> None:
    """Bring the archive of a running instance up to now, if it makes automated backups."""
    record = record_of(db)
    backup = rds.backup(db)
    if backup is None or backup.status != "active" or record.source_resource_id is not None or not record.running:
        return
    try:
        rds.archive(backup).advance(rds.cluster(db), record.port)
    except psycopg.OperationalError:
        return  # it restarts or stops just now: the archive stays where it is, and says so
