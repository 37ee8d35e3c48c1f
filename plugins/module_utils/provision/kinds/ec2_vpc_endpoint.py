# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPC endpoints, by their tag Name. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.vpc_endpoint import GONE, project
from ansible_collections.creator.platform.plugins.module_utils.aws.policy import canonical
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.naming import (
    found,
    names,
    ours,
    subnet_names,
    vpc_names,
)


def read(client: Any, scope: Scope) -> list[Resource]:
    """Endpoints that exist, with their VPC, subnets, route tables and security groups by name."""
    vpcs, subnets = vpc_names(client), subnet_names(client)
    tables = names(listing(client, "describe_route_tables", "RouteTables"), "RouteTableId")
    groups = {row["GroupId"]: row["GroupName"] for row in listing(client, "describe_security_groups", "SecurityGroups")}
    resources = []
    for name, _tags, endpoint in ours(listing(client, "describe_vpc_endpoints", "VpcEndpoints"), scope):
        if endpoint["State"].lower() in GONE:
            continue
        properties = project(endpoint)
        properties |= {
            "vpc": _named([properties.pop("vpc_id")], vpcs)[0],
            "route_tables": _named(properties.pop("route_table_ids"), tables),
            "subnets": _named(properties.pop("subnet_ids"), subnets),
            "security_groups": _named(properties.pop("security_group_ids"), groups),
        }
        resources.append(found("ec2_vpc_endpoint", scope, name, endpoint["VpcEndpointId"], properties))
    return resources


def _named(identifiers: list[str], names_by_id: Mapping[str, str]) -> list[str]:
    return sorted(names_by_id.get(identifier, identifier) for identifier in identifiers)


def normalize(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """The policy in canonical form."""
    return {**properties, "policy": canonical(properties["policy"])} if "policy" in properties else properties


KIND = Kind(
    "ec2_vpc_endpoint",
    "ec2",
    read,
    Rules(
        unordered=frozenset({"route_tables", "subnets", "security_groups"}),
        immutable=frozenset({"vpc", "service", "type"}),
        defaults={"route_tables": [], "subnets": [], "security_groups": [], "private_dns": False, "state": "available"},
        normalize=normalize,
    ),
)
