# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: eks_fargate_profile
short_description: Create, tag or remove a Fargate profile of a cluster
version_added: 0.1.0
description:
  - Brings a Fargate profile to what is described. It cannot change but for its tags.
  - A cluster makes or removes one profile at a time. While it does, nothing is written and RV(pending) says what is left.
options:
  cluster:
    description: Name of the cluster.
    type: str
    required: true
  name:
    description: Name of the profile.
    type: str
    required: true
  pod_role_arn:
    description: ARN of the role that pulls images and writes logs for the pods. Required for a new profile, cannot change.
    type: str
  subnets:
    description: IDs of the pods' subnets, which must be private. Required for a new profile, cannot change.
    type: list
    elements: str
  selectors:
    description: Which pods run on Fargate, any of these. Required for a new profile, cannot change.
    type: list
    elements: dict
    suboptions:
      namespace:
        description: Namespace of the pods.
        type: str
        required: true
      labels:
        description: Labels that they all must have, at most five.
        type: dict
        default: {}
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Run batch jobs without nodes
  creator.platform.eks_fargate_profile:
    cluster: creator-dev
    name: batch
    pod_role_arn: arn:aws:iam::123456789012:role/creator-dev-fargate
    subnets: [subnet-0a, subnet-0b]
    selectors:
      - namespace: creator
        labels:
          compute: fargate
  register: profile
  until: profile.pending | length == 0
  retries: 60
  delay: 30
"""

RETURN = r"""
fargate_profile:
  description: The profile after the run, its properties, its C(arn) and C(status); empty when there is none.
  returned: always
  type: dict
  sample: {status: CREATING}
pending:
  description: What is left to do, because EKS makes or removes one profile at a time. Run again until it is empty.
  returned: always
  type: list
  elements: str
  sample: [deletion]
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.api import fargate_profiles
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.fargate_profile import (
    BUSY,
    absent,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

SELECTOR = {"namespace": {"type": "str", "required": True}, "labels": {"type": "dict", "default": {}}}
PROPERTIES: dict[str, Any] = {
    "pod_role_arn": {"type": "str"},
    "subnets": {"type": "list", "elements": "str"},
    "selectors": {"type": "list", "elements": "dict", "options": SELECTOR},
    "tags": TAGS["tags"],
}
SPEC = {
    "cluster": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "purge_tags": TAGS["purge_tags"],
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The profile as it is. Without properties it is not there, and another one of the cluster is being made or removed."""
    profiles = {profile["fargateProfileName"]: profile for profile in fargate_profiles(client, params["cluster"])}
    busy = any(profile["status"] in BUSY for profile in profiles.values())
    profile = profiles.get(params["name"])
    if profile is None:
        return Found({}, {"busy": True}) if busy else None
    return Found(project(profile), {"arn": profile["fargateProfileArn"], "status": profile["status"], "busy": busy})


def main() -> None:
    run(ResourceModule("eks", "fargate_profile", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
