# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge's variables as resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.edge import resources

DOCUMENTATION = r"""
name: edge_resources
version_added: 0.1.0
short_description: The edge's variables as resources of a plan
author: creator.platform contributors (@creator-platform)
description:
  - Turns the variables of the role P(creator.platform.edge#role) into the list that M(creator.platform.plan) compares.
options:
  _input:
    description:
      - C(prefix), C(region), C(tags), C(domain), C(zone), C(zone_managed), C(hosts), C(services), C(load_balancer), C(tls),
        C(health_check), C(failover), C(distribution), C(firewall) and C(inputs).
    type: dict
    required: true
"""

EXAMPLES = r"""
edge_resources: "{{ __edge_settings | creator.platform.edge_resources }}"
"""

RETURN = r"""
_value:
  description: Resources with kind, name and properties.
  type: list
  elements: dict
"""


def edge_resources(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """See DOCUMENTATION."""
    try:
        return resources(plain(settings))
    except (KeyError, ValueError) as error:
        raise AnsibleFilterError(f"the settings of the edge lack {error}") from None


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"edge_resources": edge_resources}
