# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: elbv2_listener
short_description: Create, change or remove a listener of a load balancer with its rules
version_added: 0.1.0
description:
  - Brings a listener and its rules to what is described. An option that is not given is left alone.
  - A rule is known by its priority. Rules whose priority is not in O(rules) are removed.
options:
  load_balancer:
    description: ARN of the load balancer.
    type: str
    required: true
  port:
    description: Port of the listener.
    type: int
    required: true
  protocol:
    description: Protocol of the clients.
    type: str
    choices: [HTTP, HTTPS]
  ssl_policy:
    description: Name of the policy of TLS versions and ciphers.
    type: str
  certificate:
    description: Name in O(arns), or ARN, of the certificate of an HTTPS listener. It must be issued.
    type: str
  default_action:
    description:
      - What is done when no rule fits. C(type) is V(forward) with C(target_group), a name in O(arns);
        V(redirect) with C(protocol), C(port), C(host), C(path), C(query) and C(status);
        or V(fixed-response) with C(status), C(content_type) and C(body).
    type: dict
  rules:
    description: Each with C(priority), any of C(hosts), C(paths) and C(headers), all of which must fit, and C(action).
    type: list
    elements: dict
  arns:
    description: ARN by name, of each target group and certificate that is named.
    type: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Send everybody to HTTPS
  creator.platform.elbv2_listener:
    load_balancer: "{{ load_balancer.arn }}"
    port: 80
    protocol: HTTP
    default_action: {type: redirect, protocol: HTTPS, port: "443", status: HTTP_301}
"""

RETURN = r"""
listener:
  description: The listener after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {protocol: HTTP, rules: []}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.api import find_listener, rules_of, tags_of
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.listener import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "protocol": {"type": "str", "choices": ["HTTP", "HTTPS"]},
    "ssl_policy": {"type": "str"},
    "certificate": {"type": "str"},
    "default_action": {"type": "dict"},
    "rules": {"type": "list", "elements": "dict"},
    "tags": TAGS["tags"],
}
SPEC = {
    "load_balancer": {"type": "str", "required": True},
    "port": {"type": "int", "required": True},
    **PROPERTIES,
    "arns": {"type": "dict"},
    "purge_tags": TAGS["purge_tags"],
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The listener as it is."""
    listener = find_listener(client, params["load_balancer"], params["port"])
    if not listener:
        return None
    arn = listener["ListenerArn"]
    rules = rules_of(client, arn)
    names = {value: name for name, value in (params["arns"] or {}).items()}
    facts = {"arn": arn, "rules": {rule["Priority"]: rule["RuleArn"] for rule in rules}}
    return Found(project(listener, rules, tags_of(client, arn), names), facts)


def main() -> None:
    run(ResourceModule("elbv2", "listener", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
