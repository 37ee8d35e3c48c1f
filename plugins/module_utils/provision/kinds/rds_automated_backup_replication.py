# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automated backups of an RDS instance that are replicated into this region, named after the instance.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StartDBInstanceAutomatedBackupsReplication.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.rds.backup_replication import (
    ended,
    project,
    region_of,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import pages
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def is_replica(backup: Mapping[str, Any], region: str) -> bool:
    """Whether a backup comes from another region and still follows its source ("retained" ones do not)."""
    return region_of(backup.get("DBInstanceArn", "")) != region and not ended(backup)


def read(client: Any, scope: Scope) -> list[Resource]:
    """Replicated backups in the scope's region of the named instances, and of the one that the component names itself.

    RDS gives them no tags, so a leftover is known by its instance's name.
    """
    names = {*scope.names, f"{scope.platform}-{scope.environment}-{scope.component}"}
    found = pages(client, "describe_db_instance_automated_backups", "DBInstanceAutomatedBackups")
    return [
        Resource(
            "rds_automated_backup_replication",
            backup["DBInstanceIdentifier"],
            project(backup),
            scope.region,
            {"arn": backup.get("DBInstanceAutomatedBackupsArn", ""), "status": backup.get("Status", "")},
        )
        for backup in found
        if is_replica(backup, scope.region) and backup["DBInstanceIdentifier"] in names
    ]


KIND = Kind(
    "rds_automated_backup_replication",
    "rds",
    read,
    # Retention and key are given at the start of a replication only: a change means stop and start.
    Rules(immutable=frozenset({"source_arn", "retention_days", "kms_key"})),
)
