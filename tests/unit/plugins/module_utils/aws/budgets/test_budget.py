"""Budgets: what is asked for is reached, notifications come and go whole."""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.budgets.budget import (
    absent,
    normalize,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found
from hypothesis import given
from hypothesis import strategies as st

PARAMS = {"name": "creator-test-monthly", "account": "123456789012", "purge_tags": True}
FACTS = {"arn": "arn:aws:budgets::123456789012:budget/creator-test-monthly"}
NOTIFICATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["ACTUAL", "FORECASTED"]),
            "percent": st.sampled_from([50, 80.0, 100]),
            "emails": st.lists(st.sampled_from(["a@example.com", "b@example.com"]), unique=True),
        },
        optional={"topics": st.just(["arn:topic"])},
    ),
    unique_by=lambda row: (row["kind"], row["percent"]),
)
BUDGETS = st.fixed_dictionaries(
    {"amount": st.sampled_from([100, 100.5])},
    optional={
        "tag_filter": st.sampled_from([{}, {"environment": "test"}]),
        "notifications": NOTIFICATIONS,
        "tags": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
    },
)


def played(desired: dict[str, Any], found: dict[str, Any] | None = None) -> dict[str, Any]:
    """The budget after the calls were made."""
    budget: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    tags: dict[str, str] = {}
    calls = present(PARAMS, found, None).calls if found else []
    for method, request in [*calls, *present(PARAMS, desired, Found(found, FACTS) if found else None).calls]:
        if method == "create_budget":
            budget = request["Budget"]
            rows = [
                {**row["Notification"], "Subscribers": row["Subscribers"]}
                for row in request.get("NotificationsWithSubscribers", [])
            ]
            tags = {tag["Key"]: tag["Value"] for tag in request.get("ResourceTags", [])}
        elif method == "update_budget":
            budget = request["NewBudget"]
        elif method == "delete_notification":
            gone = request["Notification"]
            rows = [row for row in rows if {key: row[key] for key in gone} != gone]
        elif method == "create_notification":
            rows.append({**request["Notification"], "Subscribers": request["Subscribers"]})
        elif method == "tag_resource":
            tags |= {tag["Key"]: tag["Value"] for tag in request["ResourceTags"]}
        else:
            tags = {name: value for name, value in tags.items() if name not in request["ResourceTagKeys"]}
    return project(budget, rows, tags)


@given(BUDGETS)
def test_a_created_budget_is_what_was_asked_for(desired: dict[str, Any]) -> None:
    made = played(desired)
    assert {name: made[name] for name in desired} == normalize(desired)
    assert not present(PARAMS, desired, Found(made, FACTS)).changed


@given(BUDGETS, BUDGETS)
def test_a_changed_budget_is_what_was_asked_for(first: dict[str, Any], then: dict[str, Any]) -> None:
    found = played(first)
    assert played(then, found) == {**found, **normalize(then)}


def test_a_budget_is_removed_by_its_name() -> None:
    request = {"AccountId": PARAMS["account"], "BudgetName": PARAMS["name"]}
    assert absent(PARAMS, Found({})).calls == [("delete_budget", request)]
