# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: sns_subscription
short_description: Create, change or remove a subscription of an SNS topic
version_added: 0.1.0
description:
  - Brings one subscription of a topic to what is described. An option that is not given is left alone.
  - A subscription that waits for its confirmation is neither changed nor removed, because SNS lets nobody do it.
options:
  topic_arn:
    description: ARN of the topic.
    type: str
    required: true
  protocol:
    description: How messages are delivered.
    type: str
    required: true
    choices: [email, email-json, firehose, http, https, lambda, sms, sqs]
  endpoint:
    description: Where they are delivered to, an address or an ARN.
    type: str
    required: true
  raw_delivery:
    description: Whether only the message is delivered, without SNS's envelope.
    type: bool
  filter_policy:
    description: Which messages are delivered, as SNS's document; an empty one for all.
    type: dict
  filter_scope:
    description: What the filter looks at.
    type: str
    choices: [MessageAttributes, MessageBody]
  dead_letter_arn:
    description: ARN of the SQS queue for messages that cannot be delivered; none when empty.
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Let the queue of notifications have the platform's events
  creator.platform.sns_subscription:
    topic_arn: arn:aws:sns:eu-west-1:123456789012:creator-dev-events
    protocol: sqs
    endpoint: arn:aws:sqs:eu-west-1:123456789012:creator-dev-notifications
    raw_delivery: true
"""

RETURN = r"""
subscription:
  description: The subscription after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {protocol: sqs, raw_delivery: true}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.sns.api import (
    subscription_attributes,
    subscriptions_of,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.sns.subscription import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROTOCOLS = ["email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"]
PROPERTIES: dict[str, Any] = {
    "raw_delivery": {"type": "bool"},
    "filter_policy": {"type": "dict"},
    "filter_scope": {"type": "str", "choices": ["MessageAttributes", "MessageBody"]},
    "dead_letter_arn": {"type": "str"},
}
SPEC = {
    "topic_arn": {"type": "str", "required": True},
    "protocol": {"type": "str", "required": True, "choices": PROTOCOLS},
    "endpoint": {"type": "str", "required": True},
    **PROPERTIES,
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The subscription as it is."""
    for subscription in subscriptions_of(client, params["topic_arn"]):
        if (subscription["Protocol"], subscription["Endpoint"]) == (params["protocol"], params["endpoint"]):
            arn = subscription["SubscriptionArn"]
            attributes = subscription_attributes(client, arn) if arn.startswith("arn:") else {}
            return Found(project(subscription, attributes), {"arn": arn})
    return None


def main() -> None:
    run(ResourceModule("sns", "subscription", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
