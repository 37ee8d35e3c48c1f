"""Four phases (check, run, check, run) of the modules for buckets and repositories, and their kinds' readers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import compare
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module

TAGS = {"platform": "creator", "environment": "test", "component": "x"}
BUCKET: dict[str, Any] = {
    "versioning": True,
    "encryption": "aws:kms",
    "kms_key": "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555",
    "bucket_key": True,
    "public_access_block": {
        "block_public_acls": True,
        "block_public_policy": True,
        "ignore_public_acls": True,
        "restrict_public_buckets": True,
    },
    "ownership": "BucketOwnerEnforced",
    "lifecycle": [
        {"id": "tidy", "enabled": True, "prefix": "", "expire_noncurrent_days": 90, "abort_multipart_days": 7},
        {
            "id": "cold",
            "enabled": True,
            "prefix": "old/",
            "transitions": [{"days": 30, "storage_class": "GLACIER_IR"}],
        },
    ],
    "object_lock": {"mode": "GOVERNANCE", "days": 1, "years": 0},
    "tags": TAGS,
}


def policy(name: str) -> dict[str, Any]:
    """TLS only."""
    arn = f"arn:aws:s3:::{name}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def plan(cloud: RunningCloud, kind_name: str, name: str, properties: dict[str, Any]) -> list[Change]:
    """What the kind's reader finds different."""
    kind = load_kind(kind_name)
    scope = Scope("creator", "test", "x", cloud.content.region, (name,))
    found = kind.read(cloud.client(kind.service), scope)
    return compare([Resource(kind_name, name, properties, scope.region)], found, kind.rules)


@pytest.fixture(scope="module")
def bucket(cloud: RunningCloud) -> str:
    """A bucket made by the module, in four phases."""
    name = "creator-test-media"
    four_phases(cloud, "s3_bucket", {"name": name, **BUCKET, "policy": policy(name)})
    return name


@pytest.mark.parametrize(
    ("setting", "operation", "parameters"),
    [
        (
            "object_lock",
            "put_object_lock_configuration",
            {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}},
        ),
        ("encryption", "delete_bucket_encryption", {}),
        ("public_access_block", "delete_public_access_block", {}),
        (
            "ownership",
            "put_bucket_ownership_controls",
            {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
        ),
        ("policy", "delete_bucket_policy", {}),
        ("lifecycle", "delete_bucket_lifecycle", {}),
        ("tags", "put_bucket_tagging", {"Tagging": {"TagSet": [{"Key": "who", "Value": "me"}]}}),
    ],
)
def test_a_bucket_changed_behind_our_back_is_seen_and_mended(
    cloud: RunningCloud, bucket: str, setting: str, operation: str, parameters: dict[str, Any]
) -> None:
    desired = {**BUCKET, "policy": policy(bucket)}
    assert plan(cloud, "s3_bucket", bucket, desired) == []
    getattr(cloud.client("s3"), operation)(Bucket=bucket, **parameters)
    (change,) = plan(cloud, "s3_bucket", bucket, desired)
    assert (change.action, change.protected) == ("update", False)
    assert setting in [attribute for attribute, _before, _after in change.attributes]
    four_phases(cloud, "s3_bucket", {"name": bucket, **desired})
    assert plan(cloud, "s3_bucket", bucket, desired) == []


def test_an_option_that_is_not_given_is_left_alone(cloud: RunningCloud, bucket: str) -> None:
    assert run_module(cloud, "s3_bucket", {"name": bucket}).writes == []


def test_a_bucket_with_objects_is_not_removed(cloud: RunningCloud) -> None:
    arguments = {"name": "creator-test-full"}
    run_module(cloud, "s3_bucket", arguments)
    cloud.client("s3").put_object(Bucket=arguments["name"], Key="a", Body=b"a")
    refused = run_module(cloud, "s3_bucket", {**arguments, "state": "absent"})
    assert refused.result["failed"]
    assert "BucketNotEmpty" in refused.result["msg"] + json.dumps(refused.result)
    cloud.client("s3").delete_object(Bucket=arguments["name"], Key="a")
    four_phases(cloud, "s3_bucket", {**arguments, "state": "absent"})


def test_a_bucket_is_emptied_of_all_but_what_is_locked(cloud: RunningCloud) -> None:
    arguments: dict[str, Any] = {"name": "creator-test-emptied"}
    s3 = cloud.client("s3")
    locked = {"versioning": True, "object_lock": {"mode": "GOVERNANCE", "days": 1}}
    run_module(cloud, "s3_bucket", {**arguments, **locked})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=arguments["name"], Key="a", Body=body)
    s3.delete_object(Bucket=arguments["name"], Key="a")
    s3.create_multipart_upload(Bucket=arguments["name"], Key="b")
    gone = {**arguments, "state": "absent", "force": True}
    refused = run_module(cloud, "s3_bucket", gone)
    assert "a lock in mode COMPLIANCE has to run out" in refused.result["msg"]
    four_phases(cloud, "s3_bucket", {**gone, "bypass_governance": True})


def test_versioning_and_access_logs_are_put_and_taken_away(cloud: RunningCloud) -> None:
    target, name = "creator-test-logs", "creator-test-logged"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{target}/*",
    }
    allowed = {"Version": "2012-10-17", "Statement": [statement]}
    run_module(cloud, "s3_bucket", {"name": target, "policy": allowed})
    desired = {"versioning": True, "logging": {"bucket": target, "prefix": "s3/"}}
    four_phases(cloud, "s3_bucket", {"name": name, **desired})
    assert [change for change in plan(cloud, "s3_bucket", name, desired) if change.name == name] == []
    s3 = cloud.client("s3")
    s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    (change,) = [change for change in plan(cloud, "s3_bucket", name, desired) if change.name == name]
    assert [attribute for attribute, _before, _after in change.attributes] == ["logging", "versioning"]
    four_phases(cloud, "s3_bucket", {"name": name, **desired})
    four_phases(cloud, "s3_bucket", {"name": name, "logging": {}, "versioning": False})


def test_replication_is_put_seen_and_taken_away(cloud: RunningCloud, bucket: str) -> None:
    replica = {"name": "creator-test-media-replica", "region": "eu-central-1", "versioning": True}
    run_module(cloud, "s3_bucket", replica)
    rules = [
        {
            "id": "everything",
            "destination": replica["name"],
            "delete_markers": True,
            "metrics": True,
            "replicate_kms_objects": True,
            "replica_kms_key": "arn:aws:kms:eu-central-1:123456789012:key/1",
        }
    ]
    role = "arn:aws:iam::123456789012:role/replication"
    arguments = {"bucket": bucket, "role_arn": role, "rules": rules}
    done = four_phases(cloud, "s3_bucket_replication", arguments)
    assert done.writes == ["PutBucketReplication"]
    desired = {"role_arn": role, "rules": done.result["rules"]}
    assert plan(cloud, "s3_bucket_replication", bucket, desired) == []
    other = {"role_arn": role, "rules": [{**done.result["rules"][0], "delete_markers": False}]}
    (change,) = plan(cloud, "s3_bucket_replication", bucket, other)
    assert change.action == "update"
    four_phases(cloud, "s3_bucket_replication", {"bucket": bucket, "state": "absent"})


REPOSITORY: dict[str, Any] = {
    "immutable": True,
    "scan_on_push": True,
    "encryption": "AES256",
    "kms_key": "",
    "lifecycle": {
        "rules": [
            {
                "rulePriority": 1,
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10},
                "action": {"type": "expire"},
            }
        ]
    },
    "tags": TAGS,
}


@pytest.mark.parametrize(
    ("setting", "operation", "parameters"),
    [
        ("immutable", "put_image_tag_mutability", {"imageTagMutability": "MUTABLE"}),
        ("scan_on_push", "put_image_scanning_configuration", {"imageScanningConfiguration": {"scanOnPush": False}}),
        ("lifecycle", "delete_lifecycle_policy", {}),
    ],
)
def test_a_repository_changed_behind_our_back_is_seen_and_mended(
    cloud: RunningCloud, setting: str, operation: str, parameters: dict[str, Any]
) -> None:
    name = f"creator-test-{setting.replace('_', '-')}"
    four_phases(cloud, "ecr_repository", {"name": name, **REPOSITORY})
    assert plan(cloud, "ecr_repository", name, REPOSITORY) == []
    getattr(cloud.client("ecr"), operation)(repositoryName=name, **parameters)
    (change,) = [change for change in plan(cloud, "ecr_repository", name, REPOSITORY) if change.name == name]
    assert [attribute for attribute, _before, _after in change.attributes] == [setting]
    four_phases(cloud, "ecr_repository", {"name": name, **REPOSITORY})
    four_phases(cloud, "ecr_repository", {"name": name, "state": "absent"})


def test_a_parameter_group_keeps_what_it_was_given(cloud: RunningCloud) -> None:
    name = "creator-test-postgres15"
    desired = {"family": "postgres15", "description": "d", "parameters": {"rds.force_ssl": "1"}, "tags": TAGS}
    four_phases(cloud, "rds_parameter_group", {"name": name, **desired})
    assert plan(cloud, "rds_parameter_group", name, desired) == []
    reset = [{"ParameterName": "rds.force_ssl", "ApplyMethod": "immediate"}]
    cloud.client("rds").reset_db_parameter_group(DBParameterGroupName=name, Parameters=reset, ResetAllParameters=False)
    (change,) = plan(cloud, "rds_parameter_group", name, desired)
    assert change.attributes == (("parameters", {}, {"rds.force_ssl": "1"}),)
    four_phases(cloud, "rds_parameter_group", {"name": name, **desired})
    wrong = {"name": name, "parameters": {"no_such_parameter": "1"}}
    refused = run_module(cloud, "rds_parameter_group", wrong, check=True)
    assert "no_such_parameter are not parameters of this engine" in refused.result["msg"]
    four_phases(cloud, "rds_parameter_group", {"name": name, "state": "absent"})


def test_a_replication_rule_leaves_those_of_others_alone(cloud: RunningCloud) -> None:
    ecr = cloud.client("ecr")
    others = {
        "destinations": [{"region": "eu-central-1", "registryId": "123456789012"}],
        "repositoryFilters": [{"filter": "other-", "filterType": "PREFIX_MATCH"}],
    }
    ecr.put_replication_configuration(replicationConfiguration={"rules": [others]})
    four_phases(cloud, "ecr_replication_rule", {"prefix": "creator-test-", "regions": ["eu-central-1"]})
    assert plan(cloud, "ecr_replication_rule", "creator-test-", {"regions": ["eu-central-1"]}) == []
    (change,) = plan(cloud, "ecr_replication_rule", "creator-test-", {"regions": ["eu-central-1", "eu-north-1"]})
    assert change.attributes[0][0] == "regions"
    four_phases(cloud, "ecr_replication_rule", {"prefix": "creator-test-", "state": "absent"})
    assert ecr.describe_registry()["replicationConfiguration"]["rules"] == [others]
