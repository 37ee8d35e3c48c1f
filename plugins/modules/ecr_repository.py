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
attributes:
  check_mode:
    description: Reads only, and tells whether a run would write.
    support: full
  diff_mode:
    description: Shows the properties that a run would change, or the whole of what it creates or removes.
    support: full
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
  tags:
    description: Tags to set; tags of other names are removed unless O(purge_tags=false). Without it tags are left alone.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description: Whether tags that are not in O(tags) are removed.
    type: bool
    default: true
  state:
    description: Whether there shall be such a repository.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
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
  description: The repository as ECR describes it after the run, empty when there is none.
  returned: always
  type: dict
  sample: {repositoryName: creator-dev-api}
"""

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.api import (
    find_repository,
    lifecycle_text,
    tags_of,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.repository import (
    RepositoryChangeError,
    absent,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

PROPERTIES = {
    "immutable": {"type": "bool"},
    "scan_on_push": {"type": "bool"},
    "encryption": {"type": "str", "choices": ["AES256", "KMS"]},
    "kms_key": {"type": "str", "no_log": False},
    "lifecycle": {"type": "dict"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
}
SPEC = {
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "force": {"type": "bool", "default": False},
    "purge_tags": {"type": "bool", "default": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def converge(module: AnsibleAWSModule) -> None:
    """Read, decide, write unless in check mode, and answer."""
    client = module.client("ecr")
    name = module.params["name"]
    repository = find_repository(client, name)
    arn = repository["repositoryArn"] if repository else ""
    found = project(repository, lifecycle_text(client, name), tags_of(client, arn)) if repository else None
    if module.params["state"] == "absent":
        steps = absent(name, found, force=module.params["force"])
    else:
        desired = {option: module.params[option] for option in PROPERTIES}
        steps = present(name, desired, found, arn, purge_tags=module.params["purge_tags"])
    if steps.changed and not module.check_mode:
        perform(client, steps.calls)
        repository = find_repository(client, name)
    module.exit_json(changed=steps.changed, diff=steps.diff(), repository=repository or {})


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        converge(module)
    except RepositoryChangeError as error:
        module.fail_json(msg=str(error))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()
