# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A KMS key: its settings, in the role's words, and the calls that change them. Standard library only.

https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.answers import Answered
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

#: States in which AWS refuses every change but the cancellation of the deletion.
#: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
WAITING = frozenset({"PendingDeletion", "PendingReplicaDeletion"})
ROTATION_DAYS = 365


def project(
    metadata: Mapping[str, Any], rotation: Mapping[str, Any], policy: str, tags: Mapping[str, str]
) -> dict[str, Any]:
    """Properties of a key from DescribeKey, GetKeyRotationStatus ({} while it waits for deletion), its policy and tags.

    replica_of: the Region of the primary key, "" for a key that is none's replica.
    """
    regions = metadata.get("MultiRegionConfiguration") or {}
    replica = regions.get("MultiRegionKeyType") == "REPLICA"
    return {
        "description": metadata.get("Description", ""),
        "state": metadata["KeyState"],
        "enabled": metadata["KeyState"] == "Enabled",
        "spec": metadata.get("KeySpec", "SYMMETRIC_DEFAULT"),
        "usage": metadata.get("KeyUsage", "ENCRYPT_DECRYPT"),
        "multi_region": bool(metadata.get("MultiRegion")),
        "replica_of": regions["PrimaryKey"]["Region"] if replica else "",
        "rotation": bool(rotation.get("KeyRotationEnabled")),
        "rotation_days": rotation.get("RotationPeriodInDays", ROTATION_DAYS),
        "policy": json.loads(policy) if policy else {},
        "tags": dict(tags),
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired settings; one that is not given is left alone.

    Raises ChangeError: whether a key is multi-Region is settled at creation, and no key is brought back from its deletion.
    """
    if found is None:
        return Steps(_create(params, desired), {}, dict(desired))
    name, have = params["alias"], found.properties
    if have["state"] in WAITING:
        raise ChangeError(
            f"key {name} ({found.facts['arn']}) waits for its deletion: say why it shall come back with cancel-key-deletion "
            "and enable-key, or let it go and take its alias away"
        )
    changed = [setting for setting in sorted(desired) if setting != "tags" and _differs(setting, have, desired)]
    if "multi_region" in changed:
        raise ChangeError(
            f"KMS cannot change multi_region of key {name} (found {have['multi_region']}): keep it, or make a key under "
            "another alias and encrypt anew"
        )
    key = found.facts["id"]
    calls: list[Call] = [] if found.facts["aliased"] else [_alias(name, key)]
    calls += [call for setting in changed if (call := _call(setting, key, desired, have))]
    add, gone = tag_changes(have["tags"], desired.get("tags"), params["purge_tags"])
    if add:
        calls.append(("tag_resource", {"KeyId": key, "Tags": _pairs(add)}))
    if gone:
        calls.append(("untag_resource", {"KeyId": key, "TagKeys": gone}))
    after = merged(have, desired, changed)
    after["tags"] = with_tags(have["tags"], desired.get("tags"), params["purge_tags"])
    if not found.facts["aliased"]:
        return Steps(calls, {}, after)
    return Steps(_without_repetition(calls), have, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that take the alias away and schedule the deletion, after `window_days`."""
    key = found.facts["id"]
    calls: list[Call] = []
    if found.facts["aliased"]:
        calls.append(("delete_alias", {"AliasName": f"alias/{params['alias']}"}))
    if found.properties["state"] not in WAITING:
        calls.append(("schedule_key_deletion", {"KeyId": key, "PendingWindowInDays": params["window_days"]}))
    return Steps(calls, found.properties, {})


def _differs(setting: str, have: Mapping[str, Any], desired: Mapping[str, Any]) -> bool:
    if setting == "policy":
        return canonical(have["policy"]) != canonical(desired["policy"])
    if setting == "rotation_days" and not desired.get("rotation", have["rotation"]):
        return False
    return bool(have[setting] != desired[setting])


def _create(params: Mapping[str, Any], desired: Mapping[str, Any]) -> list[Call]:
    request: dict[str, Any] = {
        "Description": desired.get("description", ""),
        "MultiRegion": desired.get("multi_region", False),
        "Tags": _pairs(desired.get("tags", {})),
    }
    if desired.get("policy"):
        request["Policy"] = json.dumps(desired["policy"], sort_keys=True)
    made = Answered(("KeyMetadata", "KeyId"))
    calls: list[Call] = [("create_key", request), _alias(params["alias"], made)]
    if desired.get("rotation"):
        calls.append(_rotate(made, desired))
    if desired.get("enabled") is False:
        calls.append(("disable_key", {"KeyId": made}))
    return calls


def _call(setting: str, key: str, desired: Mapping[str, Any], have: Mapping[str, Any]) -> Call | None:
    wanted = desired[setting]
    if setting == "description":
        return "update_key_description", {"KeyId": key, "Description": wanted}
    if setting == "enabled":
        return ("enable_key" if wanted else "disable_key"), {"KeyId": key}
    if setting == "policy":
        return "put_key_policy", {"KeyId": key, "PolicyName": "default", "Policy": json.dumps(wanted, sort_keys=True)}
    if setting == "rotation" and not wanted:
        return "disable_key_rotation", {"KeyId": key}
    return _rotate(key, {"rotation_days": have["rotation_days"], **desired})


def _rotate(key: str | Answered, desired: Mapping[str, Any]) -> Call:
    days = desired.get("rotation_days", ROTATION_DAYS)
    return "enable_key_rotation", {"KeyId": key, "RotationPeriodInDays": days}


def _without_repetition(calls: list[Call]) -> list[Call]:
    """rotation and rotation_days are one call."""
    return [call for place, call in enumerate(calls) if call not in calls[:place]]


def _alias(name: str, key: str | Answered) -> Call:
    return "create_alias", {"AliasName": f"alias/{name}", "TargetKeyId": key}


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in sorted(tags.items())]
