"""S3 buckets: object lock on buckets that exist, lifecycle rules and versioning that S3 refuses, access logs in batches.

API reference: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html (object lock can be enabled on
a bucket that exists, needs versioning, and is never taken away),
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html (least days),
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html (delivered on a best-effort basis, hours later),
https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html (no KMS, no lock in the target).
"""

from __future__ import annotations

import functools
import json
import secrets
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.s3.exceptions import InvalidBucketState, InvalidTargetBucketForLogging, S3ClientError
from moto.s3.models import LOGGING_SERVICE_PRINCIPAL, FakeBucket, S3Backend

from localcloud.cloud import Cloud
from localcloud.services.s3 import matches

#: AWS seconds until requests are written down: "most log records are delivered within a few hours".
DELIVERY = 3600.0
#: Least days before a transition, by storage class.
LEAST_DAYS = {"STANDARD_IA": 30, "ONEZONE_IA": 30}
#: A year of the default retention, as S3 counts it.
YEAR = 365


def install(cloud: Cloud) -> None:
    """Patch moto's buckets."""
    S3Backend.put_object_lock_configuration = put_object_lock_configuration  # type: ignore[method-assign, assignment]
    FakeBucket.default_retention = default_retention  # type: ignore[method-assign]
    _patch_versioning()
    _patch_lifecycle()
    _patch_logging()
    deliveries = Deliveries(cloud)
    S3Backend.log_incoming_request = deliveries.note  # type: ignore[method-assign]


def put_object_lock_configuration(self: S3Backend, bucket_name: str, lock_enabled: bool, *retention: Any) -> None:
    """PutObjectLockConfiguration, also on a bucket with objects: those that are there stay unlocked."""
    mode, days, years = retention
    bucket = self.get_bucket(bucket_name)
    if not bucket.is_versioned:
        raise InvalidBucketState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
    if not lock_enabled:
        raise S3ClientError("MalformedXML", "The XML you provided was not well-formed")
    if mode and bool(days) == bool(years):
        message = "Default retention period must be a positive integer value of days or of years."
        raise S3ClientError("InvalidArgument", message)
    bucket.object_lock_enabled = True
    bucket.default_lock_mode = mode or ""
    bucket.default_lock_days = days or None
    bucket.default_lock_years = years or None


def default_retention(self: FakeBucket) -> str:
    """Until when an object that is written now is locked."""
    days = (self.default_lock_days or 0) + (self.default_lock_years or 0) * YEAR
    return (datetime.now(UTC) + timedelta(days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _patch_versioning() -> None:
    versioning = S3Backend.put_bucket_versioning

    @functools.wraps(versioning)
    def put_bucket_versioning(self: S3Backend, bucket_name: str, status: str) -> None:
        if status != "Enabled" and self.get_bucket(bucket_name).object_lock_enabled:
            raise InvalidBucketState(
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
            )
        versioning(self, bucket_name, status)

    S3Backend.put_bucket_versioning = put_bucket_versioning  # type: ignore[method-assign]


def _patch_lifecycle() -> None:
    put = FakeBucket.set_lifecycle

    @functools.wraps(put)
    def set_lifecycle(self: FakeBucket, rules: list[dict[str, Any]]) -> None:
        for reason in _wrong(rules):
            raise S3ClientError("InvalidArgument", reason)
        put(self, rules)

    FakeBucket.set_lifecycle = set_lifecycle  # type: ignore[method-assign]


def _wrong(rules: list[dict[str, Any]]) -> Iterable[str]:
    """What S3 says against lifecycle rules."""
    names = [rule.get("ID") for rule in rules if rule.get("ID")]
    if len(names) != len(set(names)):
        yield "Rule ID must be unique. Found same ID for more than one rule"
    for rule in rules:
        expiration = (rule.get("Expiration") or {}).get("Days")
        if expiration is not None and int(expiration) < 1:
            yield "'Days' for Expiration action must be a positive integer"
        yield from _wrong_transitions(_several(rule.get("Transition")), "Days", expiration)
        noncurrent = (rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays")
        steps = _several(rule.get("NoncurrentVersionTransition"))
        yield from _wrong_transitions(steps, "NoncurrentDays", noncurrent)


def _wrong_transitions(steps: list[dict[str, Any]], field: str, expiration: Any) -> Iterable[str]:
    for step in steps:
        if step.get(field) is None:
            continue
        days, storage = int(step[field]), str(step.get("StorageClass"))
        if days < LEAST_DAYS.get(storage, 0):
            least = LEAST_DAYS[storage]
            yield f"'{field}' in Transition action must be greater than or equal to {least} for storageClass '{storage}'"
        if expiration is not None and int(expiration) <= days:
            yield f"'{field}' in the Expiration action must be greater than '{field}' in the Transition action"


def _several(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _patch_logging() -> None:
    put = FakeBucket.set_logging

    @functools.wraps(put)
    def set_logging(self: FakeBucket, logging_config: dict[str, Any] | None, bucket_backend: S3Backend) -> None:
        target = bucket_backend.buckets.get((logging_config or {}).get("TargetBucket", ""))
        if target is not None and target.has_default_lock:
            raise InvalidTargetBucketForLogging(
                "The target bucket for logging must not have Object Lock default retention enabled"
            )
        put(self, logging_config, bucket_backend)

    FakeBucket.set_logging = set_logging  # type: ignore[method-assign]
    FakeBucket._log_permissions_enabled_policy = staticmethod(lets_logs_in)  # type: ignore[method-assign]


def lets_logs_in(target_bucket: FakeBucket, target_prefix: str | None) -> bool:
    """Whether the bucket's policy lets S3's log delivery write under the prefix."""
    key = f"arn:{target_bucket.partition}:s3:::{target_bucket.name}/{target_prefix or ''}2026-01-01-00-00-00-0"
    statements = json.loads(target_bucket.policy or b'{"Statement": []}')["Statement"]
    return any(
        statement["Effect"] == "Allow"
        and isinstance(statement.get("Principal"), dict)
        and matches(statement["Principal"].get("Service", []), LOGGING_SERVICE_PRINCIPAL)
        and matches(statement.get("Action", []), "s3:PutObject")
        and matches(statement.get("Resource", []), key)
        for statement in _several(statements)
    )


class Deliveries:
    """Requests to buckets with access logs, and their delivery: one object a target and period."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._lock = threading.Lock()
        self._lines: dict[tuple[str, str, str], list[str]] = defaultdict(list)

    @property
    def note(self) -> Any:
        """The method that takes the place of S3Backend.log_incoming_request."""

        def log_incoming_request(backend: S3Backend, request: Any, bucket_name: str) -> None:
            bucket = backend.buckets.get(bucket_name)
            if bucket is not None and bucket.logging:
                self._add(backend, bucket, request)

        return log_incoming_request

    def _add(self, backend: S3Backend, bucket: FakeBucket, request: Any) -> None:
        config: Mapping[str, Any] = bucket.logging
        place = (backend.partition, config["TargetBucket"], config.get("TargetPrefix") or "")
        moment = datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
        line = f"{backend.account_id} {bucket.name} [{moment}] 127.0.0.1 - {secrets.token_hex(8).upper()} REST.{request.method}"
        with self._lock:
            first = not self._lines[place]
            self._lines[place].append(line)
        if first:
            self._cloud.later(DELIVERY, functools.partial(self._deliver, backend, place), "s3 access logs")

    def _deliver(self, backend: S3Backend, place: tuple[str, str, str]) -> None:
        with self._lock:
            lines = self._lines.pop(place, [])
        with self._cloud.lock:
            if lines and place[1] in backend.buckets:
                name = datetime.now(UTC).strftime(f"{place[2]}%Y-%m-%d-%H-%M-%S-{secrets.token_hex(8).upper()}")
                backend.put_object(place[1], name, ("\n".join(lines) + "\n").encode())
                self._cloud.touched("s3")
