# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A flow log of a VPC by its tag Name. Standard library only.

Nothing of a flow log but its tags can change, so what differs is replaced.
https://docs.aws.amazon.com/vpc/latest/userguide/working-with-flow-logs.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.tagging import specification, split, tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call, Found, Steps, with_tags

RESOURCE = "vpc-flow-log"
SETTINGS = ("vpc_id", "traffic", "log_group", "role_arn", "bucket_arn", "aggregation_seconds")


def project(flow: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a FlowLog. delivering: whether nothing is known to keep records from their destination."""
    bucket = flow.get("LogDestination", "") if flow.get("LogDestinationType") == "s3" else ""
    return {
        "vpc_id": flow["ResourceId"],
        "traffic": flow["TrafficType"],
        "log_group": flow.get("LogGroupName") or "",
        "role_arn": flow.get("DeliverLogsPermissionArn") or "",
        "bucket_arn": bucket,
        "aggregation_seconds": flow.get("MaxAggregationInterval", 600),
        "delivering": flow.get("DeliverLogsStatus") != "FAILED",
        "tags": split(flow)[1],
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the described flow log; one that differs, or whose records do not arrive, is replaced."""
    tags = desired.get("tags")
    if found is None:
        return Steps([_create(params, desired)], {}, dict(desired))
    have, purge = found.properties, params["purge_tags"]
    changed = [name for name in SETTINGS if name in desired and desired[name] != have[name]]
    after = {**have, **desired, "tags": with_tags(have["tags"], tags, purge)}
    if changed or not have["delivering"]:
        settings = {name: after[name] for name in (*SETTINGS, "tags")}
        calls: list[Call] = [_delete(found), _create(params, settings)]
        return Steps(calls, have, {**after, "delivering": True})
    return Steps(tag_calls(found.facts["id"], have["tags"], tags, purge), have, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Remove the flow log; the records stay where they are."""
    del params
    return Steps([_delete(found)], found.properties, {})


def _delete(found: Found) -> Call:
    return "delete_flow_logs", {"FlowLogIds": [found.facts["id"]]}


def _create(params: Mapping[str, Any], wanted: Mapping[str, Any]) -> Call:
    request: dict[str, Any] = {
        "ResourceIds": [wanted["vpc_id"]],
        "ResourceType": "VPC",
        "TrafficType": wanted.get("traffic", "ALL"),
        "MaxAggregationInterval": wanted.get("aggregation_seconds", 600),
        "TagSpecifications": specification(RESOURCE, params["name"], wanted.get("tags")),
    }
    if wanted.get("bucket_arn"):
        return "create_flow_logs", {**request, "LogDestinationType": "s3", "LogDestination": wanted["bucket_arn"]}
    request |= {"LogDestinationType": "cloud-watch-logs", "LogGroupName": wanted.get("log_group", "")}
    return "create_flow_logs", {**request, "DeliverLogsPermissionArn": wanted.get("role_arn", "")}
