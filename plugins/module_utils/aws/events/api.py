# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of EventBridge for the module: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_mapping

EventsErrors = error_handler(["ResourceNotFoundException"])


@EventsErrors.list_error_handler("describe the rule")
@AWSRetry.jittered_backoff()
def find_rule(client: Any, name: str, bus: str) -> Any:
    """The rule, or None."""
    return client.describe_rule(Name=name, EventBusName=bus)


@EventsErrors.list_error_handler("list the rule's targets", default_value=[])
@AWSRetry.jittered_backoff()
def targets_of(client: Any, name: str, bus: str) -> Any:
    """The Targets of a rule."""
    pages = client.get_paginator("list_targets_by_rule").paginate(Rule=name, EventBusName=bus)
    return [target for page in pages for target in page["Targets"]]


@EventsErrors.list_error_handler("list the rule's tags", default_value={})
@AWSRetry.jittered_backoff()
def tags_of(client: Any, arn: str) -> Any:
    """Tags as a dictionary, without AWS's own."""
    tags = client.list_tags_for_resource(ResourceARN=arn)["Tags"]
    return tag_mapping(tags)
