# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of load balancers, target groups and listeners, twenty at a time. Raises what boto3 raises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_mapping

#: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
AT_ONCE = 20


def tags_by_arn(client: Any, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """Tags of each ARN, without those AWS itself sets (aws:…)."""
    found: dict[str, dict[str, str]] = {arn: {} for arn in arns}
    for start in range(0, len(arns), AT_ONCE):
        answer = client.describe_tags(ResourceArns=list(arns[start : start + AT_ONCE]))
        for row in answer["TagDescriptions"]:
            found[row["ResourceArn"]] = tag_mapping(row["Tags"])
    return found
