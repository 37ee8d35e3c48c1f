"""What tests of the edge share: a network with public subnets, zones with validated certificates, plans, waiting, refusals."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import compare
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind
from botocore.exceptions import ClientError

from tests.localcloud.conftest import RunningCloud

PATIENCE = 20.0
TAGS = {"platform": "creator", "environment": "test", "component": "edge"}


@dataclass(frozen=True)
class Net:
    """A VPC with an internet gateway, two subnets in two zones and a security group."""

    vpc: str
    subnets: list[str]
    group: str


def make_net(cloud: RunningCloud, cidr: str = "10.66") -> Net:
    """See Net."""
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=f"{cidr}.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"{cidr}.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(VpcId=vpc, GroupName=f"alb-{cidr}", Description="alb")["GroupId"]
    return Net(vpc, subnets, group)


def make_zone(cloud: RunningCloud, name: str) -> str:
    """The id of a new public zone."""
    made = cloud.client("route53").create_hosted_zone(Name=name, CallerReference=str(uuid.uuid4()))
    return str(made["HostedZone"]["Id"]).removeprefix("/hostedzone/")


def upsert(cloud: RunningCloud, zone: str, *records: dict[str, Any], action: str = "UPSERT") -> Any:
    """One change batch."""
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record} for record in records]}
    return cloud.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def row(name: str, kind: str, *values: str, **more: Any) -> dict[str, Any]:
    """A record set of plain values."""
    return {"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": value} for value in values], **more}


def make_certificate(cloud: RunningCloud, zone: str, domain: str, region: str | None = None) -> str:
    """The ARN of an issued certificate, validated by a record in the zone."""
    acm = cloud.client("acm", region)
    arn = str(acm.request_certificate(DomainName=domain, ValidationMethod="DNS")["CertificateArn"])
    for option in acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]:
        record = option["ResourceRecord"]
        upsert(cloud, zone, row(record["Name"], record["Type"], record["Value"]))
    wait_until(lambda: acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED")
    return arn


def plan(cloud: RunningCloud, kind_name: str, name: str, properties: dict[str, Any], region: str = "") -> list[Change]:
    """What the kind's reader finds different, of the resource of that name."""
    kind = load_kind(kind_name)
    place = region or cloud.content.region
    clients = {service: cloud.client(service, place) for service in kind.also}
    scope = Scope("creator", "test", "edge", place, (name,), clients)
    found = kind.read(cloud.client(kind.service, place), scope)
    wanted = [Resource(kind_name, name, properties, place)]
    return [change for change in compare(wanted, found, kind.rules) if change.name == name]


def seen(changes: list[Change]) -> list[str]:
    """The attributes of the one change."""
    (change,) = changes
    return [attribute for attribute, _before, _after in change.attributes]


def wait_until(true: Callable[[], bool]) -> None:
    """Ask again until it is so; AssertionError when it does not become so."""
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, "it did not become so"
        time.sleep(0.1)


@contextmanager
def refused(code: str, words: str = "") -> Iterator[None]:
    """The block ends with an error of that code, with these words in its message."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert words in error["Message"]
