# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trail of CloudTrail: its settings, in the role's words, and the calls that change them. Standard library only.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedEventSelector.html
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
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

#: Property -> the parameter of CreateTrail and UpdateTrail.
SETTINGS = {
    "bucket": "S3BucketName",
    "prefix": "S3KeyPrefix",
    "multi_region": "IsMultiRegionTrail",
    "global_events": "IncludeGlobalServiceEvents",
    "validation": "EnableLogFileValidation",
    "log_group_arn": "CloudWatchLogsLogGroupArn",
    "role_arn": "CloudWatchLogsRoleArn",
    "kms_key": "KmsKeyId",
}
DEFAULTS: Mapping[str, Any] = {
    "prefix": "",
    "multi_region": False,
    "global_events": True,
    "validation": False,
    "log_group_arn": "",
    "role_arn": "",
    "kms_key": "",
    "logging": True,
    "management_events": True,
    "object_events": [],
    "tags": {},
}
SELECTORS = ("management_events", "object_events")
_BUCKET = "arn:aws:s3:::"


def project(trail: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a trail, its selectors, whether it is logging, and its tags.

    object_events: names of buckets whose objects' reads and writes are recorded, sorted. What other selectors record is in
    `other_events`, which nobody here asks for.
    """
    names = {**SETTINGS, "validation": "LogFileValidationEnabled"}
    values = {ours: trail.get(theirs) for ours, theirs in names.items()}
    return {
        **{ours: DEFAULTS.get(ours, "") if value is None else value for ours, value in values.items()},
        "logging": details["logging"],
        **_selected(details["selectors"]),
        "tags": dict(details["tags"]),
    }


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Buckets sorted."""
    result = dict(properties)
    if "object_events" in result:
        result["object_events"] = sorted(result["object_events"])
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired trail; an option that is not given is left alone."""
    name = params["name"]
    wanted = normalize(desired)
    if found is None:
        after = {**DEFAULTS, **wanted}
        calls: list[Call] = [("create_trail", {**_settings(name, after), "TagsList": tag_list(after["tags"])})]
        calls.append(_select(name, after))
        if after["logging"]:  # CreateTrail leaves it stopped
            calls.append(("start_logging", {"Name": name}))
        return Steps(calls, {}, wanted)
    before = normalize(found.properties)
    changed = [setting for setting in sorted(wanted) if setting != "tags" and wanted[setting] != before[setting]]
    after = merged(before, wanted, changed)
    surplus = bool(before.get("other_events")) and bool(set(wanted) & set(SELECTORS))
    calls = []
    if set(changed) & set(SETTINGS):
        calls.append(("update_trail", _settings(name, after)))
    if set(changed) & set(SELECTORS) or surplus:
        calls.append(_select(name, after))
        after["other_events"] = []
    if "logging" in changed:
        calls.append(("start_logging" if after["logging"] else "stop_logging", {"Name": name}))
    arn = found.facts["arn"]
    add, gone = tag_changes(before["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("add_tags", {"ResourceId": arn, "TagsList": tag_list(add)}))
    if gone:
        calls.append(("remove_tags", {"ResourceId": arn, "TagsList": [{"Key": key} for key in gone]}))
    after["tags"] = with_tags(before["tags"], wanted.get("tags"), params["purge_tags"])
    return Steps(calls, before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the trail; what it has written stays."""
    return Steps([("delete_trail", {"Name": params["name"]})], found.properties, {})


def _settings(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    given = {theirs: values[ours] for ours, theirs in SETTINGS.items()}
    return {"Name": name, **{theirs: value for theirs, value in given.items() if value != ""}}


def _select(name: str, values: Mapping[str, Any]) -> Call:
    selectors: list[dict[str, Any]] = []
    if values["management_events"]:
        selectors.append({"Name": "Management", "FieldSelectors": [_field("eventCategory", "Management")]})
    if values["object_events"]:
        starts = [f"{_BUCKET}{bucket}/" for bucket in values["object_events"]]
        fields = [
            _field("eventCategory", "Data"),
            _field("resources.type", "AWS::S3::Object"),
            {"Field": "resources.ARN", "StartsWith": starts},
        ]
        selectors.append({"Name": "Objects", "FieldSelectors": fields})
    return "put_event_selectors", {"TrailName": name, "AdvancedEventSelectors": selectors}


def _field(name: str, value: str) -> dict[str, Any]:
    return {"Field": name, "Equals": [value]}


def _selected(answer: Mapping[str, Any]) -> dict[str, Any]:
    management, buckets, other = False, set(), []
    for selector in answer.get("AdvancedEventSelectors") or []:
        fields = {row["Field"]: row for row in selector["FieldSelectors"]}
        category = fields.get("eventCategory", {}).get("Equals")
        kind = fields.get("resources.type", {}).get("Equals")
        starts = fields.get("resources.ARN", {}).get("StartsWith", [])
        if category == ["Management"] and len(fields) == 1:
            management = True
        elif category == ["Data"] and kind == ["AWS::S3::Object"] and len(fields) == 3 and starts:
            buckets |= {start.removeprefix(_BUCKET).rstrip("/") for start in starts}
        else:
            other.append(selector.get("Name", ""))
    for selector in answer.get("EventSelectors") or []:
        if selector.get("IncludeManagementEvents", True) and selector.get("ReadWriteType", "All") == "All":
            management = True
        if selector.get("DataResources"):
            other.append("basic")
    return {"management_events": management, "object_events": sorted(buckets), "other_events": sorted(other)}
