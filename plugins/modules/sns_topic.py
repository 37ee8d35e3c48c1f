# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: sns_topic
short_description: Create, change or remove an SNS topic
version_added: 0.1.0
description:
  - Brings a standard SNS topic to what is described. An option that is not given is left alone.
  - M(community.aws.sns_topic) cannot encrypt a topic with a KMS key, and its check mode fails for one that is to be created.
options:
  name:
    description: Name of the topic.
    type: str
    required: true
  display_name:
    description: Name that messages by mail and phone show.
    type: str
  kms_key:
    description: ARN of the KMS key; not encrypted at rest by a key of the account when empty.
    type: str
  policy:
    description: The topic policy.
    type: dict
  signature_version:
    description: Which hash signatures of messages use, SHA-1 or SHA-256.
    type: str
    choices: ["1", "2"]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
  - creator.platform.resource.tags
"""

EXAMPLES = r"""
- name: Make the topic of alarms
  creator.platform.sns_topic:
    name: creator-dev-alarms
    kms_key: arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555
    signature_version: "2"
"""

RETURN = r"""
topic:
  description: The topic after the run, its properties and its C(arn); empty when there is none.
  returned: always
  type: dict
  sample: {arn: "arn:aws:sns:eu-west-1:123456789012:creator-dev-alarms", signature_version: "2"}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import TAGS, ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.sns.api import attributes_of, tags_of, topic_arn
from ansible_collections.creator.platform.plugins.module_utils.aws.sns.topic import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Found

PROPERTIES: dict[str, Any] = {
    "display_name": {"type": "str"},
    "kms_key": {"type": "str", "no_log": False},
    "policy": {"type": "dict"},
    "signature_version": {"type": "str", "choices": ["1", "2"]},
    "tags": TAGS["tags"],
}
SPEC = {"name": {"type": "str", "required": True}, **PROPERTIES, "purge_tags": TAGS["purge_tags"]}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """The topic as it is."""
    arn = topic_arn(client, params["name"])
    attributes = attributes_of(client, arn) if arn else None
    return Found(project(attributes, tags_of(client, arn)), {"arn": arn}) if attributes else None


def main() -> None:
    run(ResourceModule("sns", "topic", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
