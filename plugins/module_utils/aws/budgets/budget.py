# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A monthly budget of costs: its amount, who is told when, and the calls that change it. Standard library only.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    Found,
    Steps,
    merged,
    tag_changes,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

CURRENCY = "USD"
DEFAULTS: Mapping[str, Any] = {"tag_filter": {}, "notifications": [], "tags": {}}


def project(
    budget: Mapping[str, Any], notifications: Iterable[Mapping[str, Any]], tags: Mapping[str, str]
) -> dict[str, Any]:
    """Properties of a budget, its notifications (each with `Subscribers`) and its tags.

    amount: US dollars a month. notifications: when `kind` (ACTUAL or FORECASTED) costs are beyond `percent` of it, `emails`
    and `topics` are told. tag_filter: only what bears these tags counts.
    """
    return {
        "amount": _number((budget.get("BudgetLimit") or {}).get("Amount", 0)),
        "time_unit": budget["TimeUnit"],
        "budget_type": budget["BudgetType"],
        "tag_filter": _filter(budget),
        "notifications": sorted((_notification(row) for row in notifications), key=_order),
        "tags": dict(tags),
    }


def normalize(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers as whole ones where they are, notifications in one order."""
    result = dict(properties)
    if result.get("amount") is not None:
        result["amount"] = _number(result["amount"])
    if "notifications" in result:
        full = [
            {
                "kind": row["kind"],
                "percent": _number(row["percent"]),
                "emails": sorted(row.get("emails") or []),
                "topics": sorted(row.get("topics") or []),
            }
            for row in result["notifications"]
        ]
        result["notifications"] = sorted(full, key=_order)
    return result


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired budget; an option that is not given is left alone."""
    wanted = normalize(desired)
    place = {"AccountId": params["account"]}
    if found is None:
        after = {**DEFAULTS, **wanted}
        request: dict[str, Any] = {**place, "Budget": _budget(params["name"], after)}
        rows = [_to_aws(row) for row in after["notifications"]]
        if rows:
            request["NotificationsWithSubscribers"] = rows
        if after["tags"]:
            request["ResourceTags"] = tag_list(after["tags"])
        return Steps([("create_budget", request)], {}, wanted)
    before = normalize(found.properties)
    changed = [setting for setting in sorted(wanted) if setting != "tags" and wanted[setting] != before[setting]]
    after = merged(before, wanted, changed)
    after["tags"] = with_tags(before["tags"], wanted.get("tags"), params["purge_tags"])
    calls: list[Call] = []
    if {"amount", "tag_filter"} & set(changed):
        calls.append(("update_budget", {**place, "NewBudget": _budget(params["name"], after)}))
    if "notifications" in changed:
        calls += _renotify({**place, "BudgetName": params["name"]}, before["notifications"], after["notifications"])
    add, gone = tag_changes(before["tags"], wanted.get("tags"), params["purge_tags"])
    if add:
        calls.append(("tag_resource", {"ResourceARN": found.facts["arn"], "ResourceTags": tag_list(add)}))
    if gone:
        calls.append(("untag_resource", {"ResourceARN": found.facts["arn"], "ResourceTagKeys": gone}))
    return Steps(calls, before, after)


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the budget with its notifications."""
    request = {"AccountId": params["account"], "BudgetName": params["name"]}
    return Steps([("delete_budget", request)], found.properties, {})


def arn_of(account: str, name: str) -> str:
    """The ARN of a budget."""
    return f"arn:aws:budgets::{account}:budget/{name}"


def _renotify(place: Mapping[str, str], before: list[Any], after: list[Any]) -> list[Call]:
    """A notification is what it says: another percentage or subscriber is another notification."""
    gone = [row for row in before if row not in after]
    new = [row for row in after if row not in before]
    calls: list[Call] = [
        ("delete_notification", {**place, "Notification": _to_aws(row)["Notification"]}) for row in gone
    ]
    return [*calls, *(("create_notification", {**place, **_to_aws(row)}) for row in new)]


def _budget(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "BudgetName": name,
        "BudgetLimit": {"Amount": str(values["amount"]), "Unit": CURRENCY},
        "TimeUnit": "MONTHLY",
        "BudgetType": "COST",
    }
    if values["tag_filter"]:
        pairs = [f"user:{key}${value}" for key, value in sorted(values["tag_filter"].items())]
        result["CostFilters"] = {"TagKeyValue": pairs}
    return result


def _filter(budget: Mapping[str, Any]) -> dict[str, str]:
    pairs = (budget.get("CostFilters") or {}).get("TagKeyValue", [])
    return dict(pair.removeprefix("user:").split("$", 1) for pair in pairs if "$" in pair)


def _to_aws(row: Mapping[str, Any]) -> dict[str, Any]:
    subscribers = [{"SubscriptionType": "EMAIL", "Address": address} for address in row["emails"]]
    subscribers += [{"SubscriptionType": "SNS", "Address": arn} for arn in row["topics"]]
    notification = {
        "NotificationType": row["kind"],
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": row["percent"],
        "ThresholdType": "PERCENTAGE",
    }
    return {"Notification": notification, "Subscribers": subscribers}


def _notification(row: Mapping[str, Any]) -> dict[str, Any]:
    def addresses(kind: str) -> list[str]:
        return sorted(each["Address"] for each in row["Subscribers"] if each["SubscriptionType"] == kind)

    return {
        "kind": row["NotificationType"],
        "percent": _number(row["Threshold"]),
        "emails": addresses("EMAIL"),
        "topics": addresses("SNS"),
    }


def _order(row: Mapping[str, Any]) -> tuple[str, float]:
    return row["kind"], float(row["percent"])


def _number(value: Any) -> int | float:
    return int(float(value)) if float(value).is_integer() else float(value)
