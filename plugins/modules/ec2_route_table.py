# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_route_table
short_description: Create, change or remove a route table
version_added: 0.1.0
description:
  - Keeps a route table, found by its tag C(Name), with its routes and subnets. An option that is not given is left alone.
  - Routes of gateway endpoints, which AWS keeps, are left alone.
  - M(amazon.aws.ec2_vpc_route_table) sleeps five seconds after each change.
options:
  name:
    description: Name of the route table.
    type: str
    required: true
  vpc_id:
    description: Id of the VPC. Cannot change. Required with O(state=present).
    type: str
  routes:
    description: The id of the target by destination, for all destinations but those that AWS keeps.
    type: dict
  subnet_ids:
    description: All subnets that use the table; one that uses another is moved.
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Lead the public subnets to the internet
  creator.platform.ec2_route_table:
    name: creator-dev-public
    vpc_id: vpc-1234
    routes: {0.0.0.0/0: igw-1234}
    subnet_ids: [subnet-1234]
"""

RETURN = r"""
route_table:
  description: The route table after the run, its properties and its C(id); empty when there is none.
  returned: always
  type: dict
  sample: {id: rtb-1234, routes: {0.0.0.0/0: igw-1234}, subnet_ids: [subnet-1234]}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.api import named, the_one, with_subnets
from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.route_table import (
    absent,
    associations,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "vpc_id": {"type": "str"},
    "routes": {"type": "dict"},
    "subnet_ids": {"type": "list", "elements": "str"},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The route table as it is, and the associations of its subnets, present and wanted."""
    name = params["name"]
    table = the_one(named(client, "describe_route_tables", "RouteTables", name), "route tables", name)
    if table is None:
        return None
    others = with_subnets(client, params["subnet_ids"] or [])
    return Found(project(table), {"id": table["RouteTableId"], "associations": associations([*others, table])})


def main() -> None:
    run(
        ResourceModule("ec2", "route_table", PROPERTIES, find, present, absent),
        SPEC,
        required_if=[("state", "present", ("vpc_id",))],
    )


if __name__ == "__main__":
    main()
