# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of SQS for the module: the answer, or None when there is no such queue. Errors are SqsError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

#: The code of the query protocol, and that of JSON.
MISSING = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


class SqsError(AnsibleAWSError):
    """SQS refused a read or did not answer."""


class SqsErrorHandler(AWSErrorHandler):
    """Turns botocore's exceptions into SqsError and absence into None."""

    _CUSTOM_EXCEPTION = SqsError

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code(list(MISSING))


@SqsErrorHandler.list_error_handler("find the queue")
@AWSRetry.jittered_backoff()
def queue_url(client: Any, name: str) -> Any:
    """The queue's URL, or None."""
    return client.get_queue_url(QueueName=name)["QueueUrl"]


@SqsErrorHandler.list_error_handler("read the queue's attributes")
@AWSRetry.jittered_backoff()
def attributes_of(client: Any, url: str) -> Any:
    """All attributes, or None."""
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


@SqsErrorHandler.list_error_handler("list the queue's tags", default_value={})
@AWSRetry.jittered_backoff()
def tags_of(client: Any, url: str) -> Any:
    """Tags as a dictionary, without AWS's own."""
    tags = client.list_queue_tags(QueueUrl=url).get("Tags", {})
    return {name: value for name, value in tags.items() if not name.startswith("aws:")}
