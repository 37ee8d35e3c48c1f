# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: eks_upgrade_info
short_description: Say whether a cluster may go to a Kubernetes version, and by which steps
version_added: 0.1.0
description:
  - Asks for the versions that EKS offers, for its upgrade insights, for the versions of node groups and for versions of
    the add-ons that fit, and judges. It changes nothing.
attributes:
  check_mode:
    description: It only reads.
    support: full
options:
  cluster:
    description: Name of the cluster.
    type: str
    required: true
  version:
    description: Kubernetes version to go to.
    type: str
    required: true
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author: creator.platform contributors (@creator-platform)
"""

EXAMPLES = r"""
- name: Look before the upgrade
  creator.platform.eks_upgrade_info:
    cluster: creator-prod
    version: "1.36"
  register: upgrade
  failed_when: upgrade.blockers | length > 0
"""

RETURN = r"""
found:
  description: The version that the cluster has.
  returned: always
  type: str
  sample: "1.34"
steps:
  description: The versions to go through, one minor at a time, the last is the target. Empty when there is nothing to do.
  returned: always
  type: list
  elements: str
  sample: ["1.35", "1.36"]
blockers:
  description: Why the upgrade must not start, a sentence each.
  returned: always
  type: list
  elements: str
  sample: ["EKS does not offer 1.36"]
warnings_of_insights:
  description: What the insights of EKS warn of, a sentence each.
  returned: always
  type: list
  elements: str
  sample: []
addons:
  description: The version of each installed add-on that is the default of EKS for the target.
  returned: always
  type: dict
  sample: {kube-proxy: v1.36.0-eksbuild.2}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.api import find_cluster, upgrade_facts
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.upgrade import judge


def answer(client: Any, cluster: str, version: str) -> dict[str, Any]:
    """What the module returns. Raises AnsibleAWSError, ValueError for a version or a cluster that is none."""
    found = find_cluster(client, cluster)
    if found is None:
        raise ValueError(f"there is no cluster {cluster} to upgrade: provision it first")
    upgrade = judge(str(found["version"]), version, **upgrade_facts(client, cluster, version))
    return {
        "found": str(found["version"]),
        "steps": upgrade.steps,
        "blockers": upgrade.blockers,
        "warnings_of_insights": upgrade.warnings,
        "addons": upgrade.addons,
    }


def main() -> None:
    spec = {"cluster": {"type": "str", "required": True}, "version": {"type": "str", "required": True}}
    module = AnsibleAWSModule(argument_spec=spec, supports_check_mode=True)
    try:
        module.exit_json(
            changed=False, **answer(module.client("eks"), module.params["cluster"], module.params["version"])
        )
    except ValueError as error:
        module.fail_json(msg=str(error))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()
