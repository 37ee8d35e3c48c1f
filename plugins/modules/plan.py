# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: plan
version_added: 0.1.0
short_description: Compare the desired resources of a component with what exists
author: creator.platform contributors (@creator-platform)
description:
  - Reads what exists of the desired kinds with one bulk read for each kind and region, compares, and returns the plan.
  - For a look in the middle of an apply, and after it. What a component begins with is M(creator.platform.component_plan).
  - It never writes, in check mode or out of it. What it cannot read is C(unknown) in the plan, never "no change".
  - Runs in Ansible's worker process on the controller, so it needs no connection. It honours the task's C(environment),
    for example C(AWS_ENDPOINT_URL) and C(AWS_PROFILE).
options:
  component:
    description: Name of the component. Resources tagged with it that are not desired are deletions.
    type: str
    required: true
  region:
    description: Region of the resources that name none.
    type: str
    required: true
  account:
    description: Account id that the plan document names.
    type: str
    default: ""
  resources:
    description:
      - The desired resources, each with C(kind), C(name), C(properties) and, where it is another, C(region).
      - Only the properties given are compared, and those for which the kind has a default.
    type: list
    elements: dict
    required: true
  kinds:
    description: Kinds to read even when no resource of them is desired, so that leftovers are seen.
    type: list
    elements: str
    default: []
  regions:
    description: Regions to look for leftovers of O(kinds) in, besides O(region) and those of the desired resources.
    type: list
    elements: str
    default: []
  seconds:
    description: Time for all reads together, in seconds. What has not answered by then is unknown.
    type: int
    default: 120
  attempts:
    description:
      - How often to plan at most until nothing is pending. After an apply, because AWS is eventually consistent and a reading
        just after a change may still be the old one.
    type: int
    default: 1
  delay:
    description: Seconds between two attempts.
    type: float
    default: 1
  purpose:
    description:
      - What the plan is for. Outside check mode the task fails with a sentence when the plan does not serve it.
      - C(look) wants to know and takes any plan.
      - C(converged) has changed things and takes an empty plan only.
    type: str
    choices: [look, converged]
    default: look
attributes:
  check_mode:
    description: Reads only. In check mode C(changed) tells whether the plan is pending.
    support: full
  diff_mode:
    description: The changes, a line for each attribute.
    support: full
extends_documentation_fragment:
  - creator.platform.environment
"""

EXAMPLES = r"""
- name: Look at the network
  creator.platform.plan:
    component: network
    environment: dev
    platform: creator
    region: eu-west-1
    resources:
      - kind: ec2_vpc
        name: creator-dev
        properties:
          cidr: 10.20.0.0/16
          dns_hostnames: true
  environment: "{{ platform_aws_environment }}"
  register: __network_now
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
"""
