"""Object lock, lifecycle and access logs of buckets in the local cloud, through boto3."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.test_s3 import make_bucket


@pytest.fixture(scope="module")
def s3(cloud: RunningCloud) -> Any:
    """A client."""
    return cloud.client("s3")


def refused(call: Any, **parameters: Any) -> str:
    """Code and message of the refusal."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return f"{caught.value.response['Error']['Code']}: {caught.value.response['Error']['Message']}"


def lock(**retention: Any) -> dict[str, Any]:
    return {"ObjectLockEnabled": "Enabled", **({"Rule": {"DefaultRetention": retention}} if retention else {})}


def test_object_lock_comes_to_a_bucket_with_objects_and_stays(s3: Any) -> None:
    name = make_bucket(s3)
    s3.put_object(Bucket=name, Key="old", Body=b"1")
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock(Mode="GOVERNANCE", Days=1))
    version = s3.put_object(Bucket=name, Key="new", Body=b"1")["VersionId"]
    head = s3.head_object(Bucket=name, Key="new")
    assert head["ObjectLockMode"] == "GOVERNANCE"
    assert "ObjectLockMode" not in s3.head_object(Bucket=name, Key="old")
    answer = s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "new", "VersionId": version}]})
    assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]
    suspended = {"Status": "Suspended"}
    assert "InvalidBucketState" in refused(s3.put_bucket_versioning, Bucket=name, VersioningConfiguration=suspended)
    bypassed = s3.delete_objects(
        Bucket=name, Delete={"Objects": [{"Key": "new", "VersionId": version}]}, BypassGovernanceRetention=True
    )
    assert "Errors" not in bypassed


def test_compliance_is_passed_by_by_nobody(s3: Any) -> None:
    name = make_bucket(s3)
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock(Mode="COMPLIANCE", Years=1))
    version = s3.put_object(Bucket=name, Key="k", Body=b"1")["VersionId"]
    answer = s3.delete_objects(
        Bucket=name, Delete={"Objects": [{"Key": "k", "VersionId": version}]}, BypassGovernanceRetention=True
    )
    assert answer["Errors"]


def test_object_lock_needs_versioning_and_one_period(s3: Any) -> None:
    plain = make_bucket(s3, versioned=False)
    assert "InvalidBucketState" in refused(
        s3.put_object_lock_configuration, Bucket=plain, ObjectLockConfiguration=lock()
    )


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"Transitions": [{"Days": 7, "StorageClass": "STANDARD_IA"}]}, "greater than or equal to 30"),
        (
            {"Transitions": [{"Days": 90, "StorageClass": "GLACIER"}], "Expiration": {"Days": 90}},
            "must be greater than",
        ),
        ({"Expiration": {"Days": 0}}, "positive integer"),
    ],
)
def test_lifecycle_rules_that_s3_refuses(s3: Any, rule: dict[str, Any], said: str) -> None:
    name = make_bucket(s3)
    rules = [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, **rule}]
    answer = refused(s3.put_bucket_lifecycle_configuration, Bucket=name, LifecycleConfiguration={"Rules": rules})
    assert answer.startswith("InvalidArgument")
    assert said in answer


def test_access_logs_are_delivered_in_batches(cloud: RunningCloud, s3: Any) -> None:
    source, target = make_bucket(s3), make_bucket(s3)
    logging = {"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "s3/"}}
    assert "InvalidTargetBucketForLogging" in refused(s3.put_bucket_logging, Bucket=source, BucketLoggingStatus=logging)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{target}/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
    }
    s3.put_bucket_policy(Bucket=target, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    s3.put_bucket_logging(Bucket=source, BucketLoggingStatus=logging)
    assert s3.get_bucket_logging(Bucket=source)["LoggingEnabled"]["TargetBucket"] == target
    for key in ("a", "b"):
        s3.put_object(Bucket=source, Key=key, Body=b"1")
    deadline = time.monotonic() + 60
    while not (found := s3.list_objects_v2(Bucket=target).get("Contents", [])) and time.monotonic() < deadline:
        time.sleep(1)
    assert [row["Key"].startswith("s3/") for row in found] == [True]
    written = s3.get_object(Bucket=target, Key=found[0]["Key"])["Body"].read().decode()
    assert written.count("REST.PUT") == 2


def test_a_target_of_access_logs_has_no_default_retention(s3: Any) -> None:
    source, target = make_bucket(s3), make_bucket(s3)
    s3.put_object_lock_configuration(Bucket=target, ObjectLockConfiguration=lock(Mode="GOVERNANCE", Days=1))
    assert "Object Lock" in refused(
        s3.put_bucket_logging,
        Bucket=source,
        BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": ""}},
    )
