# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subnets, by their tag Name. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import found, ours, vpc_names


def read(client: Any, scope: Scope) -> list[Resource]:
    """Subnets with the name of their VPC and their zone's name."""
    vpcs = vpc_names(client)
    return [
        found(
            "ec2_subnet",
            scope,
            name,
            subnet["SubnetId"],
            {
                "vpc": vpcs.get(subnet["VpcId"], subnet["VpcId"]),
                "cidr": subnet["CidrBlock"],
                "zone": subnet["AvailabilityZone"],
                "public_ip_on_launch": bool(subnet.get("MapPublicIpOnLaunch")),
                "tags": tags,
            },
            vpc_id=subnet["VpcId"],
            cidr=subnet["CidrBlock"],
        )
        for name, tags, subnet in ours(listing(client, "describe_subnets", "Subnets"), scope)
    ]


KIND = Kind(
    "ec2_subnet",
    "ec2",
    read,
    Rules(immutable=frozenset({"vpc", "cidr", "zone"}), defaults={"public_ip_on_launch": False}),
)
