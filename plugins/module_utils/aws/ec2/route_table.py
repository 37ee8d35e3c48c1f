# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A route table by its tag Name: its routes and its subnets. Standard library only.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RouteTable.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.answers import Answered
from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.tagging import specification, split, tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Found,
    Steps,
    with_tags,
)

RESOURCE = "route-table"
#: What a target's id begins with, and the parameter that takes it.
TARGETS = {
    "igw-": "GatewayId",
    "nat-": "NatGatewayId",
    "tgw-": "TransitGatewayId",
    "pcx-": "VpcPeeringConnectionId",
    "eni-": "NetworkInterfaceId",
}


def project(table: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a RouteTable. routes: target by destination, without those that AWS keeps (local, gateway endpoints)."""
    routes = {}
    for row in table.get("Routes", []):
        target = next((row[parameter] for parameter in TARGETS.values() if row.get(parameter)), "")
        destination = row.get("DestinationCidrBlock") or row.get("DestinationIpv6CidrBlock")
        if destination and target != "local" and not target.startswith("vpce-"):
            routes[destination] = target
    return {
        "vpc_id": table["VpcId"],
        "routes": routes,
        "subnet_ids": sorted(row["SubnetId"] for row in table.get("Associations", []) if row.get("SubnetId")),
        "tags": split(table)[1],
    }


def associations(tables: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Association id by subnet, of all tables: a subnet that has one is moved, not added."""
    rows = [row for table in tables for row in table.get("Associations", []) if row.get("SubnetId")]
    return {row["SubnetId"]: row["RouteTableAssociationId"] for row in rows}


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the described table; what is not given is left alone.

    Raises ChangeError for another VPC, and for a target whose kind is unknown.
    """
    name = params["name"]
    if found is None:
        table = Answered(("RouteTable", "RouteTableId"))
        tags = specification(RESOURCE, name, desired.get("tags"))
        calls: list[Call] = [("create_route_table", {"VpcId": desired["vpc_id"], "TagSpecifications": tags})]
        calls += _routes(table, {}, desired.get("routes", {}))
        return Steps(calls + _subnets(table, [], desired.get("subnet_ids", []), {}), {}, dict(desired))
    have, identifier = found.properties, found.facts["id"]
    if desired.get("vpc_id", have["vpc_id"]) != have["vpc_id"]:
        raise ChangeError(
            f"route table {name} ({identifier}) is of {have['vpc_id']}, and none can move: remove it first"
        )
    after = {**have, **desired, "tags": with_tags(have["tags"], desired.get("tags"), params["purge_tags"])}
    calls = _routes(identifier, have["routes"], after["routes"])
    calls += _subnets(identifier, have["subnet_ids"], after["subnet_ids"], found.facts["associations"])
    calls += tag_calls(identifier, have["tags"], desired.get("tags"), params["purge_tags"])
    return Steps(calls, have, {**after, "subnet_ids": sorted(after["subnet_ids"])})


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Take its subnets back to the VPC's main table, and remove it."""
    del params
    identifier = found.facts["id"]
    calls = _subnets(identifier, found.properties["subnet_ids"], [], found.facts["associations"])
    return Steps([*calls, ("delete_route_table", {"RouteTableId": identifier})], found.properties, {})


def _routes(table: str | Answered, have: Mapping[str, str], wanted: Mapping[str, str]) -> list[Call]:
    calls: list[Call] = [
        ("delete_route", {"RouteTableId": table, **_destination(cidr)}) for cidr in sorted(have.keys() - wanted.keys())
    ]
    for cidr, target in sorted(wanted.items()):
        if have.get(cidr) != target:
            method = "replace_route" if cidr in have else "create_route"
            calls.append((method, {"RouteTableId": table, **_destination(cidr), **_target(target)}))
    return calls


def _subnets(table: str | Answered, have: Iterable[str], wanted: Iterable[str], held: Mapping[str, str]) -> list[Call]:
    calls: list[Call] = [
        ("disassociate_route_table", {"AssociationId": held[subnet]}) for subnet in sorted(set(have) - set(wanted))
    ]
    for subnet in sorted(set(wanted) - set(have)):
        if subnet in held:
            request: dict[str, Any] = {"AssociationId": held[subnet], "RouteTableId": table}
            calls.append(("replace_route_table_association", request))
        else:
            calls.append(("associate_route_table", {"SubnetId": subnet, "RouteTableId": table}))
    return calls


def _destination(cidr: str) -> dict[str, str]:
    return {"DestinationIpv6CidrBlock" if ":" in cidr else "DestinationCidrBlock": cidr}


def _target(target: str) -> dict[str, str]:
    for prefix, parameter in TARGETS.items():
        if target.startswith(prefix):
            return {parameter: target}
    raise ChangeError(f"{target!r} is no target of a route: give an id that begins with {', '.join(TARGETS)}")
