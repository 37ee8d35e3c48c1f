"""Requests about snapshots: create, copy (to another region too), describe, modify their sharing, delete.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CopyDBSnapshot.html
"""

from __future__ import annotations

import copy
import shutil
from typing import Any

from moto.rds.models import DBSnapshot, RDSBackend

from localcloud.rds import building, describe, errors
from localcloud.rds.archive import link_tree
from localcloud.rds.building import Params
from localcloud.rds.instances import add_snapshot, find
from localcloud.rds.paging import filters_of, page
from localcloud.rds.records import RECORD, SnapshotRecord, is_ours, record_of
from localcloud.rds.service import Rds

#: AWS seconds that a copy takes at least.
COPYING = 120


def lookup(backend: RDSBackend, name: str) -> DBSnapshot:
    """The snapshot by identifier or ARN of the region. DBSnapshotNotFound if there is none."""
    identifier = name.split(":snapshot:", 1)[1] if name.startswith("arn:") else name
    found = backend.database_snapshots.get(identifier)
    if found is None or not is_ours(found):
        raise errors.no_snapshot(name)
    return found


def create_db_snapshot(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """CreateDBSnapshot: the instance is backing-up meanwhile."""
    db = find(backend, params["DBInstanceIdentifier"])
    if db.status not in {"available", "stopped"}:
        raise errors.state(
            f"Cannot create a snapshot because the database instance {db.db_instance_identifier} "
            f"is not currently in the available state: it is {db.status}."
        )
    taken = add_snapshot(rds, backend, db, params["DBSnapshotIdentifier"], params.get("Tags", []))
    found = {"DBSnapshot": describe.snapshot(taken)}
    db.status = "backing-up"
    rds.launch(db, "snapshot", snapshot=taken.db_snapshot_identifier)
    return found


def describe_db_snapshots(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DescribeDBSnapshots; automated and manual ones unless SnapshotType says otherwise."""
    name, instance = params.get("DBSnapshotIdentifier"), params.get("DBInstanceIdentifier")
    kind, resource_id = params.get("SnapshotType"), params.get("DbiResourceId")
    filters = filters_of(params)
    if name is not None:
        found = [lookup(backend, name)]
    else:
        found = (
            backend.describe_db_snapshots(None, None, None, filters)
            if filters
            else [*backend.database_snapshots.values()]
        )
    found = [
        taken
        for taken in found
        if is_ours(taken)
        and (instance is None or record_of(taken).settings["db_instance_identifier"] == instance.lower())
        and (resource_id is None or record_of(taken).settings["resource_id"] == resource_id)
        and (kind is None or taken.snapshot_type == kind)
    ]
    part, marker = page(found, params)
    return {"DBSnapshots": [describe.snapshot(taken) for taken in part], "Marker": marker}


def delete_db_snapshot(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """DeleteDBSnapshot of a manual snapshot that is available or failed."""
    taken = lookup(backend, params["DBSnapshotIdentifier"])
    if taken.snapshot_type == "automated":
        raise errors.error("InvalidDBSnapshotState", "Only manual snapshots may be deleted.")
    if taken.status not in {"available", "failed"}:
        raise errors.error(
            "InvalidDBSnapshotState",
            f"Snapshot {taken.db_snapshot_identifier} must be in available state, it is {taken.status}.",
        )
    del backend.database_snapshots[taken.db_snapshot_identifier]
    shutil.rmtree(rds.site.home.path / record_of(taken).data, ignore_errors=True)
    taken.status = "deleted"
    return {"DBSnapshot": describe.snapshot(taken)}


def copy_db_snapshot(rds: Rds, backend: RDSBackend, params: Params) -> dict[str, Any]:
    """CopyDBSnapshot, called in the region of the copy."""
    name, target = params["SourceDBSnapshotIdentifier"], params["TargetDBSnapshotIdentifier"]
    backend.validate_db_snapshot_identifier(target, parameter_name="TargetDBSnapshotIdentifier")
    home = rds.backend(name.split(":")[3]) if name.startswith("arn:") else backend
    source = lookup(home, name)
    if source.status != "available":
        raise errors.error("InvalidDBSnapshotState", f"Snapshot {name} is {source.status}, not available.")
    if target in backend.database_snapshots:
        raise errors.error("DBSnapshotAlreadyExists", f"Cannot create the snapshot because {target} already exists.")
    record: SnapshotRecord = record_of(source)
    other_region = home.region_name != backend.region_name
    key = _copy_key(backend, params, source, other_region)
    tags = params.get("Tags") or (source.tags if params.get("CopyTags") else [])
    taken = DBSnapshot(
        backend,
        source.database,
        target,
        tags=tags,
        kms_key_id=key,
        original_created_at=source.original_snapshot_create_time,
    )
    taken.tags = tags
    taken.kms_key_id, taken.encrypted, taken.storage_encrypted = key, key is not None, key is not None
    taken.status = "creating"
    new = SnapshotRecord(
        f"snapshots/{backend.region_name}-{target.lower()}",
        copy.deepcopy(record.settings),
        copy_of=source.arn,
        source_region=home.region_name if other_region else None,
    )
    setattr(taken, RECORD, new)
    backend.database_snapshots[target.lower()] = taken
    _hold(rds, record.data, new.data)
    rds.cloud.later(0, lambda: finish_copy(rds, taken), f"rds copy {target}")
    return {"DBSnapshot": describe.snapshot(taken)}


def _copy_key(backend: RDSBackend, params: Params, source: DBSnapshot, other_region: bool) -> str | None:
    if params.get("KmsKeyId"):
        return building.check_key(backend, params["KmsKeyId"])
    if not source.encrypted:
        return None
    if other_region:
        raise errors.combination(
            "You must specify KmsKeyId of the destination Region to copy an encrypted snapshot to another Region."
        )
    return str(source.kms_key_id)


def _hold(rds: Rds, source: str, target: str) -> None:
    """The copy's own data, by hard links: nobody writes to a snapshot."""
    folder = rds.site.home.path / target
    rds.site.home.folder("snapshots")
    shutil.rmtree(folder, ignore_errors=True)
    link_tree(rds.site.home.path / source, folder)


def finish_copy(rds: Rds, taken: DBSnapshot) -> None:
    """creating → available after the scaled time; run again after a restart for copies that still are creating."""
    rds.stopping.wait(rds.cloud.seconds(COPYING))
    if rds.stopping.is_set():
        return
    with rds.cloud.lock:
        if taken.backend.database_snapshots.get(taken.db_snapshot_identifier) is taken:
            taken.status = "available"
            rds.touched()


OPERATIONS = (create_db_snapshot, describe_db_snapshots, delete_db_snapshot, copy_db_snapshot)
