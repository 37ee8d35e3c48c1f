# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of EventBridge for the module: the answer, or None when there is no such thing. Errors are EventsError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry


class EventsError(AnsibleAWSError):
    """EventBridge refused a read or did not answer."""


class EventsErrorHandler(AWSErrorHandler):
    """Turns botocore's exceptions into EventsError and absence into None."""

    _CUSTOM_EXCEPTION = EventsError

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code(["ResourceNotFoundException"])


@EventsErrorHandler.list_error_handler("describe the rule")
@AWSRetry.jittered_backoff()
def find_rule(client: Any, name: str, bus: str) -> Any:
    """The rule, or None."""
    return client.describe_rule(Name=name, EventBusName=bus)


@EventsErrorHandler.list_error_handler("list the rule's targets", default_value=[])
@AWSRetry.jittered_backoff()
def targets_of(client: Any, name: str, bus: str) -> Any:
    """The Targets of a rule."""
    pages = client.get_paginator("list_targets_by_rule").paginate(Rule=name, EventBusName=bus)
    return [target for page in pages for target in page["Targets"]]


@EventsErrorHandler.list_error_handler("list the rule's tags", default_value={})
@AWSRetry.jittered_backoff()
def tags_of(client: Any, arn: str) -> Any:
    """Tags as a dictionary, without AWS's own."""
    tags = client.list_tags_for_resource(ResourceARN=arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith("aws:")}
