"""The event history of CloudTrail: who called what on which resource, the newest first."""

from __future__ import annotations

import datetime
from typing import Any

import botocore.exceptions
import pytest

TRUST = '{"Version": "2012-10-17", "Statement": []}'


def lookup(cloud: Any, key: str, value: str, region: str | None = None, **options: Any) -> list[dict[str, Any]]:
    client = cloud.client("cloudtrail", region)
    return list(
        client.lookup_events(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}], **options)["Events"]
    )


def test_who_changed_a_resource_and_when(cloud: Any) -> None:
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=2)
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "a", "Value": "b"}])
    ec2.describe_vpcs(VpcIds=[vpc])
    events = lookup(cloud, "ResourceName", vpc)
    assert [event["EventName"] for event in events] == ["DescribeVpcs", "CreateTags", "ModifyVpcAttribute"]
    assert [event["ReadOnly"] for event in events] == ["true", "false", "false"]
    assert events[0]["Username"] == "root"
    assert events[0]["EventSource"] == "ec2.amazonaws.com"
    assert events[0]["EventTime"] > before
    assert '"arn": "arn:aws:iam::123456789012:root"' in events[0]["CloudTrailEvent"]
    assert lookup(cloud, "ResourceName", vpc, StartTime=datetime.datetime.now(datetime.UTC)) == []


def test_global_services_are_told_in_one_region(cloud: Any) -> None:
    cloud.client("iam").create_role(RoleName="told", AssumeRolePolicyDocument=TRUST)
    assert lookup(cloud, "ResourceName", "told") == []
    assert [event["EventName"] for event in lookup(cloud, "ResourceName", "told", "us-east-1")] == ["CreateRole"]


def test_data_events_are_not_in_it(cloud: Any) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="history", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="history", Key="a", Body=b"a")
    assert [event["EventName"] for event in lookup(cloud, "ResourceName", "history")] == ["CreateBucket"]


def test_pages(cloud: Any) -> None:
    sqs = cloud.client("sqs")
    for _number in range(4):
        sqs.create_queue(QueueName="paged")
    client = cloud.client("cloudtrail")
    wanted = [{"AttributeKey": "ResourceName", "AttributeValue": "paged"}]
    pages = list(client.get_paginator("lookup_events").paginate(LookupAttributes=wanted, MaxResults=3))
    assert [len(page["Events"]) for page in pages] == [3, 1]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"MaxResults": 50, "NextToken": "x"}, "InvalidNextTokenException"),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "a"}] * 2},
            "InvalidLookupAttributesException",
        ),
        (
            {"StartTime": datetime.datetime(2026, 2, 2), "EndTime": datetime.datetime(2026, 1, 1)},
            "InvalidTimeRangeException",
        ),
    ],
)
def test_what_it_refuses(cloud: Any, options: dict[str, Any], code: str) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        cloud.client("cloudtrail").lookup_events(**options)
    assert caught.value.response["Error"]["Code"] == code
