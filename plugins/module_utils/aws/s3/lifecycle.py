# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lifecycle rules of a bucket: AWS's form and ours. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def project_rules(rules: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rules in the words of the role's variables, sorted by id; only what a rule says is in it.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html
    """
    return sorted((_project(rule) for rule in rules), key=lambda rule: rule["id"])


def _project(rule: Mapping[str, Any]) -> dict[str, Any]:
    chosen = rule.get("Filter") or {}
    result: dict[str, Any] = {
        "id": rule.get("ID", ""),
        "enabled": rule.get("Status") == "Enabled",
        "prefix": chosen.get("Prefix", rule.get("Prefix", "")) or "",
    }
    if any(name not in ("Prefix",) for name in chosen):
        result["filter"] = dict(chosen)
    for name, (part, field) in DAYS.items():
        value = rule.get(part, {}).get(field)
        if value is not None:
            result[name] = int(value)
    if rule.get("Expiration", {}).get("ExpiredObjectDeleteMarker"):
        result["expire_delete_markers"] = True
    for name, (part, field) in TRANSITIONS.items():
        steps = rule.get(part) or []
        if steps:
            result[name] = [
                {"days": int(step.get(field, 0)), "storage_class": step["StorageClass"]}
                for step in sorted(steps, key=lambda step: step.get(field, 0))
            ]
    return result


#: Our names, and where AWS has them.
TRANSITIONS = {
    "transitions": ("Transitions", "Days"),
    "noncurrent_transitions": ("NoncurrentVersionTransitions", "NoncurrentDays"),
}
DAYS = {
    "expire_days": ("Expiration", "Days"),
    "expire_noncurrent_days": ("NoncurrentVersionExpiration", "NoncurrentDays"),
    "abort_multipart_days": ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
}


def to_aws(rules: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The inverse of project_rules, as PutBucketLifecycleConfiguration takes it."""
    return [_to_aws(rule) for rule in rules]


def _to_aws(rule: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ID": rule["id"],
        "Status": "Enabled" if rule.get("enabled", True) else "Disabled",
        "Filter": {"Prefix": rule.get("prefix") or ""},
    }
    for name, (part, field) in DAYS.items():
        if rule.get(name) is not None:
            result[part] = {field: int(rule[name])}
    if rule.get("expire_delete_markers"):
        result["Expiration"] = {**result.get("Expiration", {}), "ExpiredObjectDeleteMarker": True}
    for name, (part, field) in TRANSITIONS.items():
        if rule.get(name):
            result[part] = [{field: int(step["days"]), "StorageClass": step["storage_class"]} for step in rule[name]]
    return result
