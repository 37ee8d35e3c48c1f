# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: budgets_budget
short_description: Create, change or remove a monthly budget of costs
version_added: 0.1.0
description:
  - Brings a budget and its notifications to what is described. An option that is not given is left alone.
options:
  name:
    description: Name of the budget.
    type: str
    required: true
  account:
    description: Id of the account.
    type: str
    required: true
  amount:
    description: US dollars a month. Needed for a budget that is to be created.
    type: float
  tag_filter:
    description: Only what bears these tags counts; all of the account when empty. The tags must be activated for cost allocation.
    type: dict
  notifications:
    description: All notifications; others are removed.
    type: list
    elements: dict
    suboptions:
      kind:
        description: Whether it is about costs that there were, or those that are foreseen.
        type: str
        choices: [ACTUAL, FORECASTED]
        required: true
      percent:
        description: Percentage of the amount beyond which somebody is told.
        type: float
        required: true
      emails:
        description: Addresses that are told.
        type: list
        elements: str
      topics:
        description: ARNs of topics that are told, one at most.
        type: list
        elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Tell when the month gets dear
  creator.platform.budgets_budget:
    name: creator-dev-monthly
    account: "123456789012"
    region: us-east-1
    amount: 500
    notifications:
      - kind: FORECASTED
        percent: 100
        topics: [arn:aws:sns:eu-west-1:123456789012:creator-dev-alarms]
"""

RETURN = r"""
budget:
  description: The budget after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {amount: 500, arn: "arn:aws:budgets::123456789012:budget/creator-dev-monthly"}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.budgets.api import find_budget, find_details
from ansible_collections.creator.platform.plugins.module_utils.aws.budgets.budget import (
    absent,
    arn_of,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps

NOTIFICATION: dict[str, Any] = {
    "kind": {"type": "str", "choices": ["ACTUAL", "FORECASTED"], "required": True},
    "percent": {"type": "float", "required": True},
    "emails": {"type": "list", "elements": "str"},
    "topics": {"type": "list", "elements": "str"},
}
PROPERTIES: dict[str, Any] = {
    "amount": {"type": "float"},
    "tag_filter": {"type": "dict"},
    "notifications": {"type": "list", "elements": "dict", "options": NOTIFICATION},
    "tags": TAGS["tags"],
}
SPEC = {
    "name": {"type": "str", "required": True},
    "account": {"type": "str", "required": True},
    **PROPERTIES,
    "purge_tags": TAGS["purge_tags"],
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The budget as it is."""
    account, name = params["account"], params["name"]
    budget = find_budget(client, account, name)
    if not budget:
        return None
    arn = arn_of(account, name)
    return Found(project(budget, *find_details(client, account, name, arn)), {"arn": arn})


def complete(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """The steps; ChangeError when a new budget has no amount."""
    if found is None and desired.get("amount") is None:
        raise ChangeError(f"budget {params['name']} is to be created: give it an amount")
    return present(params, desired, found)


def main() -> None:
    run(ResourceModule("budgets", "budget", PROPERTIES, find, complete, absent), SPEC)


if __name__ == "__main__":
    main()
