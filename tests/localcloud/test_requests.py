"""The record of requests, and who may make them."""

from __future__ import annotations

import datetime
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

TRUST = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture(autouse=True)
def _clear(cloud: Any) -> Iterator[None]:
    cloud.control.delete("requests")
    return


def records(cloud: Any, **filters: str) -> list[dict[str, Any]]:
    """Recorded requests that meet the filters."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return cloud.control.get(f"requests?{query}")


def test_what_a_record_holds(cloud: Any) -> None:
    """Action, service, region, principal, parameters, status and duration."""
    cloud.client("ec2", "eu-central-1").create_vpc(CidrBlock="10.1.0.0/16")
    (record,) = records(cloud)
    assert record["service"], record["action"] == ("ec2", "CreateVpc")
    assert record["region"] == "eu-central-1"
    assert record["principal"] == "arn:aws:iam::123456789012:root"
    assert record["parameters"]["CidrBlock"] == "10.1.0.0/16"
    assert (record["status"], record["mutating"], record["fault"], record["code"]) == (200, True, None, None)
    assert record["seconds"] > 0
    assert datetime.datetime.fromisoformat(record["time"].replace("Z", "+00:00")).tzinfo is not None


def test_a_client_may_take_the_cloud_for_its_proxy(cloud: Any) -> None:
    """S3 Control has the account in its host's name, which no name server knows here; the whole URI is sent then."""
    control = boto3.session.Session().client(
        "s3control",
        region_name=cloud.content.region,
        endpoint_url=cloud.content.endpoint.replace("://", "://123456789012."),
        aws_access_key_id=cloud.content.access_key_id,
        aws_secret_access_key=cloud.content.secret_access_key,
        config=Config(proxies={"http": cloud.content.endpoint}, inject_host_prefix=False),
    )
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    settings = dict.fromkeys(names, True)
    control.put_public_access_block(AccountId="123456789012", PublicAccessBlockConfiguration=settings)
    found = control.get_public_access_block(AccountId="123456789012")["PublicAccessBlockConfiguration"]
    assert found == settings


def test_each_protocol_is_identified(cloud: Any) -> None:
    """query, ec2, json, rest-json, rest-xml."""
    cloud.client("iam").list_roles()
    cloud.client("ec2").describe_vpcs()
    cloud.client("ssm").describe_parameters()
    cloud.client("eks").list_clusters()
    cloud.client("route53").list_hosted_zones()
    cloud.client("elbv2").describe_load_balancers()
    cloud.client("cloudwatch").describe_alarms()
    cloud.client("logs").describe_log_groups()
    cloud.client("events").list_rules()
    cloud.client("secretsmanager").list_secrets()
    cloud.client("resourcegroupstaggingapi").get_resources()
    found = [(record["service"], record["action"]) for record in records(cloud, mutating="false")]
    assert found == [
        ("iam", "ListRoles"), ("ec2", "DescribeVpcs"), ("ssm", "DescribeParameters"), ("eks", "ListClusters"),
        ("route53", "ListHostedZones"), ("elbv2", "DescribeLoadBalancers"), ("cloudwatch", "DescribeAlarms"),
        ("logs", "DescribeLogGroups"), ("events", "ListRules"), ("secretsmanager", "ListSecrets"),
        ("resourcegroupstaggingapi", "GetResources"),
    ]  # fmt: skip


def test_s3_sub_resources_are_told_apart(cloud: Any) -> None:
    """One path, many operations."""
    client = cloud.client("s3")
    client.create_bucket(Bucket="told", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_bucket_versioning(Bucket="told", VersioningConfiguration={"Status": "Enabled"})
    client.get_bucket_versioning(Bucket="told")
    client.put_object(Bucket="told", Key="a", Body=b"a")
    client.copy_object(Bucket="told", Key="b", CopySource={"Bucket": "told", "Key": "a"})
    client.put_object_tagging(Bucket="told", Key="a", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    client.list_objects_v2(Bucket="told")
    client.list_object_versions(Bucket="told")
    client.head_object(Bucket="told", Key="a")
    client.get_object(Bucket="told", Key="a")["Body"].read()
    client.delete_objects(Bucket="told", Delete={"Objects": [{"Key": "a"}]})
    assert [record["action"] for record in records(cloud, service="s3")] == [
        "CreateBucket", "PutBucketVersioning", "GetBucketVersioning", "PutObject", "CopyObject", "PutObjectTagging",
        "ListObjectsV2", "ListObjectVersions", "HeadObject", "GetObject", "DeleteObjects",
    ]  # fmt: skip
    assert [record["action"] for record in records(cloud, service="s3", mutating="false")] == [
        "GetBucketVersioning", "ListObjectsV2", "ListObjectVersions", "HeadObject", "GetObject",
    ]  # fmt: skip


def test_no_secret_is_recorded(cloud: Any) -> None:
    """Neither over HTTP nor in the file."""
    cloud.client("secretsmanager").create_secret(Name="s", SecretString="hidden-1")
    cloud.client("ssm").put_parameter(Name="/s", Value="hidden-2", Type="SecureString")
    cloud.client("ssm").put_parameter(Name="/p", Value="shown", Type="String")
    cloud.client("secretsmanager").put_secret_value(
        SecretId="s", SecretString='{"username": "u", "password": "hidden-3"}'
    )
    cloud.client("iam").create_user(UserName="carol")
    cloud.client("iam").create_login_profile(UserName="carol", Password="hidden-4!A")
    with pytest.raises(botocore.exceptions.ClientError):
        cloud.client("rds").modify_db_instance(DBInstanceIdentifier="none", MasterUserPassword="hidden-5")
    text = json.dumps(records(cloud)) + (cloud.state / "requests.jsonl").read_text()
    assert "hidden" not in text
    assert "shown" in text
    assert cloud.content.secret_access_key not in text


def test_refused_request_is_recorded(cloud: Any) -> None:
    """With its code, and with nobody as principal."""
    with pytest.raises(botocore.exceptions.ClientError):
        cloud.client("sts", access_key_id="AKIAIOSFODNN7EXAMPLE").get_caller_identity()
    (record,) = records(cloud, status="4xx")
    assert (record["principal"], record["code"], record["status"]) == ("anonymous", "InvalidClientTokenId", 403)


def test_unknown_filter_is_refused(cloud: Any) -> None:
    """A filter that there is not must not look like no hits."""
    with pytest.raises(AssertionError, match="unknown filter 'servce'"):
        cloud.control.get("requests?servce=s3")


UNKNOWN = [
    ("ec2", "describe_vpcs", "AuthFailure"),
    ("rds", "describe_db_instances", "InvalidClientTokenId"),
    ("ssm", "describe_parameters", "UnrecognizedClientException"),
    ("eks", "list_clusters", "UnrecognizedClientException"),
    ("s3", "list_buckets", "InvalidAccessKeyId"),
    ("iam", "list_roles", "InvalidClientTokenId"),
]


@pytest.mark.parametrize(("service", "method", "code"), UNKNOWN)
def test_unknown_key_is_refused(cloud: Any, service: str, method: str, code: str) -> None:
    """In the words of the service."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        getattr(cloud.client(service, access_key_id="AKIAIOSFODNN7EXAMPLE"), method)()
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(("service", "method"), [(service, method) for service, method, _ in UNKNOWN])
def test_wrong_secret_is_refused(cloud: Any, service: str, method: str) -> None:
    """The signature is checked, not only the key's name."""
    with pytest.raises(botocore.exceptions.ClientError, match=r"SignatureDoesNotMatch|InvalidSignatureException"):
        getattr(cloud.client(service, secret_access_key="wrong"), method)()


def test_user_keys(cloud: Any) -> None:
    """A user's key is accepted until it is made inactive; the principal is the user."""
    iam = cloud.client("iam")
    iam.create_user(UserName="dave")
    key = iam.create_access_key(UserName="dave")["AccessKey"]
    mine = cloud.client("sts", access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])
    assert mine.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/dave"
    iam.update_access_key(UserName="dave", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidClientTokenId"):
        mine.get_caller_identity()


def test_role_sessions(cloud: Any) -> None:
    """A session is accepted with its token only; a role that is not there cannot be assumed."""
    cloud.client("iam").create_role(RoleName="deployer", AssumeRolePolicyDocument=TRUST)
    sts = cloud.client("sts")
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/absent", RoleSessionName="ci")
    keys = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/deployer", RoleSessionName="ci")["Credentials"]
    given = {"access_key_id": keys["AccessKeyId"], "secret_access_key": keys["SecretAccessKey"]}
    arn = cloud.client("sts", session_token=keys["SessionToken"], **given).get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::123456789012:assumed-role/deployer/ci"
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidClientTokenId"):
        cloud.client("sts", session_token="another", **given).get_caller_identity()


def test_root_identity(cloud: Any) -> None:
    """The key of state.json is the root user's."""
    assert cloud.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:root"


def test_presigned_url(cloud: Any) -> None:
    """A presigned URL works without a key, and not once it is changed."""
    client = cloud.client("s3", signature_version="s3v4")
    client.create_bucket(Bucket="signed", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_object(Bucket="signed", Key="a b/ü", Body=b"content")
    url = client.generate_presigned_url("get_object", Params={"Bucket": "signed", "Key": "a b/ü"}, ExpiresIn=60)
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"content"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url.replace("signed/a", "signed/b"))
    assert caught.value.code == 403
    old = cloud.client("s3", signature_version="s3").generate_presigned_url(
        "get_object", Params={"Bucket": "signed", "Key": "a"}
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(old)
    assert caught.value.code == 400


def test_unsigned_request_is_refused(cloud: Any) -> None:
    """Nothing but public S3 objects is read without a signature."""
    request = urllib.request.Request(f"{cloud.endpoint}/moto-api/reset", method="POST")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 403
