# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal of what makes up a network, by the ids that EC2 gave.

https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.api import filtered
from ansible_collections.creator.platform.plugins.module_utils.aws.logs.api import find_group
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.model import Removal, Resource
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call

#: States in which EC2 still lists what is gone, or will be without being asked again.
ENDING = frozenset({"deleted", "deleting"})
#: Values that one filter takes. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html
FILTER_VALUES = 200


@AWSErrorHandler.common_error_handler("list what is to be removed")
@AWSRetry.jittered_backoff()
def _listed(client: Any, operation: str, key: str, wanted: Mapping[str, list[str]]) -> Any:
    return filtered(client, operation, key, wanted)


def _by_id(operation: str, key: str, identifying: str, identifier: str) -> Callable[..., dict[str, Any]]:
    """A `find` that asks for all ids at once: a filter, unlike a list of ids, takes those that are gone."""

    def find(client: Any, resources: Sequence[Resource]) -> dict[str, Any]:
        names = {resource.facts["id"]: resource.name for resource in resources}
        return {
            names[item[identifier]]: item
            for values in _chunks(sorted(names))
            for item in _listed(client, operation, key, {identifying: values})
            if str(item.get("State", "")).lower() not in ENDING
        }

    return find


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), FILTER_VALUES):
        yield values[start : start + FILTER_VALUES]


_lists = _by_id("describe_network_acls", "NetworkAcls", "network-acl-id", "NetworkAclId")


def _find_lists(client: Any, resources: Sequence[Resource]) -> dict[str, Any]:
    """Network ACLs, each with the id of its VPC's default one where it has subnets, which need another."""
    found = _lists(client, resources)
    places = sorted({item["VpcId"] for item in found.values() if item["Associations"]})
    if not places:
        return found
    wanted = {"vpc-id": places, "default": ["true"]}
    defaults = {
        item["VpcId"]: item["NetworkAclId"] for item in _listed(client, "describe_network_acls", "NetworkAcls", wanted)
    }
    return {name: {**item, "default": defaults.get(item["VpcId"])} for name, item in found.items()}


def _remove_list(found: Mapping[str, Any]) -> list[Call]:
    calls: list[Call] = [
        (
            "replace_network_acl_association",
            {"AssociationId": row["NetworkAclAssociationId"], "NetworkAclId": found["default"]},
        )
        for row in found["Associations"]
    ]
    return [*calls, ("delete_network_acl", {"NetworkAclId": found["NetworkAclId"]})]


def _remove_table(found: Mapping[str, Any]) -> list[Call]:
    """Its subnets go back to the VPC's main table."""
    calls: list[Call] = [
        ("disassociate_route_table", {"AssociationId": row["RouteTableAssociationId"]})
        for row in found.get("Associations", [])
        if not row.get("Main")
    ]
    return [*calls, ("delete_route_table", {"RouteTableId": found["RouteTableId"]})]


def _remove_gateway(found: Mapping[str, Any]) -> list[Call]:
    identifier = found["InternetGatewayId"]
    calls: list[Call] = [
        ("detach_internet_gateway", {"InternetGatewayId": identifier, "VpcId": row["VpcId"]})
        for row in found.get("Attachments", [])
    ]
    return [*calls, ("delete_internet_gateway", {"InternetGatewayId": identifier})]


def _one(method: str, parameter: str, *, several: bool = False) -> Callable[[Mapping[str, Any]], list[Call]]:
    """`calls` of a kind that one call removes. several: the call takes a list of ids."""
    key = parameter.removesuffix("s") if several else parameter

    def calls(found: Mapping[str, Any]) -> list[Call]:
        return [(method, {parameter: [found[key]] if several else found[key]})]

    return calls


def _forget(found: Mapping[str, Any]) -> list[Call]:
    """Take all rules of a security group: while one group names another, EC2 keeps that one."""
    identifier = found["GroupId"]
    return [
        (f"revoke_security_group_{direction}", {"GroupId": identifier, "IpPermissions": found[key]})
        for direction, key in (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress"))
        if found.get(key)
    ]


def _find_groups(client: Any, resources: Sequence[Resource]) -> dict[str, Any]:
    return {resource.name: resource.name for resource in resources if find_group(client, resource.name)}


def _remove_group(name: str) -> list[Call]:
    return [("delete_log_group", {"logGroupName": name})]


NETWORK = {
    "ec2_flow_log": Removal(
        "ec2",
        "id",
        _by_id("describe_flow_logs", "FlowLogs", "flow-log-id", "FlowLogId"),
        _one("delete_flow_logs", "FlowLogIds", several=True),
    ),
    # After what writes into it, or that would make it again.
    "logs_group": Removal("logs", "", _find_groups, _remove_group),
    "ec2_vpc_endpoint": Removal(
        "ec2",
        "id",
        _by_id("describe_vpc_endpoints", "VpcEndpoints", "vpc-endpoint-id", "VpcEndpointId"),
        _one("delete_vpc_endpoints", "VpcEndpointIds", several=True),
    ),
    "ec2_nat_gateway": Removal(
        "ec2",
        "id",
        _by_id("describe_nat_gateways", "NatGateways", "nat-gateway-id", "NatGatewayId"),
        _one("delete_nat_gateway", "NatGatewayId"),
    ),
    "ec2_elastic_ip": Removal(
        "ec2",
        "id",
        _by_id("describe_addresses", "Addresses", "allocation-id", "AllocationId"),
        _one("release_address", "AllocationId"),
    ),
    "ec2_security_group": Removal(
        "ec2",
        "id",
        _by_id("describe_security_groups", "SecurityGroups", "group-id", "GroupId"),
        _one("delete_security_group", "GroupId"),
        _forget,
    ),
    # Before what they are associated with, which then has no associations to undo.
    "ec2_subnet": Removal(
        "ec2",
        "id",
        _by_id("describe_subnets", "Subnets", "subnet-id", "SubnetId"),
        _one("delete_subnet", "SubnetId"),
    ),
    "ec2_route_table": Removal(
        "ec2", "id", _by_id("describe_route_tables", "RouteTables", "route-table-id", "RouteTableId"), _remove_table
    ),
    "ec2_network_acl": Removal("ec2", "id", _find_lists, _remove_list),
    "ec2_internet_gateway": Removal(
        "ec2",
        "id",
        _by_id("describe_internet_gateways", "InternetGateways", "internet-gateway-id", "InternetGatewayId"),
        _remove_gateway,
    ),
    "ec2_vpc": Removal("ec2", "id", _by_id("describe_vpcs", "Vpcs", "vpc-id", "VpcId"), _one("delete_vpc", "VpcId")),
}
