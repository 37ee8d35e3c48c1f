"""EC2's DHCP options: https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html"""

from __future__ import annotations

from typing import Any

import pytest


def options_of(client: Any, vpc: str) -> str:
    """Id of the set that a VPC has."""
    return str(client.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["DhcpOptionsId"])


def new_vpc(client: Any) -> str:
    """Id of a new VPC."""
    return str(client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


@pytest.mark.parametrize(
    ("region", "domain"), [("us-east-1", "ec2.internal"), ("eu-west-1", "eu-west-1.compute.internal")]
)
def test_a_region_has_a_set(cloud: Any, region: str, domain: str) -> None:
    """The default VPC and every new one have the same, with Amazon's name server and the region's domain."""
    client = cloud.client("ec2", region=region)
    first, second = new_vpc(client), new_vpc(client)
    (default,) = client.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    assert options_of(client, first) == options_of(client, second) == default["DhcpOptionsId"]
    (found,) = client.describe_dhcp_options(DhcpOptionsIds=[options_of(client, first)])["DhcpOptions"]
    assert {one["Key"]: one["Values"][0]["Value"] for one in found["DhcpConfigurations"]} == {
        "domain-name-servers": "AmazonProvidedDNS",
        "domain-name": domain,
    }


def test_a_set_outlives_a_vpc(cloud: Any) -> None:
    """It is that of several VPCs, stays when one of them goes, and goes when none has it."""
    client = cloud.client("ec2")
    first, second = new_vpc(client), new_vpc(client)
    made = client.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-name", "Values": ["example.org"]}])
    own, default = made["DhcpOptions"]["DhcpOptionsId"], options_of(client, first)
    for vpc in (first, second):
        client.associate_dhcp_options(DhcpOptionsId=own, VpcId=vpc)
        assert options_of(client, vpc) == own
    client.delete_vpc(VpcId=first)
    with pytest.raises(client.exceptions.ClientError, match="DependencyViolation"):
        client.delete_dhcp_options(DhcpOptionsId=own)
    client.associate_dhcp_options(DhcpOptionsId=default, VpcId=second)
    client.delete_dhcp_options(DhcpOptionsId=own)
    client.delete_vpc(VpcId=second)
    assert client.describe_dhcp_options(DhcpOptionsIds=[default])["DhcpOptions"]


def test_a_vpc_that_is_not_deleted_keeps_its_set(cloud: Any) -> None:
    """The refused deletion changes nothing."""
    client = cloud.client("ec2")
    vpc = new_vpc(client)
    had = options_of(client, vpc)
    client.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")
    with pytest.raises(client.exceptions.ClientError, match="DependencyViolation"):
        client.delete_vpc(VpcId=vpc)
    assert options_of(client, vpc) == had


def test_a_vpc_without_options(cloud: Any) -> None:
    """The id `default` means none: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateDhcpOptions.html"""
    client = cloud.client("ec2")
    vpc = new_vpc(client)
    client.associate_dhcp_options(DhcpOptionsId="default", VpcId=vpc)
    assert options_of(client, vpc) == "default"
