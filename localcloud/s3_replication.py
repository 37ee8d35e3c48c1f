"""The replicator behind S3: which rule an object falls under, and the copy in the destination, some time later."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend, s3_backends

from localcloud.authorization.checks import Check
from localcloud.authorization.services import may_with_role
from localcloud.cloud import Cloud

PENDING, COMPLETED, FAILED, REPLICA = "PENDING", "COMPLETED", "FAILED", "REPLICA"


def as_list(value: Any) -> list[Any]:
    """xmltodict gives one element as itself and several as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def is_v2(rule: Mapping[str, Any]) -> bool:
    """A rule with a Filter follows schema V2 (priorities, several destinations, delete markers by choice)."""
    return "Filter" in rule


def filter_of(rule: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Prefix and tags that an object must have to fall under the rule."""
    chosen = rule.get("Filter") or {}
    both = chosen.get("And") or chosen
    prefix = both.get("Prefix") or rule.get("Prefix") or ""
    return prefix, {tag["Key"]: tag.get("Value") or "" for tag in as_list(both.get("Tag"))}


def rules_of(configuration: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The stored rules as GetBucketReplication answers them (API_ReplicationRule)."""
    return [_answer(rule) for rule in as_list(configuration["Rule"])]


def _answer(rule: Mapping[str, Any]) -> dict[str, Any]:
    answer = copy.deepcopy(dict(rule))
    if is_v2(answer):
        chosen = answer["Filter"] or {}
        if chosen.get("And"):
            chosen["And"]["Tags"] = as_list(chosen["And"].pop("Tag", None))
            chosen["And"] = {key: value for key, value in chosen["And"].items() if value is not None}
        elif "Tag" not in chosen:
            chosen["Prefix"] = chosen.get("Prefix") or ""
        answer["Filter"] = chosen
        answer["Priority"] = int(answer["Priority"])
    else:
        answer.pop("Priority", None)
        answer["Prefix"] = answer.get("Prefix") or ""
    for part, field in (("ReplicationTime", "Time"), ("Metrics", "EventThreshold")):
        if part in answer["Destination"] and field in answer["Destination"][part]:
            threshold = answer["Destination"][part][field]
            threshold["Minutes"] = int(threshold["Minutes"])
    return answer


def _enabled(rule: Mapping[str, Any], *path: str) -> bool:
    value: Any = rule
    for step in path:
        value = (value or {}).get(step)
    return value == "Enabled"


class Replicator:
    """Copies what is written to a bucket with rules. `delay`: AWS seconds from a write to its copy."""

    #: moto's own put_object: writing through it does not replicate again (replicas of replicas are not made).
    store: Callable[..., FakeKey]

    def __init__(self, cloud: Cloud, delay: float) -> None:
        self.cloud = cloud
        self.delay = delay

    @staticmethod
    def status_of(key: FakeKey) -> str | None:
        """x-amz-replication-status of a version, None when no rule concerns it."""
        status = getattr(key, "replication_status", None)
        if status == PENDING and not _rules_for(key):
            return None
        return status

    def written(self, backend: S3Backend, key: FakeKey) -> None:
        """An object was written: schedule its copy if a rule may concern it (tags come after the write)."""
        bucket = backend.get_bucket(key.bucket_name)
        if not bucket.is_versioned or not getattr(bucket, "replication", None):
            return
        rules = as_list(bucket.replication["Rule"])
        if any(key.name.startswith(filter_of(rule)[0]) for rule in rules if _enabled(rule, "Status")):
            key.replication_status = PENDING
            # The rules of now decide, also when others are put before the copy is made.
            key.replication_rules = copy.deepcopy(rules)
            self._schedule(key)

    def retagged(self, backend: S3Backend, key: FakeKey) -> None:
        """Tags of a replicated object changed: they are replicated too."""
        if getattr(key, "replication_status", None) == COMPLETED and _rules_for(key):
            key.replication_status = PENDING
            self._schedule(key)

    def marked(self, backend: S3Backend, bucket_name: str, key_name: str, version_id: str) -> None:
        """A delete marker was added: V1 rules replicate it, V2 rules when told to and without tag filter."""
        source = backend.get_bucket(bucket_name)
        configuration = getattr(source, "replication", None) or {}
        role = str(configuration.get("Role", ""))
        for rule in as_list(configuration.get("Rule")):
            prefix, tags = filter_of(rule)
            wanted = _enabled(rule, "DeleteMarkerReplication", "Status") and not tags if is_v2(rule) else True
            if wanted and _enabled(rule, "Status") and key_name.startswith(prefix):
                name = _bucket_name(rule)

                def job(name: str = name) -> None:
                    removal = Check("s3:ReplicateDelete", (f"arn:aws:s3:::{name}/{key_name}",))
                    with self.cloud.lock:
                        allowed = may_with_role("s3.amazonaws.com", role, [removal], source.arn)
                    if allowed:
                        self._mark(name, key_name, version_id)

                self.cloud.later(self.delay, job, f"s3-marker-{bucket_name}-{version_id}")

    def resume(self) -> None:
        """Schedule again whatever was pending when the state was saved."""
        for partition, account in set(s3_backends.bucket_accounts.values()):
            for bucket in s3_backends[account][partition].buckets.values():
                for key in [key for _name, versions in bucket.keys.lists() for key in versions]:
                    if isinstance(key, FakeKey) and getattr(key, "replication_status", None) == PENDING:
                        self._schedule(key)

    def _schedule(self, key: FakeKey) -> None:
        self.cloud.later(self.delay, lambda: self._replicate(key), f"s3-replicate-{key.bucket_name}-{key.version_id}")

    def _replicate(self, key: FakeKey) -> None:
        with self.cloud.lock:
            if key.disposed or getattr(key, "replication_status", None) != PENDING:
                return
            rules = _rules_for(key)
            copied = [self._copy(key, rule) for rule in rules]  # every destination is tried
            key.replication_status = None if not rules else COMPLETED if all(copied) else FAILED
        self.cloud.touched("s3")

    def _copy(self, key: FakeKey, rule: Mapping[str, Any]) -> bool:
        """Copy into the rule's destination; False when the destination or the role does not let it."""
        bucket = _find_bucket(_bucket_name(rule))
        if bucket is None or not bucket.is_versioned or not _role_may(key, bucket, rule):
            return False
        backend = s3_backends[bucket.account_id][bucket.partition]
        before = [version for version in bucket.keys.getlist(key.name, []) if version.version_id != key.version_id]
        replica = self.store(
            backend, bucket.name, key.name, key.value,
            storage=rule["Destination"].get("StorageClass") or key.storage_class,
            etag=key.etag.strip('"'), multipart=key.multipart, encryption=key.encryption,
            kms_key_id=_replica_key(key, rule), bucket_key_enabled=key.bucket_key_enabled,
            lock_mode=key.lock_mode, lock_legal_status=key.lock_legal_status, lock_until=key.lock_until,
            checksum_value=key.checksum_value, disable_notification=True,
        )  # fmt: skip
        replica._version_id = key.version_id
        replica.last_modified = key.last_modified
        replica.checksum_algorithm, replica.checksum_type = key.checksum_algorithm, key.checksum_type
        replica.checksum_parts = key.checksum_parts
        replica.set_metadata(dict(key.metadata))
        replica.replication_status = REPLICA
        bucket.keys.setlist(key.name, sorted([*before, replica], key=lambda version: version.last_modified))
        backend.tagger.delete_all_tags_for_resource(replica.arn)
        s3_backends[key.account_id][key.partition].tagger.copy_tags(key.arn, replica.arn)
        return True

    def _mark(self, bucket_name: str, key_name: str, version_id: str) -> None:
        with self.cloud.lock:
            bucket = _find_bucket(bucket_name)
            versions = [] if bucket is None else bucket.keys.getlist(key_name, [])
            if versions and all(version.version_id != version_id for version in versions):
                marker = FakeDeleteMarker(key=versions[-1])
                marker._version_id = version_id
                bucket.keys.setlist(key_name, [*versions, marker])
        self.cloud.touched("s3")


def _bucket_name(rule: Mapping[str, Any]) -> str:
    return str(rule["Destination"]["Bucket"]).rpartition(":")[2]


def _find_bucket(name: str) -> FakeBucket | None:
    if name not in s3_backends.bucket_accounts:
        return None
    partition, account = s3_backends.bucket_accounts[name]
    return s3_backends[account][partition].buckets.get(name)


def _replica_key(key: FakeKey, rule: Mapping[str, Any]) -> str | None:
    chosen = (rule["Destination"].get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")
    return chosen or key.kms_key_id


def _role_may(key: FakeKey, target: FakeBucket, rule: Mapping[str, Any]) -> bool:
    """Whether S3 may copy with the role of the configuration; where it may not an object fails and is not tried again.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    source = _find_bucket(key.bucket_name)
    role = (getattr(source, "replication", None) or {}).get("Role", "")
    if source is None or not role:
        return False
    bucket, version = (source.arn,), (f"{source.arn}/{key.name}",)
    replica = (f"{target.arn}/{key.name}",)
    wanted = [
        Check("s3:GetReplicationConfiguration", bucket),
        Check("s3:ListBucket", bucket),
        Check("s3:GetObjectVersionForReplication", version),
        Check("s3:GetObjectVersionAcl", version),
        Check("s3:ReplicateObject", replica),
    ]
    if s3_backends[key.account_id][key.partition].tagger.get_tag_dict_for_resource(key.arn):
        wanted += [Check("s3:GetObjectVersionTagging", version), Check("s3:ReplicateTags", replica)]
    if key.encryption == "aws:kms":
        for named, action, holder in (
            (key.kms_key_id, "kms:Decrypt", source),
            (_replica_key(key, rule), "kms:Encrypt", target),
        ):
            wanted += [Check(action, (arn,), _via(holder)) for arn in _key_arn(named, holder)]
    return may_with_role("s3.amazonaws.com", role, wanted, source.arn)


def _via(bucket: FakeBucket) -> dict[str, tuple[str, ...]]:
    return {"kms:viaservice": (f"s3.{bucket.region_name}.amazonaws.com",)}


def _key_arn(named: str | None, bucket: FakeBucket) -> list[str]:
    """ARN of a key of the account; none for Amazon's own, which needs no permission."""
    if not named or "alias/aws/" in named:
        return []
    return [named if named.startswith("arn:") else f"arn:aws:kms:{bucket.region_name}:{bucket.account_id}:key/{named}"]


def _rules_for(key: FakeKey) -> list[Mapping[str, Any]]:
    """The enabled rules of when it was written that concern a version: per destination that of the highest priority."""
    rules = getattr(key, "replication_rules", [])
    tags = s3_backends[key.account_id][key.partition].tagger.get_tag_dict_for_resource(key.arn)
    chosen: dict[str, Mapping[str, Any]] = {}
    for rule in sorted(rules, key=lambda rule: int(rule.get("Priority", 0))):
        prefix, wanted = filter_of(rule)
        if not _enabled(rule, "Status") or not key.name.startswith(prefix):
            continue
        if any(tags.get(name) != value for name, value in wanted.items()):
            continue
        if key.encryption == "aws:kms" and not _enabled(
            rule, "SourceSelectionCriteria", "SseKmsEncryptedObjects", "Status"
        ):
            continue  # not replicated unless asked for: replication-what-is-isnot-replicated
        chosen[_bucket_name(rule)] = rule
    return list(chosen.values())
