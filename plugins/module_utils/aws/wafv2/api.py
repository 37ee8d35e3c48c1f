# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of WAF for the modules: what there is, or None. Errors are WafError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.wafv2.listing import (
    read_acl,
    web_acls,
)


class WafError(AnsibleAWSError):
    """WAF refused a read or did not answer."""


class WafErrorHandler(AWSErrorHandler):
    """Turns botocore's exceptions into WafError and absence into None."""

    _CUSTOM_EXCEPTION = WafError

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code("WAFNonexistentItemException")


@WafErrorHandler.list_error_handler("get the web ACL")
@AWSRetry.jittered_backoff()
def find_web_acl(client: Any, name: str, scope: str) -> Any:
    """(properties, facts) of the web ACL, or None."""
    summary = next((each for each in web_acls(client, scope) if each["Name"] == name), None)
    return read_acl(client, summary, scope) if summary else None


@WafErrorHandler.list_error_handler("get the logging of the web ACL")
@AWSRetry.jittered_backoff()
def find_logging(client: Any, arn: str) -> Any:
    """The logging configuration, or None."""
    return client.get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"]
