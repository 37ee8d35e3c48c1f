# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log groups of CloudWatch Logs, by name.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.logs.group import arn_of, project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Groups that are desired, or are named as the environment's and tagged as the component's.

    One tag read for each whose tags are not known.
    """
    groups = listing(client, "describe_log_groups", "logGroups")
    named = _named(groups, scope.platform, scope.environment)
    candidates = [group for group in groups if group["logGroupName"] in scope.names or group in named]

    def one(group: Mapping[str, Any]) -> Resource | None:
        name, arn = group["logGroupName"], arn_of(group)
        tags = scope.known_tags[arn] if arn in scope.known_tags else _tags(client, arn)
        if name not in scope.names and not is_ours(tags, scope):
            return None
        return Resource("logs_group", name, project(group, tags), scope.region, {"id": name, "arn": arn})

    return [resource for resource in at_once(one, candidates) if resource is not None]


def tags_by_arn(client: Any, platform: str, environment: str) -> dict[str, dict[str, str]]:
    """Tags of all groups that are named as the environment's: read once, for all components. Raises what boto3 raises."""
    groups = _named(listing(client, "describe_log_groups", "logGroups"), platform, environment)
    arns = [arn_of(group) for group in groups]
    return dict(zip(arns, at_once(lambda arn: _tags(client, arn), arns), strict=True))


def _named(groups: Sequence[Mapping[str, Any]], platform: str, environment: str) -> list[Mapping[str, Any]]:
    """What AWS or EKS names itself (/aws/eks/creator-dev/cluster) counts when the environment's name is in it."""
    own, folder = f"{platform}-{environment}", f"/{platform}/{environment}/"
    return [each for each in groups if each["logGroupName"].startswith(folder) or own in each["logGroupName"]]


def _tags(client: Any, arn: str) -> dict[str, str]:
    return tags_of(client.list_tags_for_resource(resourceArn=arn), "tags")


KIND = Kind(
    "logs_group",
    "logs",
    read,
    Rules(
        defaults={"retention_days": 0, "kms_key": ""},
        tagged_later="EKS, RDS and Lambda create the groups of their logs by themselves, without tags",
    ),
)
