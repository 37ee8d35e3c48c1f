"""Actions: what changes something."""

from __future__ import annotations

import pytest

from localcloud.actions import changes_state, is_mutating, service_of_signing_name, touched_services


@pytest.mark.parametrize(
    ("service", "action", "expected"),
    [
        ("ec2", "DescribeVpcs", False),
        ("ec2", "CreateVpc", True),
        ("iam", "GetRole", False),
        ("iam", "SimulatePrincipalPolicy", False),
        ("s3", "HeadObject", False),
        ("s3", "PutObject", True),
        ("s3", "SelectObjectContent", False),
        ("kms", "Decrypt", False),
        ("kms", "EnableKeyRotation", True),
        ("sts", "AssumeRole", False),
        ("sqs", "ReceiveMessage", True),
        ("ecr", "BatchGetImage", False),
        ("ecr", "BatchDeleteImage", True),
        ("logs", "FilterLogEvents", False),
    ],
)
def test_is_mutating(service: str, action: str, expected: bool) -> None:
    """By name, with the exceptions of a few services."""
    assert is_mutating(service, action) is expected


def test_a_session_is_kept_although_it_is_a_reading_action() -> None:
    """AssumeRole opens a session, which must survive a crash."""
    assert changes_state("sts", "AssumeRole")
    assert not changes_state("sts", "GetCallerIdentity")
    assert "iam" in touched_services("sts")


@pytest.mark.parametrize(
    ("name", "path", "version", "expected"),
    [
        ("monitoring", "/", "", "cloudwatch"),
        ("elasticloadbalancing", "/", "2015-12-01", "elbv2"),
        ("elasticloadbalancing", "/", "2012-06-01", "elb"),
        ("s3", "/v20180820/configuration/publicAccessBlock", "", "s3control"),
        ("s3", "/bucket", "", "s3"),
        ("ec2", "/", "", "ec2"),
    ],
)
def test_service_of_signing_name(name: str, path: str, version: str, expected: str) -> None:
    """boto3's name."""
    assert service_of_signing_name(name, path=path, version=version) == expected
