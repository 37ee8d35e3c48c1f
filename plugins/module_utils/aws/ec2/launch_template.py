# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A launch template of nodes: instance metadata, root volume, tags of what is launched. Standard library only.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResponseLaunchTemplateData.html
https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html: instance types, image, role and subnets are the node
group's, and a template that names them is refused.
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

#: Root device of Amazon Linux 2023. https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
ROOT_DEVICE = "/dev/xvda"
LAUNCHED = ("instance", "volume")


def project_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a version's LaunchTemplateData says, in the module's words; the tags of what it launches as `launched_tags`."""
    metadata = data.get("MetadataOptions") or {}
    volumes = [each.get("Ebs") or {} for each in data.get("BlockDeviceMappings") or []]
    volume = volumes[0] if volumes else {}
    tags = [each for each in data.get("TagSpecifications") or [] if each.get("ResourceType") == LAUNCHED[0]]
    return {
        "metadata_tokens": metadata.get("HttpTokens") or "optional",
        "metadata_hops": int(metadata.get("HttpPutResponseHopLimit") or 1),
        "volume_type": volume.get("VolumeType") or "",
        "volume_size": int(volume.get("VolumeSize") or 0),
        "volume_encrypted": _truth(volume.get("Encrypted")),
        "volume_key_arn": volume.get("KmsKeyId") or "",
        "launched_tags": {tag["Key"]: tag["Value"] for tag in (tags[0].get("Tags") or [])} if tags else {},
    }


def _truth(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def data_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """LaunchTemplateData of the properties; the inverse of `project_data`."""
    volume = {
        "VolumeType": properties["volume_type"],
        "VolumeSize": properties["volume_size"],
        "Encrypted": properties["volume_encrypted"],
        "DeleteOnTermination": True,
    }
    if properties.get("volume_key_arn"):
        volume["KmsKeyId"] = properties["volume_key_arn"]
    tags = tag_list(properties["launched_tags"])
    return {
        "MetadataOptions": {
            "HttpEndpoint": "enabled",
            "HttpTokens": properties["metadata_tokens"],
            "HttpPutResponseHopLimit": properties["metadata_hops"],
        },
        "BlockDeviceMappings": [{"DeviceName": ROOT_DEVICE, "Ebs": volume}],
        "TagSpecifications": [{"ResourceType": kind, "Tags": tags} for kind in LAUNCHED if tags],
    }


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired template: a template's versions cannot change, so a difference is a new version, the default."""
    name, wanted = params["name"], {key: value for key, value in desired.items() if key != "tags"}
    if found is None:
        tags = tag_list(desired.get("tags") or {})
        request: dict[str, Any] = {"LaunchTemplateName": name, "LaunchTemplateData": data_of({**DEFAULTS, **wanted})}
        if tags:
            request["TagSpecifications"] = [{"ResourceType": "launch-template", "Tags": tags}]
        return Steps([("create_launch_template", request)], {}, {**DEFAULTS, **desired})
    before = found.properties
    changed = sorted(key for key, value in wanted.items() if value != before[key])
    calls: list[Call] = []
    if changed:
        version = int(found.facts["latest_version"]) + 1
        data = data_of({key: wanted.get(key, before[key]) for key in DEFAULTS})
        calls = [
            ("create_launch_template_version", {"LaunchTemplateName": name, "LaunchTemplateData": data}),
            ("modify_launch_template", {"LaunchTemplateName": name, "DefaultVersion": str(version)}),
        ]
    add, gone = tag_changes(before["tags"], desired.get("tags"), params["purge_tags"])
    identity = [found.facts["id"]]
    if add:
        pairs = tag_list(add)
        calls.append(("create_tags", {"Resources": identity, "Tags": pairs}))
    if gone:
        calls.append(("delete_tags", {"Resources": identity, "Tags": [{"Key": key} for key in gone]}))
    after = merged(before, wanted, changed)
    after["tags"] = with_tags(before["tags"], desired.get("tags"), params["purge_tags"])
    return Steps(calls, before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the template with all its versions."""
    return Steps([("delete_launch_template", {"LaunchTemplateName": params["name"]})], found.properties, {})


DEFAULTS: dict[str, Any] = {
    "metadata_tokens": "required",
    "metadata_hops": 1,
    "volume_type": "gp3",
    "volume_size": 20,
    "volume_encrypted": True,
    "volume_key_arn": "",
    "launched_tags": {},
}
