# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: preflight
version_added: 0.1.0
short_description: Check an environment before the first change
author: creator.platform contributors (@creator-platform)
description:
  - Fails with one sentence for each thing that is wrong, and says what to do.
  - The local inventory may only reach the local cloud on this machine, with no other credentials in reach. A real one must
    have credentials of its own account and no endpoint of its own.
  - Runs in Ansible's worker process on the controller, and honours the task's C(environment).
options:
  environment:
    description: Name of the environment.
    type: str
    required: true
  account:
    description: Account id that the environment belongs to.
    type: str
    required: true
  region:
    description: Region of the environment.
    type: str
    required: true
  dr_region:
    description: Region that it can be recovered in.
    type: str
    required: true
  aws:
    description: Variables that the environment's tasks reach AWS with, as in C(platform_aws_environment).
    type: dict
    required: true
  sandbox:
    description: Name of the developer's sandbox that was asked for, which only dev has.
    type: str
    default: ""
  rehearsal:
    description: Whether this is a rehearsal of a real environment on the local cloud; then it may reach nothing else.
    type: bool
    default: false
  platform:
    description: Name of the platform; only needed with O(components).
    type: str
    default: ""
  components:
    description:
      - Components whose outputs are read at once, for RV(published); RV(log_group_tags) is read then too. When empty, nothing is.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
"""

EXAMPLES = r"""
- name: Check the environment
  creator.platform.preflight:
    environment: "{{ platform_environment }}"
    account: "{{ platform_account_id }}"
    region: "{{ platform_region }}"
    dr_region: "{{ platform_dr_region }}"
    aws: "{{ platform_aws_environment }}"
  environment: "{{ platform_aws_environment }}"
"""

RETURN = r"""
account:
  description: The account that the credentials belong to.
  returned: success
  type: str
published:
  description: What each of O(components) published, by its path in Systems Manager; value by name of the parameter.
  returned: success
  type: dict
  sample: {"/creator/dev/keys": {"/creator/dev/keys/data_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/1"}}
log_group_tags:
  description: Tags by ARN of the environment's log groups in its region; empty when O(components) is, or they cannot be read.
  returned: success
  type: dict
  sample: {"arn:aws:logs:eu-west-1:123456789012:log-group:/creator/dev/network/flows": {"component": "network"}}
"""
