# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security groups, by their group name.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroup.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.security_groups import rules_of
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import found, split_name, vpc_names

#: What AWS puts into a new group, and what every group of ours that names no egress keeps.
OPEN_EGRESS = [{"protocol": "all", "peer": "0.0.0.0/0"}]


def read(client: Any, scope: Scope) -> list[Resource]:
    """Groups with a rule for each peer: {protocol, from_port?, to_port?, peer, description?}.

    `peer` is a CIDR, a prefix list id, or `group:<name>`, with the group's own name for itself.
    """
    vpcs = vpc_names(client)
    groups = listing(client, "describe_security_groups", "SecurityGroups")
    by_id = {group["GroupId"]: group["GroupName"] for group in groups}
    resources = []
    for group in groups:
        _name, tags = split_name(group)
        if group["GroupName"] == "default":
            continue  # what AWS puts into every VPC is a kind of its own
        if group["GroupName"] not in scope.names and not is_ours(tags, scope):
            continue
        properties = {
            "vpc": vpcs.get(group.get("VpcId", ""), group.get("VpcId", "")),
            "description": group["Description"],
            "ingress": rules_of(group, "IpPermissions", by_id),
            "egress": rules_of(group, "IpPermissionsEgress", by_id),
            "tags": tags,
        }
        facts = {"vpc_id": group.get("VpcId", "")}
        resources.append(found("ec2_security_group", scope, group["GroupName"], group["GroupId"], properties, **facts))
    return resources


KIND = Kind(
    "ec2_security_group",
    "ec2",
    read,
    Rules(
        unordered=frozenset({"ingress", "egress"}),
        immutable=frozenset({"vpc", "description"}),
        defaults={"ingress": [], "egress": OPEN_EGRESS},
    ),
)
