# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of components as the plan of their environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.document import environment_document

DOCUMENTATION = r"""
name: environment_plan
version_added: 0.1.0
short_description: Plans of components as the plan of their environment
author: creator.platform contributors (@creator-platform)
description:
  - Puts the plan documents of components in order and adds whether anything is pending and the digest of them all.
options:
  _input:
    description: Documents, the C(plan) of results of M(creator.platform.plan).
    type: list
    elements: dict
    required: true
  revision:
    description: Revision of the repository. It is told, and is no part of the digest.
    type: str
    default: ""
"""

EXAMPLES = r"""
content: "{{ plans | creator.platform.environment_plan(revision='1a2b3c4') }}"
"""

RETURN = r"""
_value:
  description: The plan with C(environment), C(components), C(pending) and C(digest).
  type: dict
"""


def environment_plan(documents: Sequence[Mapping[str, Any]], revision: str = "") -> dict[str, Any]:
    """See DOCUMENTATION."""
    try:
        return environment_document(plain(documents), plain(revision))
    except ValueError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"environment_plan": environment_plan}
