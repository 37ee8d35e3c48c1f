# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of CloudFront for the modules: what there is, or None. Errors are AnsibleAWSError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.distributions import (
    distributions,
    headers_policies,
    origin_access_controls,
    read_distribution,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

CloudFrontErrors = error_handler(["NoSuchDistribution", "NoSuchOriginAccessControl", "NoSuchResponseHeadersPolicy"])


@CloudFrontErrors.list_error_handler("get the origin access control")
@AWSRetry.jittered_backoff()
def find_access_control(client: Any, name: str) -> Any:
    """(origin access control, entity tag), or None."""
    found = next((each for each in origin_access_controls(client) if each["Name"] == name), None)
    if found is None:
        return None
    answer = client.get_origin_access_control(Id=found["Id"])
    return answer["OriginAccessControl"], answer["ETag"]


@CloudFrontErrors.list_error_handler("get the response headers policy")
@AWSRetry.jittered_backoff()
def find_headers_policy(client: Any, name: str) -> Any:
    """(policy, entity tag), or None."""
    policies = headers_policies(client)
    found = next((each for each in policies if each["ResponseHeadersPolicyConfig"]["Name"] == name), None)
    if found is None:
        return None
    answer = client.get_response_headers_policy(Id=found["Id"])
    return answer["ResponseHeadersPolicy"], answer["ETag"]


@CloudFrontErrors.list_error_handler("get the distribution")
@AWSRetry.jittered_backoff()
def find_distribution(client: Any, name: str, ids: Mapping[str, str]) -> Any:
    """(properties, facts) of the distribution with that comment, or None. ids: id or ARN by name."""
    found = next((each for each in distributions(client) if each["Comment"] == name), None)
    return read_distribution(client, found, {value: key for key, value in ids.items()}) if found else None
