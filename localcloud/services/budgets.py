"""Budgets: they can change, their notifications have subscribers, and they bear tags.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateBudget.html
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeSubscribersForNotification.html
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateNotification.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.budgets.exceptions import DuplicateRecordException, NotFoundException
from moto.budgets.models import Budget, BudgetsBackend
from moto.budgets.responses import BudgetsResponse
from moto.core.exceptions import JsonRESTError

from localcloud.cloud import Cloud

MOST_NOTIFICATIONS = 10
MOST_EMAILS = 10


def install(cloud: Cloud) -> None:
    """Patch moto's Budgets."""
    backend: Any = BudgetsBackend
    response: Any = BudgetsResponse
    create, notify = backend.create_budget, backend.create_notification

    def create_budget(self: BudgetsBackend, account_id: str, budget: dict[str, Any], notifications: list[Any]) -> None:
        _check_limit(budget)
        if len(notifications) > MOST_NOTIFICATIONS:
            raise _refusal(
                "CreationLimitExceededException", f"A budget has at most {MOST_NOTIFICATIONS} notifications."
            )
        for row in notifications:
            _check_subscribers(row["Subscribers"])
        create(self, account_id, budget, notifications)

    def create_notification(
        self: BudgetsBackend, account_id: str, budget_name: str, notification: dict[str, Any], subscribers: list[Any]
    ) -> None:
        _check_subscribers(subscribers)
        known = self.budgets[account_id].get(budget_name)
        if known is not None and notification in [_plain(row.details) for row in known.notifications]:
            raise DuplicateRecordException("notification", str(notification))
        notify(self, account_id, budget_name, notification, subscribers)

    def delete_notification(
        self: BudgetsBackend, account_id: str, budget_name: str, notification: dict[str, Any]
    ) -> None:
        budget = _budget(self, account_id, budget_name)
        kept = [row for row in budget.notifications if _plain(row.details) != _plain(notification)]
        if len(kept) == len(budget.notifications):
            raise NotFoundException("Unable to delete notification - the notification doesn't exist.")
        budget.notifications = kept

    backend.create_budget = create_budget
    backend.create_notification = create_notification
    backend.delete_notification = delete_notification
    response.create_budget = _create(response.create_budget)
    response.update_budget = _update
    response.describe_subscribers_for_notification = _subscribers
    response.tag_resource = _tag
    response.untag_resource = _untag
    response.list_tags_for_resource = _tags


def _refusal(code: str, message: str) -> JsonRESTError:
    refusal = JsonRESTError(code, message)
    refusal.code = 400
    return refusal


def _plain(notification: dict[str, Any]) -> dict[str, Any]:
    """What tells one notification from another."""
    kept = ("NotificationType", "ComparisonOperator", "ThresholdType")
    return {**{key: notification.get(key) for key in kept}, "Threshold": float(notification["Threshold"])}


def _check_limit(budget: dict[str, Any]) -> None:
    amount = (budget.get("BudgetLimit") or {}).get("Amount")
    if amount is not None and float(amount) <= 0:
        raise _refusal("InvalidParameterException", "The budget limit must be greater than 0.")


def _check_subscribers(subscribers: list[dict[str, str]]) -> None:
    kinds = [row["SubscriptionType"] for row in subscribers]
    if not kinds or kinds.count("SNS") > 1 or kinds.count("EMAIL") > MOST_EMAILS:
        raise _refusal(
            "InvalidParameterException", "A notification has 1 to 10 email subscribers and at most one SNS topic."
        )


def _budget(backend: BudgetsBackend, account: str, name: str) -> Budget:
    budget = backend.budgets[account].get(name)
    if budget is None:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return budget


def _create(plain: Any) -> Any:
    def create_budget(response: BudgetsResponse) -> str:
        answer: str = plain(response)
        budget = _budget(
            response.backend, response._get_param("AccountId"), response._get_param("Budget")["BudgetName"]
        )
        rows = response._get_param("ResourceTags", [])
        budget.__dict__["localcloud_tags"] = {row["Key"]: row["Value"] for row in rows}
        return answer

    return create_budget


def _update(response: BudgetsResponse) -> str:
    given = response._get_param("NewBudget")
    _check_limit(given)
    budget = _budget(response.backend, response._get_param("AccountId"), given["BudgetName"])
    budget.budget = {**{key: budget.budget[key] for key in ("TimePeriod", "LastUpdatedTime")}, **given}
    return "{}"


def _subscribers(response: BudgetsResponse) -> str:
    budget = _budget(response.backend, response._get_param("AccountId"), response._get_param("BudgetName"))
    wanted = _plain(response._get_param("Notification"))
    for row in budget.notifications:
        if _plain(row.details) == wanted:
            return json.dumps({"Subscribers": row.subscribers})
    raise NotFoundException("Unable to get subscribers - the notification doesn't exist.")


def _tags_of(response: BudgetsResponse) -> dict[str, str]:
    account, _, name = response._get_param("ResourceARN").removeprefix("arn:aws:budgets::").partition(":budget/")
    budget = response.backend.budgets[account].get(name)
    if budget is None:
        raise NotFoundException("The resource was not found.")
    tags: dict[str, str] = budget.__dict__.setdefault("localcloud_tags", {})
    return tags


def _tag(response: BudgetsResponse) -> str:
    _tags_of(response).update({row["Key"]: row["Value"] for row in response._get_param("ResourceTags")})
    return "{}"


def _untag(response: BudgetsResponse) -> str:
    tags = _tags_of(response)
    for key in response._get_param("ResourceTagKeys"):
        tags.pop(key, None)
    return "{}"


def _tags(response: BudgetsResponse) -> str:
    return json.dumps(
        {"ResourceTags": [{"Key": key, "Value": value} for key, value in sorted(_tags_of(response).items())]}
    )
