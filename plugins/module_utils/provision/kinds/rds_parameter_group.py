# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RDS parameter groups: family and the parameters that a user set.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBParameters.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.rds.parameter_group import project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Groups that are named or tagged as the component's, default groups left out."""
    groups = pages(client, "describe_db_parameter_groups", "DBParameterGroups")

    def one(group: Mapping[str, Any]) -> Resource | None:
        name = group["DBParameterGroupName"]
        answer = client.list_tags_for_resource(ResourceName=group["DBParameterGroupArn"])
        tags = tags_of(answer, "TagList")
        if name not in scope.names and not is_ours(tags, scope):
            return None
        parameters = pages(client, "describe_db_parameters", "Parameters", DBParameterGroupName=name, Source="user")
        return Resource("rds_parameter_group", name, project(group, parameters, tags), scope.region)

    own = [group for group in groups if not group["DBParameterGroupName"].startswith("default.")]
    return [resource for resource in at_once(one, own) if resource is not None]


KIND = Kind("rds_parameter_group", "rds", read, Rules(immutable=frozenset({"family", "description"})))
