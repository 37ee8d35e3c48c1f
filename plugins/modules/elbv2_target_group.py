# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: elbv2_target_group
short_description: Create, change or remove a target group
version_added: 0.1.0
description:
  - Brings a target group for HTTP to what is described. An option that is not given is left alone. Its targets are others' to
    register, as the load balancer controller of Kubernetes does.
  - M(amazon.aws.elb_target_group) has no check mode.
options:
  name:
    description: Name, at most 32 letters, digits and hyphens.
    type: str
    required: true
  protocol:
    description: Protocol of the targets. Cannot change.
    type: str
    choices: [HTTP, HTTPS]
  protocol_version:
    description: Version of the protocol. Cannot change.
    type: str
    choices: [HTTP1, HTTP2, GRPC]
  port:
    description: Port of targets that are registered without one. Cannot change.
    type: int
  vpc:
    description: Id of the VPC. Cannot change.
    type: str
  target_type:
    description: What targets are. V(ip) when a new group is not told. Cannot change.
    type: str
    choices: [ip, instance]
  health_check_protocol:
    description: Protocol of the health check.
    type: str
    choices: [HTTP, HTTPS]
  health_check_port:
    description: Port of the health check, or V(traffic-port).
    type: str
  health_check_path:
    description: Path of the health check.
    type: str
  health_check_interval:
    description: Seconds between two checks.
    type: int
  health_check_timeout:
    description: Seconds after which a check has failed.
    type: int
  healthy_threshold:
    description: Checks in a row after which a target is healthy.
    type: int
  unhealthy_threshold:
    description: Checks in a row after which it is not.
    type: int
  health_check_codes:
    description: Status codes of a healthy answer, such as V(200-299).
    type: str
  deregistration_delay:
    description: Seconds that a leaving target has to end its requests.
    type: int
  slow_start:
    description: Seconds over which a new target gets its share; 0 for at once, else 30 to 900.
    type: int
  algorithm:
    description: How the next target is chosen.
    type: str
    choices: [round_robin, least_outstanding_requests, weighted_random]
  stickiness:
    description: Whether a client stays with its target.
    type: bool
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Make the target group of the api
  creator.platform.elbv2_target_group:
    name: creator-dev-api
    protocol: HTTP
    port: 8080
    vpc: vpc-1
    health_check_path: /healthz
    deregistration_delay: 30
"""

RETURN = r"""
target_group:
  description: The target group after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {port: 8080, protocol: HTTP}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.api import (
    find_target_group,
    tags_of,
    target_group_attributes,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.target_group import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "protocol": {"type": "str", "choices": ["HTTP", "HTTPS"]},
    "protocol_version": {"type": "str", "choices": ["HTTP1", "HTTP2", "GRPC"]},
    "port": {"type": "int"},
    "vpc": {"type": "str"},
    "target_type": {"type": "str", "choices": ["ip", "instance"]},
    "health_check_protocol": {"type": "str", "choices": ["HTTP", "HTTPS"]},
    "health_check_port": {"type": "str"},
    "health_check_path": {"type": "str"},
    "health_check_interval": {"type": "int"},
    "health_check_timeout": {"type": "int"},
    "healthy_threshold": {"type": "int"},
    "unhealthy_threshold": {"type": "int"},
    "health_check_codes": {"type": "str"},
    "deregistration_delay": {"type": "int"},
    "slow_start": {"type": "int"},
    "algorithm": {"type": "str", "choices": ["round_robin", "least_outstanding_requests", "weighted_random"]},
    "stickiness": {"type": "bool"},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The target group as it is."""
    group = find_target_group(client, params["name"])
    if not group:
        return None
    arn = group["TargetGroupArn"]
    return Found(project(group, target_group_attributes(client, arn), tags_of(client, arn)), {"arn": arn})


def main() -> None:
    run(ResourceModule("elbv2", "target_group", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
