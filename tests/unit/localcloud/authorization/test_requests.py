"""From operations to actions and resources, held against the service authorization reference and botocore's models."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import botocore.session
import pytest

from localcloud.authorization import checks, naming, passing, reference, resources
from localcloud.authorization.resources import Place

ROOT = Path(__file__).resolve().parents[4]
PLACE = Place("eu-west-1", "123456789012")
SESSION = botocore.session.get_session()
SERVICES = (
    "accessanalyzer", "acm", "backup", "budgets", "cloudfront", "cloudtrail", "cloudwatch", "config", "dynamodb", "ec2", "ecr",
    "eks", "elbv2", "events", "guardduty", "iam", "kms", "logs", "opensearch", "rds", "resourcegroupstaggingapi", "route53", "s3",
    "s3control", "secretsmanager", "sns", "sqs", "ssm", "sts", "wafv2",
)  # fmt: skip


#: Judged on an ARN as the request has it, or on a new kind of resource that the library does not know with tags yet.
_FREE_FORM = {"iam:PassRole", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "ec2:CreateTags"} | {
    "elasticloadbalancing:SetRulePriorities",
    "cloudwatch:TagResource",
}


def script() -> ModuleType:
    """scripts/authorization_reference.py."""
    spec = importlib.util.spec_from_file_location("made", ROOT / "scripts" / "authorization_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def known(action: str) -> bool:
    """Whether the reference has an action."""
    prefix, _, name = action.partition(":")
    return name in reference._load()[prefix][0]


def test_reference_is_that_of_the_library() -> None:
    """What is kept in the repository is what the pinned library says: `scripts/authorization_reference.py` writes it."""
    module = script()
    assert module.TARGET.read_text(encoding="utf-8") == module.render(module.definition())


def test_named_exceptions_exist() -> None:
    """Every action that stands in a table is one of AWS's."""
    named = {f"s3:{name}" for table in (naming._S3, naming._S3_VERSIONED, naming._S3CONTROL) for name in table.values()}
    named |= {f"{reference.prefix_of(service)}:{name}" for (service, _), name in naming._OTHER.items()}
    named |= {f"{prefix}:{name}" for prefix, name in checks._TAGGING.items()}
    named |= {f"iam:{name}" for name in checks._IAM_TAGGING.values()} | {"iam:PassRole", "s3:BypassGovernanceRetention"}
    named |= {f"kms:{name}" for rows in passing.KEYS.values() for _, names, _ in rows for name in names}
    directory = {"s3:ListAllMyDirectoryBuckets"}  # of the prefix s3express
    assert {action for action in named if not known(action)} <= directory


def test_tables_name_types_and_parameters_that_exist() -> None:
    """Types of resources are the reference's, parameters are botocore's."""
    services = {
        reference.prefix_of(service): [
            each
            for each in SESSION.get_available_services()
            if reference.prefix_of(each) == reference.prefix_of(service)
        ]
        for service in [*SERVICES, "autoscaling", "lambda", "scheduler", "eks-auth"]
    }
    for prefix, types in resources._PARAMETERS.items():
        assert set(types) <= set(reference._load()[prefix][1]), prefix
        members: set[str] = set()
        for service in services[prefix]:
            model = SESSION.get_service_model(service)
            for operation in model.operation_names:
                shape = model.operation_model(operation).input_shape
                members |= set(shape.members) if shape is not None else set()
        words = {word.split(".")[0] for text in types.values() for word in text.replace("|", " ").split()} - {"*"}
        assert words <= members, prefix


@pytest.mark.parametrize("table", [passing.ROLES, passing.KEYS])
def test_passed_parameters_exist(table: dict[tuple[str, str], Any]) -> None:
    """Paths of roles and keys are those of the operations."""
    for (service, operation), rows in table.items():
        shape = SESSION.get_service_model(service).operation_model(operation).input_shape
        for path, *_ in rows:
            if operation in passing._RDS_MAKING and path not in shape.members:
                continue  # one list for all of them
            found = shape
            for step in path.split("."):
                found = found.member if step == "[]" else found.members[step]


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_judged_on_what_its_action_knows(service: str) -> None:
    """With every parameter given: ARNs of types of the action, or `*`, and no crash on parameters of any shape."""
    model = SESSION.get_service_model(service)
    for operation in model.operation_names:
        shape = model.operation_model(operation).input_shape
        parameters = {name: value(member) for name, member in shape.members.items()} if shape is not None else {}
        for check in checks.of(service, operation, parameters, PLACE):
            prefix, _, name = check.action.partition(":")
            kinds = reference.kinds(prefix, name)
            for arn in check.resources:
                fits = any(kind.is_arn_of(arn) for kind in kinds) or arn == "*"
                assert fits or check.action in _FREE_FORM or prefix in {"logs", "backup", "s3"}, (operation, check)


def value(shape: Any, depth: int = 0) -> Any:
    """A value of a shape."""
    if depth > 4:
        return None
    if shape.type_name == "structure":
        return {name: value(member, depth + 1) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [value(shape.member, depth + 1)]
    if shape.type_name == "map":
        return {"key": value(shape.value, depth + 1)}
    return {"boolean": True, "integer": 1, "long": 1, "string": "text"}.get(shape.type_name, "text")


ARN = "arn:aws:{}:eu-west-1:123456789012:{}"


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        ("s3", "ListObjectsV2", {"Bucket": "b"}, {"s3:ListBucket": ["arn:aws:s3:::b"]}),
        ("s3", "HeadBucket", {"Bucket": "b"}, {"s3:ListBucket": ["arn:aws:s3:::b"]}),
        ("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, {"s3:GetObject": ["arn:aws:s3:::b/k"]}),
        (
            "s3",
            "GetObject",
            {"Bucket": "b", "Key": "k", "VersionId": "1"},
            {"s3:GetObjectVersion": ["arn:aws:s3:::b/k"]},
        ),
        (
            "s3",
            "DeleteObject",
            {"Bucket": "b", "Key": "k", "VersionId": "1"},
            {"s3:DeleteObjectVersion": ["arn:aws:s3:::b/k"]},
        ),
        ("s3", "CreateMultipartUpload", {"Bucket": "b", "Key": "k"}, {"s3:PutObject": ["arn:aws:s3:::b/k"]}),
        ("s3", "PutBucketEncryption", {"Bucket": "b"}, {"s3:PutEncryptionConfiguration": ["arn:aws:s3:::b"]}),
        (
            "s3",
            "PutBucketLifecycleConfiguration",
            {"Bucket": "b"},
            {"s3:PutLifecycleConfiguration": ["arn:aws:s3:::b"]},
        ),
        ("s3", "PutPublicAccessBlock", {"Bucket": "b"}, {"s3:PutBucketPublicAccessBlock": ["arn:aws:s3:::b"]}),
        ("s3control", "PutPublicAccessBlock", {"AccountId": "1"}, {"s3:PutAccountPublicAccessBlock": ["*"]}),
        ("s3", "GetBucketReplication", {"Bucket": "b"}, {"s3:GetReplicationConfiguration": ["arn:aws:s3:::b"]}),
        ("s3", "ListBuckets", {}, {"s3:ListAllMyBuckets": ["*"]}),
        (
            "s3",
            "PutBucketReplication",
            {"Bucket": "b", "ReplicationConfiguration": {"Role": "arn:aws:iam::123456789012:role/r"}},
            {
                "s3:PutReplicationConfiguration": ["arn:aws:s3:::b"],
                "iam:PassRole": ["arn:aws:iam::123456789012:role/r"],
            },
        ),
        ("ec2", "DescribeVpcs", {"VpcIds": ["vpc-12345678"]}, {"ec2:DescribeVpcs": ["*"]}),
        (
            "ec2",
            "DisassociateRouteTable",
            {"AssociationId": "rtbassoc-12345678"},
            {"ec2:DisassociateRouteTable": [ARN.format("ec2", "route-table/*")]},
        ),
        ("ec2", "DeleteVpc", {"VpcId": "vpc-12345678"}, {"ec2:DeleteVpc": [ARN.format("ec2", "vpc/vpc-12345678")]}),
        (
            "ec2",
            "CreateSubnet",
            {
                "VpcId": "vpc-12345678",
                "TagSpecifications": [{"ResourceType": "subnet", "Tags": [{"Key": "a", "Value": "b"}]}],
            },
            {
                "ec2:CreateSubnet": [ARN.format("ec2", "vpc/vpc-12345678"), ARN.format("ec2", "subnet/*")],
                "ec2:CreateTags": [ARN.format("ec2", "subnet/*")],
            },
        ),
        (
            "iam",
            "CreateRole",
            {"RoleName": "r", "Path": "/ci/", "Tags": [{"Key": "a", "Value": "b"}]},
            {
                "iam:CreateRole": ["arn:aws:iam::123456789012:role/ci/r"],
                "iam:TagRole": ["arn:aws:iam::123456789012:role/ci/r"],
            },
        ),
        (
            "iam",
            "AttachRolePolicy",
            {"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/p"},
            {"iam:AttachRolePolicy": ["arn:aws:iam::123456789012:role/r"]},
        ),
        ("rds", "DescribeDBInstances", {}, {"rds:DescribeDBInstances": [ARN.format("rds", "db:*")]}),
        (
            "rds",
            "CreateDBSnapshot",
            {"DBInstanceIdentifier": "d", "DBSnapshotIdentifier": "s"},
            {"rds:CreateDBSnapshot": [ARN.format("rds", "db:d"), ARN.format("rds", "snapshot:s")]},
        ),
        (
            "rds",
            "CreateDBInstance",
            {"DBInstanceIdentifier": "d", "DBSubnetGroupName": "g"},
            {
                "rds:CreateDBInstance": [
                    ARN.format("rds", each) for each in ("db:d", "subgrp:g", "og:default:*", "pg:default.*")
                ]
            },
        ),
        (
            "eks",
            "DescribeNodegroup",
            {"clusterName": "c", "nodegroupName": "n"},
            {"eks:DescribeNodegroup": [ARN.format("eks", "nodegroup/c/n/*")]},
        ),
        (
            "eks",
            "CreateCluster",
            {"name": "c", "roleArn": "arn:aws:iam::1:role/r"},
            {"eks:CreateCluster": ["*"], "iam:PassRole": ["arn:aws:iam::1:role/r"]},
        ),
        (
            "eks",
            "DeleteAccessEntry",
            {"clusterName": "c", "principalArn": "arn:aws:iam::123456789012:role/ci/r"},
            {"eks:DeleteAccessEntry": [ARN.format("eks", "access-entry/c/role/123456789012/r/*")]},
        ),
        ("ecr", "DescribeRepositories", {}, {"ecr:DescribeRepositories": [ARN.format("ecr", "repository/*")]}),
        ("ssm", "GetParameter", {"Name": "/a/b:3"}, {"ssm:GetParameter": [ARN.format("ssm", "parameter/a/b")]}),
        (
            "ssm",
            "GetParametersByPath",
            {"Path": "/a/b"},
            {"ssm:GetParametersByPath": [ARN.format("ssm", "parameter/a/b")]},
        ),
        (
            "secretsmanager",
            "CreateSecret",
            {"Name": "s"},
            {"secretsmanager:CreateSecret": [ARN.format("secretsmanager", "secret:s-??????")]},
        ),
        (
            "sqs",
            "SendMessage",
            {"QueueUrl": "http://127.0.0.1/123456789012/q"},
            {"sqs:SendMessage": [ARN.format("sqs", "q")]},
        ),
        ("sns", "Publish", {"TopicArn": ARN.format("sns", "t")}, {"sns:Publish": [ARN.format("sns", "t")]}),
        ("events", "PutRule", {"Name": "r"}, {"events:PutRule": [ARN.format("events", "rule/r")]}),
        (
            "events",
            "PutTargets",
            {"Rule": "r", "EventBusName": "b"},
            {"events:PutTargets": [ARN.format("events", "rule/b/r")]},
        ),
        (
            "events",
            "PutEvents",
            {"Entries": [{}, {"EventBusName": "b"}]},
            {"events:PutEvents": [ARN.format("events", "event-bus/b"), ARN.format("events", "event-bus/default")]},
        ),
        (
            "logs",
            "CreateLogGroup",
            {"logGroupName": "/a"},
            {"logs:CreateLogGroup": [ARN.format("logs", "log-group:/a:log-stream:")]},
        ),
        ("logs", "DescribeLogGroups", {}, {"logs:DescribeLogGroups": ["*"]}),
        (
            "cloudwatch",
            "PutDashboard",
            {"DashboardName": "d"},
            {"cloudwatch:PutDashboard": ["arn:aws:cloudwatch::123456789012:dashboard/d"]},
        ),
        ("kms", "Encrypt", {"KeyId": "alias/a"}, {"kms:Encrypt": [ARN.format("kms", "key/alias/a")]}),
        (
            "kms",
            "CreateAlias",
            {"AliasName": "alias/a", "TargetKeyId": "k"},
            {"kms:CreateAlias": [ARN.format("kms", "alias/a"), ARN.format("kms", "key/k")]},
        ),
        (
            "budgets",
            "CreateBudget",
            {"Budget": {"BudgetName": "b"}},
            {"budgets:ModifyBudget": ["arn:aws:budgets::123456789012:budget/b"]},
        ),
        (
            "budgets",
            "DescribeBudget",
            {"BudgetName": "b"},
            {"budgets:ViewBudget": ["arn:aws:budgets::123456789012:budget/b"]},
        ),
        (
            "elbv2",
            "CreateLoadBalancer",
            {"Name": "l"},
            {"elasticloadbalancing:CreateLoadBalancer": [ARN.format("elasticloadbalancing", "loadbalancer/app/l/*")]},
        ),
        (
            "wafv2",
            "GetWebACL",
            {"Scope": "REGIONAL", "Name": "w", "Id": "1"},
            {"wafv2:GetWebACL": [ARN.format("wafv2", "regional/webacl/w/1")]},
        ),
        (
            "route53",
            "GetHostedZone",
            {"Id": "/hostedzone/Z1"},
            {"route53:GetHostedZone": ["arn:aws:route53:::hostedzone/Z1"]},
        ),
        (
            "route53",
            "ChangeTagsForResource",
            {"ResourceType": "healthcheck", "ResourceId": "h"},
            {"route53:ChangeTagsForResource": ["arn:aws:route53:::healthcheck/h"]},
        ),
        ("opensearch", "DescribeDomain", {"DomainName": "d"}, {"es:DescribeDomain": [ARN.format("es", "domain/d")]}),
        ("dynamodb", "PutItem", {"TableName": "t"}, {"dynamodb:PutItem": [ARN.format("dynamodb", "table/t")]}),
        ("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::1:role/r"}, {"sts:AssumeRole": ["arn:aws:iam::1:role/r"]}),
        ("sts", "GetCallerIdentity", {}, {}),
        (
            "backup",
            "StartRestoreJob",
            {"RecoveryPointArn": "arn:aws:rds:eu-west-1:1:snapshot:x", "IamRoleArn": "arn:aws:iam::1:role/r"},
            {
                "backup:StartRestoreJob": ["arn:aws:rds:eu-west-1:1:snapshot:x"],
                "iam:PassRole": ["arn:aws:iam::1:role/r"],
            },
        ),
        (
            "guardduty",
            "GetDetector",
            {"DetectorId": "d"},
            {"guardduty:GetDetector": [ARN.format("guardduty", "detector/d")]},
        ),
        ("someservice", "DoThing", {"Name": "n"}, {"someservice:DoThing": ["*"]}),
    ],
)
def test_requests(service: str, operation: str, parameters: dict[str, Any], expected: dict[str, list[str]]) -> None:
    """Actions with their resources."""
    found = {check.action: list(check.resources) for check in checks.of(service, operation, parameters, PLACE)}
    assert found == expected
