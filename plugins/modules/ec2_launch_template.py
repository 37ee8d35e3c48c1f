# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_launch_template
short_description: Create, change or remove the launch template of a managed node group
version_added: 0.1.0
description:
  - Brings a launch template to what is described. Versions of a template cannot change, so a difference makes a new one, which
    becomes the default. An option that is not given is left alone, and takes its default in a new template.
  - M(amazon.aws.ec2_launch_template) tags what is launched, but not the template, so that nobody could tell whose it is.
options:
  name:
    description: Name of the template.
    type: str
    required: true
  metadata_tokens:
    description: Whether the instance metadata service answers only with a session token (IMDSv2). V(required) in a new template.
    type: str
    choices: [required, optional]
  metadata_hops:
    description: How many network hops an answer of the metadata service survives; with 1, the default, it does not reach pods.
    type: int
  volume_type:
    description: Type of the root volume, V(gp3) in a new template.
    type: str
  volume_size:
    description: Size of the root volume in GiB, 20 in a new template.
    type: int
  volume_encrypted:
    description: Whether the root volume is encrypted, as it is in a new template.
    type: bool
  volume_key_arn:
    description: ARN of the KMS key of the root volume; the account's default key when empty.
    type: str
  launched_tags:
    description: Tags of the instances and volumes that are launched.
    type: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Make the template of the general node group
  creator.platform.ec2_launch_template:
    name: creator-dev-general
    volume_size: 50
"""

RETURN = r"""
launch_template:
  description: The template after the run, its properties, its C(id) and C(latest_version); empty when there is none.
  returned: always
  type: dict
  sample: {id: lt-0abc, latest_version: 1, volume_type: gp3}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.launch_template import (
    absent,
    present,
    project_data,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import optional
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "metadata_tokens": {"type": "str", "choices": ["required", "optional"], "no_log": False},
    "metadata_hops": {"type": "int"},
    "volume_type": {"type": "str"},
    "volume_size": {"type": "int"},
    "volume_encrypted": {"type": "bool"},
    "volume_key_arn": {"type": "str", "no_log": False},
    "launched_tags": {"type": "dict"},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}
MISSING = ("InvalidLaunchTemplateName.NotFoundException",)


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The template as its latest version is."""
    answer = optional(client, "describe_launch_templates", MISSING, LaunchTemplateNames=[params["name"]])
    if not answer or not answer["LaunchTemplates"]:
        return None
    template = answer["LaunchTemplates"][0]
    identity = template["LaunchTemplateId"]
    latest = client.describe_launch_template_versions(LaunchTemplateId=identity, Versions=["$Latest"])
    properties = project_data(latest["LaunchTemplateVersions"][0]["LaunchTemplateData"])
    properties["tags"] = {tag["Key"]: tag["Value"] for tag in template.get("Tags") or []}
    return Found(properties, {"id": identity, "latest_version": int(template["LatestVersionNumber"])})


def main() -> None:
    run(ResourceModule("ec2", "launch_template", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
