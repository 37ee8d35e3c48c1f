# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RDS subnet groups. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBSubnetGroup.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def project(group: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a DBSubnetGroup."""
    return {
        "description": group.get("DBSubnetGroupDescription", ""),
        "subnets": sorted(subnet["SubnetIdentifier"] for subnet in group.get("Subnets", [])),
        "tags": dict(tags),
    }


def read(client: Any, scope: Scope) -> list[Resource]:
    """Groups that are named or tagged as the component's."""
    groups = pages(client, "describe_db_subnet_groups", "DBSubnetGroups")

    def one(group: Mapping[str, Any]) -> Resource | None:
        name = group["DBSubnetGroupName"]
        tags = tags_of(client.list_tags_for_resource(ResourceName=group["DBSubnetGroupArn"]), "TagList")
        if name not in scope.names and not is_ours(tags, scope):
            return None
        return Resource("rds_subnet_group", name, project(group, tags), scope.region)

    return [resource for resource in at_once(one, groups) if resource is not None]


KIND = Kind("rds_subnet_group", "rds", read, Rules(unordered=frozenset({"subnets"})))
