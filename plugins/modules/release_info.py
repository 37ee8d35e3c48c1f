# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: release_info
version_added: 0.1.0
short_description: Read the recorded releases
author: creator.platform contributors (@creator-platform)
description:
  - Reads what M(creator.platform.release_record) has written, and finds the release that a rollback returns to.
  - A release that was never verified is no target, since returning to what never worked is worse than standing still.
  - Runs in Ansible's worker process on the controller, and honours the task's C(environment).
options:
  region:
    description: Region of the parameters.
    type: str
    required: true
  target:
    description: Id of the release to return to. When not given, the last verified one.
    type: str
    default: ""
  leaving:
    description: Id of the release that is being left. It is no target unless it is named.
    type: str
    default: ""
  target_required:
    description: Fail when there is no target.
    type: bool
    default: false
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
- name: Find the release to return to
  creator.platform.release_info:
    environment: dev
    platform: creator
    region: eu-west-1
  environment: "{{ platform_aws_environment }}"
  register: __rollback_releases
"""

RETURN = r"""
releases:
  description: All records, newest first.
  returned: success
  type: list
  elements: dict
verified:
  description: Id of the last verified release, empty when there is none.
  returned: success
  type: str
target:
  description: The record of the release that a rollback returns to, empty when there is none.
  returned: success
  type: dict
no_target:
  description: Why there is no target.
  returned: success
  type: str
"""
