"""What was acknowledged is there after kill -9: one case per service, read back the same by the same call."""

from __future__ import annotations

import json
from typing import Any

import botocore.exceptions
import pytest

TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
})  # fmt: skip

OWN = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)


def restart(cloud: Any) -> None:
    """Kill the daemon as the kernel would, and start it again on its folder."""
    cloud.kill()
    cloud.up()


def comparable(value: Any) -> Any:
    """An answer without what differs from one request to the next."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items() if key != "ResponseMetadata"}
    return [comparable(item) for item in value] if isinstance(value, list) else value


def ec2(cloud: Any) -> Any:
    client = cloud.client("ec2")
    vpc = client.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnet = client.create_subnet(VpcId=vpc, CidrBlock="10.7.1.0/24")["Subnet"]["SubnetId"]
    group = client.create_security_group(VpcId=vpc, GroupName="web", Description="web")["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    client.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    client.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[group])
    client.create_tags(Resources=[vpc], Tags=[{"Key": "environment", "Value": "local"}])

    def read() -> Any:
        fresh = cloud.client("ec2")
        chosen = [{"Name": "vpc-id", "Values": [vpc]}]
        return [
            fresh.describe_vpcs(VpcIds=[vpc]),
            fresh.describe_subnets(Filters=chosen),
            fresh.describe_security_groups(Filters=chosen),
            fresh.describe_instances(),
            fresh.describe_images(ImageIds=[image]),
            fresh.describe_snapshots(OwnerIds=["self"]),
        ]

    return read


def iam(cloud: Any) -> Any:
    client = cloud.client("iam")
    client.create_role(RoleName="node", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "environment", "Value": "local"}])
    client.attach_role_policy(RoleName="node", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    policy = client.create_policy(PolicyName="own", PolicyDocument=OWN)["Policy"]["Arn"]
    client.attach_role_policy(RoleName="node", PolicyArn=policy)
    client.create_user(UserName="alice")

    def read() -> Any:
        fresh = cloud.client("iam")
        return [
            {key: value for key, value in fresh.get_role(RoleName="node")["Role"].items() if key != "RoleLastUsed"},
            fresh.list_attached_role_policies(RoleName="node"),
            fresh.get_policy(PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"),
            fresh.list_policies(Scope="Local"),
            fresh.list_users(),
            len(fresh.list_policies(Scope="AWS", MaxItems=1000)["Policies"]),
        ]

    return read


def sts(cloud: Any) -> Any:
    cloud.client("iam").create_role(RoleName="session", AssumeRolePolicyDocument=TRUST)
    got = cloud.client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/session", RoleSessionName="ses")[
        "Credentials"
    ]
    token = cloud.client("sts").get_session_token()["Credentials"]

    def read() -> Any:
        return [
            cloud.client(
                "sts",
                access_key_id=keys["AccessKeyId"],
                secret_access_key=keys["SecretAccessKey"],
                session_token=keys["SessionToken"],
            ).get_caller_identity()
            for keys in (got, token)
        ]

    return read


def s3(cloud: Any) -> Any:
    client = cloud.client("s3")
    client.create_bucket(Bucket="media", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_bucket_versioning(Bucket="media", VersioningConfiguration={"Status": "Enabled"})
    client.put_object(Bucket="media", Key="a/ä b.txt", Body=b"one", Metadata={"owner": "x"})
    client.put_object(Bucket="media", Key="a/ä b.txt", Body=b"two")
    client.put_object(Bucket="media", Key="gone", Body=b"gone")
    client.delete_object(Bucket="media", Key="gone")
    upload = client.create_multipart_upload(Bucket="media", Key="big")["UploadId"]
    part = client.upload_part(Bucket="media", Key="big", UploadId=upload, PartNumber=1, Body=b"x" * 6_000_000)
    client.complete_multipart_upload(
        Bucket="media", Key="big", UploadId=upload, MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
    )

    def read() -> Any:
        fresh = cloud.client("s3")
        versions = fresh.list_object_versions(Bucket="media")
        chosen = [{"Key": row["Key"], "VersionId": row["VersionId"]} for row in versions["Versions"]]
        bodies = [fresh.get_object(Bucket="media", **one)["Body"].read() for one in chosen]
        return [versions, bodies, fresh.get_bucket_location(Bucket="media")]

    return read


def rds(cloud: Any) -> Any:
    client = cloud.client("rds")
    client.create_db_parameter_group(DBParameterGroupName="own", DBParameterGroupFamily="postgres16", Description="own")

    def read() -> Any:
        return cloud.client("rds").describe_db_parameter_groups(DBParameterGroupName="own")

    return read


def eks(cloud: Any) -> Any:
    def read() -> Any:
        return cloud.client("eks").list_clusters()

    return read


def ecr(cloud: Any) -> Any:
    cloud.client("ecr").create_repository(repositoryName="web", imageTagMutability="IMMUTABLE")
    return lambda: cloud.client("ecr").describe_repositories()


def kms(cloud: Any) -> Any:
    client = cloud.client("kms")
    key = client.create_key(Description="data")["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName="alias/data", TargetKeyId=key)
    signing = client.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"]
    box = client.encrypt(KeyId=key, Plaintext=b"hidden")["CiphertextBlob"]

    def read() -> Any:
        fresh = cloud.client("kms")
        return [
            fresh.describe_key(KeyId="alias/data"),
            fresh.decrypt(CiphertextBlob=box)["Plaintext"],
            fresh.get_public_key(KeyId=signing)["PublicKey"],
        ]

    return read


def secretsmanager(cloud: Any) -> Any:
    cloud.client("secretsmanager").create_secret(
        Name="database", SecretString='{"password": "x"}', AddReplicaRegions=[{"Region": "eu-central-1"}]
    )

    def read() -> Any:
        clients = [cloud.client("secretsmanager", region) for region in ("eu-west-1", "eu-central-1")]
        return [client.get_secret_value(SecretId="database") for client in clients]

    return read


def ssm(cloud: Any) -> Any:
    client = cloud.client("ssm")
    client.put_parameter(Name="/creator/local/network/vpc_id", Value="vpc-1", Type="String")
    client.put_parameter(Name="/creator/local/network/vpc_id", Value="vpc-2", Type="String", Overwrite=True)

    def read() -> Any:
        return cloud.client("ssm").get_parameter_history(Name="/creator/local/network/vpc_id")

    return read


def sqs(cloud: Any) -> Any:
    client = cloud.client("sqs")
    client.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "0"})
    client.send_message(QueueUrl=client.get_queue_url(QueueName="jobs")["QueueUrl"], MessageBody="one")

    def read() -> Any:
        fresh = cloud.client("sqs")
        url = fresh.get_queue_url(QueueName="jobs")["QueueUrl"]
        names = ["VisibilityTimeout", "ApproximateNumberOfMessages", "QueueArn"]
        return [
            url.rsplit("/", 1)[1],
            fresh.get_queue_attributes(QueueUrl=url, AttributeNames=names),
        ]

    return read


def events(cloud: Any) -> Any:
    cloud.client("events").put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    return lambda: cloud.client("events").list_rules()


def logs(cloud: Any) -> Any:
    client = cloud.client("logs")
    client.create_log_group(logGroupName="/creator/web")
    client.put_retention_policy(logGroupName="/creator/web", retentionInDays=30)
    client.create_log_stream(logGroupName="/creator/web", logStreamName="s")

    def read() -> Any:
        fresh = cloud.client("logs")
        return [fresh.describe_log_groups(), fresh.describe_log_streams(logGroupName="/creator/web")]

    return read


def cloudwatch(cloud: Any) -> Any:
    client = cloud.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName="lag", MetricName="Lag", Namespace="Creator", Period=60, EvaluationPeriods=1, Threshold=1, Statistic="Maximum",
        ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    client.put_dashboard(DashboardName="d", DashboardBody='{"widgets": []}')

    def read() -> Any:
        fresh = cloud.client("cloudwatch")
        return [fresh.describe_alarms(), fresh.get_dashboard(DashboardName="d")]

    return read


def sns(cloud: Any) -> Any:
    cloud.client("sns").create_topic(Name="alarms")
    return lambda: cloud.client("sns").list_topics()


SERVICES = (ec2, iam, sts, s3, rds, eks, ecr, kms, secretsmanager, ssm, sqs, events, logs, cloudwatch, sns)


@pytest.fixture(scope="module")
def written(cloud: Any) -> dict[str, tuple[Any, Any, Any]]:
    """For each service: how it is read, what was read before the kill and after it (one kill for all, as each costs seconds)."""
    reads = {service.__name__: service(cloud) for service in SERVICES}
    before = {name: comparable(read()) for name, read in reads.items()}
    restart(cloud)
    return {name: (read, before[name], comparable(read())) for name, read in reads.items()}


@pytest.mark.parametrize("service", [service.__name__ for service in SERVICES])
def test_state_survives_kill(written: dict[str, Any], service: str) -> None:
    """What a service had acknowledged reads the same after kill -9 and `up`."""
    _, before, after = written[service]
    assert after == before


def test_writes_after_restart(written: dict[str, Any], cloud: Any) -> None:
    """What was loaded can be changed, and that is kept as well."""
    client = cloud.client("ssm")
    client.put_parameter(Name="/creator/local/network/vpc_id", Value="vpc-3", Type="String", Overwrite=True)
    bucket = cloud.client("s3")
    bucket.put_object(Bucket="media", Key="later", Body=b"later")
    cloud.client("iam").attach_role_policy(
        RoleName="node", PolicyArn="arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
    )
    restart(cloud)
    assert cloud.client("ssm").get_parameter(Name="/creator/local/network/vpc_id")["Parameter"]["Value"] == "vpc-3"
    assert cloud.client("s3").get_object(Bucket="media", Key="later")["Body"].read() == b"later"
    attached = cloud.client("iam").list_attached_role_policies(RoleName="node")["AttachedPolicies"]
    assert len(attached) == 3


def test_endpoint_and_keys_stay(cloud: Any) -> None:
    """A recovered cloud has the port and the root key it had, so that what was configured with them goes on."""
    endpoint, key = cloud.endpoint, cloud.content.access_key_id
    restart(cloud)
    assert (cloud.endpoint, cloud.content.access_key_id) == (endpoint, key)


def test_what_cannot_be_written_is_not_acknowledged(cloud: Any) -> None:
    """As when the disk is full: here something stands where the file has to go."""
    place = cloud.state / "aws" / "dynamodb.pickle"
    (place / "in-the-way").mkdir(parents=True)
    table = {
        "TableName": "t",
        "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    client = cloud.client("dynamodb")
    with pytest.raises(botocore.exceptions.ClientError, match="cannot write its state") as caught:
        client.create_table(**table)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    (place / "in-the-way").rmdir()
    place.rmdir()
    client.delete_table(TableName="t")
