"""Tags of the main kinds of resources, as moto keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from localcloud.authorization import tags

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
PAIR = [{"Key": "environment", "Value": "local"}]
PLAIN = {"environment": "local"}


@pytest.fixture(autouse=True)
def _moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield


def _ec2(client: Any) -> str:
    tagged = [{"ResourceType": "vpc", "Tags": PAIR}]
    name = client.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged)["Vpc"]["VpcId"]
    return f"arn:aws:ec2:eu-west-1:123456789012:vpc/{name}"


def _kms(client: Any) -> str:
    made = client.create_key(Tags=[{"TagKey": "environment", "TagValue": "local"}])
    return str(made["KeyMetadata"]["Arn"])


def _s3(client: Any) -> str:
    client.create_bucket(Bucket="tagged", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_bucket_tagging(Bucket="tagged", Tagging={"TagSet": PAIR})
    return "arn:aws:s3:::tagged"


def _sqs(client: Any) -> str:
    client.create_queue(QueueName="q", tags=PLAIN)
    return "arn:aws:sqs:eu-west-1:123456789012:q"


def _ssm(client: Any) -> str:
    client.put_parameter(Name="/a/b", Value="c", Type="String", Tags=PAIR)
    return "arn:aws:ssm:eu-west-1:123456789012:parameter/a/b"


def _logs(client: Any) -> str:
    client.create_log_group(logGroupName="/a", tags=PLAIN)
    return "arn:aws:logs:eu-west-1:123456789012:log-group:/a:log-stream:"


def _rds(client: Any) -> str:
    made = client.create_db_parameter_group(
        DBParameterGroupName="g", DBParameterGroupFamily="postgres16", Description="d", Tags=PAIR
    )
    return str(made["DBParameterGroup"]["DBParameterGroupArn"])


def _ecr(client: Any) -> str:
    return str(client.create_repository(repositoryName="repository", tags=PAIR)["repository"]["repositoryArn"])


def _dynamodb(client: Any) -> str:
    made = client.create_table(
        TableName="t", BillingMode="PAY_PER_REQUEST", Tags=PAIR,
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
    )  # fmt: skip
    return str(made["TableDescription"]["TableArn"])


def _cloudwatch(client: Any) -> str:
    client.put_metric_alarm(
        AlarmName="a", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, MetricName="m", Namespace="n",
        Period=60, Statistic="Sum", Threshold=1, Tags=PAIR,
    )  # fmt: skip
    return "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a"


def _role(client: Any) -> str:
    return str(client.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, Tags=PAIR)["Role"]["Arn"])


ROWS: dict[str, Any] = {
    "cloudwatch": _cloudwatch, "dynamodb": _dynamodb, "ec2": _ec2, "ecr": _ecr, "iam": _role, "kms": _kms, "logs": _logs,
    "rds": _rds, "s3": _s3, "sqs": _sqs, "ssm": _ssm,
    "events": lambda client: str(client.put_rule(Name="r", ScheduleExpression="rate(1 day)", Tags=PAIR)["RuleArn"]),
    "secretsmanager": lambda client: str(client.create_secret(Name="s", SecretString="w", Tags=PAIR)["ARN"]),
    "sns": lambda client: str(client.create_topic(Name="t", Tags=PAIR)["TopicArn"]),
}  # fmt: skip


@pytest.mark.parametrize("service", sorted(ROWS))
def test_tags_are_found(service: str) -> None:
    """By the ARN that a request is judged on."""
    assert tags.of(ROWS[service](boto3.client(service))) == PLAIN


@pytest.mark.parametrize(
    "arn",
    [
        "*",
        "arn:aws:ec2:eu-west-1:123456789012:vpc/*",
        "arn:aws:sqs:eu-west-1:123456789012:none",
        "arn:aws:sqs:nowhere:123456789012:none",
        "arn:aws:iam::123456789012:role/none",
        "arn:aws:iam::aws:policy/none",
        "arn:aws:someservice:eu-west-1:123456789012:thing/none",
        "arn:aws:kms:eu-west-1:123456789012:key/*",
        "arn:aws:eks:eu-west-1:123456789012:nodegroup/c/n/*",
    ],
)
def test_what_is_not_there_has_none(arn: str) -> None:
    """Whatever is asked."""
    assert tags.of(arn) == {}
