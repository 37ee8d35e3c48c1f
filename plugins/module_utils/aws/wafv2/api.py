# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of WAF for the modules: what there is, or None. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler
from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.listing import (
    read_acl,
    web_acls,
)

WafErrors = error_handler(["WAFNonexistentItemException"])


@WafErrors.list_error_handler("get the web ACL")
@AWSRetry.jittered_backoff()
def find_web_acl(client: Any, name: str, scope: str) -> Any:
    """(properties, facts) of the web ACL, or None."""
    summary = next((each for each in web_acls(client, scope) if each["Name"] == name), None)
    return read_acl(client, summary, scope) if summary else None


@WafErrors.list_error_handler("get the logging of the web ACL")
@AWSRetry.jittered_backoff()
def find_logging(client: Any, arn: str) -> Any:
    """The logging configuration, or None."""
    return client.get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"]
