# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan for the pull request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.render import markdown

DOCUMENTATION = r"""
name: plan_markdown
version_added: 0.1.0
short_description: The plan of an environment as Markdown
author: creator.platform contributors (@creator-platform)
description:
  - A table of the components, what is protected and would be replaced or removed, and every change with its attributes.
options:
  _input:
    description: The plan that P(creator.platform.environment_plan#filter) makes.
    type: dict
    required: true
"""

EXAMPLES = r"""
content: "{{ plan | creator.platform.plan_markdown }}"
"""

RETURN = r"""
_value:
  description: Markdown.
  type: str
"""


def plan_markdown(plan: Mapping[str, Any]) -> str:
    """See DOCUMENTATION."""
    return markdown(plain(plan))


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"plan_markdown": plan_markdown}
