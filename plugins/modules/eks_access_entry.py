# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: eks_access_entry
short_description: Say who may enter an EKS cluster, and as what
version_added: 0.1.0
description:
  - Brings an access entry of an EKS cluster and its access policies to what is described. An option that is not given is
    left alone.
options:
  cluster:
    description: Name of the cluster.
    type: str
    required: true
  principal_arn:
    description: ARN of the IAM role or user.
    type: str
    required: true
  type:
    description: Kind of entry, V(STANDARD) by default. Cannot change.
    type: str
    choices: [STANDARD, EC2, EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX, HYBRID_LINUX]
  username:
    description: Name in Kubernetes; by default EKS makes one from the ARN.
    type: str
  kubernetes_groups:
    description: Groups in Kubernetes; others are taken away.
    type: list
    elements: str
  policies:
    description: Access policies; others are taken away.
    type: list
    elements: dict
    suboptions:
      policy_arn:
        description: ARN of the access policy, such as V(arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy).
        type: str
        required: true
      namespaces:
        description: Namespaces the policy is limited to; the whole cluster when empty.
        type: list
        elements: str
        default: []
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Let the deployer into its namespace
  creator.platform.eks_access_entry:
    cluster: creator-dev
    principal_arn: arn:aws:iam::123456789012:role/creator-dev-deployer
    policies:
      - policy_arn: arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy
        namespaces: [creator]
"""

RETURN = r"""
access_entry:
  description: The entry as EKS describes it after the run, empty when there is none.
  returned: always
  type: dict
  sample: {principalArn: "arn:aws:iam::123456789012:role/creator-dev-deployer", type: STANDARD}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.access_entry import (
    absent,
    present,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.api import access_policies, find_access_entry
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import STATE, TAGS, guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

POLICY = {
    "policy_arn": {"type": "str", "required": True},
    "namespaces": {"type": "list", "elements": "str", "default": []},
}
TYPES = ["STANDARD", "EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX"]
PROPERTIES: dict[str, Any] = {
    "type": {"type": "str", "choices": TYPES},
    "username": {"type": "str"},
    "kubernetes_groups": {"type": "list", "elements": "str"},
    "policies": {"type": "list", "elements": "dict", "options": POLICY},
    "tags": TAGS["tags"],
}
SPEC: dict[str, Any] = {
    "cluster": {"type": "str", "required": True},
    "principal_arn": {"type": "str", "required": True},
    **PROPERTIES,
    "purge_tags": TAGS["purge_tags"],
    **STATE,
}


def converge(module: AnsibleAWSModule) -> None:
    """Read, decide, write unless in check mode, and answer."""
    client = module.client("eks")
    cluster, principal = module.params["cluster"], module.params["principal_arn"]
    found = find_access_entry(client, cluster, principal)
    policies = access_policies(client, cluster, principal) if found else []
    if module.params["state"] == "absent":
        steps = absent(cluster, principal, found, policies)
    else:
        desired = {option: module.params[option] for option in PROPERTIES}
        steps = present(cluster, principal, desired, found, policies, purge_tags=module.params["purge_tags"])
    if steps.changed and not module.check_mode:
        perform(client, steps.calls)
        found = find_access_entry(client, cluster, principal)
    module.exit_json(changed=steps.changed, diff=steps.diff(), access_entry=found or {})


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    guarded(module, lambda: converge(module))


if __name__ == "__main__":
    main()
