# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.creator.platform.plugins.module_utils.drill.ledger import document

DOCUMENTATION = r"""
name: drill_document
version_added: 0.1.0
short_description: The evidence of a restore drill
description:
  - Makes the content of C(drill.json) from what the phases of a drill have found, with its one verdict.
author: creator.platform contributors (@creator-platform)
options:
  _input:
    description:
      - C(run), C(source), C(copy), C(started), C(marks) (a list of C(phase) and C(at)), C(rpo_target),
        C(rto_target), and as far as the drill came C(requested_time), C(disaster), C(parity), C(comparison),
        C(failure), C(removal).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Conclude
  ansible.builtin.set_fact:
    drill: "{{ facts | creator.platform.drill_document }}"
"""

RETURN = r"""
_value:
  description: The document.
  type: dict
"""


def drill_document(facts: dict[str, Any]) -> dict[str, Any]:
    """The content of drill.json."""
    try:
        return document(facts)
    except (KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"drill_document: these are not the facts of a drill: {error!r}") from error


class FilterModule:
    """creator.platform.drill_document"""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Filters by name."""
        return {"drill_document": drill_document}
