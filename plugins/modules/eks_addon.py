# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: eks_addon
short_description: Install, change or remove an add-on of EKS
version_added: 0.1.0
description:
  - Brings an EKS add-on to what is described. An option that is not given is left alone.
  - Waits for nothing. While the add-on is being created or updated nothing is written, and what differs is in RV(pending).
options:
  cluster:
    description: Name of the cluster.
    type: str
    required: true
  name:
    description: Name of the add-on, such as V(vpc-cni).
    type: str
    required: true
  version:
    description: Version of the add-on, such as V(v1.19.0-eksbuild.1). Without it EKS takes its default for a new add-on.
    type: str
  configuration:
    description: Configuration values.
    type: dict
  service_account_role_arn:
    description: ARN of the IAM role of the add-on's service account.
    type: str
  resolve_conflicts:
    description:
      - What happens to values that were changed in the cluster.
      - V(OVERWRITE) on the first installation and V(PRESERVE) afterwards when not given.
    type: str
    choices: [OVERWRITE, PRESERVE, NONE]
  preserve:
    description: Whether the add-on's objects stay in the cluster when it is removed.
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
- name: Install the network plugin
  creator.platform.eks_addon:
    cluster: creator-dev
    name: vpc-cni
    configuration:
      env:
        ENABLE_PREFIX_DELEGATION: "true"
"""

RETURN = r"""
addon:
  description: The add-on as EKS describes it after the run, empty when there is none.
  returned: always
  type: dict
  sample: {addonName: vpc-cni, status: CREATING}
pending:
  description: >-
    Properties that still differ, because AWS takes one change at a time or the add-on is busy.
    Run again when it is settled.
  returned: always
  type: list
  elements: str
  sample: [version]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.addon import absent, present
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.api import find_addon
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import STATE, TAGS, guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

PROPERTIES: dict[str, Any] = {
    "version": {"type": "str"},
    "configuration": {"type": "dict"},
    "service_account_role_arn": {"type": "str"},
    "tags": TAGS["tags"],
}
SPEC: dict[str, Any] = {
    "cluster": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "resolve_conflicts": {"type": "str", "choices": ["OVERWRITE", "PRESERVE", "NONE"]},
    "preserve": {"type": "bool", "default": False},
    "purge_tags": TAGS["purge_tags"],
    **STATE,
}


def converge(module: AnsibleAWSModule) -> None:
    """Read, decide, write unless in check mode, and answer."""
    client = module.client("eks")
    cluster, name = module.params["cluster"], module.params["name"]
    found = find_addon(client, cluster, name)
    if module.params["state"] == "absent":
        steps = absent(cluster, name, found, preserve=module.params["preserve"])
    else:
        steps = present(
            cluster,
            name,
            {option: module.params[option] for option in PROPERTIES},
            found,
            resolve_conflicts=module.params["resolve_conflicts"],
            purge_tags=module.params["purge_tags"],
        )
    if steps.changed and not module.check_mode:
        perform(client, steps.calls)
        found = find_addon(client, cluster, name)
    module.exit_json(changed=steps.changed, diff=steps.diff(), pending=steps.pending, addon=found or {})


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    guarded(module, lambda: converge(module))


if __name__ == "__main__":
    main()
