# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: environment_plan
version_added: 0.1.0
short_description: Put the plans of components together, show them, and decide whether they may be applied
author: creator.platform contributors (@creator-platform)
description:
  - Takes C(component_plan), the result of M(creator.platform.component_plan), of every host of the play, which are the
    components, and makes the plan of the environment of them.
  - Writes C(plan.json) and C(plan.md), shows the plan on the terminal, and refuses what must not be applied, with one sentence
    and, through the callback P(creator.platform.outcome#callback), an exit code of its own.
  - Runs in Ansible's worker process on the controller, so it needs no connection. Meant for a task with C(run_once).
options:
  layers:
    description: Components in the order of their dependence. Those of one list need none of each other.
    type: list
    elements: list
    required: true
  evidence_dir:
    description: Folder of C(plan.json) and C(plan.md).
    type: path
    required: true
  purpose:
    description:
      - What the plan is for. C(look) shows and writes it.
      - C(apply) shows its summary and refuses it when it is incomplete, stale, not approved, or touches what is protected. It
        writes the evidence of the components that have nothing to do.
      - C(remove) is C(apply) for the removal of an environment, which needs no approved plan, and shows it whole.
    type: str
    choices: [look, apply, remove]
    default: look
  digest:
    description:
      - Digest of the approved plan. Another plan is refused as stale, with what changed since, which is read from C(plan.json).
    type: str
    default: ""
  without_approval:
    description: Whether a plan may be applied that nobody approved.
    type: bool
    default: false
  unprotected:
    description: Protected resources that may be replaced or removed, each as "<kind> <name>".
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Refuses nothing but an environment that could not be planned, and writes no evidence of components.
    support: partial
  diff_mode:
    description: Shows no diff.
    support: none
"""

EXAMPLES = r"""
- name: Apply what was approved, and nothing else
  creator.platform.environment_plan:
    layers: [[network, keys], [database]]
    evidence_dir: evidence/prod
    purpose: apply
    digest: "{{ plan_digest }}"
  run_once: true
  register: provision_plan
"""

RETURN = r"""
pending:
  description: Whether anything differs or is unknown.
  returned: success
  type: bool
digest:
  description: Digest of the plan.
  returned: success
  type: str
summary:
  description: One line, for example "3 to create, 1 to update".
  returned: success
  type: str
todo:
  description: Components to apply, in order. Those with changes, and all of the layers after them.
  returned: success
  type: list
  elements: str
components:
  description: Components of the plan.
  returned: success
  type: list
  elements: str
path:
  description: Where the plan was, or would be, written.
  returned: success
  type: str
"""
