# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal of rules of EventBridge's default bus, of SNS's topics and subscriptions, and of SQS's queues.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.events.api import EventsErrors
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.model import Removal, Resource, each
from ansible_collections.creator.platform.plugins.module_utils.aws.sns import api as topics
from ansible_collections.creator.platform.plugins.module_utils.aws.sqs import api as queues
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call


@EventsErrors.list_error_handler("list the rule's targets")
@AWSRetry.jittered_backoff()
def _rule(client: Any, resource: Resource) -> Any:
    pages = client.get_paginator("list_targets_by_rule").paginate(Rule=resource.name)
    return {"name": resource.name, "targets": [target["Id"] for page in pages for target in page["Targets"]]}


def _remove_rule(found: Mapping[str, Any]) -> list[Call]:
    """Its targets first: EventBridge removes no rule that has some."""
    targets: list[Call] = [("remove_targets", {"Rule": found["name"], "Ids": found["targets"]})]
    return [*(targets if found["targets"] else []), ("delete_rule", {"Name": found["name"]})]


@topics.SnsErrors.list_error_handler("read the subscription")
@AWSRetry.jittered_backoff()
def _subscription(client: Any, resource: Resource) -> Any:
    client.get_subscription_attributes(SubscriptionArn=resource.facts["arn"])
    return resource.facts["arn"]


def _remove_subscription(arn: str) -> list[Call]:
    return [("unsubscribe", {"SubscriptionArn": arn})]


def _topic(client: Any, resource: Resource) -> Any:
    arn = resource.facts["arn"]
    return arn if topics.attributes_of(client, arn) is not None else None


def _remove_topic(arn: str) -> list[Call]:
    return [("delete_topic", {"TopicArn": arn})]


def _queue(client: Any, resource: Resource) -> Any:
    url = resource.facts["url"]
    return url if queues.attributes_of(client, url) is not None else None


def _remove_queue(url: str) -> list[Call]:
    return [("delete_queue", {"QueueUrl": url})]


MESSAGING = {
    # What points at something goes before it.
    "events_rule": Removal("events", "", each(_rule), _remove_rule),
    "sns_subscription": Removal("sns", "arn", each(_subscription), _remove_subscription),
    "sns_topic": Removal("sns", "arn", each(_topic), _remove_topic),
    "sqs_queue": Removal("sqs", "url", each(_queue), _remove_queue),
}
