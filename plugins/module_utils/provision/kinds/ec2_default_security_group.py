# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The security group `default` that every VPC has and nobody can remove, by the name that is asked for.

What is started without a group of its own is in it, so it shall let nothing through.
https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.security_groups import rules_of
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import found, split_name, vpc_names

DEFAULT = "default"


def read(client: Any, scope: Scope) -> list[Resource]:
    """The default group of each VPC `<vpc>` for which `<vpc>-default` is asked. It goes with its VPC, so it is never surplus."""
    vpcs = vpc_names(client)
    groups = listing(client, "describe_security_groups", "SecurityGroups")
    by_id = {group["GroupId"]: group["GroupName"] for group in groups}
    resources = []
    for group in groups:
        vpc = vpcs.get(group.get("VpcId", ""), "")
        name = f"{vpc}-{DEFAULT}"
        if group["GroupName"] == DEFAULT and name in scope.names:
            properties = {
                "vpc": vpc,
                "ingress": rules_of(group, "IpPermissions", by_id),
                "egress": rules_of(group, "IpPermissionsEgress", by_id),
                "tags": split_name(group)[1],
            }
            resources.append(found("ec2_default_security_group", scope, name, group["GroupId"], properties))
    return resources


KIND = Kind(
    "ec2_default_security_group",
    "ec2",
    read,
    Rules(
        unordered=frozenset({"ingress", "egress"}),
        defaults={"ingress": [], "egress": []},
        tagged_later="a VPC brings it, without tags",
    ),
)
