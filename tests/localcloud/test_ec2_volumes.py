"""EC2's volumes and who may use a snapshot: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html"""

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


@pytest.fixture
def instances(cloud: Any) -> list[str]:
    """Two instances in the first zone."""
    client = cloud.client("ec2")
    image = client.describe_images(Owners=["137112412989"])["Images"][0]["ImageId"]
    vpc = client.create_vpc(CidrBlock="10.4.0.0/16")["Vpc"]["VpcId"]
    zone = f"{cloud.content.region}a"
    subnet = client.create_subnet(VpcId=vpc, CidrBlock="10.4.1.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
    made = client.run_instances(ImageId=image, MinCount=2, MaxCount=2, SubnetId=subnet)["Instances"]
    return [instance["InstanceId"] for instance in made]


def volume(client: Any, zone: str = "a", **arguments: Any) -> str:
    """Id of a new volume."""
    region = client.meta.region_name
    return str(client.create_volume(AvailabilityZone=f"{region}{zone}", **({"Size": 4} | arguments))["VolumeId"])


def described(client: Any, identifier: str) -> dict[str, Any]:
    """What DescribeVolumes says."""
    found: dict[str, Any] = client.describe_volumes(VolumeIds=[identifier])["Volumes"][0]
    return found


def test_baselines(cloud: Any) -> None:
    """gp2 by its size, gp3 3000 and 125; the new type's after a change; never smaller. No snapshot is an empty one."""
    client = cloud.client("ec2")
    made = volume(client, VolumeType="gp2", Size=50)
    found = described(client, made)
    assert (found["Iops"], found["SnapshotId"], found.get("Throughput")) == (150, "", None)
    assert found["MultiAttachEnabled"] is False
    client.modify_volume(VolumeId=made, VolumeType="gp3")
    found = described(client, made)
    assert (found["Iops"], found["Throughput"]) == (3000, 125)
    changed = client.modify_volume(VolumeId=made, Iops=3001, Throughput=130, Size=60)["VolumeModification"]
    assert (changed["OriginalSize"], changed["TargetSize"], changed["TargetVolumeType"]) == (50, 60, "gp3")
    found = described(client, made)
    assert (found["Iops"], found["Throughput"], found["Size"]) == (3001, 130, 60)
    refused(client.modify_volume, "InvalidParameterValue", VolumeId=made, Size=10)


def test_one_instance_only(cloud: Any, instances: list[str]) -> None:
    """A volume of another zone, a device that is taken, a second instance; the attachment says whether it goes along."""
    client = cloud.client("ec2")
    first, second = instances
    made = volume(client)
    attach = client.attach_volume
    refused(attach, "InvalidVolume.ZoneMismatch", VolumeId=volume(client, "b"), InstanceId=first, Device="/dev/sdg")
    attach(VolumeId=made, InstanceId=first, Device="/dev/sdg")
    refused(attach, "VolumeInUse", VolumeId=made, InstanceId=second, Device="/dev/sdg")
    refused(attach, "InvalidParameterValue", VolumeId=volume(client), InstanceId=first, Device="/dev/sdg")
    assert described(client, made)["Attachments"][0]["DeleteOnTermination"] is False
    told = {"DeviceName": "/dev/sdg", "Ebs": {"DeleteOnTermination": True}}
    client.modify_instance_attribute(InstanceId=first, BlockDeviceMappings=[told])
    assert described(client, made)["Attachments"][0]["DeleteOnTermination"] is True
    client.detach_volume(VolumeId=made)
    assert described(client, made)["State"] == "available"


def test_several_instances(cloud: Any, instances: list[str]) -> None:
    """Where the volume is made for it: found at each, left one by one."""
    client = cloud.client("ec2")
    made = volume(client, VolumeType="io1", Iops=100, MultiAttachEnabled=True)
    for instance in instances:
        client.attach_volume(VolumeId=made, InstanceId=instance, Device="/dev/sdk")
    for instance in instances:
        named = [{"Name": "attachment.instance-id", "Values": [instance]}]
        assert made in [found["VolumeId"] for found in client.describe_volumes(Filters=named)["Volumes"]]
    client.detach_volume(VolumeId=made, InstanceId=instances[0])
    assert [one["InstanceId"] for one in described(client, made)["Attachments"]] == [instances[1]]
    client.detach_volume(VolumeId=made, InstanceId=instances[1])
    client.delete_volume(VolumeId=made)


def test_snapshot_is_its_owner_s_again(cloud: Any) -> None:
    """After it was shared."""
    client = cloud.client("ec2")
    snapshot = client.create_snapshot(VolumeId=volume(client))["SnapshotId"]
    attribute = {"SnapshotId": snapshot, "Attribute": "createVolumePermission"}
    client.modify_snapshot_attribute(**attribute, OperationType="add", UserIds=["111111111111"])
    assert len(client.describe_snapshot_attribute(**attribute)["CreateVolumePermissions"]) == 1
    client.reset_snapshot_attribute(**attribute)
    assert client.describe_snapshot_attribute(**attribute)["CreateVolumePermissions"] == []


def test_lists_come_in_pages(cloud: Any) -> None:
    """As long as asked for; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html"""
    client = cloud.client("ec2")
    made = volume(client)
    snapshots = {client.create_snapshot(VolumeId=made)["SnapshotId"] for _ in range(7)}
    mine = {"Filters": [{"Name": "volume-id", "Values": [made]}]}
    first = client.describe_snapshots(**mine, MaxResults=5)
    second = client.describe_snapshots(**mine, MaxResults=5, NextToken=first["NextToken"])
    assert (len(first["Snapshots"]), len(second["Snapshots"]), "NextToken" in second) == (5, 2, False)
    assert {found["SnapshotId"] for page in (first, second) for found in page["Snapshots"]} == snapshots
    assert "NextToken" not in client.describe_snapshots(**mine)
    refused(client.describe_snapshots, "InvalidParameterValue", MaxResults=2)
    refused(client.describe_volumes, "InvalidParameterValue", MaxResults=5, NextToken="made-up")
    pages = client.get_paginator("describe_images").paginate(Owners=["137112412989"], PaginationConfig={"PageSize": 10})
    found = [image["ImageId"] for page in pages for image in page["Images"]]
    assert len(set(found)) == len(found) == len(client.describe_images(Owners=["137112412989"])["Images"])
