# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of CloudFront, whose items are one level deeper than those of other services. Raises what boto3 raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.distribution import project

#: AWS's own policies, which have the same id in every account.
#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
MANAGED = {
    "Managed-CachingOptimized": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "Managed-CachingDisabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "Managed-AllViewer": "216adef6-5c7f-47e4-b989-5492eafa07d3",
    "Managed-AllViewerExceptHostHeader": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
}


def distributions(client: Any) -> list[Mapping[str, Any]]:
    """Summaries of all distributions of the account."""
    pages = client.get_paginator("list_distributions").paginate()
    return [each for page in pages for each in page["DistributionList"].get("Items") or []]


def origin_access_controls(client: Any) -> list[Mapping[str, Any]]:
    """Summaries of all origin access controls of the account."""
    pages = client.get_paginator("list_origin_access_controls").paginate()
    return [each for page in pages for each in page["OriginAccessControlList"].get("Items") or []]


def headers_policies(client: Any) -> list[Mapping[str, Any]]:
    """All response headers policies of the account that are not AWS's own."""
    found: list[Mapping[str, Any]] = []
    marker: dict[str, str] = {}
    while True:
        listed = client.list_response_headers_policies(Type="custom", **marker)["ResponseHeadersPolicyList"]
        found += [each["ResponseHeadersPolicy"] for each in listed.get("Items") or []]
        if not listed.get("NextMarker"):
            return found
        marker = {"Marker": listed["NextMarker"]}


def tags_of(client: Any, arn: str) -> dict[str, str]:
    """Tags of a distribution, without those AWS itself sets (aws:…)."""
    items = (client.list_tags_for_resource(Resource=arn)["Tags"]).get("Items") or []
    return {row["Key"]: row.get("Value", "") for row in items if not row["Key"].startswith("aws:")}


def read_distribution(
    client: Any, summary: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Properties and facts of a distribution. names: of what it refers to, by id or ARN."""
    answer = client.get_distribution(Id=summary["Id"])
    found, config = answer["Distribution"], answer["Distribution"]["DistributionConfig"]
    facts = {
        "id": found["Id"],
        "arn": found["ARN"],
        "domain": found["DomainName"],
        "status": found["Status"],
        "etag": answer["ETag"],
        "config": config,
    }
    return project(config, tags_of(client, found["ARN"]), names), facts
