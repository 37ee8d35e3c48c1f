"""EC2's regions, zones and public images: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html"""

from __future__ import annotations

from typing import Any

import botocore.exceptions
import pytest


def names(regions: dict[str, Any]) -> list[str]:
    """Names of the regions in an answer."""
    return [region["RegionName"] for region in regions["Regions"]]


def filters(**values: str) -> list[dict[str, Any]]:
    """One filter per keyword, whose underscores stand for dashes."""
    return [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in values.items()]


def test_regions_are_filtered(cloud: Any) -> None:
    """By name, with wild cards, by endpoint."""
    client = cloud.client("ec2")
    assert names(client.describe_regions(Filters=filters(region_name="us-west-1"))) == ["us-west-1"]
    assert set(names(client.describe_regions(Filters=filters(region_name="us-west-*")))) == {"us-west-1", "us-west-2"}
    assert names(client.describe_regions(Filters=filters(endpoint="ec2.eu-west-3.amazonaws.com"))) == ["eu-west-3"]
    assert len(names(client.describe_regions())) > 10


def test_zones_have_all_fields(cloud: Any) -> None:
    """A zone belongs to a group and to a border group."""
    found = cloud.client("ec2", region="us-east-1").describe_availability_zones(
        Filters=filters(zone_name="us-east-1a", state="available", opt_in_status="opt-in-not-required")
    )
    (zone,) = found["AvailabilityZones"]
    assert zone == {
        "State": "available", "OptInStatus": "opt-in-not-required", "Messages": [], "RegionName": "us-east-1",
        "ZoneName": "us-east-1a", "ZoneId": "use1-az6", "GroupName": "us-east-1-zg-1", "NetworkBorderGroup": "us-east-1",
        "ZoneType": "availability-zone",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("describe_regions", {"RegionNames": ["moon-1"]}),
        ("describe_regions", {"Filters": filters(colour="blue")}),
        ("describe_availability_zones", {"ZoneNames": ["eu-west-1z"]}),
        ("describe_availability_zones", {"Filters": filters(colour="blue")}),
    ],
)
def test_what_does_not_exist(cloud: Any, operation: str, arguments: dict[str, Any]) -> None:
    """Regions, zones and filters."""
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidParameterValue"):
        getattr(cloud.client("ec2"), operation)(**arguments)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("125523088429", "Fedora-Cloud-Base-*.x86_64-4*"),
        ("099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*"),
        ("136693071363", "debian-12-amd64-*"),
        ("137112412989", "al2023-ami-2023.*-x86_64"),
    ],
)
def test_public_images(cloud: Any, owner: str, name: str) -> None:
    """Found by owner and name, in every region; the newest by its name is the newest by its date; the id lasts."""
    for region in ("us-east-1", "eu-central-1"):
        client = cloud.client("ec2", region=region)
        found = client.describe_images(
            Filters=filters(
                name=name, owner_id=owner, architecture="x86_64", virtualization_type="hvm", root_device_type="ebs"
            )
        )["Images"]
        newest = max(found, key=lambda image: image["CreationDate"])
        assert newest["CreationDate"] > "2024"
        assert newest["Public"]
        assert client.describe_images(ImageIds=[newest["ImageId"]])["Images"] == [newest]
