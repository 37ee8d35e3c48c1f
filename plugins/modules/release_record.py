# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: release_record
version_added: 0.1.0
short_description: Record a release and how far it came
author: creator.platform contributors (@creator-platform)
description:
  - Keeps one parameter in Systems Manager Parameter Store for each release, under C(/<platform>/<environment>/releases/),
    and in C(verified) the id of the last one that was verified.
  - The content of a record never changes, and a release that was verified once stays so.
  - Removes all of them when the environment's workloads are gone (O(state=absent)). They describe what ran and hold no data.
  - Runs in Ansible's worker process on the controller, and honours the task's C(environment).
options:
  release:
    description: The C(release) of M(creator.platform.release_render). Needed with O(state=present).
    type: dict
  status:
    description: V(recorded) before it is applied, V(verified) or V(failed) after. Needed with O(state=present).
    type: str
    choices: [recorded, verified, failed]
  state:
    description: V(present) keeps the record of one release, V(absent) removes the records of all.
    type: str
    choices: [present, absent]
    default: present
  region:
    description: Region of the parameters.
    type: str
    required: true
  tags:
    description: Tags of parameters that are created.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Tells what would be recorded and writes nothing.
    support: full
  diff_mode:
    description: Gives no diff.
    support: none
extends_documentation_fragment:
  - creator.platform.environment
"""

EXAMPLES = r"""
- name: Record the release as verified
  creator.platform.release_record:
    release: "{{ __deploy_render.release }}"
    status: verified
    environment: dev
    platform: creator
    region: eu-west-1
  environment: "{{ platform_aws_environment }}"

- name: Forget all releases of an environment that is removed
  creator.platform.release_record:
    state: absent
    environment: dev
    platform: creator
    region: eu-west-1
  environment: "{{ platform_aws_environment }}"
"""

RETURN = r"""
record:
  description: The record with C(created) and C(status).
  returned: when O(state=present)
  type: dict
removed:
  description: Names of the parameters that were, or would be, removed.
  returned: when O(state=absent)
  type: list
  elements: str
"""
