# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network's variables as resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.network import resources

DOCUMENTATION = r"""
name: network_resources
version_added: 0.1.0
short_description: The network's variables as resources of a plan
author: creator.platform contributors (@creator-platform)
description:
  - Turns the variables of the role P(creator.platform.network#role) into the list that M(creator.platform.plan) compares.
options:
  _input:
    description:
      - C(prefix), C(region), C(account), C(cidr), C(zones), C(public_cidrs), C(private_cidrs), C(data_cidrs),
        C(nat_per_zone), C(security_groups), C(acls), C(gateway_endpoints), C(interface_endpoints), C(flow_logs) and C(tags).
    type: dict
    required: true
"""

EXAMPLES = r"""
network_resources: "{{ __network_settings | creator.platform.network_resources }}"
"""

RETURN = r"""
_value:
  description: Resources with kind, name and properties.
  type: list
  elements: dict
"""


def network_resources(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """See DOCUMENTATION."""
    try:
        return resources(plain(settings))
    except (KeyError, ValueError) as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"network_resources": network_resources}
