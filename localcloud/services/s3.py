"""S3: replication that copies, policies that know TLS, answers without surplus fields.

API reference: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html (what is and is not replicated),
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html (PENDING, COMPLETED, FAILED, REPLICA),
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html (filters, priority, delete markers).
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import (
    InvalidBucketState,
    InvalidRequest,
    ReplicationConfigurationNotFoundError,
)
from moto.s3.models import FakeBucket, FakeKey, S3Backend, s3_backends
from moto.s3.responses import S3Response

from localcloud import control
from localcloud.cloud import Cloud
from localcloud.s3_replication import Replicator, is_v2, rules_of

#: AWS promises nothing without replication time control; most objects arrive within seconds to minutes.
DEFAULT_DELAY = 15.0


class ReplicationRefused(InvalidRequest):
    """PutBucketReplication: 400 InvalidRequest with the sentence S3 gives."""

    def __init__(self, message: str) -> None:
        super().__init__(method="PutBucketReplication")
        self.message = message


def install(cloud: Cloud) -> Replicator:
    """Patch moto's S3; returns the replicator, whose `delay` (AWS seconds) may be changed while it runs."""
    replicator = Replicator(cloud, float(os.environ.get("LOCALCLOUD_S3_REPLICATION_SECONDS", DEFAULT_DELAY)))
    _patch_writes(replicator)
    _patch_configuration()
    _patch_answers()
    cloud.on_restored.append(replicator.resume)
    _add_control(replicator)
    return replicator


def _add_control(replicator: Replicator) -> None:
    @control.route("GET", "/_localcloud/s3/replication")
    def show(request: control.ControlRequest) -> dict[str, Any]:
        """How long a copy takes: {"seconds": AWS seconds}."""
        return {"seconds": replicator.delay}

    @control.route("PUT", "/_localcloud/s3/replication")
    def change(request: control.ControlRequest) -> dict[str, Any]:
        """Set how long copies of what is written from now on take. Body: {"seconds": AWS seconds}."""
        seconds = (request.body or {}).get("seconds")
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or seconds < 0:
            raise control.ControlError(f"seconds must be a number that is not negative, got {seconds!r}")
        replicator.delay = float(seconds)
        return {"seconds": replicator.delay}


def _patch_writes(replicator: Replicator) -> None:
    put, tag, delete = S3Backend.put_object, S3Backend.put_object_tagging, S3Backend.delete_object

    @functools.wraps(put)
    def put_object(self: S3Backend, *args: Any, **kwargs: Any) -> FakeKey:
        key = put(self, *args, **kwargs)
        replicator.written(self, key)
        return key

    @functools.wraps(tag)
    def put_object_tagging(self: S3Backend, key: FakeKey, tags: dict[str, str] | None) -> FakeKey:
        result = tag(self, key, tags)
        replicator.retagged(self, key)
        return result

    @functools.wraps(delete)
    def delete_object(
        self: S3Backend, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
    ) -> tuple[bool, dict[str, Any]]:
        deleted, meta = delete(self, bucket_name, key_name, version_id, bypass)
        if deleted and version_id is None and "version-id" in meta:
            replicator.marked(self, bucket_name, key_name, meta["version-id"])
        return deleted, meta

    replicator.store = put
    S3Backend.put_object = put_object
    S3Backend.put_object_tagging = put_object_tagging
    S3Backend.delete_object = delete_object


def _patch_configuration() -> None:
    put, versioning = S3Backend.put_bucket_replication, S3Backend.put_bucket_versioning

    @functools.wraps(put)
    def put_bucket_replication(self: S3Backend, bucket_name: str, replication: dict[str, Any]) -> None:
        if isinstance(replication["Rule"], dict):
            replication["Rule"] = [replication["Rule"]]
        for rule in replication["Rule"]:
            _check_rule(self, rule)
        put(self, bucket_name, replication)

    @functools.wraps(versioning)
    def put_bucket_versioning(self: S3Backend, bucket_name: str, status: str) -> None:
        if status != "Enabled" and self.get_bucket_replication(bucket_name):
            raise InvalidBucketState(
                "A replication configuration is present on this bucket, so the versioning state cannot be changed."
            )
        versioning(self, bucket_name, status)

    S3Backend.put_bucket_replication = put_bucket_replication
    S3Backend.put_bucket_versioning = put_bucket_versioning


def _check_rule(backend: S3Backend, rule: Mapping[str, Any]) -> None:
    if is_v2(rule) and "DeleteMarkerReplication" not in rule:
        raise ReplicationRefused(
            "DeleteMarkerReplication must be specified for this version of "
            "Cross Region Replication configuration schema."
        )
    if is_v2(rule) and "Priority" not in rule:
        raise ReplicationRefused(
            "Priority must be specified for this version of Cross Region Replication configuration schema."
        )
    name = rule["Destination"]["Bucket"].rpartition(":")[2]
    partition, account = s3_backends.bucket_accounts.get(name, (backend.partition, backend.account_id))
    bucket = s3_backends[account][partition].buckets.get(name)
    if bucket is None:
        raise ReplicationRefused("Destination bucket must exist.")
    if not bucket.is_versioned:
        raise ReplicationRefused("Destination bucket must have versioning enabled.")


def _patch_answers() -> None:
    response_dict = FakeKey.response_dict.fget
    lock = S3Response.get_object_lock_configuration

    def with_status(self: FakeKey) -> dict[str, Any]:
        headers = response_dict(self)
        status = Replicator.status_of(self)
        if status:
            headers["x-amz-replication-status"] = status
        return headers

    def get_bucket_replication(self: S3Response) -> Any:
        self.data["Action"] = "GetBucketReplication"
        configuration = self.backend.get_bucket_replication(self.bucket_name)
        if not configuration:
            raise ReplicationConfigurationNotFoundError(bucket_name=self.bucket_name)
        answer = {"Role": configuration["Role"], "Rules": rules_of(configuration)}
        return self.serialized(ActionResult({"ReplicationConfiguration": answer}))

    @functools.wraps(lock)
    def get_object_lock_configuration(self: S3Response) -> Any:
        bucket = self.backend.get_bucket(self.bucket_name)
        # DefaultRetention carries days or years, never both (API_DefaultRetention); moto stores 0 for the other.
        bucket.default_lock_days = bucket.default_lock_days or None
        bucket.default_lock_years = bucket.default_lock_years or None
        return lock(self)

    FakeKey.response_dict = property(with_status)
    FakeBucket.get_permission = get_permission
    S3Response.get_bucket_replication = get_bucket_replication
    S3Response.get_object_lock_configuration = get_object_lock_configuration


def get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
    """The bucket policy's word on `action`: an explicit deny wins, then an allow, else neutral.

    Only statements for everybody are judged (as in moto). The endpoint is plain HTTP on loopback and stands for a TLS
    one, so aws:SecureTransport is true. A statement with any other condition is left out: its context is unknown here.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    if self.policy is None:
        return PermissionResult.NEUTRAL
    statements = json.loads(self.policy)["Statement"]
    effects = {
        statement["Effect"]
        for statement in (statements if isinstance(statements, list) else [statements])
        if _concerns(statement, action, resource)
    }
    if "Deny" in effects:
        return PermissionResult.DENIED
    return PermissionResult.PERMITTED if "Allow" in effects else PermissionResult.NEUTRAL


def _concerns(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    principal = statement.get("Principal")
    if principal != "*" and (not isinstance(principal, dict) or principal.get("AWS") not in ("*", ["*"])):
        return False
    if "NotAction" in statement:
        if matches(statement["NotAction"], action):
            return False
    elif not matches(statement.get("Action", []), action):
        return False
    return matches(statement.get("Resource", "*"), resource) and _condition_holds(statement.get("Condition") or {})


def matches(patterns: str | list[str], value: str) -> bool:
    """Whether one of the patterns of a policy (* and ?) fits the whole value."""
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value)
        for pattern in ([patterns] if isinstance(patterns, str) else patterns)
    )


def _condition_holds(condition: Mapping[str, Mapping[str, Any]]) -> bool:
    for operator, tests in condition.items():
        for key, expected in tests.items():
            if operator not in ("Bool", "BoolIfExists") or key.lower() != "aws:securetransport":
                return False
            values = expected if isinstance(expected, list) else [expected]
            if "true" not in [str(value).lower() for value in values]:
                return False
    return True
