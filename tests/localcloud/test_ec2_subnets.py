"""EC2's IPv6 blocks and filters of subnets, and peering connections.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateSubnetCidrBlock.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcPeeringConnections.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest


def refused(call: Callable[..., Any], code: str, **arguments: Any) -> None:
    """A call that is refused with that code."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code


def made_subnets(client: Any, count: int = 2) -> tuple[str, str, list[str]]:
    """A VPC with an IPv6 block, that block without its length, and subnets."""
    vpc = client.create_vpc(CidrBlock="10.8.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    assert block.endswith("00::/56")
    subnets = [
        client.create_subnet(VpcId=vpc["VpcId"], CidrBlock=f"10.8.{number}.0/24")["Subnet"]["SubnetId"]
        for number in range(count)
    ]
    return vpc["VpcId"], block.removesuffix("00::/56"), subnets


def test_ipv6_block_of_subnet(cloud: Any) -> None:
    """One block of the VPC's that no other subnet has; it goes when it is disassociated."""
    client = cloud.client("ec2")
    _, block, (first, second) = made_subnets(client)
    associate = client.associate_subnet_cidr_block
    refused(associate, "InvalidSubnet.Range", SubnetId=first, Ipv6CidrBlock="2001:db8::/64")
    refused(associate, "InvalidSubnet.Range", SubnetId=first, Ipv6CidrBlock=f"{block}00::/66")
    made = associate(SubnetId=first, Ipv6CidrBlock=f"{block}01::/64")["Ipv6CidrBlockAssociation"]
    refused(associate, "SubnetCidrBlockLimitExceeded", SubnetId=first, Ipv6CidrBlock=f"{block}02::/64")
    refused(associate, "InvalidSubnet.Conflict", SubnetId=second, Ipv6CidrBlock=f"{block}01::/64")
    found = client.describe_subnets(
        Filters=[
            {"Name": "ipv6-cidr-block-association.ipv6-cidr-block", "Values": [f"{block}01::/64"]},
            {"Name": "ipv6-cidr-block-association.state", "Values": ["associated"]},
        ]
    )["Subnets"]
    assert [subnet["SubnetId"] for subnet in found] == [first]
    assert found[0]["Ipv6CidrBlockAssociationSet"][0]["AssociationId"] == made["AssociationId"]
    client.disassociate_subnet_cidr_block(AssociationId=made["AssociationId"])
    (gone,) = client.describe_subnets(SubnetIds=[first])["Subnets"][0]["Ipv6CidrBlockAssociationSet"]
    assert gone["Ipv6CidrBlockState"] == {"State": "disassociated"}
    associate(SubnetId=second, Ipv6CidrBlock=f"{block}01::/64")
    associate(SubnetId=first, Ipv6CidrBlock=f"{block}02::/64")
    assert len(client.describe_subnets(SubnetIds=[first])["Subnets"][0]["Ipv6CidrBlockAssociationSet"]) == 1


def test_subnet_made_with_ipv6(cloud: Any) -> None:
    """The block is associated from the beginning, and checked as later."""
    client = cloud.client("ec2")
    vpc, block, _ = made_subnets(client, 0)
    asked = {"VpcId": vpc, "CidrBlock": "10.8.9.0/24"}
    refused(client.create_subnet, "InvalidSubnet.Range", **asked, Ipv6CidrBlock="2001:db8::/64")
    made = client.create_subnet(**asked, Ipv6CidrBlock=f"{block}03::/64")["Subnet"]
    (association,) = made["Ipv6CidrBlockAssociationSet"]
    assert association["Ipv6CidrBlock"] == f"{block}03::/64"
    assert association["Ipv6CidrBlockState"] == {"State": "associated"}


def test_subnets_that_are_not_there(cloud: Any) -> None:
    """Any unknown id fails the call."""
    client = cloud.client("ec2")
    _, _, (first, _) = made_subnets(client)
    refused(client.describe_subnets, "InvalidSubnetID.NotFound", SubnetIds=[first, "subnet-00000000000000000"])


def test_peering_tells_what_is_known(cloud: Any) -> None:
    """The accepter's blocks once it accepted, nobody's once it is deleted; found by filters."""
    client = cloud.client("ec2")
    ours = client.create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]
    theirs = client.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    made = client.create_vpc_peering_connection(VpcId=ours, PeerVpcId=theirs)["VpcPeeringConnection"]
    identifier = made["VpcPeeringConnectionId"]

    def found(**filters: str) -> list[dict[str, Any]]:
        named = [{"Name": name.replace("__", ".").replace("_", "-"), "Values": [v]} for name, v in filters.items()]
        answer: list[dict[str, Any]] = client.describe_vpc_peering_connections(Filters=named)["VpcPeeringConnections"]
        return answer

    (pending,) = found(status_code="pending-acceptance", accepter_vpc_info__vpc_id=theirs)
    assert set(pending["AccepterVpcInfo"]) == {"OwnerId", "Region", "VpcId"}
    assert pending["RequesterVpcInfo"]["CidrBlockSet"] == [{"CidrBlock": "10.6.0.0/16"}]
    client.accept_vpc_peering_connection(VpcPeeringConnectionId=identifier)
    assert found(status_code="pending-acceptance", requester_vpc_info__vpc_id=ours) == []
    (active,) = found(requester_vpc_info__vpc_id=ours)
    assert active["AccepterVpcInfo"]["CidrBlock"] == "10.7.0.0/16"
    client.delete_vpc_peering_connection(VpcPeeringConnectionId=identifier)
    (deleted,) = found(status_code="deleted", vpc_peering_connection_id=identifier)
    assert set(deleted["RequesterVpcInfo"]) == {"OwnerId", "Region", "VpcId"}
    refused(client.describe_vpc_peering_connections, "InvalidParameterValue", Filters=[{"Name": "x", "Values": ["y"]}])
    refused(
        client.describe_vpc_peering_connections,
        "InvalidVpcPeeringConnectionId.NotFound",
        VpcPeeringConnectionIds=["pcx-00000000000000000"],
    )
