# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecr_repository
short_description: Create, change or remove an ECR repository
version_added: 0.1.0
description:
  - Brings an ECR repository to what is described. An option that is not given is left alone.
  - M(community.aws.ecs_ecr) has no tags, and its check mode fails for a new repository with a lifecycle policy.
options:
  name:
    description: Name of the repository.
    type: str
    required: true
  immutable:
    description: Whether a tag stays with the image it was pushed with.
    type: bool
  scan_on_push:
    description: Whether images are scanned for known faults when they are pushed.
    type: bool
  encryption:
    description: Encryption of the images. Cannot change.
    type: str
    choices: [AES256, KMS]
  kms_key:
    description: ARN of the KMS key. Cannot change.
    type: str
  lifecycle:
    description: The lifecycle policy as ECR's document; an empty one removes it.
    type: dict
  force:
    description: Whether a repository is removed although images are in it.
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Make the repository of the api
  creator.platform.ecr_repository:
    name: creator-dev-api
    immutable: true
    scan_on_push: true
"""

RETURN = r"""
repository:
  description: The repository after the run, its properties and its C(arn) and C(uri); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:ecr:eu-west-1:123456789012:repository/creator-dev-api", immutable: true}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.api import (
    find_repository,
    lifecycle_text,
    tags_of,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.repository import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "immutable": {"type": "bool"},
    "scan_on_push": {"type": "bool"},
    "encryption": {"type": "str", "choices": ["AES256", "KMS"]},
    "kms_key": {"type": "str", "no_log": False},
    "lifecycle": {"type": "dict"},
    "tags": TAGS["tags"],
}
SPEC = {
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "purge_tags": TAGS["purge_tags"],
    "force": {"type": "bool", "default": False},
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The repository as it is."""
    repository = find_repository(client, params["name"])
    if not repository:
        return None
    arn = repository["repositoryArn"]
    properties = project(repository, lifecycle_text(client, params["name"]), tags_of(client, arn))
    return Found(properties, {"arn": arn, "uri": repository["repositoryUri"]})


def main() -> None:
    run(ResourceModule("ecr", "repository", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
