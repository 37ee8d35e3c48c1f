# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the plan as rules of a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.network import module_rules

DOCUMENTATION = r"""
name: security_group_rules
version_added: 0.1.0
short_description: Rules of the plan as M(amazon.aws.ec2_security_group) takes them
author: creator.platform contributors (@creator-platform)
description:
  - Puts ids in the place of group names, and the module's words in the place of the plan's.
options:
  _input:
    description: Rules with C(protocol), C(from_port), C(to_port), C(peer) and C(description).
    type: list
    elements: dict
    required: true
  facts:
    description: Facts of the security groups that exist, by name, each with its C(id).
    type: dict
    required: true
"""

EXAMPLES = r"""
rules: "{{ item.properties.ingress | creator.platform.security_group_rules(facts.ec2_security_group) }}"
"""

RETURN = r"""
_value:
  description: Rules for the options C(rules) and C(rules_egress).
  type: list
  elements: dict
"""


def security_group_rules(rules: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """See DOCUMENTATION."""
    try:
        return module_rules(plain(rules), {name: group["id"] for name, group in plain(facts).items()})
    except ValueError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"security_group_rules": security_group_rules}
