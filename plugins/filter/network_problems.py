# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the network's variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.network import (
    resources,
    size_problems,
    subnet_cidrs,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.preflight import cidr_problems

DOCUMENTATION = r"""
name: network_problems
version_added: 0.1.0
short_description: What is wrong with the network's variables
author: creator.platform contributors (@creator-platform)
description:
  - Finds CIDRs that overlap or lie outside the network, lists that do not fit the zones, rules that name unknown groups, and
    networks that are too small.
options:
  _input:
    description: As for P(creator.platform.network_resources#filter), and C(reserved), CIDRs that the network must keep off.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Check the addresses
  ansible.builtin.assert:
    that: __network_settings | creator.platform.network_problems | length == 0
"""

RETURN = r"""
_value:
  description: One sentence for each problem.
  type: list
  elements: str
"""


def network_problems(settings: Mapping[str, Any]) -> list[str]:
    """See DOCUMENTATION."""
    values = plain(settings)
    try:
        resources(values)
        return cidr_problems(values["cidr"], subnet_cidrs(values), values["reserved"]) or size_problems(values)
    except (KeyError, ValueError) as error:
        return [str(error)]


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"network_problems": network_problems}
