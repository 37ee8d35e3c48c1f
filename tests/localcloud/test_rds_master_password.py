"""A master password that RDS keeps: it is rotated in PostgreSQL and in the secret, and nobody else can touch it."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from tests.localcloud.rds_support import connect, create, wait

NAME = "kept"


@pytest.fixture(scope="module")
def rds(cloud: Any) -> Any:
    """A client."""
    return cloud.client("rds")


@pytest.fixture(scope="module")
def secret(cloud: Any, rds: Any) -> str:
    """ARN of the secret of an instance whose password RDS keeps."""
    create(rds, NAME, BackupRetentionPeriod=1)
    rds.modify_db_instance(DBInstanceIdentifier=NAME, ManageMasterUserPassword=True, ApplyImmediately=True)
    found, _ = wait(rds, NAME)
    return str(found["MasterUserSecret"]["SecretArn"])


def login(cloud: Any, secret: str) -> dict[str, str]:
    """User and password that the secret has now."""
    value = cloud.client("secretsmanager").get_secret_value(SecretId=secret)
    content: dict[str, str] = json.loads(value["SecretString"])
    return {"user": content["username"], "password": content["password"]}


def rotate_by_secret(cloud: Any, secret: str) -> None:
    cloud.client("secretsmanager").rotate_secret(SecretId=secret)


def rotate_by_instance(cloud: Any, secret: str) -> None:
    cloud.client("rds").modify_db_instance(
        DBInstanceIdentifier=NAME, RotateMasterUserPassword=True, ApplyImmediately=True
    )


@pytest.mark.parametrize("rotate", [rotate_by_secret, rotate_by_instance])
def test_a_rotation_changes_the_password_of_the_server(cloud: Any, rds: Any, secret: str, rotate: Any) -> None:
    before = login(cloud, secret)
    rotate(cloud, secret)
    shown = rds.describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"][0]["MasterUserSecret"]
    # On a busy machine the rotation, which takes a local second, may be over by now.
    assert (shown["SecretArn"], shown["SecretStatus"]) in {(secret, "rotating"), (secret, "active")}
    found, _ = wait(rds, NAME)
    after = login(cloud, secret)
    assert after != before
    connect(cloud, found, **after).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(cloud, found, **before)
    assert found["MasterUserSecret"]["SecretStatus"] == "active"
    stages = cloud.client("secretsmanager").describe_secret(SecretId=secret)["VersionIdsToStages"]
    assert sorted(stage for names in stages.values() for stage in names) == ["AWSCURRENT", "AWSPREVIOUS"]


def test_its_schedule_can_be_changed(cloud: Any, secret: str) -> None:
    client = cloud.client("secretsmanager")
    found = client.describe_secret(SecretId=secret)
    assert (found["RotationEnabled"], found["OwningService"]) == (True, "rds")
    assert found["RotationRules"] == {"AutomaticallyAfterDays": 7}
    rules = {"ScheduleExpression": "rate(30 days)", "Duration": "3h"}
    client.rotate_secret(SecretId=secret, RotateImmediately=False, RotationRules=rules)
    assert client.describe_secret(SecretId=secret)["RotationRules"] == {**rules, "AutomaticallyAfterDays": 30}
    with pytest.raises(ClientError, match="InvalidParameterException"):
        client.rotate_secret(
            SecretId=secret, RotateImmediately=False, RotationRules={"ScheduleExpression": "sometimes"}
        )


def test_what_only_rds_may_do(cloud: Any, secret: str) -> None:
    client = cloud.client("secretsmanager")
    for operation, parameters in (
        ("put_secret_value", {"SecretString": "{}"}),
        ("update_secret", {"SecretString": "{}"}),
        ("delete_secret", {"ForceDeleteWithoutRecovery": True}),
    ):
        with pytest.raises(ClientError, match="managed by rds"):
            getattr(client, operation)(SecretId=secret, **parameters)
    with pytest.raises(ClientError, match="without a function"):
        client.rotate_secret(SecretId=secret, RotationLambdaARN="arn:aws:lambda:eu-west-1:123456789012:function:f")


def test_such_an_instance_has_no_read_replica(cloud: Any, rds: Any, secret: str) -> None:
    with pytest.raises(ClientError, match="manages its master user password"):
        rds.create_db_instance_read_replica(DBInstanceIdentifier="replica", SourceDBInstanceIdentifier=NAME)
