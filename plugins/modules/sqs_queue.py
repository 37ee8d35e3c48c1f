# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: sqs_queue
short_description: Create, change or remove an SQS queue
version_added: 0.1.0
description:
  - Brings a standard SQS queue to what is described. An option that is not given is left alone.
  - M(community.aws.sqs_queue) cannot say which queues may use a queue for their dead letters, and needs several calls where
    SQS creates a queue with one.
options:
  name:
    description: Name of the queue.
    type: str
    required: true
  visibility_seconds:
    description: Seconds for which a received message is hidden from others.
    type: int
  retention_seconds:
    description: Seconds after which a message is removed, received or not.
    type: int
  delay_seconds:
    description: Seconds before a new message can be received.
    type: int
  wait_seconds:
    description: Seconds that a receive waits for a message.
    type: int
  max_bytes:
    description: Largest message in bytes.
    type: int
  kms_key:
    description: ARN of the KMS key; AWS's own encryption when empty.
    type: str
  kms_reuse_seconds:
    description: Seconds for which SQS uses a data key again before it asks KMS.
    type: int
  policy:
    description: The queue policy; an empty one removes it.
    type: dict
  dead_letter_arn:
    description: ARN of the queue for messages that nobody could work on; none when empty.
    type: str
  max_receives:
    description: How often a message is received before it goes there.
    type: int
  redrive_from:
    description: ARNs of queues that may use this one for their dead letters; C(*) for any, an empty list for none.
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Make the queue of renders
  creator.platform.sqs_queue:
    name: creator-dev-renders
    visibility_seconds: 900
    dead_letter_arn: arn:aws:sqs:eu-west-1:123456789012:creator-dev-renders-dlq
    max_receives: 5
"""

RETURN = r"""
queue:
  description: The queue after the run, its properties and its C(arn) and C(url); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:sqs:eu-west-1:123456789012:creator-dev-renders", visibility_seconds: 900}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.sqs.api import attributes_of, queue_url, tags_of
from ansible_collections.creator.platform.plugins.module_utils.aws.sqs.queue import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "visibility_seconds": {"type": "int"},
    "retention_seconds": {"type": "int"},
    "delay_seconds": {"type": "int"},
    "wait_seconds": {"type": "int"},
    "max_bytes": {"type": "int"},
    "kms_key": {"type": "str", "no_log": False},
    "kms_reuse_seconds": {"type": "int", "no_log": False},
    "policy": {"type": "dict"},
    "dead_letter_arn": {"type": "str"},
    "max_receives": {"type": "int"},
    "redrive_from": {"type": "list", "elements": "str"},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The queue as it is."""
    url = queue_url(client, params["name"])
    attributes = attributes_of(client, url) if url else None
    if not attributes:
        return None
    return Found(project(attributes, tags_of(client, url)), {"arn": attributes["QueueArn"], "url": url})


def main() -> None:
    run(ResourceModule("sqs", "queue", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
