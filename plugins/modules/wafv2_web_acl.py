# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: wafv2_web_acl
short_description: Create, change or remove a web ACL
version_added: 0.1.0
description:
  - Brings a web ACL, and what it is associated with, to what is described. An option that is not given is left alone.
  - M(community.aws.wafv2_web_acl) knows no associations, and M(community.aws.wafv2_resources) only adds or removes one at a time.
options:
  name:
    description: Name of the web ACL.
    type: str
    required: true
  scope:
    description: What it judges; V(CLOUDFRONT) in the region us-east-1 only.
    type: str
    choices: [REGIONAL, CLOUDFRONT]
    required: true
  description:
    description: What it is for.
    type: str
  default_action:
    description: What is done with a request that no rule fits.
    type: str
    choices: [allow, block]
  rules:
    description: Rules as the API of WAF takes them.
    type: list
    elements: dict
  load_balancers:
    description: Names in O(arns), or ARNs, of the load balancers whose requests it judges; of others it lets go.
    type: list
    elements: str
  arns:
    description: ARN by name of load balancer.
    type: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Limit the rate of each address
  creator.platform.wafv2_web_acl:
    name: creator-dev-regional
    scope: REGIONAL
    default_action: allow
    rules:
      - Name: rate
        Priority: 0
        Statement: {RateBasedStatement: {Limit: 2000, AggregateKeyType: IP}}
        Action: {Block: {}}
        VisibilityConfig: {SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: rate}
"""

RETURN = r"""
web_acl:
  description: The web ACL after the run, its properties and its C(arn), C(id) and C(capacity); empty when there is none.
  returned: always
  type: dict
  sample: {capacity: 2, default_action: allow}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found
from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.api import find_web_acl
from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.web_acl import absent, present

PROPERTIES: dict[str, Any] = {
    "description": {"type": "str"},
    "default_action": {"type": "str", "choices": ["allow", "block"]},
    "rules": {"type": "list", "elements": "dict"},
    "load_balancers": {"type": "list", "elements": "str"},
    "tags": TAGS["tags"],
}
SPEC = {
    "name": {"type": "str", "required": True},
    "scope": {"type": "str", "choices": ["REGIONAL", "CLOUDFRONT"], "required": True},
    **PROPERTIES,
    "arns": {"type": "dict"},
    "purge_tags": TAGS["purge_tags"],
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The web ACL as it is."""
    found = find_web_acl(client, params["name"], params["scope"])
    return Found(*found) if found else None


def main() -> None:
    run(ResourceModule("wafv2", "web_acl", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
