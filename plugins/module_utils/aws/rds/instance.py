# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An RDS instance: its settings, in the role's words, and the calls that change them. Standard library only.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Found,
    Steps,
    merged,
    tag_changes,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list, tag_mapping

#: Our names and RDS's, for what is said in the same way at creation and later.
FIELDS = {
    "instance_class": "DBInstanceClass",
    "max_allocated_storage": "MaxAllocatedStorage",
    "storage_type": "StorageType",
    "multi_az": "MultiAZ",
    "public": "PubliclyAccessible",
    "parameter_group": "DBParameterGroupName",
    "security_groups": "VpcSecurityGroupIds",
    "backup_retention_days": "BackupRetentionPeriod",
    "backup_window": "PreferredBackupWindow",
    "maintenance_window": "PreferredMaintenanceWindow",
    "deletion_protection": "DeletionProtection",
    "copy_tags_to_snapshot": "CopyTagsToSnapshot",
    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
    "iam_authentication": "EnableIAMDatabaseAuthentication",
    "ca_certificate": "CACertificateIdentifier",
    "monitoring_seconds": "MonitoringInterval",
    "monitoring_role": "MonitoringRoleArn",
}
#: Settled at creation.
FIXED = {
    "engine": "Engine",
    "encrypted": "StorageEncrypted",
    "kms_key": "KmsKeyId",
    "subnet_group": "DBSubnetGroupName",
    "database_name": "DBName",
    "master_username": "MasterUsername",
}
#: One setting of RDS: turned on with both, turned off alone.
INSIGHTS = ("performance_insights_days", "performance_insights_key")
PASSWORD = ("managed_password", "password_key")


def project(instance: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a DBInstance. A change that waits for the maintenance window counts as made: it was asked for."""
    pending = instance.get("PendingModifiedValues") or {}
    insights = bool(instance.get("PerformanceInsightsEnabled", False))
    secret = instance.get("MasterUserSecret") or {}
    return {
        "engine": instance["Engine"],
        "major_version": major(pending.get("EngineVersion", instance["EngineVersion"])),
        "engine_version": pending.get("EngineVersion", instance["EngineVersion"]),
        "instance_class": pending.get("DBInstanceClass", instance["DBInstanceClass"]),
        "allocated_storage": int(pending.get("AllocatedStorage", instance["AllocatedStorage"])),
        "max_allocated_storage": int(instance.get("MaxAllocatedStorage") or 0),
        "storage_type": pending.get("StorageType", instance.get("StorageType", "")),
        "encrypted": bool(instance.get("StorageEncrypted", False)),
        "kms_key": instance.get("KmsKeyId", ""),
        "multi_az": bool(pending.get("MultiAZ", instance.get("MultiAZ", False))),
        "public": bool(instance.get("PubliclyAccessible", False)),
        "subnet_group": (instance.get("DBSubnetGroup") or {}).get("DBSubnetGroupName", ""),
        "parameter_group": _first(instance.get("DBParameterGroups"), "DBParameterGroupName"),
        "security_groups": sorted(
            group["VpcSecurityGroupId"]
            for group in instance.get("VpcSecurityGroups") or []
            if group.get("Status", "active") != "removing"
        ),
        "port": int((instance.get("Endpoint") or {}).get("Port") or instance.get("DbInstancePort") or 0),
        "database_name": instance.get("DBName", ""),
        "master_username": instance.get("MasterUsername", ""),
        "backup_retention_days": int(pending.get("BackupRetentionPeriod", instance.get("BackupRetentionPeriod", 0))),
        "backup_window": instance.get("PreferredBackupWindow", ""),
        "maintenance_window": str(instance.get("PreferredMaintenanceWindow", "")).lower(),
        "deletion_protection": bool(instance.get("DeletionProtection", False)),
        "copy_tags_to_snapshot": bool(instance.get("CopyTagsToSnapshot", False)),
        "auto_minor_version_upgrade": bool(instance.get("AutoMinorVersionUpgrade", False)),
        "iam_authentication": bool(
            pending.get("IAMDatabaseAuthenticationEnabled", instance.get("IAMDatabaseAuthenticationEnabled", False))
        ),
        "log_exports": _exports(instance, pending),
        "ca_certificate": pending.get("CACertificateIdentifier", instance.get("CACertificateIdentifier", "")),
        "performance_insights_days": int(instance.get("PerformanceInsightsRetentionPeriod") or 0) if insights else 0,
        "performance_insights_key": instance.get("PerformanceInsightsKMSKeyId", "") if insights else "",
        "monitoring_seconds": int(instance.get("MonitoringInterval") or 0),
        "monitoring_role": instance.get("MonitoringRoleArn", ""),
        "managed_password": bool(secret),
        "password_key": secret.get("KmsKeyId", ""),
        "tags": tag_mapping(instance.get("TagList")),
    }


def _exports(instance: Mapping[str, Any], pending: Mapping[str, Any]) -> list[str]:
    exports = set(instance.get("EnabledCloudwatchLogsExports") or [])
    waiting = pending.get("PendingCloudwatchLogsExports") or {}
    exports |= set(waiting.get("LogTypesToEnable") or [])
    return sorted(exports - set(waiting.get("LogTypesToDisable") or []))


def _first(items: Any, field: str) -> str:
    return str(items[0][field]) if items else ""


def major(version: Any) -> str:
    """The major version of a PostgreSQL version."""
    return str(version).split(".", maxsplit=1)[0]


def facts(instance: Mapping[str, Any]) -> dict[str, Any]:
    """What RDS chose: arn, status, address, port (None while it is being created), resource_id, secret_arn ("": none)."""
    endpoint = instance.get("Endpoint") or {}
    return {
        "arn": instance["DBInstanceArn"],
        "status": instance.get("DBInstanceStatus", ""),
        "address": endpoint.get("Address"),
        "port": endpoint.get("Port"),
        "resource_id": instance.get("DbiResourceId", ""),
        "secret_arn": (instance.get("MasterUserSecret") or {}).get("SecretArn", ""),
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired settings; one that is not given is left alone.

    Storage that grew by itself stays, and so do later minor versions than the one that was asked for.
    Raises ChangeError for what RDS cannot change, and for storage or versions that would go back.
    """
    wanted: dict[str, Any] = {
        name: sorted(value) if isinstance(value, list) else value for name, value in desired.items()
    }
    if found is None:
        return Steps([("create_db_instance", _creation(params["name"], wanted))], {}, wanted)
    before = found.properties
    changed = [name for name in sorted(wanted) if name != "tags" and wanted[name] != before[name]]
    changed = [name for name in changed if name not in {"engine_version", "allocated_storage"}]
    _refuse(params["name"], wanted, before, changed)
    if "engine_version" in wanted and major(wanted["engine_version"]) != before["major_version"]:
        changed.append("engine_version")
    if wanted.get("allocated_storage", 0) > before["allocated_storage"]:
        changed.append("allocated_storage")
    calls = _changes(params, wanted, before, changed)
    add, gone = tag_changes(before["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("add_tags_to_resource", {"ResourceName": found.facts["arn"], "Tags": tag_list(add)}))
    if gone:
        calls.append(("remove_tags_from_resource", {"ResourceName": found.facts["arn"], "TagKeys": gone}))
    after = merged(before, wanted, changed)
    after["tags"] = with_tags(before["tags"], wanted.get("tags"), params["purge_tags"])
    return Steps(calls, before, after)


def _refuse(name: str, wanted: Mapping[str, Any], before: Mapping[str, Any], changed: list[str]) -> None:
    fixed = [setting for setting in changed if setting in FIXED]
    if fixed:
        raise ChangeError(
            f"RDS cannot change {', '.join(fixed)} of instance {name} (found "
            f"{', '.join(str(before[setting]) for setting in fixed)}): keep it, or restore a snapshot into another instance"
        )
    if "performance_insights_key" in changed and before["performance_insights_days"]:
        raise ChangeError(
            f"RDS cannot change performance_insights_key of instance {name} while Performance Insights is on: keep "
            f"{before['performance_insights_key']}, or set performance_insights_days to 0 first"
        )
    most = wanted.get("max_allocated_storage")
    if most and most < before["allocated_storage"]:
        raise ChangeError(
            f"max_allocated_storage of instance {name} is {most} GiB, but it has {before['allocated_storage']} GiB, and RDS "
            "never takes storage away: ask for more than it has"
        )
    version = wanted.get("engine_version")
    if version is not None and int(major(version)) < int(before["major_version"]):
        raise ChangeError(
            f"engine_version of instance {name} is {version}, but it runs {before['engine_version']}, and RDS never goes back: "
            "restore a snapshot of before the upgrade into another instance"
        )


def _creation(name: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {"DBInstanceIdentifier": name}
    fields = {**FIELDS, **FIXED, "engine_version": "EngineVersion", "allocated_storage": "AllocatedStorage"}
    request |= {field: wanted[ours] for ours, field in fields.items() if wanted.get(ours) not in (None, "")}
    if wanted.get("log_exports"):
        request["EnableCloudwatchLogsExports"] = list(wanted["log_exports"])
    request |= _insights(wanted) if wanted.get("performance_insights_days") else {}
    request |= _password(wanted)
    request["Tags"] = tag_list(wanted.get("tags") or {})
    return request


def _changes(
    params: Mapping[str, Any], wanted: Mapping[str, Any], before: Mapping[str, Any], changed: list[str]
) -> list[Call]:
    request = {FIELDS[name]: wanted[name] for name in changed if name in FIELDS}
    if "allocated_storage" in changed:
        request["AllocatedStorage"] = wanted["allocated_storage"]
    if "engine_version" in changed:
        request |= {"EngineVersion": wanted["engine_version"], "AllowMajorVersionUpgrade": True}
    if "log_exports" in changed:
        request["CloudwatchLogsExportConfiguration"] = {
            "EnableLogTypes": sorted(set(wanted["log_exports"]) - set(before["log_exports"])),
            "DisableLogTypes": sorted(set(before["log_exports"]) - set(wanted["log_exports"])),
        }
    after = {**before, **wanted}
    if set(INSIGHTS) & set(changed):
        request |= _insights(after)
    if set(PASSWORD) & set(changed):
        request |= _password(after)
    if not request:
        return []
    request |= {"DBInstanceIdentifier": params["name"], "ApplyImmediately": params["apply_immediately"]}
    return [("modify_db_instance", request)]


def _insights(wanted: Mapping[str, Any]) -> dict[str, Any]:
    days, key = wanted.get("performance_insights_days"), wanted.get("performance_insights_key")
    if not days:
        return {"EnablePerformanceInsights": False}
    request = {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": days}
    return {**request, **({"PerformanceInsightsKMSKeyId": key} if key else {})}


def _password(wanted: Mapping[str, Any]) -> dict[str, Any]:
    if not wanted.get("managed_password"):
        return {}
    key = wanted.get("password_key")
    return {"ManageMasterUserPassword": True, **({"MasterUserSecretKmsKeyId": key} if key else {})}


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the instance, protection first; with a last snapshot when `final_snapshot` names one."""
    name, final = params["name"], params["final_snapshot"]
    calls: list[Call] = []
    if found.facts["status"] == "deleting":
        return Steps()
    if found.properties["deletion_protection"]:
        lift = {"DBInstanceIdentifier": name, "DeletionProtection": False, "ApplyImmediately": True}
        calls.append(("modify_db_instance", lift))
    request: dict[str, Any] = {
        "DBInstanceIdentifier": name,
        "SkipFinalSnapshot": not final,
        "DeleteAutomatedBackups": params["delete_automated_backups"],
    }
    if final:
        request["FinalDBSnapshotIdentifier"] = final
    calls.append(("delete_db_instance", request))
    return Steps(calls, found.properties, {})
