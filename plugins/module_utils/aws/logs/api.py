# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of CloudWatch Logs for the module. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry


@AWSErrorHandler.common_error_handler("look for the log group")
@AWSRetry.jittered_backoff()
def find_group(client: Any, name: str) -> Any:
    """The LogGroup of that name, or None: the API finds by the beginning of names only."""
    pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    return next((group for page in pages for group in page["logGroups"] if group["logGroupName"] == name), None)


@AWSErrorHandler.common_error_handler("list the log group's tags")
@AWSRetry.jittered_backoff()
def tags_of(client: Any, arn: str) -> Any:
    """Tags as a dictionary, without AWS's own."""
    tags = client.list_tags_for_resource(resourceArn=arn)["tags"]
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}
