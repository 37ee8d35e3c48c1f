# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: component_outputs_info
version_added: 0.1.0
short_description: Read what other components have published
author: creator.platform contributors (@creator-platform)
description:
  - Reads outputs from Systems Manager Parameter Store and fails with what to run first when they are missing.
  - Runs in Ansible's worker process on the controller, and honours the task's C(environment).
options:
  components:
    description: For each component the list of keys that are needed, or an empty list for all there are.
    type: dict
    required: true
  region:
    description: Region of the parameters.
    type: str
    required: true
  placeholders:
    description:
      - Answer a placeholder for missing keys, which says when the value will be known, instead of failing.
      - A plan works on an empty account in this way.
      - When not given, true in check mode and false otherwise.
    type: bool
  attempts:
    description: How often to look at most until nothing is missing. Without placeholders only.
    type: int
    default: 1
  delay:
    description: Seconds between two attempts.
    type: float
    default: 1
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
extends_documentation_fragment:
  - creator.platform.environment
"""

EXAMPLES = r"""
- name: Read where the database goes
  creator.platform.component_outputs_info:
    environment: dev
    platform: creator
    region: eu-west-1
    components:
      network: [data_subnet_ids, database_security_group_id]
      keys: [data_key_arn]
  environment: "{{ platform_aws_environment }}"
  register: __database_published
"""

RETURN = r"""
outputs:
  description: Values by component and key.
  returned: success
  type: dict
  sample: {"keys": {"data_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/1"}}
"""
