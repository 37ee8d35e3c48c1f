# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: component_outputs
version_added: 0.1.0
short_description: Publish the outputs of a component
author: creator.platform contributors (@creator-platform)
description:
  - Writes values for other components to Systems Manager Parameter Store, under C(/<platform>/<environment>/<component>/).
  - Runs in Ansible's worker process on the controller, and honours the task's C(environment).
options:
  component:
    description: Name of the component that publishes.
    type: str
    required: true
  region:
    description: Region of the parameters.
    type: str
    required: true
  outputs:
    description:
      - Values by key. Lists are joined by commas, booleans become C(true) and C(false).
      - No secrets. Publish the ARN of the secret instead.
    type: dict
    required: true
  purge:
    description: Delete keys of the component that are not in O(outputs).
    type: bool
    default: true
  tags:
    description: Tags of parameters that are created.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Tells what would be written and writes nothing.
    support: full
  diff_mode:
    description: Parameters before and after.
    support: full
extends_documentation_fragment:
  - creator.platform.environment
"""

EXAMPLES = r"""
- name: Publish the network
  creator.platform.component_outputs:
    component: network
    environment: dev
    platform: creator
    region: eu-west-1
    outputs:
      vpc_id: vpc-0a1b2c3d
      private_subnet_ids: [subnet-1, subnet-2, subnet-3]
  environment: "{{ platform_aws_environment }}"
"""

RETURN = r"""
path:
  description: Path under which the component publishes.
  returned: success
  type: str
written:
  description: Names of the parameters that were, or in check mode would be, written.
  returned: success
  type: list
  elements: str
deleted:
  description: Names of the parameters that were, or in check mode would be, deleted.
  returned: success
  type: list
  elements: str
outputs:
  description: The values as published, texts by key.
  returned: success
  type: dict
changes:
  description: What was, or in check mode would be, written and deleted, as rows of a plan.
  returned: success
  type: list
  elements: dict
"""
