# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: eks_nodegroup
short_description: Create, change, upgrade or remove a managed node group of EKS
version_added: 0.1.0
description:
  - Brings a managed node group closer to what is described. An option that is not given is left alone.
  - Waits for nothing. EKS takes one change at a time and only while the node group is C(ACTIVE); what is left is in
    RV(pending).
  - The desired size belongs to the autoscaler once the group exists; it is only kept between O(min_size) and O(max_size).
  - C(amazon.aws) has no module that knows AL2023 images, versions and update settings.
options:
  cluster:
    description: Name of the cluster.
    type: str
    required: true
  name:
    description: Name of the node group.
    type: str
    required: true
  node_role_arn:
    description: ARN of the nodes' IAM role. Required for a new group, cannot change.
    type: str
  subnets:
    description: IDs of the nodes' subnets. Required for a new group, cannot change.
    type: list
    elements: str
  ami_type:
    description: Kind of image, such as V(AL2023_x86_64_STANDARD). Cannot change.
    type: str
  instance_types:
    description: Instance types. Cannot change.
    type: list
    elements: str
  capacity_type:
    description: How instances are bought. Cannot change.
    type: str
    choices: [ON_DEMAND, SPOT, CAPACITY_BLOCK]
  disk_size:
    description: Size of the root volume in GiB. Cannot change, and is the template's where there is O(launch_template).
    type: int
  launch_template:
    description: Launch template of the nodes. Another version of it replaces them; another template cannot be taken.
    type: dict
    suboptions:
      name:
        description: Name of the template.
        type: str
        required: true
      version:
        description: Number of its version.
        type: str
        required: true
  min_size:
    description: Fewest nodes. Required for a new group.
    type: int
  max_size:
    description: Most nodes. Required for a new group.
    type: int
  desired_size:
    description: Nodes to start with, O(min_size) by default. Only heard at creation.
    type: int
  version:
    description: Kubernetes version of the nodes, not newer than the cluster's.
    type: str
  release_version:
    description: Release of the image.
    type: str
  labels:
    description: Kubernetes labels of the nodes; others are removed.
    type: dict
  taints:
    description: Kubernetes taints of the nodes; others are removed.
    type: list
    elements: dict
    suboptions:
      key:
        description: Key of the taint.
        type: str
        required: true
      value:
        description: Value of the taint.
        type: str
        default: ""
      effect:
        description: What the taint does to pods that do not tolerate it.
        type: str
        required: true
        choices: [NoSchedule, NoExecute, PreferNoSchedule]
  max_unavailable:
    description: Nodes that may be away during an update.
    type: int
  max_unavailable_percentage:
    description: Part of the nodes that may be away during an update, in per cent.
    type: int
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Start the general node group
  creator.platform.eks_nodegroup:
    cluster: creator-dev
    name: general
    node_role_arn: arn:aws:iam::123456789012:role/creator-dev-node
    subnets: [subnet-0a, subnet-0b, subnet-0c]
    ami_type: AL2023_x86_64_STANDARD
    instance_types: [m7i.large]
    min_size: 2
    max_size: 6
"""

RETURN = r"""
nodegroup:
  description: The node group as EKS describes it after the run, empty when there is none.
  returned: always
  type: dict
  sample: {nodegroupName: general, status: CREATING}
pending:
  description: >-
    Properties that still differ, because AWS takes one change at a time or the node group is busy; V(deletion) until it is gone.
    Run again until it is empty.
  returned: always
  type: list
  elements: str
  sample: [version]
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.api import find_nodegroup
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.nodegroup import (
    absent,
    present,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import STATE, TAGS, guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

TAINT = {
    "key": {"type": "str", "required": True, "no_log": False},
    "value": {"type": "str", "default": ""},
    "effect": {"type": "str", "required": True, "choices": ["NoSchedule", "NoExecute", "PreferNoSchedule"]},
}
TEMPLATE = {"name": {"type": "str", "required": True}, "version": {"type": "str", "required": True}}
PROPERTIES: dict[str, Any] = {
    "node_role_arn": {"type": "str"},
    "subnets": {"type": "list", "elements": "str"},
    "ami_type": {"type": "str"},
    "instance_types": {"type": "list", "elements": "str"},
    "capacity_type": {"type": "str", "choices": ["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"]},
    "disk_size": {"type": "int"},
    "launch_template": {"type": "dict", "options": TEMPLATE},
    "min_size": {"type": "int"},
    "max_size": {"type": "int"},
    "desired_size": {"type": "int"},
    "version": {"type": "str"},
    "release_version": {"type": "str"},
    "labels": {"type": "dict"},
    "taints": {"type": "list", "elements": "dict", "options": TAINT},
    "max_unavailable": {"type": "int"},
    "max_unavailable_percentage": {"type": "int"},
    "tags": TAGS["tags"],
}
SPEC: dict[str, Any] = {
    "cluster": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    **PROPERTIES,
    "purge_tags": TAGS["purge_tags"],
    **STATE,
}
NEEDED = ("node_role_arn", "subnets", "min_size", "max_size")


def converge(module: AnsibleAWSModule) -> None:
    """Read, decide, write unless in check mode, and answer."""
    client = module.client("eks")
    cluster, name = module.params["cluster"], module.params["name"]
    found = find_nodegroup(client, cluster, name)
    if module.params["state"] == "absent":
        steps = absent(cluster, name, found)
    else:
        desired = {option: module.params[option] for option in PROPERTIES}
        missing = [option for option in NEEDED if desired[option] is None]
        if found is None and missing:
            module.fail_json(
                msg=f"node group {name} of cluster {cluster} does not exist: give {', '.join(missing)} to create it"
            )
        steps = present(cluster, name, desired, found, purge_tags=module.params["purge_tags"])
    if steps.changed and not module.check_mode:
        perform(client, steps.calls)
        found = find_nodegroup(client, cluster, name)
    module.exit_json(changed=steps.changed, diff=steps.diff(), pending=steps.pending, nodegroup=found or {})


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=SPEC,
        supports_check_mode=True,
        mutually_exclusive=[("max_unavailable", "max_unavailable_percentage"), ("disk_size", "launch_template")],
    )
    guarded(module, lambda: converge(module))


if __name__ == "__main__":
    main()
