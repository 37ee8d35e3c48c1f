# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: elbv2_load_balancer
short_description: Create, change or remove an application load balancer
version_added: 0.1.0
description:
  - Starts an application load balancer, or brings it to what is described, without waiting for it. An option that is not
    given is left alone.
  - M(amazon.aws.elb_application_lb) brings listeners with rules that it cannot make in the run that makes the load balancer.
    Here they are M(creator.platform.elbv2_listener).
options:
  name:
    description: Name, at most 32 letters, digits and hyphens.
    type: str
    required: true
  scheme:
    description: Whether it is reached from the internet. Cannot change.
    type: str
    choices: [internet-facing, internal]
  ip_address_type:
    description: The kinds of addresses it has.
    type: str
    choices: [ipv4, dualstack]
  subnets:
    description: Ids of its subnets, one in each of at least two zones.
    type: list
    elements: str
  security_groups:
    description: Ids of its security groups.
    type: list
    elements: str
  deletion_protection:
    description: Whether AWS refuses to remove it.
    type: bool
  idle_timeout:
    description: Seconds after which an idle connection is closed.
    type: int
  drop_invalid_headers:
    description: Whether headers with names that are none are dropped.
    type: bool
  desync_mitigation:
    description: What is done with requests that two servers could read differently.
    type: str
    choices: [monitor, defensive, strictest]
  http2:
    description: Whether clients may speak HTTP/2.
    type: bool
  waf_fail_open:
    description: Whether requests pass when the firewall does not answer.
    type: bool
  access_logs:
    description: Whether requests are logged to O(access_log_bucket).
    type: bool
  access_log_bucket:
    description: Bucket of the access logs; its policy must let the load balancer write.
    type: str
  access_log_prefix:
    description: Prefix of the access logs, without a slash at the end.
    type: str
  unprotect:
    description: Whether O(state=absent) takes the deletion protection away first.
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Start the load balancer
  creator.platform.elbv2_load_balancer:
    name: creator-dev
    subnets: [subnet-1, subnet-2]
    security_groups: [sg-1]
    drop_invalid_headers: true
"""

RETURN = r"""
load_balancer:
  description:
    - The load balancer after the run, its properties and its C(arn), C(dns_name), C(zone_id) and C(status).
    - Empty when there is none.
  returned: always
  type: dict
  sample: {dns_name: creator-dev-1.eu-west-1.elb.amazonaws.com, status: provisioning}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.api import (
    find_load_balancer,
    load_balancer_attributes,
    tags_of,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.load_balancer import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "scheme": {"type": "str", "choices": ["internet-facing", "internal"]},
    "ip_address_type": {"type": "str", "choices": ["ipv4", "dualstack"]},
    "subnets": {"type": "list", "elements": "str"},
    "security_groups": {"type": "list", "elements": "str"},
    "deletion_protection": {"type": "bool"},
    "idle_timeout": {"type": "int"},
    "drop_invalid_headers": {"type": "bool"},
    "desync_mitigation": {"type": "str", "choices": ["monitor", "defensive", "strictest"]},
    "http2": {"type": "bool"},
    "waf_fail_open": {"type": "bool"},
    "access_logs": {"type": "bool"},
    "access_log_bucket": {"type": "str"},
    "access_log_prefix": {"type": "str"},
    "tags": TAGS["tags"],
}
SPEC = {
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "purge_tags": TAGS["purge_tags"],
    "unprotect": {"type": "bool", "default": False},
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The load balancer as it is."""
    balancer = find_load_balancer(client, params["name"])
    if not balancer:
        return None
    arn = balancer["LoadBalancerArn"]
    properties = project(balancer, load_balancer_attributes(client, arn), tags_of(client, arn))
    facts = {
        "arn": arn,
        "dns_name": balancer["DNSName"],
        "zone_id": balancer["CanonicalHostedZoneId"],
        "status": balancer["State"]["Code"],
    }
    return Found(properties, facts)


def main() -> None:
    run(ResourceModule("elbv2", "load_balancer", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
