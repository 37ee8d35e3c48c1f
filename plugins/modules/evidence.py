# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: evidence
version_added: 0.1.0
short_description: Write a file of evidence, whole or not at all
author: creator.platform contributors (@creator-platform)
description:
  - Writes JSON (or text as it is) on the controller, with one rename, so that no reader ever sees half a file.
  - Never reports a change. Evidence tells of a run and is no state of the platform. It is written in check mode too, because
    a plan is evidence; leave the task out where that is not meant.
options:
  path:
    description: File to write. Its folder is made when it is absent.
    type: path
    required: true
  content:
    description: What to write. A text is written as it is, everything else as indented JSON.
    type: raw
    required: true
attributes:
  check_mode:
    description: Writes in check mode too.
    support: none
  diff_mode:
    description: Shows no diff.
    support: none
"""

EXAMPLES = r"""
- name: Keep what was planned
  creator.platform.evidence:
    path: "{{ platform_evidence_dir }}/plan.json"
    content: "{{ component_plan.plan }}"
"""

RETURN = r"""
path:
  description: The file written.
  returned: success
  type: str
"""
