# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the edge's variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.edge_problems import problems

DOCUMENTATION = r"""
name: edge_problems
version_added: 0.1.0
short_description: What is wrong with the edge's variables
author: creator.platform contributors (@creator-platform)
description:
  - Says what of the variables of the role P(creator.platform.edge#role) cannot be provisioned.
options:
  _input:
    description:
      - C(prefix), C(region), C(tags), C(domain), C(zone), C(zone_managed), C(hosts), C(services), C(load_balancer), C(tls),
        C(health_check), C(failover), C(distribution), C(firewall) and C(inputs).
    type: dict
    required: true
"""

EXAMPLES = r"""
edge_problems: "{{ __edge_settings | creator.platform.edge_problems }}"
"""

RETURN = r"""
_value:
  description: One sentence for each.
  type: list
  elements: str
"""


def edge_problems(settings: Mapping[str, Any]) -> list[str]:
    """See DOCUMENTATION."""
    try:
        return problems(plain(settings))
    except (KeyError, ValueError) as error:
        raise AnsibleFilterError(f"the settings of the edge lack {error}") from None


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"edge_problems": edge_problems}
