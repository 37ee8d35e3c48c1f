# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the settings of a restored instance with its source's. Standard library only.

RDS resets several settings on a restore and keeps others that a copy should not have:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

EQUAL, EXPECTED, DIFFERENT = "equal", "expected", "different"
Instance = Mapping[str, Any]
_UNSET = object()


@dataclass(frozen=True)
class Setting:
    """A setting: how to read it from DescribeDBInstances, and what a drill's copy may have instead, with the reason.

    `drill` is the only other value allowed; not given, any value is; without a `reason` none is.
    """

    name: str
    read: Callable[[Instance], Any]
    reason: str = ""
    drill: Any = _UNSET


def _field(name: str, default: Any = None) -> Callable[[Instance], Any]:
    return lambda instance: instance.get(name, default)


def _names(field: str, key: str) -> Callable[[Instance], Any]:
    return lambda instance: sorted(str(each.get(key)) for each in instance.get(field) or [])


_NO_BACKUPS = "no backups are made of a drill's copy"
_QUIET = "a drill's copy reports to nobody"

SETTINGS = (
    Setting("engine", _field("Engine")),
    Setting("engine_version", _field("EngineVersion")),
    Setting("engine_lifecycle", _field("EngineLifecycleSupport")),
    Setting("license_model", _field("LicenseModel")),
    Setting("instance_class", _field("DBInstanceClass"), "a class was asked for"),
    Setting("storage_type", _field("StorageType")),
    Setting("allocated_storage", _field("AllocatedStorage")),
    Setting("max_allocated_storage", _field("MaxAllocatedStorage"), "a copy does not grow", None),
    Setting("iops", _field("Iops")),
    Setting("storage_throughput", _field("StorageThroughput")),
    Setting("dedicated_log_volume", _field("DedicatedLogVolume", False)),
    Setting("encrypted", _field("StorageEncrypted", False)),
    Setting("kms_key", _field("KmsKeyId")),
    Setting("multi_az", _field("MultiAZ", False), "a copy needs no standby", False),
    Setting("network_type", _field("NetworkType")),
    Setting("publicly_accessible", _field("PubliclyAccessible", False), "a copy is never public", False),
    Setting("subnet_group", lambda instance: (instance.get("DBSubnetGroup") or {}).get("DBSubnetGroupName")),
    Setting("security_groups", _names("VpcSecurityGroups", "VpcSecurityGroupId")),
    Setting("port", lambda instance: (instance.get("Endpoint") or {}).get("Port"), "a copy has an address of its own"),
    Setting("parameter_group", _names("DBParameterGroups", "DBParameterGroupName")),
    Setting("parameter_status", _names("DBParameterGroups", "ParameterApplyStatus")),
    Setting("option_group", _names("OptionGroupMemberships", "OptionGroupName")),
    Setting("ca_certificate", _field("CACertificateIdentifier")),
    Setting("iam_authentication", _field("IAMDatabaseAuthenticationEnabled", False)),
    Setting("database_name", _field("DBName")),
    Setting("master_username", _field("MasterUsername")),
    Setting("character_set", _field("CharacterSetName")),
    Setting("deletion_protection", _field("DeletionProtection", False), "the drill removes its copy", False),
    Setting("backup_retention", _field("BackupRetentionPeriod", 0), _NO_BACKUPS, 0),
    Setting("backup_window", _field("PreferredBackupWindow"), _NO_BACKUPS),
    Setting("maintenance_window", _field("PreferredMaintenanceWindow"), "a copy is gone before any maintenance"),
    Setting("minor_version_upgrade", _field("AutoMinorVersionUpgrade")),
    Setting("copy_tags_to_snapshot", _field("CopyTagsToSnapshot", False), _NO_BACKUPS, False),
    Setting("log_exports", lambda instance: sorted(instance.get("EnabledCloudwatchLogsExports") or []), _QUIET, []),
    Setting("monitoring_interval", _field("MonitoringInterval", 0), _QUIET, 0),
    Setting("performance_insights", _field("PerformanceInsightsEnabled", False), _QUIET, False),
    Setting("associated_roles", _names("AssociatedRoles", "RoleArn")),
    Setting("pending_changes", lambda instance: sorted((instance.get("PendingModifiedValues") or {}).keys())),
    Setting(
        "tags",
        lambda instance: sorted(each["Key"] for each in instance.get("TagList") or []),
        "a copy bears a drill's tags",
    ),
)


def compare(source: Instance, copy: Instance, *, instance_class: str = "") -> list[dict[str, Any]]:
    """One row per setting: {"setting", "source", "copy", "status", "reason"}; status equal, expected or different.

    `instance_class` is the class that was asked for when it is not the source's. Values are as JSON can hold them.
    """
    rows = []
    for setting in SETTINGS:
        before, after = setting.read(source), setting.read(copy)
        allowed = bool(setting.reason) and (setting.drill is _UNSET or after == setting.drill)
        if setting.name == "instance_class":
            allowed = bool(instance_class) and after == instance_class
        status = EQUAL if before == after else EXPECTED if allowed else DIFFERENT
        rows.append(
            {
                "setting": setting.name,
                "source": before,
                "copy": after,
                "status": status,
                "reason": setting.reason if status == EXPECTED else "",
            }
        )
    return rows


def different(rows: list[dict[str, Any]]) -> list[str]:
    """A phrase for each setting that differs without a reason."""
    return [
        f"{row['setting']} is {row['copy']!r}, the source has {row['source']!r}"
        for row in rows
        if row["status"] == DIFFERENT
    ]
