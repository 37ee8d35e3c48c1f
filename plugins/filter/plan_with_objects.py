# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A component's plan with the objects of a cluster counted in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import plain
from ansible_collections.creator.platform.plugins.module_utils.provision.cluster_objects import with_objects

DOCUMENTATION = r"""
name: plan_with_objects
version_added: 0.1.0
short_description: A component's plan with the objects of a cluster counted in
author: creator.platform contributors (@creator-platform)
description:
  - Adds a row to the plan for each object that the API server would create or change, and makes its digest anew.
options:
  _input:
    description: Result of M(creator.platform.plan).
    type: dict
    required: true
  objects:
    description: Manifests of the objects.
    type: list
    elements: dict
    required: true
  compared:
    description:
      - Result of M(creator.platform.rollout_apply) with O(creator.platform.rollout_apply#module:dry_run).
      - None when there is no cluster to ask yet.
    type: dict
  region:
    description: Region of the cluster.
    type: str
    required: true
"""

EXAMPLES = r"""
component_plan: "{{ component_plan | creator.platform.plan_with_objects(manifests, compared, 'eu-west-1') }}"
"""

RETURN = r"""
_value:
  description: The result with C(plan), C(digest), C(summary), C(message), C(pending) and C(desired) of both.
  type: dict
"""


def plan_with_objects(
    plan: Mapping[str, Any], objects: Sequence[Mapping[str, Any]], compared: Mapping[str, Any] | None, region: str
) -> dict[str, Any]:
    """See DOCUMENTATION."""
    try:
        return with_objects(plain(plan), plain(objects), None if compared is None else plain(compared), plain(region))
    except (KeyError, ValueError) as error:
        raise AnsibleFilterError(f"the cluster's answer cannot be counted into the plan: {error}") from None


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"plan_with_objects": plan_with_objects}
