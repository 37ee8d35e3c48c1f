# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An EventBridge rule with its targets: settings, in the role's words, and the calls that change them. Standard library only.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    Found,
    Steps,
    merged,
    tag_changes,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

DEFAULT_BUS = "default"
#: What EventBridge does for a target that says nothing of it.
TARGET_DEFAULTS: Mapping[str, Any] = {
    "input": "",
    "role_arn": "",
    "dead_letter_arn": "",
    "max_age_seconds": 86400,
    "max_retries": 185,
}
DEFAULTS: Mapping[str, Any] = {
    "bus": DEFAULT_BUS,
    "description": "",
    "enabled": True,
    "pattern": {},
    "schedule": "",
    "targets": [],
    "tags": {},
}
RULE = ("description", "enabled", "pattern", "schedule")


def project(rule: Mapping[str, Any], targets: Iterable[Mapping[str, Any]], tags: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a rule, its targets and its tags."""
    pattern = rule.get("EventPattern")
    return {
        "bus": rule.get("EventBusName", DEFAULT_BUS),
        "description": rule.get("Description") or "",
        "enabled": rule.get("State", "ENABLED") != "DISABLED",
        "pattern": json.loads(pattern) if pattern else {},
        "schedule": rule.get("ScheduleExpression") or "",
        "targets": sorted((_target(target) for target in targets), key=lambda target: str(target["id"])),
        "tags": dict(tags),
    }


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Targets with every option set, sorted by id."""
    result = dict(properties)
    if "targets" in result:
        full = [
            {**TARGET_DEFAULTS, **{name: value for name, value in target.items() if value is not None}}
            for target in result["targets"]
        ]
        result["targets"] = sorted(full, key=lambda target: str(target["id"]))
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired rule; an option that is not given is left alone."""
    wanted = normalize(desired)
    if found is None:
        after = {**{name: DEFAULTS[name] for name in RULE}, **wanted}
        tags = {"Tags": tag_list(wanted["tags"])} if wanted.get("tags") else {}
        calls: list[Call] = [("put_rule", {**_rule(params, after), **tags})]
        if wanted.get("targets"):
            calls.append(_put(params, wanted["targets"]))
        return Steps(calls, {}, wanted)
    before = normalize(found.properties)
    changed = [name for name in sorted(wanted) if name != "tags" and wanted[name] != before[name]]
    after = merged(before, wanted, changed)
    after["tags"] = with_tags(before["tags"], wanted.get("tags"), params["purge_tags"])
    calls = []
    if set(changed) & set(RULE):
        calls.append(("put_rule", _rule(params, after)))
    if "targets" in changed:
        calls += _retarget(params, before["targets"], after["targets"])
    arn = found.facts["arn"]
    add, gone = tag_changes(before["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("tag_resource", {"ResourceARN": arn, "Tags": tag_list(add)}))
    if gone:
        calls.append(("untag_resource", {"ResourceARN": arn, "TagKeys": gone}))
    return Steps(calls, before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the rule, its targets first: EventBridge removes no rule that has some."""
    identifiers = [target["id"] for target in found.properties["targets"]]
    calls: list[Call] = [_remove(params, identifiers)] if identifiers else []
    calls.append(("delete_rule", {"Name": params["name"], "EventBusName": params["bus"]}))
    return Steps(calls, found.properties, {})


def _retarget(params: Mapping[str, Any], before: list[Any], after: list[Any]) -> list[Call]:
    kept = {target["id"] for target in after}
    gone = [target["id"] for target in before if target["id"] not in kept]
    new = [target for target in after if target not in before]
    return [*([_remove(params, gone)] if gone else []), *([_put(params, new)] if new else [])]


def _rule(params: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {
        "Name": params["name"],
        "EventBusName": params["bus"],
        "State": "ENABLED" if values["enabled"] else "DISABLED",
        "Description": values["description"],
    }
    if values["pattern"]:
        request["EventPattern"] = json.dumps(values["pattern"], sort_keys=True)
    if values["schedule"]:
        request["ScheduleExpression"] = values["schedule"]
    return request


def _put(params: Mapping[str, Any], targets: Iterable[Mapping[str, Any]]) -> Call:
    rows = [_to_aws(target) for target in targets]
    return "put_targets", {"Rule": params["name"], "EventBusName": params["bus"], "Targets": rows}


def _remove(params: Mapping[str, Any], identifiers: list[str]) -> Call:
    return "remove_targets", {"Rule": params["name"], "EventBusName": params["bus"], "Ids": identifiers}


def _target(target: Mapping[str, Any]) -> dict[str, Any]:
    retry = target.get("RetryPolicy") or {}
    return {
        "id": target["Id"],
        "arn": target["Arn"],
        "input": target.get("Input") or "",
        "role_arn": target.get("RoleArn") or "",
        "dead_letter_arn": (target.get("DeadLetterConfig") or {}).get("Arn", ""),
        "max_age_seconds": int(retry.get("MaximumEventAgeInSeconds", TARGET_DEFAULTS["max_age_seconds"])),
        "max_retries": int(retry.get("MaximumRetryAttempts", TARGET_DEFAULTS["max_retries"])),
    }


def _to_aws(target: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"Id": target["id"], "Arn": target["arn"]}
    result["RetryPolicy"] = {
        "MaximumEventAgeInSeconds": target["max_age_seconds"],
        "MaximumRetryAttempts": target["max_retries"],
    }
    if target["dead_letter_arn"]:
        result["DeadLetterConfig"] = {"Arn": target["dead_letter_arn"]}
    if target["input"]:
        result["Input"] = target["input"]
    if target["role_arn"]:
        result["RoleArn"] = target["role_arn"]
    return result
