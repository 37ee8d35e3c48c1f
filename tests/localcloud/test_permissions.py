"""The tools around policies: the simulator, the use of statements, what services may do in a role's name."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

from tests.localcloud import identities
from tests.localcloud.identities import ACCOUNT, TRUST_ACCOUNT, clients, document, refused, trust

user = identities.user


def test_simulator_says_what_is_enforced(cloud: Any) -> None:
    """For a role with a boundary: allowed, silent, denied, limited; and which context it lacked."""
    iam = cloud.client("iam")
    boundary = iam.create_policy(PolicyName="sim-boundary", PolicyDocument=document({"Action": ["s3:*", "sqs:*"]}))
    arn = iam.create_role(
        RoleName="sim", AssumeRolePolicyDocument=trust(TRUST_ACCOUNT), PermissionsBoundary=boundary["Policy"]["Arn"]
    )["Role"]["Arn"]
    policy = document(
        {"Action": ["s3:GetObject", "ec2:*"], "Resource": ["arn:aws:s3:::b/*", "*"]},
        {"Action": "sqs:*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}},
        {"Effect": "Deny", "Action": "s3:DeleteObject"},
    )
    iam.put_role_policy(RoleName="sim", PolicyName="own", PolicyDocument=policy)
    actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "ec2:RunInstances", "sqs:SendMessage"]
    found = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=actions, ResourceArns=["arn:aws:s3:::b/k"])
    decisions = {each["EvalActionName"]: each for each in found["EvaluationResults"]}
    assert [decisions[action]["EvalDecision"] for action in actions] == [
        "allowed", "implicitDeny", "explicitDeny", "implicitDeny", "implicitDeny",
    ]  # fmt: skip
    assert decisions["s3:GetObject"]["MatchedStatements"][0]["SourcePolicyId"] == "sim/own"
    assert not decisions["ec2:RunInstances"]["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"]
    assert decisions["sqs:SendMessage"]["MissingContextValues"] == ["aws:RequestedRegion"]
    entry = {"ContextKeyName": "aws:RequestedRegion", "ContextKeyValues": ["eu-west-1"], "ContextKeyType": "string"}
    found = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["sqs:SendMessage"], ContextEntries=[entry])
    assert found["EvaluationResults"][0]["EvalDecision"] == "allowed"
    found = iam.simulate_custom_policy(
        PolicyInputList=[document({"Action": "ec2:*"})], ActionNames=["ec2:RunInstances"]
    )
    assert found["EvaluationResults"][0]["EvalDecision"] == "allowed"
    error = refused(lambda: iam.simulate_principal_policy(PolicySourceArn=f"{arn}x", ActionNames=["s3:GetObject"]))
    assert error["Error"]["Code"] == "NoSuchEntity"
    error = refused(lambda: iam.simulate_custom_policy(PolicyInputList=["{"], ActionNames=["s3:GetObject"]))
    assert error["Error"]["Code"] == "InvalidInput"


def test_use_of_statements(cloud: Any) -> None:
    """The control path and the command line say which statements a role's calls used."""
    iam = cloud.client("iam")
    arn = iam.create_role(RoleName="used", AssumeRolePolicyDocument=trust(TRUST_ACCOUNT))["Role"]["Arn"]
    policy = document(
        {"Sid": "Look", "Action": ["ec2:DescribeVpcs", "ec2:DescribeSubnets"]}, {"Sid": "Idle", "Action": "sqs:*"}
    )
    iam.put_role_policy(RoleName="used", PolicyName="own", PolicyDocument=policy)
    keys = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="run")["Credentials"]
    session = clients(cloud, keys)
    session("ec2").describe_vpcs()
    refused(session("iam").list_users)
    found = cloud.control.get("permissions?role=used")
    assert found["unused"] == [{"policy": "used/own", "statement": "Idle"}]
    assert found["statements"][0] == {
        "policy": "used/own", "statement": "Look", "effect": "Allow", "calls": 1, "actions": {"ec2:DescribeVpcs": 1},
        "idle": ["ec2:DescribeSubnets"],
    }  # fmt: skip
    assert [each["action"] for each in found["refusals"]] == ["iam:ListUsers"]
    shown = subprocess.run(
        [sys.executable, "-m", "localcloud", "permissions", "--state", str(cloud.state), "--role", "used"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "unused  used/own Idle: sqs:*" in shown


def test_replication_acts_with_its_role(cloud: Any) -> None:
    """Without the permissions of the role an object fails to replicate, as with AWS; with them its copy arrives."""
    iam, s3 = cloud.client("iam"), cloud.client("s3")
    for name in ("rep-from", "rep-to"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    service = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="rep", AssumeRolePolicyDocument=trust(service))
    rule = {
        "ID": "all", "Priority": 1, "Status": "Enabled", "Filter": {}, "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::rep-to"},
    }  # fmt: skip
    s3.put_bucket_replication(
        Bucket="rep-from",
        ReplicationConfiguration={"Role": f"arn:aws:iam::{ACCOUNT}:role/rep", "Rules": [rule]},
    )

    def outcome(key: str) -> str:
        s3.put_object(Bucket="rep-from", Key=key, Body=b"a")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            status: str = s3.head_object(Bucket="rep-from", Key=key)["ReplicationStatus"]
            if status != "PENDING":
                return status
            time.sleep(0.05)
        raise AssertionError(f"{key} stays PENDING")

    assert outcome("nothing") == "FAILED"
    reading = {
        "Action": ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
        "Resource": "arn:aws:s3:::rep-from/*",
    }
    look = {"Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"], "Resource": "arn:aws:s3:::rep-from"}
    iam.put_role_policy(RoleName="rep", PolicyName="own", PolicyDocument=document(reading, look))
    assert outcome("no-write") == "FAILED"
    writing = {"Action": ["s3:ReplicateObject", "s3:ReplicateTags"], "Resource": "arn:aws:s3:::rep-to/*"}
    iam.put_role_policy(RoleName="rep", PolicyName="own", PolicyDocument=document(reading, look, writing))
    assert outcome("all") == "COMPLETED"
    iam.update_assume_role_policy(RoleName="rep", PolicyDocument=trust(TRUST_ACCOUNT))
    assert outcome("not-trusted") == "FAILED"


def test_first_use_of_a_service_makes_its_role(cloud: Any, user: Any) -> None:
    """In the caller's name: refused to who may not make it; once it is there nobody needs to.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
    """
    create = {"Action": ["access-analyzer:*"]}
    arn = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/access-analyzer.amazonaws.com/*"
    condition = {"StringEquals": {"iam:AWSServiceName": "access-analyzer.amazonaws.com"}}
    make = {"Action": "iam:CreateServiceLinkedRole", "Resource": arn, "Condition": condition}
    without, with_it = user(create)("accessanalyzer"), user(create, make)("accessanalyzer")
    error = refused(lambda: without.create_analyzer(analyzerName="a", type="ACCOUNT"))
    assert "iam:CreateServiceLinkedRole" in error["Error"]["Message"]
    with_it.create_analyzer(analyzerName="a", type="ACCOUNT")
    role = cloud.client("iam").get_role(RoleName="AWSServiceRoleForAccessAnalyzer")["Role"]
    assert role["Path"] == "/aws-service-role/access-analyzer.amazonaws.com/"
    with_it.delete_analyzer(analyzerName="a")
    without.create_analyzer(analyzerName="a", type="ACCOUNT")


def test_passwords_kept_by_rds_are_secrets_of_the_caller(user: Any) -> None:
    """https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-permissions"""
    rds = user({"Action": ["rds:*", "iam:CreateServiceLinkedRole"]})("rds")
    error = refused(
        lambda: rds.create_db_instance(
            DBInstanceIdentifier="kept", DBInstanceClass="db.t4g.micro", Engine="postgres", AllocatedStorage=20,
            MasterUsername="me", ManageMasterUserPassword=True,
        )
    )  # fmt: skip
    assert "secretsmanager:CreateSecret" in error["Error"]["Message"]
