# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: leftovers
version_added: 0.1.0
short_description: Make sure that nothing is left of an environment that was removed
author: creator.platform contributors (@creator-platform)
description:
  - Asks the tagging API of each region, and IAM, for everything with the environment's tags, whichever component or hand made it.
  - What AWS deletes in its own time, such as a key that waits for its deletion, is told and does not count.
  - Backups (manual snapshots of RDS) are data. They are kept, told with how to remove them too, and do not count, unless
    O(unprotected) names them. Then they are removed.
  - Writes C(destroy.json), removes the evidence of components, and fails with the ARNs of what is left.
  - Runs in Ansible's worker process on the controller, so it needs no connection. It honours the task's C(environment).
options:
  regions:
    description: Regions to look in. The one of global services is looked in as well.
    type: list
    elements: str
    required: true
  evidence_dir:
    description: Folder of C(destroy.json).
    type: path
    required: true
  unprotected:
    description: Backups that are removed too, each as "rds_snapshot <name>". What else is named has no effect here.
    type: list
    elements: str
    default: []
  attempts:
    description: How often to look at most until nothing is left. The tagging API learns of a deletion a little later.
    type: int
    default: 5
  delay:
    description: Seconds between two looks.
    type: float
    default: 5
attributes:
  check_mode:
    description: Removes no backups, and writes and removes no evidence, in check mode.
    support: full
  diff_mode:
    description: Shows no diff.
    support: none
extends_documentation_fragment:
  - creator.platform.environment
"""

EXAMPLES = r"""
- name: Look for leftovers
  creator.platform.leftovers:
    environment: dev-alice
    platform: creator
    regions: [eu-west-1, eu-central-1]
    evidence_dir: evidence/dev-alice
  environment: "{{ platform_aws_environment }}"
"""

RETURN = r"""
left:
  description: ARNs of what is left, empty.
  returned: success
  type: list
  elements: str
kept:
  description: Backups that are kept, each with C(arn), C(name) as O(unprotected) has it, and C(readable_until), the day on which
    its key is deleted, empty when it is deleted already, null when nothing deletes it.
  returned: success
  type: list
  elements: dict
removed:
  description: ARNs of the backups that were, or would be, removed.
  returned: success
  type: list
  elements: str
msg:
  description: What is kept and how it is removed too.
  returned: when something is kept
  type: str
waiting:
  description: What AWS deletes in its own time, ARN to why it still shows.
  returned: success
  type: dict
"""
