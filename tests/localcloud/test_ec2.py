"""EC2 as extended: what is in use stays, NAT gateways take their time and are found by their tags."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest


@pytest.fixture
def network(cloud: Any) -> dict[str, str]:
    """A VPC with a subnet and a security group of its own."""
    client = cloud.client("ec2")
    vpc = client.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = client.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    group = client.create_security_group(VpcId=vpc, GroupName="own", Description="own")["GroupId"]
    return {"vpc": vpc, "subnet": subnet, "group": group}


def refused(call: Callable[..., Any], code: str = "DependencyViolation", **arguments: Any) -> str:
    """The message with which a call is refused."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code
    return str(caught.value)


def test_interface_holds_subnet_and_group(cloud: Any, network: dict[str, str]) -> None:
    """As long as a network interface is there."""
    client = cloud.client("ec2")
    made = client.create_network_interface(SubnetId=network["subnet"], Groups=[network["group"]])
    interface = made["NetworkInterface"]["NetworkInterfaceId"]
    assert interface in refused(client.delete_subnet, SubnetId=network["subnet"])
    assert interface in refused(client.delete_security_group, GroupId=network["group"])
    client.delete_network_interface(NetworkInterfaceId=interface)
    client.delete_subnet(SubnetId=network["subnet"])
    client.delete_security_group(GroupId=network["group"])
    client.delete_vpc(VpcId=network["vpc"])


def test_instance_holds_subnet_until_terminated(cloud: Any, network: dict[str, str]) -> None:
    """A terminated one holds nothing."""
    client = cloud.client("ec2")
    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = client.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, SubnetId=network["subnet"], SecurityGroupIds=[network["group"]]
    )
    instance = made["Instances"][0]["InstanceId"]
    assert instance in refused(client.delete_subnet, SubnetId=network["subnet"])
    client.terminate_instances(InstanceIds=[instance])
    client.delete_subnet(SubnetId=network["subnet"])


def test_rule_holds_group(cloud: Any, network: dict[str, str]) -> None:
    """A rule of another group that refers to it."""
    client = cloud.client("ec2")
    other = client.create_security_group(VpcId=network["vpc"], GroupName="other", Description="other")["GroupId"]
    rule = [
        {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": network["group"]}]}
    ]
    client.authorize_security_group_ingress(GroupId=other, IpPermissions=rule)
    assert other in refused(client.delete_security_group, GroupId=network["group"])
    client.revoke_security_group_ingress(GroupId=other, IpPermissions=rule)
    client.delete_security_group(GroupId=network["group"])


def test_vpc_with_gateway_or_group(cloud: Any, network: dict[str, str]) -> None:
    """A VPC goes last."""
    client = cloud.client("ec2")
    client.delete_subnet(SubnetId=network["subnet"])
    assert network["group"] in refused(client.delete_vpc, VpcId=network["vpc"])
    client.delete_security_group(GroupId=network["group"])
    gateway = client.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    client.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network["vpc"])
    assert gateway in refused(client.delete_vpc, VpcId=network["vpc"])
    client.detach_internet_gateway(InternetGatewayId=gateway, VpcId=network["vpc"])
    client.delete_vpc(VpcId=network["vpc"])


def test_nat_gateway(cloud: Any, network: dict[str, str]) -> None:
    """Pending, available, deleting, deleted; holds subnet and address; found by tags under AWS's resource type."""
    client = cloud.client("ec2")
    address = client.allocate_address(Domain="vpc")["AllocationId"]
    tags = [{"ResourceType": "natgateway", "Tags": [{"Key": "Name", "Value": "nat"}]}]
    made = client.create_nat_gateway(SubnetId=network["subnet"], AllocationId=address, TagSpecifications=tags)
    gateway = made["NatGateway"]["NatGatewayId"]
    assert made["NatGateway"]["State"] == "pending"
    found = client.describe_tags(Filters=[{"Name": "resource-type", "Values": ["natgateway"]}])["Tags"]
    assert gateway in [tag["ResourceId"] for tag in found]
    assert gateway in refused(client.delete_subnet, SubnetId=network["subnet"])
    wait(lambda: state_of(client, gateway) == "available")
    refused(client.release_address, code="InvalidIPAddress.InUse", AllocationId=address)
    for value, found_ids in (("nat", [gateway]), ("other", [])):
        named = [{"Name": "tag:Name", "Values": [value]}, {"Name": "state", "Values": ["available"]}]
        found = client.describe_nat_gateways(Filters=named)["NatGateways"]
        assert [one["NatGatewayId"] for one in found] == found_ids
    refused(client.describe_nat_gateways, code="NatGatewayNotFound", NatGatewayIds=["nat-00000000000000000"])
    client.delete_nat_gateway(NatGatewayId=gateway)
    assert client.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"][0]["DeleteTime"]
    wait(lambda: state_of(client, gateway) == "deleted")
    client.delete_nat_gateway(NatGatewayId=gateway)
    refused(client.delete_nat_gateway, code="NatGatewayNotFound", NatGatewayId="nat-00000000000000000")
    wait(lambda: "AssociationId" not in client.describe_addresses(AllocationIds=[address])["Addresses"][0])
    second = client.create_nat_gateway(SubnetId=network["subnet"], AllocationId=address)["NatGateway"]["NatGatewayId"]
    taken = {"SubnetId": network["subnet"], "AllocationId": address}
    refused(client.create_nat_gateway, code="Resource.AlreadyAssociated", **taken)
    client.delete_nat_gateway(NatGatewayId=second)
    named = [{"Name": "subnet-id", "Values": [network["subnet"]]}]
    wait(lambda: client.describe_network_interfaces(Filters=named)["NetworkInterfaces"] == [])
    client.release_address(AllocationId=address)
    client.delete_subnet(SubnetId=network["subnet"])


def state_of(client: Any, gateway: str) -> str:
    """State of a NAT gateway."""
    return str(client.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"][0]["State"])


def wait(condition: Callable[[], bool]) -> None:
    """Until `condition` holds; AssertionError after ten seconds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
