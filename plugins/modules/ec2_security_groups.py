# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_security_groups
short_description: Create, change or remove security groups of a VPC that refer to each other
version_added: 0.1.0
description:
  - Keeps several security groups of one VPC at once, by their names, with all their rules and tags. Groups of the VPC that are
    not given are left alone.
  - Rules name other groups by name, also in circles, so all groups are created before the first rule is set.
  - A new rule is set before an old one is taken away, and a rule whose description alone changes stays in force.
  - M(amazon.aws.ec2_security_group) keeps one group, needs the ids of others and sleeps three seconds after each creation.
options:
  vpc_id:
    description: Id of the VPC.
    type: str
    required: true
  groups:
    description: The groups. With O(state=absent) only their names count.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the group. V(default) is the one that AWS puts into every VPC, which can be changed and not removed.
        type: str
        required: true
      description:
        description: Description of the group. Cannot change.
        type: str
        default: ""
      ingress:
        description:
          - All rules, in no order. Each has V(protocol) (V(tcp), V(udp), V(icmp) or V(all)), with other protocols than V(all)
            V(from_port) and V(to_port), a V(peer) and, if there is one, a V(description).
          - A peer is a CIDR, the id of a prefix list, or V(group:) with the name of a group.
        type: list
        elements: dict
        default: []
      egress:
        description: All rules, as in O(groups[].ingress).
        type: list
        elements: dict
        default: []
      tags:
        description: All tags but C(Name), which a group gets when it is created.
        type: dict
        default: {}
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Let nodes reach the database
  creator.platform.ec2_security_groups:
    vpc_id: vpc-1234
    groups:
      - name: creator-dev-nodes
        description: Nodes of the cluster
        egress:
          - {protocol: tcp, from_port: 5432, to_port: 5432, peer: "group:creator-dev-database"}
      - name: creator-dev-database
        description: The database
        ingress:
          - {protocol: tcp, from_port: 5432, to_port: 5432, peer: "group:creator-dev-nodes", description: PostgreSQL}
"""

RETURN = r"""
ids:
  description: The ids of the groups that exist after the run, by name.
  returned: success
  type: dict
  sample: {creator-dev-nodes: sg-1234, creator-dev-database: sg-5678}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.security_groups import (
    changes,
    check,
    creations,
    difference,
    project,
    removals,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import STATE, guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

RULES: dict[str, Any] = {"type": "list", "elements": "dict", "default": []}
GROUP: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str", "default": ""},
    "ingress": RULES,
    "egress": RULES,
    "tags": {"type": "dict", "default": {}},
}
SPEC: dict[str, Any] = {
    "vpc_id": {"type": "str", "required": True},
    "groups": {"type": "list", "elements": "dict", "required": True, "options": GROUP},
    **STATE,
}


@AWSErrorHandler.common_error_handler("list the security groups of the VPC")
@AWSRetry.jittered_backoff()
def find(client: Any, vpc: str) -> Any:
    """The groups of a VPC by name: `project`."""
    wanted = [{"Name": "vpc-id", "Values": [vpc]}]
    pages = client.get_paginator("describe_security_groups").paginate(Filters=wanted)
    return project([row for page in pages for row in page["SecurityGroups"]])


@AWSErrorHandler.common_error_handler("wait for new security groups")
@AWSRetry.jittered_backoff()
def settle(client: Any, ids: list[str]) -> None:
    """Return once EC2 knows new groups everywhere: it may deny for a moment that there are any."""
    client.get_waiter("security_group_exists").wait(GroupIds=ids)


def keep(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Bring the groups to what is described; the module's answer. Raises ChangeError before the first change."""
    vpc, wanted = module.params["vpc_id"], module.params["groups"]
    found = find(client, vpc)
    check(wanted, found)
    told = difference(wanted, found)
    if told["after"] and not module.check_mode:
        made = perform(client, creations(vpc, wanted, found))
        if made:
            settle(client, [answer["GroupId"] for answer in made])
            found = find(client, vpc)
        perform(client, changes(wanted, found))
    ids = {group["name"]: found[group["name"]]["id"] for group in wanted if group["name"] in found}
    return {"changed": bool(told["after"]), "diff": told, "ids": ids}


def remove(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Remove the groups that exist; the module's answer."""
    names = [group["name"] for group in module.params["groups"]]
    found = find(client, module.params["vpc_id"])
    calls = removals(names, found)
    if not module.check_mode:
        perform(client, calls)
    return {
        "changed": bool(calls),
        "diff": {"before": {n: found[n] for n in names if n in found}, "after": {}},
        "ids": {},
    }


def main() -> None:
    """Run the module."""
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    act = keep if module.params["state"] == "present" else remove
    guarded(module, lambda: module.exit_json(**act(module, module.client("ec2"))))


if __name__ == "__main__":
    main()
