# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of CloudFront, whose items are one level deeper than those of other services. Raises what boto3 raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def distributions(client: Any) -> list[Mapping[str, Any]]:
    """Summaries of all distributions of the account."""
    pages = client.get_paginator("list_distributions").paginate()
    return [each for page in pages for each in page["DistributionList"].get("Items") or []]


def origin_access_controls(client: Any) -> list[Mapping[str, Any]]:
    """Summaries of all origin access controls of the account."""
    pages = client.get_paginator("list_origin_access_controls").paginate()
    return [each for page in pages for each in page["OriginAccessControlList"].get("Items") or []]


def tags_of(client: Any, arn: str) -> dict[str, str]:
    """Tags of a distribution, without those AWS itself sets (aws:…)."""
    items = (client.list_tags_for_resource(Resource=arn)["Tags"]).get("Items") or []
    return {row["Key"]: row.get("Value", "") for row in items if not row["Key"].startswith("aws:")}
