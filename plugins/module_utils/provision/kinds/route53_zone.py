# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public hosted zones: comment and tags. Protected, because a new zone has other name servers than its parent knows.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.aws.route53.records import domain
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours
from ansible_collections.creator.platform.plugins.module_utils.provision.model import (
    PRIMARY,
    Kind,
    Resource,
    Rules,
    Scope,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.zones import public_zones, zone_id, zone_tags


def read(client: Any, scope: Scope) -> list[Resource]:
    """Public zones that are named or tagged as the component's."""
    zones = public_zones(client)
    tags = zone_tags(client)
    ours = [zone for zone in zones if domain(zone["Name"]) in scope.names or is_ours(tags[zone_id(zone)], scope)]

    def one(zone: Mapping[str, Any]) -> Resource:
        answer = client.get_hosted_zone(Id=zone_id(zone))
        servers = sorted((answer.get("DelegationSet") or {}).get("NameServers") or [])
        comment = (zone.get("Config") or {}).get("Comment") or ""
        facts = {"id": zone_id(zone), "name_servers": servers}
        return Resource(
            "route53_zone", domain(zone["Name"]), {"comment": comment, "tags": tags[zone_id(zone)]}, scope.region, facts
        )

    return at_once(one, ours)


KIND = Kind(
    "route53_zone",
    "route53",
    read,
    Rules(
        protected=True,
        tagged_later="a zone is made without tags, and tagged by a second call",
    ),
    home=PRIMARY,
)
