# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of SQS for the module: the answer, or None when there is no such queue. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

#: The code of the query protocol, and that of JSON.
MISSING = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


SqsErrors = error_handler(MISSING)


@SqsErrors.list_error_handler("find the queue")
@AWSRetry.jittered_backoff()
def queue_url(client: Any, name: str) -> Any:
    """The queue's URL, or None."""
    return client.get_queue_url(QueueName=name)["QueueUrl"]


@SqsErrors.list_error_handler("read the queue's attributes")
@AWSRetry.jittered_backoff()
def attributes_of(client: Any, url: str) -> Any:
    """All attributes, or None."""
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


@SqsErrors.list_error_handler("list the queue's tags", default_value={})
@AWSRetry.jittered_backoff()
def tags_of(client: Any, url: str) -> Any:
    """Tags as a dictionary, without AWS's own."""
    tags = client.list_queue_tags(QueueUrl=url).get("Tags", {})
    return {name: value for name, value in tags.items() if not name.startswith("aws:")}
