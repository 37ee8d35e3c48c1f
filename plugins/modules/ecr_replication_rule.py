# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecr_replication_rule
short_description: Replicate the repositories of a prefix to other regions
version_added: 0.1.0
description:
  - Sets or removes the one rule of the registry that is for a prefix. The rules of others stay as they are.
  - Only what is pushed from then on is replicated.
options:
  prefix:
    description: Prefix of the names of the repositories. A rule of several filters is left alone.
    type: str
    required: true
  regions:
    description: Regions to replicate to, in the same account. Required with O(state=present).
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Keep the images of the environment in a second region too
  creator.platform.ecr_replication_rule:
    prefix: creator-prod-
    regions: [eu-central-1]
"""

RETURN = r"""
replication_rule:
  description: The rule after the run; empty when there is none.
  returned: always
  type: dict
  sample: {regions: [eu-central-1]}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.api import describe_registry
from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.replication import project, steps
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import STATE, guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

SPEC: dict[str, Any] = {
    "prefix": {"type": "str", "required": True},
    "regions": {"type": "list", "elements": "str"},
    **STATE,
}


def converge(module: AnsibleAWSModule) -> None:
    """Read, decide, write unless in check mode, and answer."""
    client, prefix = module.client("ecr"), module.params["prefix"]
    registry, rules = describe_registry(client)
    regions = module.params["regions"] if module.params["state"] == "present" else []
    decided = steps(project(rules, prefix), rules, prefix, registry, regions)
    if decided.changed and not module.check_mode:
        perform(client, decided.calls)
        registry, rules = describe_registry(client)
    found = project(rules, prefix)
    answer = dict(found.properties) if found else {}
    module.exit_json(changed=decided.changed, diff=decided.diff(), replication_rule=answer)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=SPEC, supports_check_mode=True, required_if=[("state", "present", ["regions"])]
    )
    guarded(module, lambda: converge(module))


if __name__ == "__main__":
    main()
