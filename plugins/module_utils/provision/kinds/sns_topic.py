# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SNS topics: encryption, policy, signatures, tags.

https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.aws.sns.topic import normalize, project
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Topics under the environment's prefix that are named or tagged as the component's; 2 reads a topic."""
    prefix = f"{scope.platform}-{scope.environment}-"
    arns = [topic["TopicArn"] for topic in listing(client, "list_topics", "Topics")]

    def one(arn: str) -> Resource | None:
        name = arn.rpartition(":")[2]
        tagged = optional(client, "list_tags_for_resource", ("ResourceNotFound",), ResourceArn=arn)
        tags = tags_of(tagged or {})
        if tagged is None or (name not in scope.names and not is_ours(tags, scope)):
            return None
        answer = optional(client, "get_topic_attributes", ("NotFound",), TopicArn=arn)
        if answer is None:
            return None
        return Resource("sns_topic", name, project(answer["Attributes"], tags), scope.region, {"arn": arn})

    candidates = [arn for arn in arns if arn.rpartition(":")[2].startswith(prefix)]
    return [resource for resource in at_once(one, candidates) if resource is not None]


KIND = Kind(
    "sns_topic",
    "sns",
    read,
    Rules(defaults={"display_name": "", "kms_key": "", "signature_version": "1"}, normalize=normalize),
)
