# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RDS instances. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def project(instance: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a DBInstance. A change that waits for the maintenance window counts as made: it was asked for."""
    pending = instance.get("PendingModifiedValues") or {}
    return {
        "engine": instance["Engine"],
        "major_version": str(pending.get("EngineVersion", instance["EngineVersion"])).split(".", maxsplit=1)[0],
        "engine_version": instance["EngineVersion"],
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
        "iam_authentication": bool(instance.get("IAMDatabaseAuthenticationEnabled", False)),
        "log_exports": sorted(instance.get("EnabledCloudwatchLogsExports") or []),
        "tags": tags_of(instance, "TagList"),
    }


def facts(instance: Mapping[str, Any]) -> dict[str, Any]:
    """What RDS chose: arn, status, address, port (None while it is being created), resource_id."""
    endpoint = instance.get("Endpoint") or {}
    return {
        "arn": instance["DBInstanceArn"],
        "status": instance.get("DBInstanceStatus", ""),
        "address": endpoint.get("Address"),
        "port": endpoint.get("Port"),
        "resource_id": instance.get("DbiResourceId", ""),
    }


def _first(items: Any, field: str) -> str:
    return str(items[0][field]) if items else ""


def read(client: Any, scope: Scope) -> list[Resource]:
    """Instances that are named or tagged as the component's; one that is being deleted is no more."""
    found = pages(client, "describe_db_instances", "DBInstances")
    resources = [
        Resource("rds_instance", instance["DBInstanceIdentifier"], project(instance), scope.region, facts(instance))
        for instance in found
        if instance.get("DBInstanceStatus") != "deleting"
    ]
    return [item for item in resources if item.name in scope.names or is_ours(item.properties["tags"], scope)]


KIND = Kind(
    "rds_instance",
    "rds",
    read,
    Rules(
        unordered=frozenset({"security_groups", "log_exports"}),
        immutable=frozenset({"engine", "encrypted", "kms_key", "database_name", "master_username", "subnet_group"}),
        ignored={
            "allocated_storage": "storage autoscaling grows it and RDS cannot shrink it",
            "engine_version": "RDS takes minor versions by itself in the maintenance window; major_version is compared",
            "port": "the local cloud listens where a port is free; on AWS it is fixed at creation",
        },
        protected=True,
    ),
)
