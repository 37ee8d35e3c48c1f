# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions of SNS topics: delivery, filter, dead letters.

https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.aws.sns.subscription import (
    DEFAULTS,
    PENDING,
    name_of,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Subscriptions that are desired, or whose topic is tagged as the component's: they have no tags themselves.

    A name alone tells nothing: topics of a developer's sandbox begin as those of its environment do.
    One that nobody has confirmed yet counts as it was asked for, and not at all when nobody asked for it: SNS tells nothing
    of it, lets nobody remove it, and drops it after 48 hours.
    """
    topics = f":{scope.platform}-{scope.environment}-"

    def one(subscription: Mapping[str, str]) -> Resource | None:
        arn, topic = subscription["SubscriptionArn"], subscription["TopicArn"]
        name = name_of(topic, subscription["Protocol"], subscription["Endpoint"])
        if name not in scope.names:
            tagged = optional(client, "list_tags_for_resource", ("ResourceNotFound",), ResourceArn=topic)
            if not is_ours(tags_of(tagged or {}), scope):
                return None
        attributes: Mapping[str, str] = {}
        if arn.startswith("arn:"):
            answer = optional(client, "get_subscription_attributes", ("NotFound",), SubscriptionArn=arn)
            if answer is None:
                return None
            attributes = answer["Attributes"]
        elif arn != PENDING or name not in scope.names:
            return None
        properties = project(subscription, attributes)
        return Resource("sns_subscription", name, properties, scope.region, {"arn": arn, "confirmed": arn != PENDING})

    found = [row for row in listing(client, "list_subscriptions", "Subscriptions") if topics in row["TopicArn"]]
    return [resource for resource in at_once(one, found) if resource is not None]


KIND = Kind(
    "sns_subscription",
    "sns",
    read,
    Rules(immutable=frozenset({"topic_arn", "protocol", "endpoint"}), defaults=DEFAULTS),
)
