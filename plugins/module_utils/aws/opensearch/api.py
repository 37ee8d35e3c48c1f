# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of OpenSearch for the modules: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_mapping

OpenSearchErrors = error_handler(["ResourceNotFoundException"])


@OpenSearchErrors.list_error_handler("describe the domain")
@AWSRetry.jittered_backoff()
def find_domain(client: Any, name: str) -> Any:
    """The DomainStatus, or None."""
    return client.describe_domain(DomainName=name)["DomainStatus"]


@OpenSearchErrors.common_error_handler("list the domain's tags")
@AWSRetry.jittered_backoff()
def tags_of_domain(client: Any, arn: str) -> dict[str, str]:
    """Tags of a domain."""
    tags = client.list_tags(ARN=arn).get("TagList", [])
    return tag_mapping(tags)
