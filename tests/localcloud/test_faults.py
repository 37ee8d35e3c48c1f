"""Each kind of fault, driven through boto3, in each protocol: the SDK must raise what it raises at AWS."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import botocore.exceptions
import pytest


@pytest.fixture(autouse=True)
def _no_faults_left(cloud: Any) -> Iterator[None]:
    yield
    cloud.control.delete("faults")


#: service, a reading call, its arguments: one per protocol (ec2, query, json, rest-json, rest-xml twice)
CALLS = [
    ("ec2", "describe_vpcs", {}),
    ("rds", "describe_db_instances", {}),
    ("ssm", "describe_parameters", {}),
    ("eks", "list_clusters", {}),
    ("s3", "list_buckets", {}),
    ("route53", "list_hosted_zones", {}),
    ("sqs", "list_queues", {}),
]


def code_of(cloud: Any, service: str, method: str, arguments: dict[str, Any]) -> tuple[str, int]:
    """Error code and status that a call meets."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        getattr(cloud.client(service), method)(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(("service", "method", "arguments"), CALLS)
def test_throttling(cloud: Any, service: str, method: str, arguments: dict[str, Any]) -> None:
    """Throttled once, in the words of the protocol, which botocore takes for throttling; the next call is answered."""
    cloud.control.put("faults", {"kind": "throttling", "service": service})
    expected = {"ec2": ("RequestLimitExceeded", 503), "s3": ("SlowDown", 503), "eks": ("ThrottlingException", 429)}
    expected |= {"rds": ("Throttling", 400), "route53": ("Throttling", 400)}
    assert code_of(cloud, service, method, arguments) == expected.get(service, ("ThrottlingException", 400))
    getattr(cloud.client(service), method)(**arguments)


@pytest.mark.parametrize(("service", "method", "arguments"), CALLS)
def test_error(cloud: Any, service: str, method: str, arguments: dict[str, Any]) -> None:
    """A 503 once; with retries the SDK gets over it."""
    cloud.control.put("faults", [{"kind": "error", "service": service, "status": 503, "count": 2}])
    assert code_of(cloud, service, method, arguments)[1] == 503
    getattr(cloud.client(service, attempts=3), method)(**arguments)


@pytest.mark.parametrize(("service", "method", "arguments"), CALLS)
def test_expired_credentials(cloud: Any, service: str, method: str, arguments: dict[str, Any]) -> None:
    """Expired credentials, in the words of the protocol."""
    cloud.control.put("faults", {"kind": "expired_credentials", "service": service})
    expected = {"ec2": "RequestExpired", "s3": "ExpiredToken", "rds": "ExpiredToken", "route53": "ExpiredToken"}
    assert code_of(cloud, service, method, arguments)[0] == expected.get(service, "ExpiredTokenException")


def test_cut_before_the_effect(cloud: Any) -> None:
    """The caller sees a closed connection, and nothing happened."""
    cloud.control.put("faults", {"kind": "cut_before", "service": "ssm", "action": "PutParameter"})
    client = cloud.client("ssm")
    with pytest.raises(botocore.exceptions.HTTPClientError):
        client.put_parameter(Name="/cut/before", Value="1", Type="String")
    assert client.get_parameters(Names=["/cut/before"])["Parameters"] == []


def test_cut_after_the_effect(cloud: Any) -> None:
    """The caller sees a closed connection although it happened: the lost response."""
    cloud.control.put("faults", {"kind": "cut_after", "service": "ssm", "action": "PutParameter"})
    client = cloud.client("ssm")
    with pytest.raises(botocore.exceptions.HTTPClientError):
        client.put_parameter(Name="/cut/after", Value="1", Type="String")
    assert client.get_parameter(Name="/cut/after")["Parameter"]["Value"] == "1"


def test_retry_after_a_lost_response_meets_the_effect(cloud: Any) -> None:
    """What an SDK's own retry makes of a lost response: the second attempt finds the resource there."""
    cloud.control.put("faults", {"kind": "cut_after", "service": "iam", "action": "CreateRole"})
    client = cloud.client("iam", attempts=2)
    with pytest.raises(client.exceptions.EntityAlreadyExistsException):
        client.create_role(RoleName="lost", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')


def test_delay(cloud: Any) -> None:
    """The call waits, and is answered."""
    cloud.control.put("faults", {"kind": "delay", "service": "s3", "seconds": 0.4})
    client = cloud.client("s3")
    began = time.monotonic()
    client.list_buckets()
    assert 0.4 <= time.monotonic() - began < 5
    began = time.monotonic()
    client.list_buckets()
    assert time.monotonic() - began < 0.4


def test_nth_call(cloud: Any) -> None:
    """Only the third call is hit."""
    cloud.control.put("faults", {"kind": "error", "service": "sqs", "action": "ListQueues", "nth": 3})
    client = cloud.client("sqs")
    outcomes = []
    for _ in range(5):
        try:
            client.list_queues()
            outcomes.append("ok")
        except botocore.exceptions.ClientError:
            outcomes.append("failed")
    assert outcomes == ["ok", "ok", "failed", "ok", "ok"]
    (rule,) = cloud.control.get("faults")
    assert (rule["seen"], rule["hits"]) == (5, 1)


def test_one_region_only(cloud: Any) -> None:
    """A rule for a region leaves the other alone."""
    cloud.control.put("faults", {"kind": "error", "region": "eu-central-1", "count": None})
    cloud.client("ssm").describe_parameters()
    with pytest.raises(botocore.exceptions.ClientError):
        cloud.client("ssm", "eu-central-1").describe_parameters()


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"kind": "flood"}, "fault kind 'flood': expected one of throttling, error"),
        ({"kind": "error", "servce": "s3"}, "unknown field 'servce' of a fault"),
        ({"kind": "error", "status": 404}, "fault status 404: expected one of 500, 502, 503, 504"),
        ({"kind": "error", "nth": 0}, "fault nth 0: expected a number from 1"),
        ({"kind": "error", "probability": 2}, "fault probability 2: expected a number from 0 to 1"),
        ([1], "a fault is an object"),
    ],
)
def test_bad_rule_is_refused(cloud: Any, rule: Any, sentence: str) -> None:
    """A rule that is none changes nothing and says what is wrong."""
    with pytest.raises(AssertionError, match="400") as caught:
        cloud.control.put("faults", rule)
    assert sentence in str(caught.value)
    assert cloud.control.get("faults") == []
