# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of SNS for the modules: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_mapping

SnsErrors = error_handler(["NotFound", "NotFoundException", "ResourceNotFound"])


@SnsErrors.common_error_handler("list topics")
@AWSRetry.jittered_backoff()
def topic_arn(client: Any, name: str) -> str:
    """The ARN of the topic of that name, empty when there is none."""
    pages = client.get_paginator("list_topics").paginate()
    arns = (topic["TopicArn"] for page in pages for topic in page["Topics"])
    return next((arn for arn in arns if arn.endswith(f":{name}")), "")


@SnsErrors.list_error_handler("read the topic's attributes")
@AWSRetry.jittered_backoff()
def attributes_of(client: Any, arn: str) -> Any:
    """Attributes of a topic, or None."""
    return client.get_topic_attributes(TopicArn=arn)["Attributes"]


@SnsErrors.list_error_handler("list the topic's tags", default_value={})
@AWSRetry.jittered_backoff()
def tags_of(client: Any, arn: str) -> Any:
    """Tags as a dictionary, without AWS's own."""
    tags = client.list_tags_for_resource(ResourceArn=arn)["Tags"]
    return tag_mapping(tags)


@SnsErrors.list_error_handler("list the topic's subscriptions", default_value=[])
@AWSRetry.jittered_backoff()
def subscriptions_of(client: Any, arn: str) -> Any:
    """The Subscriptions of a topic, none when there is no topic."""
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    return [subscription for page in pages for subscription in page["Subscriptions"]]


@SnsErrors.list_error_handler("read the subscription's attributes", default_value={})
@AWSRetry.jittered_backoff()
def subscription_attributes(client: Any, arn: str) -> Any:
    """Attributes of a confirmed subscription."""
    return client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
