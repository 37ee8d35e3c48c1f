# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of OpenSearch for the modules: the answer, or None when there is no such thing. Errors are OpenSearchError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry


class OpenSearchError(AnsibleAWSError):
    """OpenSearch refused a read or did not answer."""


class OpenSearchErrorHandler(AWSErrorHandler):
    """Turns botocore's exceptions into OpenSearchError and absence into None."""

    _CUSTOM_EXCEPTION = OpenSearchError

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code(["ResourceNotFoundException"])


@OpenSearchErrorHandler.list_error_handler("describe the domain")
@AWSRetry.jittered_backoff()
def find_domain(client: Any, name: str) -> Any:
    """The DomainStatus, or None."""
    return client.describe_domain(DomainName=name)["DomainStatus"]


@OpenSearchErrorHandler.common_error_handler("list the domain's tags")
@AWSRetry.jittered_backoff()
def tags_of_domain(client: Any, arn: str) -> dict[str, str]:
    """Tags of a domain."""
    tags = client.list_tags(ARN=arn).get("TagList", [])
    return {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith("aws:")}
