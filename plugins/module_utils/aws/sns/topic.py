# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An SNS topic: its settings, in the role's words, and the calls that change them. Standard library only.

https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.policy import canonical
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Found,
    Steps,
    merged,
    tag_changes,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

#: Property -> SNS's attribute.
ATTRIBUTES = {
    "display_name": "DisplayName",
    "kms_key": "KmsMasterKeyId",
    "policy": "Policy",
    "signature_version": "SignatureVersion",
}


def project(attributes: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a topic from its attributes and its tags."""
    return {
        "display_name": attributes.get("DisplayName", ""),
        "kms_key": attributes.get("KmsMasterKeyId", ""),
        "policy": canonical(attributes.get("Policy")),
        "signature_version": attributes.get("SignatureVersion", "1"),
        "tags": dict(tags),
    }


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The policy in canonical form."""
    result = dict(properties)
    if "policy" in result:
        result["policy"] = canonical(result["policy"])
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired settings; one that is not given is left alone.

    Raises ChangeError: a topic always has a policy.
    """
    name = params["name"]
    wanted = normalize(desired)
    if "policy" in wanted and not wanted["policy"]:
        raise ChangeError(
            f"topic {name} cannot be without a policy: say who may publish and subscribe, or leave it out"
        )
    if found is None:
        attributes = {theirs: _text(wanted[ours]) for ours, theirs in ATTRIBUTES.items() if wanted.get(ours)}
        return Steps(
            [("create_topic", {"Name": name, "Attributes": attributes, "Tags": tag_list(wanted.get("tags", {}))})],
            {},
            wanted,
        )
    before = normalize(found.properties)
    changed = [setting for setting in sorted(wanted) if setting != "tags" and wanted[setting] != before[setting]]
    arn = found.facts["arn"]
    calls: list[Call] = [_set(arn, setting, wanted[setting]) for setting in changed]
    add, gone = tag_changes(before["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("tag_resource", {"ResourceArn": arn, "Tags": tag_list(add)}))
    if gone:
        calls.append(("untag_resource", {"ResourceArn": arn, "TagKeys": gone}))
    after = merged(before, wanted, changed)
    after["tags"] = with_tags(before["tags"], wanted.get("tags"), params["purge_tags"])
    return Steps(calls, before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the topic with its subscriptions."""
    return Steps([("delete_topic", {"TopicArn": found.facts["arn"]})], found.properties, {})


def _set(arn: str, setting: str, value: Any) -> Call:
    request = {"TopicArn": arn, "AttributeName": ATTRIBUTES[setting], "AttributeValue": _text(value)}
    return "set_topic_attributes", request


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True) if isinstance(value, Mapping) else str(value)
