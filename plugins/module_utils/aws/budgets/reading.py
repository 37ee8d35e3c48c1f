# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module and the reader of the plan both ask of AWS Budgets."""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_mapping


def details_of(client: Any, account: str, name: str, arn: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The budget's notifications, each with its subscribers, and its tags: ([{…, "Subscribers": […]}], {…}).

    Raises what boto3 raises.
    """
    place = {"AccountId": account, "BudgetName": name}
    notifications = [
        {**row, "Subscribers": client.describe_subscribers_for_notification(**place, Notification=row)["Subscribers"]}
        for row in client.describe_notifications_for_budget(**place)["Notifications"]
    ]
    rows = client.list_tags_for_resource(ResourceARN=arn).get("ResourceTags", [])
    return notifications, tag_mapping(rows)
