# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of the plan as entries of a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.network import module_entries

DOCUMENTATION = r"""
name: network_acl_entries
version_added: 0.1.0
short_description: Entries of the plan as M(amazon.aws.ec2_vpc_nacl) takes them
author: creator.platform contributors (@creator-platform)
description:
  - Turns each entry into the module's list of eight places.
options:
  _input:
    description: Entries with C(number), C(protocol), C(action), C(cidr), C(from_port) and C(to_port).
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
ingress: "{{ item.properties.ingress | creator.platform.network_acl_entries }}"
"""

RETURN = r"""
_value:
  description: Entries for the options C(ingress) and C(egress).
  type: list
  elements: list
"""


def network_acl_entries(entries: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """See DOCUMENTATION."""
    return module_entries(plain(entries))


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"network_acl_entries": network_acl_entries}
