# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication rules of a bucket: AWS's form and ours. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Steps
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list


def project_rules(rules: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rules in the words of the module's options, sorted by id.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html
    """
    return sorted((_project(rule) for rule in rules), key=lambda rule: rule["id"])


def _project(rule: Mapping[str, Any]) -> dict[str, Any]:
    chosen = rule.get("Filter") or {}
    both = chosen.get("And") or chosen
    tags = [*both.get("Tags", []), *([chosen["Tag"]] if "Tag" in chosen else [])]
    destination = rule["Destination"]
    selection = rule.get("SourceSelectionCriteria") or {}
    return {
        "id": rule.get("ID", ""),
        "priority": int(rule.get("Priority", 0)),
        "enabled": rule.get("Status") == "Enabled",
        "prefix": both.get("Prefix", rule.get("Prefix", "")) or "",
        "filter_tags": {tag["Key"]: tag["Value"] for tag in tags},
        "destination": destination["Bucket"].rpartition(":")[2],
        "storage_class": destination.get("StorageClass", ""),
        "replica_kms_key": (destination.get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID", ""),
        "replicate_kms_objects": _enabled(selection.get("SseKmsEncryptedObjects")),
        "delete_markers": _enabled(rule.get("DeleteMarkerReplication")),
        "metrics": _enabled(destination.get("Metrics")),
        "time_control": _enabled(destination.get("ReplicationTime")),
    }


def _enabled(part: Mapping[str, Any] | None) -> bool:
    return (part or {}).get("Status") == "Enabled"


def to_aws(role_arn: str, rules: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The configuration as PutBucketReplication takes it."""
    return {"Role": role_arn, "Rules": [_to_aws(rule) for rule in rules]}


def _to_aws(rule: Mapping[str, Any]) -> dict[str, Any]:
    destination: dict[str, Any] = {"Bucket": f"arn:aws:s3:::{rule['destination']}"}
    if rule.get("storage_class"):
        destination["StorageClass"] = rule["storage_class"]
    if rule.get("replica_kms_key"):
        destination["EncryptionConfiguration"] = {"ReplicaKmsKeyID": rule["replica_kms_key"]}
    # S3 refuses time control without metrics, and its only threshold is 15 minutes (API_ReplicationTimeValue).
    if rule.get("metrics") or rule.get("time_control"):
        destination["Metrics"] = {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}
    if rule.get("time_control"):
        destination["ReplicationTime"] = {"Status": "Enabled", "Time": {"Minutes": 15}}
    result: dict[str, Any] = {
        "ID": rule["id"],
        "Priority": int(rule.get("priority") or 0),
        "Status": _status(rule.get("enabled", True)),
        "Filter": _filter(rule.get("prefix") or "", rule.get("filter_tags") or {}),
        "DeleteMarkerReplication": {"Status": _status(rule.get("delete_markers"))},
        "Destination": destination,
    }
    if rule.get("replicate_kms_objects"):
        result["SourceSelectionCriteria"] = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    return result


def _status(enabled: Any) -> str:
    return "Enabled" if enabled else "Disabled"


def _filter(prefix: str, tags: Mapping[str, str]) -> dict[str, Any]:
    pairs = tag_list(tags)
    if pairs and (prefix or len(pairs) > 1):
        return {"And": {**({"Prefix": prefix} if prefix else {}), "Tags": pairs}}
    return {"Tag": pairs[0]} if pairs else {"Prefix": prefix}


DEFAULTS: Mapping[str, Any] = {
    "priority": 0,
    "enabled": True,
    "prefix": "",
    "filter_tags": {},
    "storage_class": "",
    "replica_kms_key": "",
    "replicate_kms_objects": False,
    "delete_markers": False,
    "metrics": False,
    "time_control": False,
}


def completed(rules: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Desired rules with every option set, sorted by id, as project_rules gives those that stand."""
    full = [{**DEFAULTS, **{name: value for name, value in rule.items() if value is not None}} for rule in rules]
    for rule in full:
        rule["metrics"] = bool(rule["metrics"] or rule["time_control"])
    return sorted(full, key=lambda rule: str(rule["id"]))


def present(bucket: str, role_arn: str, rules: Iterable[Mapping[str, Any]], found: Mapping[str, Any] | None) -> Steps:
    """Steps towards a configuration of exactly these rules (PutBucketReplication replaces all)."""
    after: dict[str, Any] = {"role_arn": role_arn, "rules": completed(rules)}
    before = {} if found is None else {"role_arn": found["Role"], "rules": project_rules(found["Rules"])}
    if before == after:
        return Steps([], before, after)
    configuration = to_aws(role_arn, after["rules"])
    return Steps(
        [("put_bucket_replication", {"Bucket": bucket, "ReplicationConfiguration": configuration})], before, after
    )


def absent(bucket: str, found: Mapping[str, Any] | None) -> Steps:
    """Steps that remove the configuration."""
    if found is None:
        return Steps()
    before = {"role_arn": found["Role"], "rules": project_rules(found["Rules"])}
    return Steps([("delete_bucket_replication", {"Bucket": bucket})], before, {})
