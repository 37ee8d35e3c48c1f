# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication of an instance's automated backups into another region. Standard library only.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/AutomatedBackups.Replicating.Enable.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Steps

#: A stopped replication leaves a retained backup: it is no replication any more.
ENDED = ("retained", "deleting")


def ended(backup: Mapping[str, Any]) -> bool:
    """Whether a replicated backup no longer follows its source. RDS writes its statuses in small letters, or not."""
    return str(backup.get("Status", "")).lower() in ENDED


def project(backup: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a DBInstanceAutomatedBackup."""
    return {
        "source_arn": backup["DBInstanceArn"],
        "retention_days": int(backup.get("BackupRetentionPeriod") or 0),
        "kms_key": backup.get("KmsKeyId") or "",
    }


def region_of(arn: str) -> str:
    """The region in an ARN, "" when it is none."""
    return (arn.split(":") + [""] * 4)[3]


def select(backups: Iterable[Mapping[str, Any]], source_arn: str) -> Mapping[str, Any] | None:
    """The replicated backup of the instance `source_arn` that still follows it, or None."""
    for backup in backups:
        if backup.get("DBInstanceArn") == source_arn and not ended(backup):
            return backup
    return None


def present(source_arn: str, desired: Mapping[str, Any], found: Mapping[str, Any] | None) -> Steps:
    """Steps towards a replication with the desired retention_days and kms_key (None: leave alone).

    Raises ChangeError: both are settled when a replication starts.
    """
    if found is None:
        request: dict[str, Any] = {
            "SourceDBInstanceArn": source_arn,
            "BackupRetentionPeriod": int(desired.get("retention_days") or 7),
            # botocore signs the source region's request with it: the service needs it for encrypted instances
            "SourceRegion": region_of(source_arn),
        }
        if desired.get("kms_key"):
            request["KmsKeyId"] = desired["kms_key"]
        after = {"source_arn": source_arn, **{name: value for name, value in desired.items() if value is not None}}
        return Steps([("start_db_instance_automated_backups_replication", request)], {}, after)
    before = project(found)
    changed = [
        name
        for name in ("retention_days", "kms_key")
        if desired.get(name) is not None and desired[name] != before[name]
    ]
    if changed:
        raise ChangeError(
            f"RDS cannot change {', '.join(changed)} of a running backup replication of {source_arn} (found "
            f"{', '.join(str(before[name]) for name in changed)}): stop it (state: absent) and start it anew, which "
            "begins a new recovery window in the second region"
        )
    return Steps([], before, before)


def absent(source_arn: str, found: Mapping[str, Any] | None) -> Steps:
    """Steps that stop the replication; the backups made so far stay for their retention."""
    if found is None:
        return Steps()
    stop = ("stop_db_instance_automated_backups_replication", {"SourceDBInstanceArn": source_arn})
    return Steps([stop], project(found), {})
