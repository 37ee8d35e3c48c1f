# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An SQS queue: its settings, in the role's words, and the calls that change them. Standard library only.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.policy import canonical
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    Found,
    Steps,
    merged,
    tag_changes,
    with_tags,
)

#: Property -> SQS's attribute, for whole numbers.
NUMBERS = {
    "visibility_seconds": "VisibilityTimeout",
    "retention_seconds": "MessageRetentionPeriod",
    "delay_seconds": "DelaySeconds",
    "wait_seconds": "ReceiveMessageWaitTimeSeconds",
    "max_bytes": "MaximumMessageSize",
    "kms_reuse_seconds": "KmsDataKeyReusePeriodSeconds",
}
#: What SQS gives a queue that is created without them.
DEFAULTS: Mapping[str, Any] = {
    "visibility_seconds": 30,
    "retention_seconds": 345600,
    "delay_seconds": 0,
    "wait_seconds": 0,
    "kms_key": "",
    "kms_reuse_seconds": 300,
    "policy": {},
    "dead_letter_arn": "",
    "max_receives": 0,
    "redrive_from": ["*"],
    "tags": {},
}


def project(attributes: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a queue from all its attributes and its tags.

    redrive_from: ARNs of the queues that may use it as their dead-letter queue, ["*"] for any, [] for none.
    """
    redrive = _document(attributes, "RedrivePolicy")
    numbers = {ours: int(attributes[theirs]) for ours, theirs in NUMBERS.items() if theirs in attributes}
    return {
        "kms_reuse_seconds": DEFAULTS["kms_reuse_seconds"],  # SQS tells it of encrypted queues only
        **numbers,
        "kms_key": attributes.get("KmsMasterKeyId", ""),
        "policy": canonical(attributes.get("Policy")),
        "dead_letter_arn": redrive.get("deadLetterTargetArn", ""),
        "max_receives": int(redrive.get("maxReceiveCount", 0)),
        "redrive_from": _sources(_document(attributes, "RedriveAllowPolicy")),
        "tags": dict(tags),
    }


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The policy in canonical form, the sources sorted."""
    result = dict(properties)
    if "policy" in result:
        result["policy"] = canonical(result["policy"])
    if "redrive_from" in result:
        result["redrive_from"] = sorted(result["redrive_from"])
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired settings; one that is not given is left alone."""
    wanted = normalize(desired)
    if found is None:
        attributes = {name: value for name, value in _attributes(wanted, wanted).items() if value != ""}
        request = {"QueueName": params["name"], "Attributes": attributes}
        tags = {"tags": dict(wanted["tags"])} if wanted.get("tags") else {}
        return Steps([("create_queue", {**request, **tags})], {}, wanted)
    before = normalize(found.properties)
    changed = [name for name in sorted(wanted) if name != "tags" and wanted[name] != before[name]]
    after = merged(before, wanted, changed)
    after["tags"] = with_tags(before["tags"], wanted.get("tags"), params["purge_tags"])
    url = found.facts["url"]
    calls: list[Call] = []
    if changed:
        calls.append(("set_queue_attributes", {"QueueUrl": url, "Attributes": _attributes(after, changed)}))
    add, gone = tag_changes(before["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("tag_queue", {"QueueUrl": url, "Tags": add}))
    if gone:
        calls.append(("untag_queue", {"QueueUrl": url, "TagKeys": gone}))
    return Steps(calls, before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the queue with its messages."""
    return Steps([("delete_queue", {"QueueUrl": found.facts["url"]})], found.properties, {})


def _attributes(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """SQS's attributes for the properties `names` of `values`; an empty text removes one."""
    asked = set(names)
    result = {theirs: str(values[ours]) for ours, theirs in NUMBERS.items() if ours in asked}
    if "kms_key" in asked:
        result["KmsMasterKeyId"] = values["kms_key"]
    if "policy" in asked:
        result["Policy"] = json.dumps(values["policy"], sort_keys=True) if values["policy"] else ""
    if asked & {"dead_letter_arn", "max_receives"}:
        result["RedrivePolicy"] = _redrive(values)
    if "redrive_from" in asked:
        result["RedriveAllowPolicy"] = _allow(values["redrive_from"])
    return result


def _redrive(values: Mapping[str, Any]) -> str:
    if not values.get("dead_letter_arn"):
        return ""
    policy = {"deadLetterTargetArn": values["dead_letter_arn"], "maxReceiveCount": values.get("max_receives") or 1}
    return json.dumps(policy, sort_keys=True)


def _allow(sources: list[str]) -> str:
    if sources == ["*"]:
        return json.dumps({"redrivePermission": "allowAll"})
    if not sources:
        return json.dumps({"redrivePermission": "denyAll"})
    return json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": sources})


def _sources(policy: Mapping[str, Any]) -> list[str]:
    permission = policy.get("redrivePermission", "allowAll")
    if permission == "byQueue":
        return sorted(policy.get("sourceQueueArns", []))
    return ["*"] if permission == "allowAll" else []


def _document(attributes: Mapping[str, str], name: str) -> Any:
    return json.loads(attributes[name]) if attributes.get(name) else {}
