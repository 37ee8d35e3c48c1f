# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route tables, by their tag Name. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RouteTable.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import (
    found,
    names,
    ours,
    subnet_names,
    vpc_names,
)

TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
)


def read(client: Any, scope: Scope) -> list[Resource]:
    """Route tables with their subnets and routes by name; the local route and those of gateway endpoints are AWS's own."""
    vpcs, subnets = vpc_names(client), subnet_names(client)
    targets = names(listing(client, "describe_internet_gateways", "InternetGateways"), "InternetGatewayId")
    targets |= names(listing(client, "describe_nat_gateways", "NatGateways"), "NatGatewayId")
    resources = []
    for name, tags, table in ours(listing(client, "describe_route_tables", "RouteTables"), scope):
        associated = [row["SubnetId"] for row in table.get("Associations", []) if row.get("SubnetId")]
        properties = {
            "vpc": vpcs.get(table["VpcId"], table["VpcId"]),
            "subnets": sorted(subnets.get(subnet, subnet) for subnet in associated),
            "routes": [route for route in (_route(row, targets) for row in table.get("Routes", [])) if route],
            "tags": tags,
        }
        resources.append(found("ec2_route_table", scope, name, table["RouteTableId"], properties))
    return resources


def _route(row: Mapping[str, Any], targets: Mapping[str, str]) -> dict[str, str] | None:
    destination = row.get("DestinationCidrBlock") or row.get("DestinationIpv6CidrBlock")
    target = next((row[key] for key in TARGETS if row.get(key)), "")
    if not destination or target == "local":
        return None
    if row.get("State") == "blackhole":
        return {"destination": destination, "target": f"{target} (gone)"}
    return {"destination": destination, "target": targets.get(target, target)}


KIND = Kind(
    "ec2_route_table",
    "ec2",
    read,
    Rules(
        unordered=frozenset({"subnets", "routes"}), immutable=frozenset({"vpc"}), defaults={"routes": [], "subnets": []}
    ),
)
