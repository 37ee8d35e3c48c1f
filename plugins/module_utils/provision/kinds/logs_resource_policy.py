# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource policies of CloudWatch Logs, which have no tags: the component's is known by its name.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ResourcePolicy.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.logs.resource_policy import normalize, project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Policies that are named, or bear the name of the component: <platform>-<environment>-<component>."""
    names = {*scope.names, f"{scope.platform}-{scope.environment}-{scope.component}"}
    found = listing(client, "describe_resource_policies", "resourcePolicies")
    return [
        Resource("logs_resource_policy", policy["policyName"], project(policy), scope.region)
        for policy in found
        if policy["policyName"] in names
    ]


KIND = Kind("logs_resource_policy", "logs", read, Rules(normalize=normalize))
