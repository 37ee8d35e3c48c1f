# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_elastic_ip
short_description: Allocate, tag or release an elastic IP address
version_added: 0.1.0
description:
  - Keeps an elastic IP address for a VPC, found by its tag C(Name).
  - M(amazon.aws.ec2_eip) tags an address after it was allocated, so a run that is killed between the two leaves one that nobody
    owns and everybody pays for.
options:
  name:
    description: Name of the address.
    type: str
    required: true
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Allocate the address of a NAT gateway
  creator.platform.ec2_elastic_ip:
    name: creator-dev-nat-a
"""

RETURN = r"""
address:
  description: The address after the run, its tags, its C(id) (of the allocation) and C(public_ip); empty when there is none.
  returned: always
  type: dict
  sample: {id: eipalloc-1234, public_ip: 192.0.2.1, tags: {}}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.api import named, the_one
from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.elastic_ip import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {"tags": TAGS["tags"]}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The address as it is."""
    found = named(client, "describe_addresses", "Addresses", params["name"])
    address = the_one(found, "elastic IP addresses", params["name"])
    if address is None:
        return None
    return Found(project(address), {"id": address["AllocationId"], "public_ip": address["PublicIp"]})


def main() -> None:
    run(ResourceModule("ec2", "address", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
