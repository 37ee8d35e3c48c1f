"""EC2: images have the day in their name as their age, and those of publishers other than Amazon are found too.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
https://fedoraproject.org/cloud/download (account 125523088429), https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/
(account 099720109477), https://wiki.debian.org/Cloud/AmazonEC2Image (account 136693071363). Nothing boots from them here.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import Ami

from localcloud.cloud import Cloud


@dataclass(frozen=True)
class Publisher:
    """An account that publishes images. root: device name of the root volume."""

    owner: str
    root: str
    names: tuple[tuple[str, str], ...]


#: Name of an image and the day it was made; `{}` stands for the architecture as its publisher writes it.
PUBLISHERS = (
    Publisher(
        "125523088429",
        "/dev/sda1",
        (
            ("Fedora-Cloud-Base-AmazonEC2.{}-41-1.4", "2024-10-24"),
            ("Fedora-Cloud-Base-AmazonEC2.{}-42-1.1", "2025-04-09"),
            ("Fedora-Cloud-Base-AmazonEC2.{}-43-1.6", "2025-10-23"),
        ),
    ),
    Publisher(
        "099720109477",
        "/dev/sda1",
        (
            ("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-{}-server-20250115", "2025-01-15"),
            ("ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-{}-server-20250115", "2025-01-15"),
        ),
    ),
    Publisher("136693071363", "/dev/xvda", (("debian-12-{}-20250115-1993", "2025-01-15"),)),
)
_ARCHITECTURES = {"x86_64": ("x86_64", "amd64"), "arm64": ("aarch64", "arm64")}


def install(cloud: Cloud) -> None:
    """Have every region's backend start with these images too; they are stock, see `localcloud.stock`."""
    backend: Any = EC2Backend
    plain = backend._load_amis

    def load(self: Any) -> None:
        plain(self)
        for image in self.amis.values():
            image.creation_date = _made(image.name) or image.creation_date
        for fields in catalogue(self.region_name):
            self.amis[fields["ami_id"]] = Ami(self, **fields)

    backend._load_amis = load


def _made(name: str) -> datetime.datetime | None:
    """The day that a name such as `al2023-ami-2023.12.20260930.0-kernel-6.1-x86_64` holds: users sort by creation date."""
    found = re.search(r"(?<!\d)(20\d{2})[.]?(\d{2})[.]?(\d{2})(?!\d)", name)
    try:
        return datetime.datetime.fromisoformat("-".join(found.groups())) if found else None
    except ValueError:
        return None


def catalogue(region: str) -> Iterator[dict[str, Any]]:
    """The images of a region as arguments of moto's Ami. An image id is made from region and name, so it lasts."""
    for publisher in PUBLISHERS:
        for architecture, spellings in _ARCHITECTURES.items():
            for template, day in publisher.names:
                name = template.format(spellings[0] if template.startswith("Fedora") else spellings[1])
                yield {
                    "ami_id": f"ami-{hashlib.sha256(f'{region} {name}'.encode()).hexdigest()[:17]}",
                    "name": name,
                    "description": name,
                    "owner_id": publisher.owner,
                    "public": True,
                    "virtualization_type": "hvm",
                    "architecture": architecture,
                    "image_location": f"{publisher.owner}/{name}",
                    "hypervisor": "xen",
                    "root_device_type": "ebs",
                    "root_device_name": publisher.root,
                    "creation_date": datetime.datetime.fromisoformat(day),
                    "region_name": f"{region}a",
                }
