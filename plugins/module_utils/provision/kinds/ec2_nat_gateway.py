# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NAT gateways, by their tag Name. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import found, names, ours, subnet_names

#: AWS shows a deleted or failed gateway for about an hour: it is gone for the plan.
GONE = frozenset({"deleting", "deleted", "failed"})


def read(client: Any, scope: Scope) -> list[Resource]:
    """NAT gateways that exist, with the names of their subnet and elastic IP address, and their state."""
    subnets = subnet_names(client)
    allocations = names(listing(client, "describe_addresses", "Addresses"), "AllocationId")
    resources = []
    for name, tags, gateway in ours(listing(client, "describe_nat_gateways", "NatGateways"), scope):
        if gateway["State"] in GONE:
            continue
        addresses = gateway.get("NatGatewayAddresses", [])
        allocated = [row["AllocationId"] for row in addresses if row.get("AllocationId")]
        properties = {
            "subnet": subnets.get(gateway["SubnetId"], gateway["SubnetId"]),
            "connectivity": gateway.get("ConnectivityType", "public"),
            "address": allocations.get(allocated[0], allocated[0]) if allocated else "",
            "state": gateway["State"],
            "tags": tags,
        }
        resources.append(
            found(
                "ec2_nat_gateway",
                scope,
                name,
                gateway["NatGatewayId"],
                properties,
                status=gateway["State"],
                public_ips=[address["PublicIp"] for address in addresses if address.get("PublicIp")],
            )
        )
    return resources


KIND = Kind(
    "ec2_nat_gateway",
    "ec2",
    read,
    Rules(
        immutable=frozenset({"subnet", "connectivity", "address"}),
        defaults={"connectivity": "public", "state": "available"},
    ),
)
