# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manual snapshots of an RDS instance: the newest, a new one, and the wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.instances import (
    Pace,
    RestoreError,
    translated,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

_EXISTS = frozenset({"DBSnapshotAlreadyExists", "DBSnapshotAlreadyExistsFault"})
_BUSY = frozenset({"InvalidDBInstanceState", "InvalidDBInstanceStateFault"})


def newest(client: Any, instance: str, wanted: Mapping[str, str]) -> dict[str, Any] | None:
    """The newest manual snapshot of `instance` with the tags `wanted` that is available or being made, or None.

    A snapshot that is being made has no SnapshotCreateTime yet and is newer than any that has.
    """
    with translated():
        pages = client.get_paginator("describe_db_snapshots").paginate(
            DBInstanceIdentifier=instance, SnapshotType="manual"
        )
        found = pages.build_full_result()["DBSnapshots"]
    ours = []
    for each in found:
        tags = {tag["Key"]: tag["Value"] for tag in each.get("TagList") or []}
        if each["Status"] in ("available", "creating") and all(tags.get(key) == value for key, value in wanted.items()):
            ours.append(each)
    return max(
        ours,
        key=lambda each: (each.get("SnapshotCreateTime") is None, str(each.get("SnapshotCreateTime"))),
        default=None,
    )


def name(instance: str, moment: datetime) -> str:
    """The identifier of the snapshot taken at `moment`: a request that was repeated cannot make two."""
    return f"{instance}-{moment:%Y%m%d%H%M%S}"


def create(client: Any, instance: str, identifier: str, tags: Mapping[str, str], pace: Pace) -> None:
    """Ask for a snapshot; an instance that is busy (backing up, being modified) is waited for."""
    deadline = pace.clock() + pace.limit
    while True:
        try:
            with translated():
                client.create_db_snapshot(
                    DBInstanceIdentifier=instance, DBSnapshotIdentifier=identifier, Tags=tag_list(tags)
                )
            return
        except AwsError as error:
            if error.code in _EXISTS:
                return
            if error.code not in _BUSY or pace.clock() >= deadline:
                raise
            pace.sleep(pace.every)


def wait_available(client: Any, identifier: str, pace: Pace) -> dict[str, Any]:
    """The snapshot once it is available. Raises RestoreError when it failed, is gone, or the limit is reached."""
    deadline = pace.clock() + pace.limit
    while True:
        with translated():
            snapshot: dict[str, Any] = client.describe_db_snapshots(DBSnapshotIdentifier=identifier)["DBSnapshots"][0]
        if snapshot["Status"] == "available":
            return snapshot
        if snapshot["Status"] != "creating":
            raise RestoreError(f"Snapshot {identifier} is {snapshot['Status']}, expected available.")
        if pace.clock() >= deadline:
            raise RestoreError(
                f"Snapshot {identifier} is still being made after {pace.limit:.0f} s; it goes on by itself."
            )
        pace.sleep(pace.every)


def age(snapshot: Mapping[str, Any] | None, now: datetime) -> float | None:
    """Seconds since the snapshot was taken, 0 while it is being made, None without one."""
    if snapshot is None:
        return None
    taken: datetime | None = snapshot.get("SnapshotCreateTime")
    return max((now - taken).total_seconds(), 0.0) if taken else 0.0


def facts(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """The snapshot as backup.json has it."""
    return {
        "snapshot_id": snapshot["DBSnapshotIdentifier"],
        "snapshot_arn": snapshot["DBSnapshotArn"],
        "source": snapshot["DBInstanceIdentifier"],
        "created": snapshot["SnapshotCreateTime"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "status": snapshot["Status"],
        "encrypted": bool(snapshot.get("Encrypted")),
        "kms_key": snapshot.get("KmsKeyId"),
    }
