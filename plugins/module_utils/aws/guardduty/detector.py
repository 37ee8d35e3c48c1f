# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GuardDuty's detector of a region: its settings and the calls that change them. Standard library only.

https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetDetector.html
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

#: What every detector looks at; nobody can switch it.
ALWAYS = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
#: What can be switched. A new detector has some of them on, whether anybody asked for it or not.
OPTIONAL = (
    "EBS_MALWARE_PROTECTION",
    "EKS_AUDIT_LOGS",
    "LAMBDA_NETWORK_LOGS",
    "RDS_LOGIN_EVENTS",
    "RUNTIME_MONITORING",
    "S3_DATA_EVENTS",
)
DEFAULTS: Mapping[str, Any] = {"enabled": True, "publish_every": "SIX_HOURS", "features": [], "tags": {}}


def project(detector: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a detector. features: names of those that are on, without those that always are."""
    features = detector.get("Features") or []
    on = {row["Name"] for row in features if row.get("Status") == "ENABLED"} - set(ALWAYS)
    return {
        "enabled": detector["Status"] == "ENABLED",
        "publish_every": detector.get("FindingPublishingFrequency", DEFAULTS["publish_every"]),
        "features": sorted(on),
        "tags": {name: value for name, value in (detector.get("Tags") or {}).items() if not name.startswith("aws:")},
    }


def arn_of(detector: Mapping[str, Any], region: str, identifier: str) -> str:
    """The detector's ARN; its account is that of the role it works with."""
    account = str(detector["ServiceRole"]).split(":")[4]
    return f"arn:aws:guardduty:{region}:{account}:detector/{identifier}"


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Features sorted."""
    result = dict(properties)
    if "features" in result:
        result["features"] = sorted(result["features"])
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired detector; an option that is not given is left alone."""
    wanted = normalize(desired)
    if found is None:
        after = {**DEFAULTS, **wanted}
        off = [name for name in OPTIONAL if "features" in wanted and name not in wanted["features"]]
        request = {**_request(after, off), "Tags": dict(after["tags"])}
        return Steps([("create_detector", {key: value for key, value in request.items() if value != {}})], {}, wanted)
    before = normalize(found.properties)
    changed = [setting for setting in sorted(wanted) if setting != "tags" and wanted[setting] != before[setting]]
    after = merged(before, wanted, changed)
    after["tags"] = with_tags(before["tags"], wanted.get("tags"), params["purge_tags"])
    calls: list[Call] = []
    if changed:
        off = [name for name in before["features"] if name not in after["features"]]
        calls.append(("update_detector", {"DetectorId": found.facts["id"], **_request(after, off)}))
    add, gone = tag_changes(before["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("tag_resource", {"ResourceArn": found.facts["arn"], "Tags": add}))
    if gone:
        calls.append(("untag_resource", {"ResourceArn": found.facts["arn"], "TagKeys": gone}))
    return Steps(calls, before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the detector with its findings."""
    return Steps([("delete_detector", {"DetectorId": found.facts["id"]})], found.properties, {})


def _request(values: Mapping[str, Any], off: list[str]) -> dict[str, Any]:
    features = [{"Name": name, "Status": "ENABLED"} for name in values["features"]]
    features += [{"Name": name, "Status": "DISABLED"} for name in off]
    return {
        "Enable": values["enabled"],
        "FindingPublishingFrequency": values["publish_every"],
        **({"Features": features} if features else {}),
    }
