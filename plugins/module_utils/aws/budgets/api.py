# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of AWS Budgets for the module: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.budgets.reading import details_of
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

BudgetsErrors = error_handler(["NotFoundException"])


@BudgetsErrors.list_error_handler("describe the budget")
@AWSRetry.jittered_backoff()
def find_budget(client: Any, account: str, name: str) -> Any:
    """The budget, or None."""
    return client.describe_budget(AccountId=account, BudgetName=name)["Budget"]


@BudgetsErrors.common_error_handler("read the budget's notifications and tags")
@AWSRetry.jittered_backoff()
def find_details(client: Any, account: str, name: str, arn: str) -> Any:
    """The budget's notifications and tags, as `details_of` answers them."""
    return details_of(client, account, name, arn)
