# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed rules of AWS Config, by name.

https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigRules.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.config.rule import DEFAULTS, normalize, project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Rules whose names begin as the environment's do: one listing has all, and tags would cost a read each."""
    prefix = f"{scope.platform}-{scope.environment}-"
    return [
        Resource("config_rule", row["ConfigRuleName"], project(row), scope.region, {"arn": row["ConfigRuleArn"]})
        for row in listing(client, "describe_config_rules", "ConfigRules")
        if row["ConfigRuleName"].startswith(prefix)
    ]


KIND = Kind(
    "config_rule", "config", read, Rules(immutable=frozenset({"source"}), defaults=DEFAULTS, normalize=normalize)
)
