# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: eks_pod_identity_association
short_description: Give the pods of a service account an IAM role
version_added: 0.1.0
description:
  - Brings the EKS pod identity association of a Kubernetes service account to what is described. There is at most one for a
    service account. The cluster needs the add-on C(eks-pod-identity-agent).
options:
  cluster:
    description: Name of the cluster.
    type: str
    required: true
  namespace:
    description: Kubernetes namespace of the service account.
    type: str
    required: true
  service_account:
    description: Name of the service account.
    type: str
    required: true
  role_arn:
    description: ARN of the IAM role. Required when O(state=present).
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Let the api write media
  creator.platform.eks_pod_identity_association:
    cluster: creator-dev
    namespace: creator
    service_account: api
    role_arn: arn:aws:iam::123456789012:role/creator-dev-api
"""

RETURN = r"""
association:
  description: The association as EKS describes it after the run, empty when there is none.
  returned: always
  type: dict
  sample: {namespace: creator, serviceAccount: api}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.api import find_association
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.pod_identity import absent, present
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import STATE, TAGS, guarded
from ansible_collections.creator.platform.plugins.module_utils.aws.writer import perform

PROPERTIES: dict[str, Any] = {
    "role_arn": {"type": "str"},
    "tags": TAGS["tags"],
}
SPEC: dict[str, Any] = {
    "cluster": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "service_account": {"type": "str", "required": True},
    **PROPERTIES,
    "purge_tags": TAGS["purge_tags"],
    **STATE,
}


def converge(module: AnsibleAWSModule) -> None:
    """Read, decide, write unless in check mode, and answer."""
    client = module.client("eks")
    cluster, namespace, account = (module.params[name] for name in ("cluster", "namespace", "service_account"))
    found = find_association(client, cluster, namespace, account)
    if module.params["state"] == "absent":
        steps = absent(cluster, found)
    else:
        desired = {option: module.params[option] for option in PROPERTIES}
        steps = present(cluster, namespace, account, desired, found, purge_tags=module.params["purge_tags"])
    if steps.changed and not module.check_mode:
        perform(client, steps.calls)
        found = find_association(client, cluster, namespace, account)
    module.exit_json(changed=steps.changed, diff=steps.diff(), association=found or {})


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=SPEC, supports_check_mode=True, required_if=[("state", "present", ["role_arn"])]
    )
    guarded(module, lambda: converge(module))


if __name__ == "__main__":
    main()
