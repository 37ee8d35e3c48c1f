# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request that restores an instance, and what of its source it passes on. Standard library only.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def request(options: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of RestoreDBInstanceToPointInTime from the options of the module rds_restore.

    Raises ValueError when restore_time is no ISO 8601 time.
    """
    parameters: dict[str, Any] = {
        "TargetDBInstanceIdentifier": options["identifier"],
        "DBSubnetGroupName": options["subnet_group"],
        "VpcSecurityGroupIds": list(options["security_groups"]),
        "MultiAZ": options["multi_az"],
        "PubliclyAccessible": False,
        "DeletionProtection": options["deletion_protection"],
        "BackupRetentionPeriod": options["backup_retention"],
        "AutoMinorVersionUpgrade": options["minor_version_upgrade"],
        "EnableIAMDatabaseAuthentication": options["iam_authentication"],
        "CopyTagsToSnapshot": False,
        "Tags": [{"Key": key, "Value": str(value)} for key, value in sorted(options["tags"].items())],
    }
    optional = {
        "SourceDBInstanceIdentifier": options["source"],
        "SourceDBInstanceAutomatedBackupsArn": options["automated_backup_arn"],
        "DBInstanceClass": options["instance_class"],
        "StorageType": options["storage_type"],
        "DBParameterGroupName": options["parameter_group"],
        "OptionGroupName": options["option_group"],
    }
    parameters.update({name: value for name, value in optional.items() if value})
    if options["restore_time"]:
        moment = datetime.fromisoformat(options["restore_time"].replace("Z", "+00:00"))
        parameters["RestoreTime"] = moment.replace(tzinfo=moment.tzinfo or UTC, microsecond=0)
    else:
        parameters["UseLatestRestorableTime"] = True
    return parameters


def passed_on(instance: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a DBInstance that its copy shall have too, by the option names of the module rds_restore."""
    groups = instance.get("DBParameterGroups") or [{}]
    options = instance.get("OptionGroupMemberships") or [{}]
    return {
        "instance_class": instance["DBInstanceClass"],
        "storage_type": instance.get("StorageType"),
        "subnet_group": (instance.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"),
        "security_groups": sorted(group["VpcSecurityGroupId"] for group in instance.get("VpcSecurityGroups") or []),
        "parameter_group": groups[0].get("DBParameterGroupName"),
        "option_group": options[0].get("OptionGroupName"),
        "iam_authentication": bool(instance.get("IAMDatabaseAuthenticationEnabled")),
        "minor_version_upgrade": bool(instance.get("AutoMinorVersionUpgrade")),
    }
