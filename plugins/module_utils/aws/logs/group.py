# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A log group of CloudWatch Logs: retention, key, tags. Standard library only.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    Found,
    Steps,
    merged,
    tag_changes,
    with_tags,
)


def project(group: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a LogGroup and its tags. retention_days: 0 for ever."""
    return {
        "retention_days": group.get("retentionInDays", 0),
        "kms_key": group.get("kmsKeyId") or "",
        "tags": dict(tags),
    }


def arn_of(group: Mapping[str, Any]) -> str:
    """The ARN as policies and tags name the group: without the `:*` that stands for its streams."""
    return str(group.get("logGroupArn") or group["arn"]).removesuffix(":*")


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the described group; what is not given is left alone."""
    name = params["name"]
    if found is None:
        request = {"logGroupName": name, "tags": dict(desired.get("tags") or {})}
        request |= {"kmsKeyId": desired["kms_key"]} if desired.get("kms_key") else {}
        calls: list[Call] = [("create_log_group", {key: value for key, value in request.items() if value})]
        if desired.get("retention_days"):
            calls.append(_retention(name, desired["retention_days"]))
        return Steps(calls, {}, dict(desired))
    have, arn = found.properties, found.facts["arn"]
    changed = [each for each in sorted(desired) if each != "tags" and desired[each] != have[each]]
    calls = []
    if "retention_days" in changed:
        calls.append(_retention(name, desired["retention_days"]))
    if "kms_key" in changed and desired["kms_key"]:
        calls.append(("associate_kms_key", {"logGroupName": name, "kmsKeyId": desired["kms_key"]}))
    elif "kms_key" in changed:
        calls.append(("disassociate_kms_key", {"logGroupName": name}))
    add, gone = tag_changes(have["tags"], desired.get("tags"), params["purge_tags"])
    if add:
        calls.append(("tag_resource", {"resourceArn": arn, "tags": add}))
    if gone:
        calls.append(("untag_resource", {"resourceArn": arn, "tagKeys": gone}))
    after = merged(have, desired, changed)
    after["tags"] = with_tags(have["tags"], desired.get("tags"), params["purge_tags"])
    return Steps(calls, have, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Remove the group and all that is in it."""
    return Steps([("delete_log_group", {"logGroupName": params["name"]})], found.properties, {})


def _retention(name: str, days: int) -> Call:
    if not days:
        return "delete_retention_policy", {"logGroupName": name}
    return "put_retention_policy", {"logGroupName": name, "retentionInDays": days}
