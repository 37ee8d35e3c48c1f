# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monthly budgets of costs, by name. Budgets are the account's, and us-east-1 answers for them.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeBudgets.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.budgets.budget import (
    DEFAULTS,
    arn_of,
    normalize,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.budgets.reading import details_of
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Budgets that are named or tagged as the component's under the environment's prefix."""
    account = scope.clients["sts"].get_caller_identity()["Account"]
    prefix = f"{scope.platform}-{scope.environment}-"

    def one(budget: Mapping[str, Any]) -> Resource | None:
        name = budget["BudgetName"]
        arn = arn_of(account, name)
        notifications, tags = details_of(client, account, name, arn)
        if name not in scope.names and not is_ours(tags, scope):
            return None
        return Resource("budgets_budget", name, project(budget, notifications, tags), scope.region, {"arn": arn})

    found = listing(client, "describe_budgets", "Budgets", AccountId=account)
    candidates = [budget for budget in found if budget["BudgetName"].startswith(prefix)]
    return [resource for resource in at_once(one, candidates) if resource is not None]


KIND = Kind(
    "budgets_budget",
    "budgets",
    read,
    Rules(
        defaults={**DEFAULTS, "time_unit": "MONTHLY", "budget_type": "COST"},
        immutable=frozenset({"time_unit", "budget_type"}),
        normalize=normalize,
    ),
    home="us-east-1",
    also=("sts",),
)
