# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: eks_cluster
short_description: Create, change, upgrade or remove an EKS cluster
version_added: 0.1.0
description:
  - Brings an EKS cluster closer to what is described. An option that is not given is left alone.
  - Waits for nothing. EKS takes one change at a time and only while the cluster is C(ACTIVE); what is left is in RV(pending).
    Repeat the task until RV(pending) is empty.
  - A version is raised one minor at a time; EKS never goes back.
  - C(amazon.aws) has no module for endpoint access, logging, secrets encryption, access configuration and version.
options:
  name:
    description: Name of the cluster.
    type: str
    required: true
  role_arn:
    description: ARN of the IAM role of the control plane. Required for a new cluster, cannot change.
    type: str
  version:
    description: Kubernetes version, such as V(1.33).
    type: str
  subnets:
    description: IDs of the subnets of the control plane's interfaces, in at least two zones. Required for a new cluster.
    type: list
    elements: str
  security_groups:
    description: IDs of additional security groups of the control plane's interfaces.
    type: list
    elements: str
  endpoint_public_access:
    description: Whether the API server is reached from outside the VPC.
    type: bool
  endpoint_private_access:
    description: Whether the API server is reached from within the VPC.
    type: bool
  public_access_cidrs:
    description: Networks that may reach the public endpoint.
    type: list
    elements: str
  service_cidr:
    description: Network of the Kubernetes services. Cannot change.
    type: str
  log_types:
    description: Control plane logs to deliver; others are switched off.
    type: list
    elements: str
    choices: [api, audit, authenticator, controllerManager, scheduler]
  secrets_key_arn:
    description: ARN of the KMS key that encrypts Kubernetes secrets. Can be added, cannot change.
    type: str
  authentication_mode:
    description: Where EKS looks up who may enter.
    type: str
    choices: [API, API_AND_CONFIG_MAP, CONFIG_MAP]
  creator_is_admin:
    description: Whether who creates the cluster becomes its administrator. Only heard at creation.
    type: bool
    default: false
  support_type:
    description: What happens at the end of standard support. V(EXTENDED) costs.
    type: str
    choices: [STANDARD, EXTENDED]
  deletion_protection:
    description: Whether EKS refuses to remove the cluster.
    type: bool
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Start the cluster
  creator.platform.eks_cluster:
    name: creator-dev
    version: "1.33"
    role_arn: arn:aws:iam::123456789012:role/creator-dev-cluster
    subnets: [subnet-0a, subnet-0b, subnet-0c]
    endpoint_private_access: true
    public_access_cidrs: [203.0.113.0/24]
    log_types: [api, audit, authenticator]
    authentication_mode: API
    tags:
      platform: creator
  register: cluster
  until: cluster.pending | length == 0
  retries: 60
  delay: 30
"""

RETURN = r"""
cluster:
  description: The cluster as EKS describes it after the run, empty when there is none.
  returned: always
  type: dict
  sample: {name: creator-dev, status: CREATING}
pending:
  description: >-
    Properties that still differ, because AWS takes one change at a time or the cluster is busy; for a removal what must go
    first, or V(deletion) until the cluster is gone. Run again until it is empty.
  returned: always
  type: list
  elements: str
  sample: [version]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.api import attached, find_cluster
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.cluster import (
    LOG_TYPES,
    absent,
    present,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import STATE, TAGS, guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

PROPERTIES: dict[str, Any] = {
    "role_arn": {"type": "str"},
    "version": {"type": "str"},
    "subnets": {"type": "list", "elements": "str"},
    "security_groups": {"type": "list", "elements": "str"},
    "endpoint_public_access": {"type": "bool"},
    "endpoint_private_access": {"type": "bool"},
    "public_access_cidrs": {"type": "list", "elements": "str"},
    "service_cidr": {"type": "str"},
    "log_types": {"type": "list", "elements": "str", "choices": list(LOG_TYPES)},
    "secrets_key_arn": {"type": "str", "no_log": False},
    "authentication_mode": {"type": "str", "choices": ["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"]},
    "support_type": {"type": "str", "choices": ["STANDARD", "EXTENDED"]},
    "deletion_protection": {"type": "bool"},
    "tags": TAGS["tags"],
}
SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "creator_is_admin": {"type": "bool", "default": False},
    "purge_tags": TAGS["purge_tags"],
    **STATE,
}


def converge(module: AnsibleAWSModule) -> None:
    """Read, decide, write unless in check mode, and answer."""
    client = module.client("eks")
    name = module.params["name"]
    found = find_cluster(client, name)
    if module.params["state"] == "absent":
        steps = absent(name, found, attached(client, name))
    else:
        desired = {option: module.params[option] for option in PROPERTIES}
        if found is None and not (desired["role_arn"] and desired["subnets"]):
            module.fail_json(msg=f"cluster {name} does not exist: give role_arn and subnets to create it")
        steps = present(
            name,
            desired,
            found,
            creator_is_admin=module.params["creator_is_admin"],
            purge_tags=module.params["purge_tags"],
        )
    if steps.changed and not module.check_mode:
        perform(client, steps.calls)
        found = find_cluster(client, name)
    module.exit_json(changed=steps.changed, diff=steps.diff(), pending=steps.pending, cluster=found or {})


def main() -> None:
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    guarded(module, lambda: converge(module))


if __name__ == "__main__":
    main()
