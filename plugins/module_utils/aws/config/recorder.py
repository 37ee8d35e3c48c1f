# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorder of AWS Config with its delivery channel: settings and the calls that change them. Standard library only.

A region has one of each, and neither is of use without the other.
https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorder.html
https://docs.aws.amazon.com/config/latest/APIReference/API_DeliveryChannel.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call, Found, Steps, merged

DEFAULTS: Mapping[str, Any] = {
    "role_arn": "",
    "global_resources": False,
    "recording": True,
    "bucket": "",
    "prefix": "",
    "kms_key": "",
    "snapshots": "TwentyFour_Hours",
}
RECORDER = ("role_arn", "global_resources")
CHANNEL = ("bucket", "prefix", "kms_key", "snapshots")


def project(recorder: Mapping[str, Any], channel: Mapping[str, Any] | None) -> dict[str, Any]:
    """Properties of a recorder (with `recording`) and of its channel, if there is one.

    all_resources: whether it records every kind that Config knows.
    """
    group = recorder.get("recordingGroup") or {}
    held = channel or {}
    return {
        "role_arn": recorder.get("roleARN", ""),
        "all_resources": bool(group.get("allSupported", True)),
        "global_resources": bool(group.get("includeGlobalResourceTypes", False)),
        "recording": bool(recorder["recording"]),
        "bucket": held.get("s3BucketName", ""),
        "prefix": held.get("s3KeyPrefix") or "",
        "kms_key": held.get("s3KmsKeyArn") or "",
        "snapshots": (held.get("configSnapshotDeliveryProperties") or {}).get("deliveryFrequency", ""),
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired recorder; an option that is not given is left alone. It always records all resources."""
    name = params["name"]
    before = dict(found.properties) if found else {}
    changed = [setting for setting in sorted(desired) if not found or desired[setting] != before[setting]]
    after = merged(before or {**DEFAULTS, "all_resources": True}, desired, changed)
    calls: list[Call] = []
    if not found or set(changed) & set(RECORDER) or not before["all_resources"]:
        group = {"allSupported": True, "includeGlobalResourceTypes": after["global_resources"]}
        recorder = {"name": name, "roleARN": after["role_arn"], "recordingGroup": group}
        calls.append(("put_configuration_recorder", {"ConfigurationRecorder": recorder}))
        after["all_resources"] = True
    if set(changed) & set(CHANNEL):
        calls.append(("put_delivery_channel", {"DeliveryChannel": _channel(name, after)}))
    # Config starts no recorder that has nowhere to deliver to, so this is last.
    if after["recording"] and not before.get("recording"):
        calls.append(("start_configuration_recorder", {"ConfigurationRecorderName": name}))
    if before.get("recording") and not after["recording"]:
        calls.append(("stop_configuration_recorder", {"ConfigurationRecorderName": name}))
    return Steps(calls, before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that stop and remove the recorder and its channel: Config keeps the last channel of one that records."""
    name = params["name"]
    calls: list[Call] = []
    if found.properties["recording"]:
        calls.append(("stop_configuration_recorder", {"ConfigurationRecorderName": name}))
    if found.properties["bucket"]:
        calls.append(("delete_delivery_channel", {"DeliveryChannelName": name}))
    calls.append(("delete_configuration_recorder", {"ConfigurationRecorderName": name}))
    return Steps(calls, found.properties, {})


def _channel(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    optional = {"s3KeyPrefix": values["prefix"], "s3KmsKeyArn": values["kms_key"]}
    return {
        "name": name,
        "s3BucketName": values["bucket"],
        **{key: value for key, value in optional.items() if value},
        **(
            {"configSnapshotDeliveryProperties": {"deliveryFrequency": values["snapshots"]}}
            if values["snapshots"]
            else {}
        ),
    }
