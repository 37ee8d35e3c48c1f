"""EC2: peering connections say no more of the accepter than is known yet, and are found by filters.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcPeeringConnections.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcPeeringConnectionVpcInfo.html
https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html (lifecycle)
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.vpc_peering_connections import VPCPeeringConnection
from moto.ec2.responses.vpc_peering_connections import VPCPeeringConnections

from localcloud.cloud import Cloud
from localcloud.services.ec2_places import matches

_SIDES = {"accepter-vpc-info": "accepter_vpc_info", "requester-vpc-info": "requester_vpc_info"}
_FIELDS = {"cidr-block": "CidrBlock", "owner-id": "OwnerId", "vpc-id": "VpcId"}


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    connection: Any = VPCPeeringConnection
    connection.requester_vpc_info = property(_requester)
    connection.accepter_vpc_info = property(_accepter)
    responses: Any = VPCPeeringConnections
    responses.describe_vpc_peering_connections = _describe


def _side(vpc: Any, options: dict[str, bool]) -> dict[str, Any]:
    return {
        "OwnerId": vpc.owner_id,
        "Region": vpc.region,
        "VpcId": vpc.id,
        "CidrBlock": vpc.cidr_block,
        "CidrBlockSet": [{"CidrBlock": found["cidr_block"]} for found in vpc.get_cidr_block_association_set()],
        "PeeringOptions": options,
    }


def _requester(connection: Any) -> dict[str, Any]:
    side = _side(connection.vpc, connection.requester_options)
    return _reduced(side) if connection.status["Code"] == "deleted" else side


def _accepter(connection: Any) -> dict[str, Any]:
    side = _side(connection.peer_vpc, connection.accepter_options)
    return side if connection.status["Code"] in {"active", "provisioning"} else _reduced(side)


def _reduced(side: dict[str, Any]) -> dict[str, Any]:
    """What is said of a VPC whose owner has not agreed, or of a connection that is gone."""
    return {name: side[name] for name in ("OwnerId", "Region", "VpcId")}


def _describe(response: Any) -> ActionResult:
    backend = response.ec2_backend
    found = [
        backend.get_vpc_peering_connection(identifier)
        for identifier in response._get_param("VpcPeeringConnectionIds", [])
    ] or backend.describe_vpc_peering_connections()
    for name, values in response._filters_from_querystring().items():
        found = [connection for connection in found if _passes(connection, name, values)]
    return ActionResult({"VpcPeeringConnections": found})


def _passes(connection: Any, name: str, values: list[str]) -> bool:
    side, _, field = name.partition(".")
    if side in _SIDES and field in _FIELDS:
        return matches(values, str(getattr(connection, _SIDES[side]).get(_FIELDS[field], "")))
    if name == "status-code":
        return matches(values, connection.status["Code"])
    if name == "status-message":
        return matches(values, connection.status["Message"])
    if name == "vpc-peering-connection-id":
        return matches(values, connection.id)
    if name == "tag-key":
        return any(matches(values, tag["key"]) for tag in connection.get_tags())
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return any(matches(values, tag["value"]) for tag in connection.get_tags() if tag["key"] == key)
    raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")
