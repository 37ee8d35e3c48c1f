"""S3 of the local cloud through boto3: replication, policies, object lock."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import RunningCloud

NUMBERS = count(1)
AWAY = "eu-central-1"


def make_bucket(client: Any, *, versioned: bool = True) -> str:
    """The name of a new bucket in the client's region."""
    name = f"bucket-{next(NUMBERS)}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": client.meta.region_name})
    if versioned:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def rule(destination: str, **more: Any) -> dict[str, Any]:
    """A V2 rule for everything."""
    return {
        "ID": f"to-{destination}",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{destination}"},
        **more,
    }


@dataclass
class Pair:
    """Two versioned buckets in two regions, and the role that S3 would assume."""

    here: Any
    there: Any
    source: str
    copy: str
    role: str

    def replicate(self, *rules: dict[str, Any]) -> None:
        """Put the rules on the source."""
        self.here.put_bucket_replication(
            Bucket=self.source, ReplicationConfiguration={"Role": self.role, "Rules": list(rules)}
        )

    def status(self, key: str) -> str | None:
        """x-amz-replication-status of the source object."""
        return self.here.head_object(Bucket=self.source, Key=key).get("ReplicationStatus")

    def settled(self, key: str) -> str | None:
        """The status once it is not PENDING any more."""
        deadline = time.monotonic() + 20
        while self.status(key) == "PENDING":
            assert time.monotonic() < deadline, f"{key} is still PENDING"
            time.sleep(0.02)
        return self.status(key)

    def copied(self) -> list[str]:
        """Keys in the destination."""
        return [row["Key"] for row in self.there.list_objects_v2(Bucket=self.copy).get("Contents", [])]


@pytest.fixture(scope="module")
def role(cloud: RunningCloud) -> str:
    """ARN of a role that S3 may take on, and that may do everything with buckets and keys."""
    service = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    everything = {"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": "*"}
    iam = cloud.client("iam")
    made = iam.create_role(
        RoleName="replication",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [service]}),
    )
    iam.put_role_policy(
        RoleName="replication",
        PolicyName="replicate",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )
    return str(made["Role"]["Arn"])


@pytest.fixture
def pair(cloud: RunningCloud, role: str) -> Iterator[Pair]:
    """Two buckets without rules; the usual delay afterwards."""
    here, there = cloud.client("s3"), cloud.client("s3", AWAY)
    yield Pair(here, there, make_bucket(here), make_bucket(there), role)
    cloud.control.put("s3/replication", {"seconds": 15})


def test_an_object_is_copied_with_version_metadata_and_tags(cloud: RunningCloud, pair: Pair) -> None:
    cloud.control.put("s3/replication", {"seconds": 600})  # long enough to be seen on its way on a busy machine
    pair.replicate(rule(pair.copy))
    version = pair.here.put_object(
        Bucket=pair.source, Key="a", Body=b"content", Metadata={"author": "ada"}, Tagging="kind=post"
    )["VersionId"]
    assert pair.status("a") == "PENDING"
    assert pair.settled("a") == "COMPLETED"
    replica = pair.there.get_object(Bucket=pair.copy, Key="a")
    source = pair.here.head_object(Bucket=pair.source, Key="a")
    assert replica["Body"].read() == b"content"
    assert replica["ReplicationStatus"] == "REPLICA"
    assert (replica["VersionId"], replica["Metadata"], replica["ETag"]) == (version, {"author": "ada"}, source["ETag"])
    assert replica["LastModified"] == source["LastModified"]
    assert pair.there.get_object_tagging(Bucket=pair.copy, Key="a")["TagSet"] == [{"Key": "kind", "Value": "post"}]


def test_an_upload_in_parts_is_copied(pair: Pair) -> None:
    pair.replicate(rule(pair.copy))
    place = {"Bucket": pair.source, "Key": "big"}
    upload = pair.here.create_multipart_upload(**place)["UploadId"]
    part = pair.here.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"x" * 1000)
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    done = pair.here.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": parts})
    assert pair.settled("big") == "COMPLETED"
    assert pair.there.head_object(Bucket=pair.copy, Key="big")["ETag"] == done["ETag"]


def test_versions_keep_their_order(pair: Pair) -> None:
    pair.replicate(rule(pair.copy))
    for body in (b"1", b"2", b"3"):
        pair.here.put_object(Bucket=pair.source, Key="a", Body=body)
    deadline = time.monotonic() + 20
    while len(pair.there.list_object_versions(Bucket=pair.copy).get("Versions", [])) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    source = pair.here.list_object_versions(Bucket=pair.source)["Versions"]
    copy = pair.there.list_object_versions(Bucket=pair.copy)["Versions"]
    assert [row["VersionId"] for row in copy] == [row["VersionId"] for row in source]
    assert pair.there.get_object(Bucket=pair.copy, Key="a")["Body"].read() == b"3"


def test_only_what_a_rule_concerns_is_copied(pair: Pair) -> None:
    chosen = {"And": {"Prefix": "posts/", "Tags": [{"Key": "public", "Value": "yes"}]}}
    pair.replicate(rule(pair.copy, Filter=chosen))
    pair.here.put_object(Bucket=pair.source, Key="drafts/a", Body=b"a", Tagging="public=yes")
    pair.here.put_object(Bucket=pair.source, Key="posts/a", Body=b"a")
    pair.here.put_object(Bucket=pair.source, Key="posts/b", Body=b"b", Tagging="public=yes")
    assert pair.settled("posts/b") == "COMPLETED"
    assert (pair.status("drafts/a"), pair.status("posts/a")) == (None, None)
    assert pair.copied() == ["posts/b"]


def test_a_disabled_rule_copies_nothing(pair: Pair) -> None:
    pair.replicate(rule(pair.copy, Status="Disabled"))
    pair.here.put_object(Bucket=pair.source, Key="a", Body=b"a")
    assert pair.status("a") is None


def test_what_was_there_before_the_rule_is_not_copied(pair: Pair) -> None:
    pair.here.put_object(Bucket=pair.source, Key="old", Body=b"a")
    pair.replicate(rule(pair.copy))
    pair.here.put_object(Bucket=pair.source, Key="new", Body=b"a")
    assert pair.settled("new") == "COMPLETED"
    assert (pair.status("old"), pair.copied()) == (None, ["new"])


def test_the_rules_of_the_write_decide(pair: Pair, cloud: RunningCloud) -> None:
    cloud.control.put("s3/replication", {"seconds": 200})  # a second, in which the rules change
    try:
        pair.replicate(rule(pair.copy, Filter={"Prefix": "early/"}))
        pair.here.put_object(Bucket=pair.source, Key="early/1", Body=b"1")
        pair.here.put_object(Bucket=pair.source, Key="late/1", Body=b"1")
        pair.replicate(rule(pair.copy, Filter={"Prefix": "late/"}))
        pair.here.put_object(Bucket=pair.source, Key="late/2", Body=b"2")
        assert pair.settled("late/2") == "COMPLETED"
        assert pair.settled("early/1") == "COMPLETED"
        assert pair.status("late/1") is None
        assert pair.copied() == ["early/1", "late/2"]
    finally:
        cloud.control.put("s3/replication", {"seconds": 15})


def test_kms_objects_are_copied_on_demand_and_with_the_other_key(pair: Pair, cloud: RunningCloud) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    other = cloud.client("kms", AWAY).create_key()["KeyMetadata"]["Arn"]
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    pair.replicate(rule(pair.copy))
    pair.here.put_object(Bucket=pair.source, Key="a", Body=b"a", **encrypted)
    assert pair.status("a") is None
    pair.replicate(
        rule(
            pair.copy,
            SourceSelectionCriteria={"SseKmsEncryptedObjects": {"Status": "Enabled"}},
            Destination={"Bucket": f"arn:aws:s3:::{pair.copy}", "EncryptionConfiguration": {"ReplicaKmsKeyID": other}},
        )
    )
    pair.here.put_object(Bucket=pair.source, Key="b", Body=b"b", **encrypted)
    assert pair.settled("b") == "COMPLETED"
    assert pair.there.head_object(Bucket=pair.copy, Key="b")["SSEKMSKeyId"] == other
    assert pair.copied() == ["b"]


def test_copies_are_not_copied_on(pair: Pair) -> None:
    third = make_bucket(pair.here)
    pair.replicate(rule(pair.copy))
    pair.there.put_bucket_replication(
        Bucket=pair.copy, ReplicationConfiguration={"Role": pair.role, "Rules": [rule(third)]}
    )
    pair.here.put_object(Bucket=pair.source, Key="a", Body=b"a")
    assert pair.settled("a") == "COMPLETED"
    pair.there.put_object(Bucket=pair.copy, Key="own", Body=b"own")
    deadline = time.monotonic() + 20
    while not (found := pair.here.list_objects_v2(Bucket=third).get("Contents", [])):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert [row["Key"] for row in found] == ["own"]


@pytest.mark.parametrize(("chosen", "markers"), [("Disabled", 0), ("Enabled", 1)])
def test_delete_markers_are_copied_on_demand(pair: Pair, chosen: str, markers: int) -> None:
    pair.replicate(rule(pair.copy, DeleteMarkerReplication={"Status": chosen}))
    pair.here.put_object(Bucket=pair.source, Key="a", Body=b"a")
    assert pair.settled("a") == "COMPLETED"
    pair.here.delete_object(Bucket=pair.source, Key="a")
    pair.here.put_object(Bucket=pair.source, Key="later", Body=b"b")
    assert pair.settled("later") == "COMPLETED"
    time.sleep(0.2)
    found = pair.there.list_object_versions(Bucket=pair.copy, Prefix="a").get("DeleteMarkers", [])
    assert len(found) == markers
    with pytest.raises(ClientError) as caught:
        pair.here.head_object(Bucket=pair.source, Key="a")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 405)


def test_the_removal_of_a_version_is_not_copied(pair: Pair) -> None:
    pair.replicate(rule(pair.copy, DeleteMarkerReplication={"Status": "Enabled"}))
    version = pair.here.put_object(Bucket=pair.source, Key="a", Body=b"a")["VersionId"]
    assert pair.settled("a") == "COMPLETED"
    pair.here.delete_object(Bucket=pair.source, Key="a", VersionId=version)
    time.sleep(0.2)
    assert pair.copied() == ["a"]


def test_a_destination_that_lost_its_versioning_fails_the_copy_for_good(pair: Pair) -> None:
    pair.replicate(rule(pair.copy))
    pair.there.put_bucket_versioning(Bucket=pair.copy, VersioningConfiguration={"Status": "Suspended"})
    pair.here.put_object(Bucket=pair.source, Key="a", Body=b"a")
    assert pair.settled("a") == "FAILED"
    pair.there.put_bucket_versioning(Bucket=pair.copy, VersioningConfiguration={"Status": "Enabled"})
    pair.here.put_object(Bucket=pair.source, Key="b", Body=b"b")
    assert pair.settled("b") == "COMPLETED"
    assert pair.status("a") == "FAILED"


def test_a_destination_or_role_that_is_gone_fails_the_copy(pair: Pair) -> None:
    pair.here.put_bucket_replication(
        Bucket=pair.source,
        ReplicationConfiguration={"Role": "arn:aws:iam::123456789012:role/nobody", "Rules": [rule(pair.copy)]},
    )
    pair.here.put_object(Bucket=pair.source, Key="a", Body=b"a")
    assert pair.settled("a") == "FAILED"
    pair.replicate(rule(pair.copy))
    pair.there.delete_bucket(Bucket=pair.copy)
    pair.here.put_object(Bucket=pair.source, Key="b", Body=b"b")
    assert pair.settled("b") == "FAILED"


def test_new_tags_are_copied_too(pair: Pair) -> None:
    pair.replicate(rule(pair.copy))
    pair.here.put_object(Bucket=pair.source, Key="a", Body=b"a")
    assert pair.settled("a") == "COMPLETED"
    tags = [{"Key": "kind", "Value": "page"}]
    pair.here.put_object_tagging(Bucket=pair.source, Key="a", Tagging={"TagSet": tags})
    assert pair.settled("a") == "COMPLETED"
    assert pair.there.get_object_tagging(Bucket=pair.copy, Key="a")["TagSet"] == tags
    assert len(pair.there.list_object_versions(Bucket=pair.copy)["Versions"]) == 1


def test_the_configuration_is_answered_as_it_was_put(pair: Pair) -> None:
    whole = rule(
        pair.copy,
        Filter={"And": {"Prefix": "p", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}},
        SourceSelectionCriteria={"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        Destination={
            "Bucket": f"arn:aws:s3:::{pair.copy}",
            "StorageClass": "STANDARD_IA",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": "arn:aws:kms:eu-central-1:123456789012:key/1"},
            "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
            "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
        },
    )
    tag_only = rule(pair.copy, ID="tag", Priority=2, Filter={"Tag": {"Key": "a", "Value": "1"}})
    pair.replicate(whole, tag_only)
    answer = pair.here.get_bucket_replication(Bucket=pair.source)["ReplicationConfiguration"]
    assert answer == {"Role": pair.role, "Rules": [whole, tag_only]}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"Destination": {"Bucket": "arn:aws:s3:::nowhere"}}, "Destination bucket must exist"),
        ({"DeleteMarkerReplication": None}, "DeleteMarkerReplication must be specified"),
        ({"Priority": None}, "Priority must be specified"),
    ],
)
def test_wrong_rules_are_refused(pair: Pair, change: dict[str, Any], text: str) -> None:
    wrong = {key: value for key, value in rule(pair.copy, **change).items() if value is not None}
    with pytest.raises(ClientError, match=text):
        pair.replicate(wrong)


def test_an_unversioned_destination_is_refused(pair: Pair) -> None:
    plain = make_bucket(pair.there, versioned=False)
    with pytest.raises(ClientError, match="Destination bucket must have versioning enabled"):
        pair.replicate(rule(plain))


def test_versioning_stays_while_there_are_rules(pair: Pair) -> None:
    pair.replicate(rule(pair.copy))
    suspended = {"Status": "Suspended"}
    with pytest.raises(ClientError, match="replication configuration is present"):
        pair.here.put_bucket_versioning(Bucket=pair.source, VersioningConfiguration=suspended)
    pair.here.delete_bucket_replication(Bucket=pair.source)
    pair.here.put_bucket_versioning(Bucket=pair.source, VersioningConfiguration=suspended)


def test_a_tls_only_policy_lets_tls_in_and_a_plain_denial_nobody(pair: Pair) -> None:
    pair.here.put_object(Bucket=pair.source, Key="a", Body=b"a")
    statement: dict[str, Any] = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{pair.source}", f"arn:aws:s3:::{pair.source}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    pair.here.put_bucket_policy(
        Bucket=pair.source, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    assert pair.here.get_object(Bucket=pair.source, Key="a")["Body"].read() == b"a"
    del statement["Condition"]
    statement["Action"] = "s3:GetObject"
    pair.here.put_bucket_policy(
        Bucket=pair.source, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    with pytest.raises(ClientError, match=r"Forbidden|AccessDenied|Access Denied"):
        pair.here.get_object(Bucket=pair.source, Key="a")


def test_a_default_retention_has_days_or_years(cloud: RunningCloud) -> None:
    client = cloud.client("s3")
    name = make_bucket(client)
    retention = {"Mode": "GOVERNANCE", "Days": 7}
    client.put_object_lock_configuration(
        Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    )
    answer = client.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]
    assert answer["Rule"]["DefaultRetention"] == retention


def test_the_delay_is_refused_when_it_is_none(cloud: RunningCloud) -> None:
    with pytest.raises(AssertionError, match="seconds must be a number"):
        cloud.control.put("s3/replication", {"seconds": -1})
    assert cloud.control.get("s3/replication") == {"seconds": 15.0}


def test_what_is_pending_survives_a_kill(pair: Pair, cloud: RunningCloud) -> None:
    pair.replicate(rule(pair.copy))
    cloud.control.put("s3/replication", {"seconds": 100_000})
    pair.here.put_object(Bucket=pair.source, Key="a", Body=b"a")
    assert pair.status("a") == "PENDING"
    cloud.kill()
    cloud.up()
    after = Pair(cloud.client("s3"), cloud.client("s3", AWAY), pair.source, pair.copy, pair.role)
    assert after.settled("a") == "COMPLETED"
    assert after.there.head_object(Bucket=pair.copy, Key="a")["ReplicationStatus"] == "REPLICA"
