# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: drift
version_added: 0.1.0
short_description: Judge whether an environment is what its variables say, and who changed what is not
author: creator.platform contributors (@creator-platform)
description:
  - Takes C(component_plan) of every host of the play, which are the components. Anything in it is drift.
  - Looks up in CloudTrail's event history who changed each drifted resource last and when. Where that cannot be told, it says
    why, and that is no error.
  - Writes C(drift.json), shows what drifted on the terminal, and puts the metric C(DriftedResources) of the namespace
    C(creator.platform) for each component, 0 too.
  - Fails when something drifted. Through the callback P(creator.platform.outcome#callback) the run ends with 2.
  - Runs in Ansible's worker process on the controller, so it needs no connection. It honours the task's C(environment). Meant
    for a task with C(run_once).
options:
  region:
    description: Region of the metric.
    type: str
    required: true
  evidence_dir:
    description: Folder of C(drift.json).
    type: path
    required: true
  metric:
    description: Whether to put the metric.
    type: bool
    default: true
  lookups:
    description: How many resources are looked up in CloudTrail at most, which allows two requests a second.
    type: int
    default: 100
attributes:
  check_mode:
    description: Puts no metric in check mode.
    support: full
  diff_mode:
    description: Shows no diff.
    support: none
"""

EXAMPLES = r"""
- name: Judge
  creator.platform.drift:
    region: eu-west-1
    evidence_dir: evidence/prod
  environment: "{{ platform_aws_environment }}"
  run_once: true
"""

RETURN = r"""
drifted:
  description: How many resources differ, 0.
  returned: success
  type: int
path:
  description: The evidence that was written.
  returned: success
  type: str
"""
