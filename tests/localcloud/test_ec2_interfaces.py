"""EC2's network interfaces: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignPrivateIpAddresses.html"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest


def refused(call: Callable[..., Any], code: str, **arguments: Any) -> str:
    """The message of a call that is refused with that code."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code
    return str(caught.value)


@pytest.fixture
def subnet(cloud: Any) -> str:
    """A subnet of its own."""
    client = cloud.client("ec2")
    vpc = client.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
    return str(client.create_subnet(VpcId=vpc, CidrBlock="10.5.1.0/24")["Subnet"]["SubnetId"])


def created(client: Any, subnet: str, **arguments: Any) -> str:
    """Id of a new interface."""
    return str(client.create_network_interface(SubnetId=subnet, **arguments)["NetworkInterface"]["NetworkInterfaceId"])


def addresses(client: Any, interface: str) -> list[str]:
    """What DescribeNetworkInterfaces says."""
    (found,) = client.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"]
    return [held["PrivateIpAddress"] for held in found["PrivateIpAddresses"]]


def test_an_address_is_one_interface_s(cloud: Any, subnet: str) -> None:
    """Another takes it only if it says so, and never the primary one; an interface is found by any of its addresses."""
    client = cloud.client("ec2")
    first = created(client, subnet, PrivateIpAddress="10.5.1.10")
    second = created(client, subnet, PrivateIpAddress="10.5.1.20")
    refused(client.create_network_interface, "InvalidIPAddress.InUse", SubnetId=subnet, PrivateIpAddress="10.5.1.20")
    client.assign_private_ip_addresses(NetworkInterfaceId=second, PrivateIpAddresses=["10.5.1.30"])
    asked = {"NetworkInterfaceId": first, "PrivateIpAddresses": ["10.5.1.30"]}
    assert "move is not allowed" in refused(client.assign_private_ip_addresses, "InvalidParameterValue", **asked)
    client.assign_private_ip_addresses(**asked, AllowReassignment=True)
    assert (addresses(client, first), addresses(client, second)) == (["10.5.1.10", "10.5.1.30"], ["10.5.1.20"])
    asked["PrivateIpAddresses"] = ["10.5.1.20"]
    refused(client.assign_private_ip_addresses, "InvalidParameterValue", **asked, AllowReassignment=True)
    named = [{"Name": "private-ip-address", "Values": ["10.5.1.30"]}, {"Name": "subnet-id", "Values": [subnet]}]
    found = client.describe_network_interfaces(Filters=named)["NetworkInterfaces"]
    assert [interface["NetworkInterfaceId"] for interface in found] == [first]


def test_what_ends_with_an_instance(cloud: Any, subnet: str) -> None:
    """The interface made with it, and one that is told to; others stay, free again. Nothing attached is deleted."""
    client = cloud.client("ec2")
    image = client.describe_images(Owners=["137112412989"])["Images"][0]["ImageId"]
    instance = client.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]
    primary = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    kept, going = created(client, subnet), created(client, subnet)
    attachments = [
        client.attach_network_interface(NetworkInterfaceId=one, InstanceId=instance["InstanceId"], DeviceIndex=index)[
            "AttachmentId"
        ]
        for index, one in ((1, kept), (2, going))
    ]
    assert "currently in use" in refused(
        client.delete_network_interface, "InvalidParameterValue", NetworkInterfaceId=kept
    )
    change = client.modify_network_interface_attribute
    told = {"DeleteOnTermination": True}
    wrong = {"AttachmentId": attachments[0], **told}
    refused(change, "InvalidAttachmentID.NotFound", NetworkInterfaceId=going, Attachment=wrong)
    change(NetworkInterfaceId=going, Attachment={"AttachmentId": attachments[1], **told})
    client.terminate_instances(InstanceIds=[instance["InstanceId"]])
    for gone in (primary, going):
        refused(client.describe_network_interfaces, "InvalidNetworkInterfaceID.NotFound", NetworkInterfaceIds=[gone])
    (found,) = client.describe_network_interfaces(NetworkInterfaceIds=[kept])["NetworkInterfaces"]
    assert (found["Status"], "Attachment" in found) == ("available", False)
    client.delete_network_interface(NetworkInterfaceId=kept)
    client.delete_subnet(SubnetId=subnet)


def test_addresses_are_given_once(cloud: Any, subnet: str) -> None:
    """To interfaces and instances of a subnet, until it is full: /28 has eleven."""
    client = cloud.client("ec2")
    vpc = client.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    small = client.create_subnet(VpcId=vpc, CidrBlock="10.5.2.0/28")["Subnet"]["SubnetId"]
    created(client, small, PrivateIpAddress="10.5.2.4")
    image = client.describe_images(Owners=["137112412989"])["Images"][0]["ImageId"]
    client.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=small)
    for _ in range(5):
        created(client, small)
    several = created(client, small, SecondaryPrivateIpAddressCount=2)
    assigned = client.assign_private_ip_addresses(NetworkInterfaceId=several, SecondaryPrivateIpAddressCount=1)
    assert len(assigned["AssignedPrivateIpAddresses"]) == 1
    found = client.describe_network_interfaces(Filters=[{"Name": "subnet-id", "Values": [small]}])["NetworkInterfaces"]
    held = [address["PrivateIpAddress"] for one in found for address in one["PrivateIpAddresses"]]
    assert sorted(int(address.rsplit(".", 1)[1]) for address in held) == list(range(4, 15))
    refused(client.create_network_interface, "InsufficientFreeAddressesInSubnet", SubnetId=small)
