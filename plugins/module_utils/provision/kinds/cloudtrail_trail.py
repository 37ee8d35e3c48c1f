# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trails of CloudTrail, in their home region.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudtrail.trail import DEFAULTS, normalize, project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Trails that are named or tagged as the component's under the environment's prefix; 3 reads a trail."""
    prefix = f"{scope.platform}-{scope.environment}-"

    def one(trail: Mapping[str, Any]) -> Resource | None:
        arn = trail["TrailARN"]
        rows = client.list_tags(ResourceIdList=[arn])["ResourceTagList"]
        tags = tags_of(rows[0] if rows else {}, "TagsList")
        if trail["Name"] not in scope.names and not is_ours(tags, scope):
            return None
        details = {
            "selectors": client.get_event_selectors(TrailName=arn),
            "logging": bool(client.get_trail_status(Name=arn)["IsLogging"]),
            "tags": tags,
        }
        return Resource("cloudtrail_trail", trail["Name"], project(trail, details), scope.region, {"arn": arn})

    found = listing(client, "describe_trails", "trailList", includeShadowTrails=False)
    candidates = [trail for trail in found if trail["Name"].startswith(prefix) or trail["Name"] in scope.names]
    return [resource for resource in at_once(one, candidates) if resource is not None]


KIND = Kind(
    "cloudtrail_trail",
    "cloudtrail",
    read,
    Rules(defaults={**DEFAULTS, "other_events": []}, protected=True, normalize=normalize),
)
