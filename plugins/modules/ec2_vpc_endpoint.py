# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_vpc_endpoint
short_description: Create, change or remove a VPC endpoint
version_added: 0.1.0
description:
  - Keeps a gateway or interface endpoint, found by its tag C(Name). An option that is not given is left alone.
  - M(amazon.aws.ec2_vpc_endpoint) changes nothing of an endpoint but its tags, and knows no private DNS.
options:
  name:
    description: Name of the endpoint.
    type: str
    required: true
  vpc_id:
    description: Id of the VPC. Cannot change. Required with O(state=present).
    type: str
  service:
    description: Full name of the service, such as C(com.amazonaws.eu-west-1.s3). Cannot change. Required with O(state=present).
    type: str
  type:
    description: Kind of the endpoint. Cannot change. Required with O(state=present).
    type: str
    choices: [Gateway, Interface]
  route_table_ids:
    description: Route tables that get a route to a gateway endpoint.
    type: list
    elements: str
  subnet_ids:
    description: Subnets that an interface endpoint has an address in, at most one in each zone.
    type: list
    elements: str
  security_group_ids:
    description: Security groups of an interface endpoint.
    type: list
    elements: str
  private_dns:
    description: Whether the service's own name leads to the interface endpoint.
    type: bool
  policy:
    description: What may be done through the endpoint.
    type: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Reach buckets without a NAT gateway
  creator.platform.ec2_vpc_endpoint:
    name: creator-dev-s3
    vpc_id: vpc-1234
    service: com.amazonaws.eu-west-1.s3
    type: Gateway
    route_table_ids: [rtb-1234]
"""

RETURN = r"""
endpoint:
  description: The endpoint after the run, its properties and its C(id); empty when there is none.
  returned: always
  type: dict
  sample: {id: vpce-1234, state: available}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.api import named, the_one
from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.vpc_endpoint import (
    GONE,
    absent,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "vpc_id": {"type": "str"},
    "service": {"type": "str"},
    "type": {"type": "str", "choices": ["Gateway", "Interface"]},
    "route_table_ids": {"type": "list", "elements": "str"},
    "subnet_ids": {"type": "list", "elements": "str"},
    "security_group_ids": {"type": "list", "elements": "str"},
    "private_dns": {"type": "bool"},
    "policy": {"type": "dict"},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The endpoint as it is."""
    listed = named(client, "describe_vpc_endpoints", "VpcEndpoints", params["name"])
    living = [endpoint for endpoint in listed if endpoint["State"].lower() not in GONE]
    endpoint = the_one(living, "VPC endpoints", params["name"])
    return Found(project(endpoint), {"id": endpoint["VpcEndpointId"]}) if endpoint else None


def main() -> None:
    run(
        ResourceModule("ec2", "endpoint", PROPERTIES, find, present, absent),
        SPEC,
        required_if=[("state", "present", ("vpc_id", "service", "type"))],
    )


if __name__ == "__main__":
    main()
