# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RDS instances. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.rds.instance import FIXED, facts, project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Instances that are named or tagged as the component's; one that is being deleted is no more."""
    found = listing(client, "describe_db_instances", "DBInstances")
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
        immutable=frozenset(FIXED),
        ignored={
            "allocated_storage": "storage autoscaling grows it and RDS cannot shrink it",
            "engine_version": "RDS takes minor versions by itself in the maintenance window; major_version is compared",
            "port": "the local cloud listens where a port is free; on AWS it is fixed at creation",
        },
        protected=True,
    ),
)
