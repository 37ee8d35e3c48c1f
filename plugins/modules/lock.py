# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: lock
version_added: 0.1.0
short_description: Hold the lock of an environment for as long as the run lasts
author: creator.platform contributors (@creator-platform)
description:
  - One run at a time changes an environment, wherever it was started. The lock is one item of a DynamoDB table of the
    environment's account, C(<platform>-<environment>-lock), taken by a conditional write. The table is created on first use.
  - A holder has a lease, which a process beside the run renews. It gives the lock back when the run ends, and when the run is
    killed. When the machine dies, the lease ends by itself.
  - Each holder gets a token larger than those before it. M(creator.platform.plan) checks it before the first change of a
    component.
  - A further task of the same run finds the lock held and makes no request.
  - When another run holds it, the task fails with who that is, what it does, since when, and when its lease ends. Through the
    callback P(creator.platform.outcome#callback) the run ends with 11.
  - Runs in Ansible's worker process on the controller, so it needs no connection. It honours the task's C(environment).
options:
  region:
    description: Region of the table.
    type: str
    required: true
  state:
    description:
      - C(held) takes the lock.
      - C(free) takes it from whoever holds it, for a run that is known to be dead.
      - C(absent) removes the table, at the end of an environment.
    type: str
    choices: [held, free, absent]
    default: held
  purpose:
    description: What the run does, for whoever finds the lock held. Default is the name of the playbook.
    type: str
    default: ""
  lease:
    description: Seconds that a lease lasts. It is renewed after a third of them.
    type: float
    default: 90
  wait:
    description: Seconds to wait at most for a lock that another one holds.
    type: float
    default: 0
  tags:
    description: Tags of the table, given when it is created.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Does nothing in check mode.
    support: full
  diff_mode:
    description: Shows no diff.
    support: none
extends_documentation_fragment:
  - creator.platform.environment
"""

EXAMPLES = r"""
- name: Lock the environment
  creator.platform.lock:
    environment: prod
    platform: creator
    region: eu-west-1
    tags:
      platform: creator
      environment: prod
  environment: "{{ platform_aws_environment }}"
  run_once: true
  register: platform_lock
"""

RETURN = r"""
lock:
  description: The lock that is held, with its table, owner and token; with state C(free) the one that was, empty when none was.
  returned: success
  type: dict
"""
