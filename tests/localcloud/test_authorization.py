"""Policies are enforced for everybody but root: each protocol, each kind of policy, and what the record says of it."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from tests.localcloud.identities import (
    ACCOUNT,
    ROOT,
    TRUST_ACCOUNT,
    clients,
    document,
    last,
    refused,
    role,
    trust,
    user,
)

__all__ = ["role", "user"]  # fixtures

PROTOCOLS = [
    ("ec2", "describe_vpcs", {}, "ec2:DescribeVpcs", "UnauthorizedOperation", 403),
    ("iam", "list_roles", {}, "iam:ListRoles", "AccessDenied", 403),
    ("rds", "describe_db_instances", {}, "rds:DescribeDBInstances", "AccessDenied", 403),
    ("sns", "list_topics", {}, "sns:ListTopics", "AuthorizationError", 403),
    ("elbv2", "describe_load_balancers", {}, "elasticloadbalancing:DescribeLoadBalancers", "AccessDenied", 403),
    ("ssm", "describe_parameters", {}, "ssm:DescribeParameters", "AccessDeniedException", 400),
    ("secretsmanager", "list_secrets", {}, "secretsmanager:ListSecrets", "AccessDeniedException", 400),
    ("dynamodb", "list_tables", {}, "dynamodb:ListTables", "AccessDeniedException", 400),
    ("sqs", "list_queues", {}, "sqs:ListQueues", "AccessDenied", 403),
    ("kms", "list_keys", {}, "kms:ListKeys", "AccessDeniedException", 400),
    ("eks", "list_clusters", {}, "eks:ListClusters", "AccessDeniedException", 403),
    ("opensearch", "list_domain_names", {}, "es:ListDomainNames", "AccessDeniedException", 403),
    ("cloudwatch", "describe_alarms", {}, "cloudwatch:DescribeAlarms", "AccessDenied", 403),
    ("s3", "list_buckets", {}, "s3:ListAllMyBuckets", "AccessDenied", 403),
    ("route53", "list_hosted_zones", {}, "route53:ListHostedZones", "AccessDenied", 403),
    ("cloudfront", "list_distributions", {}, "cloudfront:ListDistributions", "AccessDenied", 403),
    ("resourcegroupstaggingapi", "get_resources", {}, "tag:GetResources", "AccessDeniedException", 400),
]


@pytest.mark.parametrize(("service", "method", "parameters", "action", "code", "status"), PROTOCOLS)
def test_every_protocol(  # noqa: PLR0917 - one row of the table
    cloud: Any,
    user: Any,
    service: str,
    method: str,
    parameters: dict[str, Any],
    action: str,
    code: str,
    status: int,
) -> None:
    """Refused without a statement, in the words of the service; allowed with one, which the record names."""
    nobody, somebody = user(), user({"Sid": "One", "Action": action})
    error = refused(lambda: getattr(nobody(service), method)(**parameters))
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert f"is not authorized to perform: {action} on resource: " in error["Error"]["Message"]
    assert f"because no identity-based policy allows the {action} action" in error["Error"]["Message"]
    denied = last(cloud, service)
    assert (denied["status"], denied["decision"]["outcome"]) == (status, "implicitDeny")
    getattr(somebody(service), method)(**parameters)
    decision = last(cloud, service)["decision"]
    assert decision["allowed"] is True
    (spoken,) = decision["statements"]
    assert (spoken["action"], spoken["statement"], spoken["policy"].partition("/")[2]) == (action, "One", "own")


def test_root_and_identity_need_no_permission(cloud: Any, user: Any) -> None:
    """Root is judged by nobody; everybody may ask who they are."""
    cloud.client("iam").list_roles()
    assert last(cloud, "iam")["decision"] is None
    user()("sts").get_caller_identity()


def test_statements_name_resources(cloud: Any, user: Any) -> None:
    """A bucket of another name, or an object besides the prefix, is none of theirs."""
    s3 = cloud.client("s3")
    for name in ("auth-mine", "auth-other"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket=name, Key="in/a", Body=b"a")
    mine = user(
        {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::auth-mine/in/*"},
        {
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::auth-mine",
            "Condition": {"StringLike": {"s3:prefix": ["in/*"]}},
        },
    )("s3")
    mine.get_object(Bucket="auth-mine", Key="in/a")
    mine.head_object(Bucket="auth-mine", Key="in/a")
    mine.copy_object(Bucket="auth-mine", Key="in/b", CopySource={"Bucket": "auth-mine", "Key": "in/a"})
    assert [each["Key"] for each in mine.list_objects_v2(Bucket="auth-mine", Prefix="in/")["Contents"]] == [
        "in/a",
        "in/b",
    ]
    for call in (
        lambda: mine.list_objects_v2(Bucket="auth-mine"),
        lambda: mine.get_object(Bucket="auth-other", Key="in/a"),
        lambda: mine.put_object(Bucket="auth-mine", Key="out/a", Body=b""),
        lambda: mine.copy_object(Bucket="auth-mine", Key="in/c", CopySource={"Bucket": "auth-other", "Key": "in/a"}),
        lambda: mine.delete_objects(Bucket="auth-mine", Delete={"Objects": [{"Key": "in/a"}]}),
        lambda: mine.put_bucket_versioning(Bucket="auth-mine", VersioningConfiguration={"Status": "Enabled"}),
    ):
        assert refused(call)["Error"]["Code"] == "AccessDenied"
    assert (
        'on resource: "arn:aws:s3:::auth-mine"'
        in refused(lambda: mine.list_objects_v2(Bucket="auth-mine"))["Error"]["Message"]
    )


def test_session_policy_and_boundary_limit(cloud: Any, role: Any) -> None:
    """A session is allowed what role, boundary and session policy have in common."""
    iam = cloud.client("iam")
    boundary = iam.create_policy(PolicyName="auth-boundary", PolicyDocument=document({"Action": ["ec2:*", "rds:*"]}))
    arn = boundary["Policy"]["Arn"]
    limited = role({}, boundary=arn, Policy=document({"Action": ["ec2:*", "sqs:*"]}))
    limited("ec2").describe_vpcs()
    kinds = {each["kind"] for each in last(cloud, "ec2")["decision"]["statements"]}
    assert kinds == {"identity-based policy", "permissions boundary", "session policy"}
    message = refused(limited("rds").describe_db_instances)["Error"]["Message"]
    assert message.endswith("because no session policy allows the rds:DescribeDBInstances action")
    message = refused(limited("sqs").list_queues)["Error"]["Message"]
    assert message.endswith("because no permissions boundary allows the sqs:ListQueues action")


def test_groups_managed_policies_and_denies(cloud: Any, user: Any) -> None:
    """Policies of groups and of Amazon count; a deny wins over them."""
    iam = cloud.client("iam")
    watcher = user(name="watcher")
    iam.create_group(GroupName="watchers")
    iam.attach_group_policy(GroupName="watchers", PolicyArn="arn:aws:iam::aws:policy/job-function/ViewOnlyAccess")
    iam.add_user_to_group(GroupName="watchers", UserName="watcher")
    watcher("ec2").describe_vpcs()
    policy = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
    assert last(cloud, "ec2")["decision"]["statements"][0]["policy"] == policy
    refused(lambda: watcher("ec2").create_vpc(CidrBlock="10.9.0.0/16"))
    denied = document({"Sid": "NotThese", "Effect": "Deny", "Action": "ec2:Describe*"})
    iam.put_user_policy(UserName="watcher", PolicyName="deny", PolicyDocument=denied)
    assert (
        "with an explicit deny in an identity-based policy" in refused(watcher("ec2").describe_vpcs)["Error"]["Message"]
    )
    assert last(cloud, "ec2")["decision"]["statements"][0]["statement"] == "NotThese"


def test_trust_policies(cloud: Any, user: Any) -> None:
    """A role is assumed where its trust names the caller, or the account and the caller's policies allow it."""
    iam = cloud.client("iam")
    caller = user({"Action": "sts:AssumeRole"}, name="assumer")("sts")
    powerless = user(name="powerless")("sts")
    rows = {
        "by-account": TRUST_ACCOUNT,
        "by-name": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/powerless"},
            "Action": "sts:AssumeRole",
        },
        "by-id": TRUST_ACCOUNT | {"Condition": {"StringEquals": {"sts:ExternalId": "secret-word"}}},
        "for-ec2": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    }
    for name, statement in rows.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(statement))

    def assume(sts: Any, name: str, **more: Any) -> Any:
        return sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="run", **more)

    assume(caller, "by-account")
    refused(lambda: assume(powerless, "by-account"))
    assume(powerless, "by-name")
    refused(lambda: assume(caller, "by-name"))
    refused(lambda: assume(caller, "by-id"))
    assume(caller, "by-id", ExternalId="secret-word")
    assert refused(lambda: assume(caller, "for-ec2"))["Error"]["Code"] == "AccessDenied"
    # the trust allows tags, the caller's policy does not
    refused(lambda: assume(caller, "by-account", Tags=[{"Key": "team", "Value": "media"}]))
    assert refused(lambda: assume(caller, "by-account", DurationSeconds=7200))["Error"]["Code"] == "ValidationError"


def test_pods_sessions_carry_tags(cloud: Any, role: Any) -> None:
    """As EKS Pod Identity opens them: tags of the session stand in variables, and the caller's own prefix is all it reads."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="auth-pods", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for namespace in ("platform", "other"):
        s3.put_object(Bucket="auth-pods", Key=f"{namespace}/a", Body=b"a")
    pod = role(
        {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::auth-pods/${aws:PrincipalTag/kubernetes-namespace}/*"},
        Tags=[{"Key": "kubernetes-namespace", "Value": "platform"}, {"Key": "eks-cluster-name", "Value": "local"}],
    )("s3")
    pod.get_object(Bucket="auth-pods", Key="platform/a")
    assert refused(lambda: pod.get_object(Bucket="auth-pods", Key="other/a"))["Error"]["Code"] == "AccessDenied"


def token(**claims: Any) -> str:
    """A token as GitHub's provider makes them, unsigned."""
    parts = [json.dumps(each).encode() for each in ({"alg": "RS256"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "signature"])


def test_web_identity(cloud: Any) -> None:
    """A pipeline's token opens a session only for its repository and environment, and for the audience that is registered."""
    iam, sts = cloud.client("iam"), cloud.client("sts")
    issuer = "token.actions.githubusercontent.com"
    provider = iam.create_open_id_connect_provider(
        Url=f"https://{issuer}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["f" * 40]
    )["OpenIDConnectProviderArn"]
    condition = {
        "StringEquals": {
            f"{issuer}:aud": "sts.amazonaws.com",
            f"{issuer}:sub": "repo:creator/platform:environment:prod",
        }
    }
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    arn = iam.create_role(RoleName="pipeline", AssumeRolePolicyDocument=trust(statement))["Role"]["Arn"]

    def assume(**claims: Any) -> Any:
        held = {
            "iss": f"https://{issuer}",
            "aud": "sts.amazonaws.com",
            "sub": "repo:creator/platform:environment:prod",
            "exp": int(time.time()) + 300,
        }
        return sts.assume_role_with_web_identity(
            RoleArn=arn, RoleSessionName="ci", WebIdentityToken=token(**{**held, **claims})
        )

    session = clients(cloud, assume()["Credentials"])
    assert session("sts").get_caller_identity()["Arn"].endswith("assumed-role/pipeline/ci")
    refused(session("ec2").describe_vpcs)
    assert refused(lambda: assume(sub="repo:creator/platform:ref:refs/heads/x"))["Error"]["Code"] == "AccessDenied"
    assert refused(lambda: assume(aud="another"))["Error"]["Code"] == "InvalidIdentityToken"
    assert refused(lambda: assume(iss="https://elsewhere.example"))["Error"]["Code"] == "InvalidIdentityToken"
    assert refused(lambda: assume(exp=1))["Error"]["Code"] == "ExpiredTokenException"


def test_keys_are_rooted_in_their_policy(cloud: Any, user: Any) -> None:
    """Identity policies count for a KMS key only where its policy lets the account decide."""
    kms = cloud.client("kms")
    user(name="keeper")
    powerful = user({"Action": "kms:*"}, name="powerful")("kms")
    statement = {"Sid": "Keeper", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/keeper"}, "Action": "kms:*"}
    closed = kms.create_key(Policy=document(statement), BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["KeyId"]
    opened = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/auth-opened", TargetKeyId=opened)
    powerful.encrypt(KeyId=opened, Plaintext=b"a")
    blob = powerful.encrypt(KeyId="alias/auth-opened", Plaintext=b"a")["CiphertextBlob"]
    error = refused(lambda: powerful.encrypt(KeyId=closed, Plaintext=b"a"))["Error"]
    assert error["Message"].endswith("because no resource-based policy allows the kms:Encrypt action")
    by_alias = user(
        {
            "Action": "kms:Decrypt",
            "Resource": "arn:aws:kms:*:*:key/*",
            "Condition": {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/auth-*"}},
        }
    )("kms")
    assert by_alias.decrypt(CiphertextBlob=blob)["Plaintext"] == b"a"
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    refused(lambda: by_alias.decrypt(CiphertextBlob=kms.encrypt(KeyId=other, Plaintext=b"a")["CiphertextBlob"]))
    grantee = user(name="grantee")("kms")
    refused(lambda: grantee.encrypt(KeyId=other, Plaintext=b"a"))
    kms.create_grant(KeyId=other, GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:user/grantee", Operations=["Encrypt"])
    grantee.encrypt(KeyId=other, Plaintext=b"a")


def test_a_key_denies_one_call(cloud: Any, user: Any) -> None:
    """What the policy of a key denies, the caller's own cannot allow; the rest goes on."""
    reader = user({"Action": "kms:*"}, name="reader")("kms")
    everybody = {"Sid": "All", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*"}
    denial = {
        "Sid": "Denial", "Effect": "Deny", "Action": "kms:GetKeyRotationStatus",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/reader"},
    }  # fmt: skip
    key = cloud.client("kms").create_key(Policy=document(everybody, denial))["KeyMetadata"]["KeyId"]
    refused(lambda: reader.get_key_rotation_status(KeyId=key))
    assert reader.describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key


def test_keys_behind_other_resources(cloud: Any, user: Any) -> None:
    """An encrypted object is read by who may use its key too."""
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="auth-keys", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="auth-keys", Key="a", Body=b"a", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    reads = {"Action": "s3:GetObject"}
    error = refused(lambda: user(reads)("s3").get_object(Bucket="auth-keys", Key="a"))["Error"]
    assert "not authorized to perform: kms:Decrypt" in error["Message"]
    via = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    user(reads, {"Action": "kms:Decrypt", "Condition": via})("s3").get_object(Bucket="auth-keys", Key="a")
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket="auth-keys", ServerSideEncryptionConfiguration={"Rules": [default]})
    writes = {"Action": ["s3:PutObject", "ssm:*", "sqs:*", "secretsmanager:*"]}
    denied, granted = user(writes), user(writes, {"Action": ["kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt"]})
    cloud.client("secretsmanager").create_secret(Name="auth-secret", SecretString="word", KmsKeyId=key)
    cloud.client("ssm").put_parameter(Name="/auth", Value="word", Type="SecureString", KeyId=key)
    url = cloud.client("sqs").create_queue(QueueName="auth-keys", Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    for call in (
        lambda made: made("s3").put_object(Bucket="auth-keys", Key="b", Body=b"b"),
        lambda made: made("ssm").get_parameter(Name="/auth", WithDecryption=True),
        lambda made: made("sqs").send_message(QueueUrl=url, MessageBody="a"),
        lambda made: made("secretsmanager").get_secret_value(SecretId="auth-secret"),
    ):
        assert "kms:" in refused(lambda call=call: call(denied))["Error"]["Message"]
        call(granted)
    denied("ssm").get_parameter(Name="/auth")


def test_resource_policies_grant_and_deny(cloud: Any, user: Any) -> None:
    """A bucket or queue policy grants to whom it names, and denies whomever it excludes."""
    s3, sqs = cloud.client("s3"), cloud.client("sqs")
    s3.create_bucket(Bucket="auth-policy", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="auth-policy", Key="a", Body=b"a")
    named = user(name="named")
    admin = user({}, name="admin")
    objects = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::auth-policy/*"}
    others = {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:user/named", ROOT]}}
    policy = document(
        objects | {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/named"}},
        objects | {"Sid": "OnlyNamed", "Effect": "Deny", "Principal": "*", "Condition": others},
    )
    s3.put_bucket_policy(Bucket="auth-policy", Policy=policy)
    named("s3").get_object(Bucket="auth-policy", Key="a")
    assert last(cloud, "s3")["decision"]["statements"][0]["kind"] == "resource-based policy"
    error = refused(lambda: admin("s3").get_object(Bucket="auth-policy", Key="a"))["Error"]
    assert error["Message"].endswith("with an explicit deny in a resource-based policy")
    url = sqs.create_queue(QueueName="auth-queue")["QueueUrl"]
    refused(lambda: named("sqs").send_message(QueueUrl=url, MessageBody="a"))
    allow = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/named"}, "Action": "sqs:SendMessage"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(allow)})
    named("sqs").send_message(QueueUrl=url, MessageBody="a")


def test_roles_are_passed_to_services_that_are_named(cloud: Any, user: Any) -> None:
    """iam:PassRole, with iam:PassedToService."""
    iam, ec2 = cloud.client("iam"), cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    service = {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName="auth-flow", AssumeRolePolicyDocument=trust(service))["Role"]["Arn"]
    cloud.client("logs").create_log_group(logGroupName="auth-flow")

    def create(made: Any) -> Any:
        return made("ec2").create_flow_logs(
            ResourceIds=[vpc],
            ResourceType="VPC",
            TrafficType="ALL",
            LogGroupName="auth-flow",
            DeliverLogsPermissionArn=arn,
        )

    flows = {"Action": "ec2:CreateFlowLogs"}

    def passing(to: str) -> dict[str, Any]:
        return {"Action": "iam:PassRole", "Resource": arn, "Condition": {"StringEquals": {"iam:PassedToService": to}}}

    assert "iam:PassRole" in refused(lambda: create(user(flows)))["Error"]["Message"]
    refused(lambda: create(user(flows, passing("ec2.amazonaws.com"))))
    create(user(flows, passing("vpc-flow-logs.amazonaws.com")))


def test_tags_decide(cloud: Any, user: Any) -> None:
    """aws:RequestTag on what is made, aws:ResourceTag on what is there, and ec2:CreateTags for tags at creation."""
    ec2 = cloud.client("ec2")
    tag = [{"Key": "environment", "Value": "local"}]
    mine = ec2.create_vpc(CidrBlock="10.7.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tag}])["Vpc"][
        "VpcId"
    ]
    other = ec2.create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]
    made = user(
        {"Action": "ec2:CreateVpc", "Condition": {"StringEquals": {"aws:RequestTag/environment": "local"}}},
        {"Action": "ec2:CreateTags", "Condition": {"StringEquals": {"ec2:CreateAction": "CreateVpc"}}},
        {"Action": "ec2:DeleteVpc", "Condition": {"StringEquals": {"aws:ResourceTag/environment": "local"}}},
    )("ec2")
    made.create_vpc(CidrBlock="10.5.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tag}])
    refused(lambda: made.create_vpc(CidrBlock="10.4.0.0/16"))
    refused(lambda: made.create_tags(Resources=[mine], Tags=tag))
    refused(lambda: made.delete_vpc(VpcId=other))
    made.delete_vpc(VpcId=mine)


def test_regions(user: Any) -> None:
    """aws:RequestedRegion."""
    there = user({"Action": "ec2:*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}})
    there("ec2", "eu-central-1").describe_vpcs()
    refused(there("ec2", "eu-west-1").describe_vpcs)
