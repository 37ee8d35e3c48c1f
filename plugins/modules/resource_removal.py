# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: resource_removal
short_description: Remove the resources that a plan says to remove, many in one call
version_added: 0.1.0
description:
  - Removes resources kind by kind, in the order in which nothing is in use any more, those of one kind side by side. A module
    for each resource in turn takes several times as long.
  - Whether a resource may go is the plan's decision (M(creator.platform.component_plan)); this module asks nothing more.
  - What hangs on a resource alone goes with it, such as a role's own policies. A managed policy is detached from nobody, so one
    that somebody else still has is refused.
  - Endpoints and NAT gateways take minutes to go. It does not wait for them, but what they use is refused until then, and tried
    again.
  - A KMS key loses its alias, and its deletion is scheduled. A repository goes with its images.
options:
  resources:
    description:
      - The steps of a plan. Each has C(kind), C(name), C(region) (that of the module when it is empty) and C(facts), with the
        C(id) of EC2 and KMS, the C(arn) of a policy, provider, topic or subscription, the C(url) of a queue, the C(log_group)
        of a metric filter. The C(window_days) of a key, from 7 to 30, is KMS's default of 30 when it is left out.
      - Kinds are V(cloudwatch_composite_alarm), V(cloudwatch_alarm), V(cloudwatch_dashboard), V(logs_metric_filter),
        V(events_rule), V(sns_subscription), V(sns_topic), V(sqs_queue), V(ecr_repository), V(ec2_flow_log), V(logs_group),
        V(ec2_vpc_endpoint), V(ec2_nat_gateway), V(ec2_elastic_ip), V(ec2_security_group), V(ec2_subnet), V(ec2_route_table),
        V(ec2_network_acl), V(ec2_internet_gateway), V(ec2_vpc), V(iam_role), V(iam_managed_policy), V(iam_oidc_provider),
        V(accessanalyzer_analyzer) and V(kms_key).
    type: list
    elements: dict
    required: true
  attempts:
    description: How often what something else still uses is tried.
    type: int
    default: 1
  delay:
    description: Seconds between two attempts.
    type: float
    default: 5
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource.setting
"""

EXAMPLES = r"""
- name: Remove roles and their policies
  creator.platform.resource_removal:
    resources: "{{ component_plan.steps | selectattr('action', 'eq', 'delete') }}"
    attempts: 40
"""

RETURN = r"""
removed:
  description: What was there and is removed, each as its kind and name; in check mode what would be.
  returned: success
  type: list
  elements: str
  sample: ["ec2_subnet creator-dev-public-a in eu-west-1"]
gone:
  description: What was gone already.
  returned: success
  type: list
  elements: str
  sample: []
"""

import functools
import time
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.run import remove, resources_of
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import guarded

SPEC: dict[str, Any] = {
    "resources": {"type": "list", "elements": "dict", "required": True},
    "attempts": {"type": "int", "default": 1},
    "delay": {"type": "float", "default": 5},
}


def converge(module: AnsibleAWSModule) -> None:
    """Remove and answer."""
    params = module.params

    @functools.cache
    def client_for(service: str, region: str) -> Any:
        return module.client(service, **({"region": region} if region else {}))

    outcome = remove(
        resources_of(params["resources"]),
        client_for,
        check=module.check_mode,
        attempts=params["attempts"],
        delay=params["delay"],
        sleep=time.sleep,
    )
    removed = sorted(str(resource) for resource in outcome.removed)
    module.exit_json(
        changed=bool(removed),
        diff={"before": dict.fromkeys(removed, "present"), "after": {}},
        removed=removed,
        gone=sorted(str(resource) for resource in outcome.gone),
    )


def main() -> None:
    """Run the module."""
    module = AnsibleAWSModule(argument_spec=SPEC, supports_check_mode=True)
    guarded(module, lambda: converge(module))


if __name__ == "__main__":
    main()
