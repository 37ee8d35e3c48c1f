"""EC2: IPv6 blocks of subnets are checked against their VPC's, and subnets are found by all filters.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateSubnetCidrBlock.html
https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html#subnet-sizing-ipv6
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from moto.ec2.exceptions import (
    EC2ClientError,
    InvalidSubnetIdError,
    InvalidSubnetRangeError,
)
from moto.ec2.models import EC2Backend
from moto.ec2.models.subnets import Subnet

from localcloud.cloud import Cloud

_LENGTHS = range(44, 65, 4)


def install(cloud: Cloud) -> None:
    """Patch moto's EC2."""
    backend: Any = EC2Backend
    backend.associate_subnet_cidr_block = _associate(backend.associate_subnet_cidr_block)
    backend.create_subnet = _create(backend.create_subnet)
    backend.describe_subnets = _describe(backend.describe_subnets)
    subnet: Any = Subnet
    subnet.get_filter_value = _filter_value(subnet.get_filter_value)
    subnet.ipv6_cidr_block_association_set = property(_associations)


def _associations(subnet: Any) -> list[dict[str, Any]]:
    """Those that were taken away stay to be seen, as `disassociated`, until another takes their place."""
    return [
        {
            "AssociationId": one["associationId"],
            "Ipv6CidrBlock": one["ipv6CidrBlock"],
            "Ipv6CidrBlockState": {"State": one["ipv6CidrBlockState"]["State"]},
        }
        for one in subnet.ipv6_cidr_block_associations.values()
    ]


def _associated(subnet: Any) -> list[str]:
    associations = subnet.ipv6_cidr_block_associations.values()
    return [one["ipv6CidrBlock"] for one in associations if one["ipv6CidrBlockState"]["State"] == "associated"]


def _associate(plain: Callable[..., Any]) -> Callable[..., Any]:
    def associate_subnet_cidr_block(backend: Any, subnet_id: str, ipv6_cidr_block: str) -> Any:
        subnet = backend.get_subnet(subnet_id)
        if _associated(subnet):
            raise EC2ClientError(
                "SubnetCidrBlockLimitExceeded", f"The subnet {subnet.id} cannot have more than 1 IPv6 CIDR block."
            )
        check_block(backend, subnet.vpc_id, ipv6_cidr_block)
        subnet.ipv6_cidr_block_associations.clear()
        return plain(backend, subnet_id, ipv6_cidr_block)

    return associate_subnet_cidr_block


def _create(plain: Callable[..., Any]) -> Callable[..., Any]:
    def create_subnet(
        backend: Any, vpc_id: str, cidr_block: str, ipv6_cidr_block: str | None = None, *rest: Any, **named: Any
    ) -> Any:
        if ipv6_cidr_block:
            check_block(backend, vpc_id, ipv6_cidr_block)
        return plain(backend, vpc_id, cidr_block, ipv6_cidr_block, *rest, **named)

    return create_subnet


def check_block(backend: Any, vpc_id: str, text: str) -> None:
    """Whether a subnet of the VPC may have that IPv6 block: of the VPC's own, and no other subnet's."""
    try:
        block = ipaddress.IPv6Network(text)
    except ValueError as error:
        raise EC2ClientError(
            "InvalidParameterValue", f"Value ({text}) for parameter ipv6CidrBlock is invalid."
        ) from error
    of_vpc = [
        ipaddress.IPv6Network(found["cidr_block"])
        for found in backend.get_vpc(vpc_id).get_cidr_block_association_set(ipv6=True)
    ]
    if block.prefixlen not in _LENGTHS or not any(block.subnet_of(found) for found in of_vpc):
        raise InvalidSubnetRangeError(text)
    for other in backend.describe_subnets(filters={"vpc-id": [vpc_id]}):
        if any(block.overlaps(ipaddress.IPv6Network(found)) for found in _associated(other)):
            raise EC2ClientError("InvalidSubnet.Conflict", f"The IPv6 CIDR '{text}' conflicts with another subnet")


def _describe(plain: Callable[..., Any]) -> Callable[..., Any]:
    def describe_subnets(backend: Any, subnet_ids: list[str] | None = None, filters: Any | None = None) -> Any:
        if subnet_ids:
            known = {found.id for found in plain(backend)}
            for identifier in subnet_ids:
                if identifier not in known:
                    raise InvalidSubnetIdError(identifier)
        return plain(backend, subnet_ids, filters)

    return describe_subnets


def _filter_value(plain: Callable[..., Any]) -> Callable[..., Any]:
    def get_filter_value(subnet: Any, filter_name: str, method_name: str | None = None) -> Any:
        associations = subnet.ipv6_cidr_block_associations.values()
        found: dict[str, Callable[[], Any]] = {
            "ipv6-cidr-block-association.ipv6-cidr-block": lambda: [one["ipv6CidrBlock"] for one in associations],
            "ipv6-cidr-block-association.association-id": lambda: [one["associationId"] for one in associations],
            "ipv6-cidr-block-association.state": lambda: [one["ipv6CidrBlockState"]["State"] for one in associations],
            "available-ip-address-count": lambda: str(subnet.available_ip_addresses),
            "availability-zone-id": lambda: subnet.availability_zone_id,
            "owner-id": lambda: subnet.owner_id,
            "map-public-ip-on-launch": lambda: str(subnet.map_public_ip_on_launch).lower(),
            "ipv6-native": lambda: str(subnet.ipv6_native).lower(),
        }
        return found[filter_name]() if filter_name in found else plain(subnet, filter_name, method_name)

    return get_filter_value
