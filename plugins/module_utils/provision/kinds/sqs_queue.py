# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQS queues: limits, encryption, policy, dead letters, tags.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.aws.sqs.queue import DEFAULTS, normalize, project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope

#: SQS answers a next page only to who asks for pages (API_ListQueues).
PAGE = 1000
MISSING = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


def read(client: Any, scope: Scope) -> list[Resource]:
    """Queues under the environment's prefix that are named or tagged as the component's; 2 reads a queue."""
    prefix = f"{scope.platform}-{scope.environment}-"
    urls = pages(client, "list_queues", "QueueUrls", QueueNamePrefix=prefix, PaginationConfig={"PageSize": PAGE})

    def one(url: str) -> Resource | None:
        name = url.rpartition("/")[2]
        tagged = optional(client, "list_queue_tags", MISSING, QueueUrl=url)
        tags = tags_of(tagged or {})
        if tagged is None or (name not in scope.names and not is_ours(tags, scope)):
            return None
        answer = optional(client, "get_queue_attributes", MISSING, QueueUrl=url, AttributeNames=["All"])
        if answer is None:  # a queue is listed for up to a minute after its deletion
            return None
        attributes = answer["Attributes"]
        facts = {"arn": attributes["QueueArn"], "url": url}
        return Resource("sqs_queue", name, project(attributes, tags), scope.region, facts)

    return [resource for resource in at_once(one, urls) if resource is not None]


KIND = Kind("sqs_queue", "sqs", read, Rules(defaults=DEFAULTS, normalize=normalize))
