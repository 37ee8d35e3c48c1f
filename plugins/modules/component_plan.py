# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: component_plan
version_added: 0.1.0
short_description: Check a component's variables, read what it needs, and compare what it desires with what exists
author: creator.platform contributors (@creator-platform)
description:
  - All that a run with nothing to do does for a component, in one task and so in one worker process of Ansible.
  - Meant for a task in the scope of the component's role, whose variables it takes by name. C(<component>_problems) are sentences
    about wrong variables. C(<component>_inputs) are the outputs of other components that are needed, keys by component.
    C(<component>_resources) and C(<component>_kinds) are what M(creator.platform.plan) calls C(resources) and C(kinds).
    C(<component>_outputs) are the values that the component publishes.
  - The templates of C(<component>_resources) find the inputs in C(component_plan.inputs); those of C(<component>_outputs) find
    what AWS chose in C(component_facts).
  - Checks the variables against the entry point C(main) of the role's argument specification first.
  - It never writes, in check mode or out of it. What it cannot read is C(unknown) in the plan, never "no change".
  - Runs in Ansible's worker process on the controller, so it needs no connection. It honours the task's C(environment).
options:
  component:
    description: Name of the component, which is that of its role. Resources tagged with it that are not desired are deletions.
    type: str
    required: true
  state:
    description: Whether the component shall exist. With C(absent) nothing of it is desired, and nothing is checked or needed.
    type: str
    choices: [present, absent]
    required: true
  region:
    description: Region of the outputs, and of the resources that name none.
    type: str
    required: true
  dr_region:
    description: Region that is looked in, too, when the component shall be absent.
    type: str
    required: true
  account:
    description: Account id that the plan document names.
    type: str
    required: true
  inputs_optional:
    description:
      - Take a placeholder for what other components have not published yet, as it is done in check mode and when the component
        shall be absent, instead of failing.
    type: bool
    default: false
  inputs_attempts:
    description: How often to look at most until other components have published what is needed, outside check mode.
    type: int
    default: 1
  delay:
    description: Seconds between two attempts.
    type: float
    default: 1
  published:
    description: Outputs of components as M(creator.platform.preflight) returns them; these are not asked for then.
    type: dict
  known_tags:
    description: Tags by ARN of resources, where they were read for all components before; then nobody is asked for these.
    type: dict
    default: {}
  unprotected:
    description: Protected resources that may be replaced or removed, each as "<kind> <name>".
    type: list
    elements: str
    default: []
  approved:
    description:
      - File with the approved plan of the environment, as M(creator.platform.environment_plan) writes it. Outside check mode, a
        plan that does anything else is refused. What the approved plan did not know yet may be anything.
    type: path
  lock:
    description:
      - The lock that this run holds, as M(creator.platform.lock) returns it. Outside check mode, and when there is something to
        do, the task fails when the lock is not held any more.
    type: dict
    default: {}
  cluster_objects:
    description: Manifests of desired objects of a cluster, which are counted into the plan as kinds C(kubernetes_*).
    type: list
    elements: dict
    default: []
  cluster_answer:
    description:
      - How the API server compared O(cluster_objects), the result of M(creator.platform.rollout_apply) with
        O(creator.platform.rollout_apply#module:dry_run).
      - Empty when there is no cluster to ask yet, and then every object is to be created.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Reads only. In check mode C(changed) tells whether anything is pending, outputs included.
    support: full
  diff_mode:
    description: The changes, a line for each attribute.
    support: full
extends_documentation_fragment:
  - creator.platform.environment
"""

EXAMPLES = r"""
- name: Plan
  creator.platform.component_plan:
    component: network
    state: present
    environment: dev
    platform: creator
    region: eu-west-1
    dr_region: eu-central-1
    account: "123456789012"
  environment: "{{ platform_aws_environment }}"
  register: component_plan
"""

RETURN = r"""
pending:
  description: Whether anything differs or is unknown.
  returned: success
  type: bool
check_mode:
  description:
    - Whether the task ran in check mode, by the command line or by a keyword of the play, the block or the task.
    - C(ansible_check_mode) tells of the command line only.
  returned: success
  type: bool
started:
  description: When the task began, in seconds since the epoch.
  returned: success
  type: float
summary:
  description: One line, for example "3 to create, 1 to update".
  returned: success
  type: str
message:
  description: The changes as one sentence, for an error.
  returned: success
  type: str
unknown:
  description: What could not be read, as one sentence; empty when everything was.
  returned: success
  type: str
plan:
  description: The canonical plan document, with the ordered changes and the protected resources they touch.
  returned: success
  type: dict
digest:
  description: C(sha256:) and the SHA-256 of the document.
  returned: success
  type: str
kinds:
  description: Names by kind and action, for the kinds that differ.
  returned: success
  type: dict
  sample: {"ec2_subnet": {"create": ["creator-dev-public-a"], "update": [], "replace": [], "delete": [], "unknown": []}}
steps:
  description: For each change the resource, its action, its differing attributes, its desired properties and its facts.
  returned: success
  type: list
  elements: dict
facts:
  description: What AWS chose (ids, ARNs) for everything found, by region, kind and name.
  returned: success
  type: dict
  sample: {"eu-west-1": {"ec2_vpc": {"creator-dev": {"id": "vpc-0a1b2c3d"}}}}
desired:
  description: Kind, name and region of every desired resource.
  returned: success
  type: list
  elements: dict
inputs:
  description: Outputs of other components, by component and key.
  returned: success
  type: dict
  sample: {"keys": {"data_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/1"}}
outputs:
  description: Values that the component publishes, by key; empty while the plan is pending, because ids are not known then.
  returned: success
  type: dict
output_changes:
  description: Outputs that differ from what is published, as rows of a plan; empty while the plan is pending.
  returned: success
  type: list
  elements: dict
"""
