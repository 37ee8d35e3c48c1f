# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication rules of the registry, by the prefix of the repositories that they replicate.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRegistry.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ecr.replication import prefix_of, project
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Rules whose prefix is named, or is the environment's: rules have no tags."""
    rules = client.describe_registry()["replicationConfiguration"]["rules"]
    environment = f"{scope.platform}-{scope.environment}-"
    prefixes = sorted({prefix_of(rule) for rule in rules} & {environment, *scope.names})
    found = ((prefix, project(rules, prefix)) for prefix in prefixes)
    return [Resource("ecr_replication_rule", prefix, rule.properties, scope.region) for prefix, rule in found if rule]


KIND = Kind("ecr_replication_rule", "ecr", read, Rules(unordered=frozenset({"regions"})))
