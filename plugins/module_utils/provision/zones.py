# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route 53's zones and records, as the readers of records and certificates need them. Raises what boto3 raises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing, once, tags_of

#: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListTagsForResources.html
AT_ONCE = 10


def public_zones(client: Any) -> list[Mapping[str, Any]]:
    """Public zones of the account."""
    found = listing(client, "list_hosted_zones", "HostedZones")
    return [zone for zone in found if not (zone.get("Config") or {}).get("PrivateZone")]


def zone_id(zone: Mapping[str, Any]) -> str:
    """The id without its folder."""
    return str(zone["Id"]).removeprefix("/hostedzone/")


def zone_of(zones: Iterable[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    """The zone that answers for a name: the one with the longest name that ends it."""
    holding = [zone for zone in zones if f".{name.lower().rstrip('.')}.".endswith("." + zone["Name"])]
    return max(holding, key=lambda zone: len(zone["Name"]), default=None)


def records(client: Any, zone: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All record sets of a zone, listed once per client."""
    return listing(client, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone_id(zone))


def zone_tags(client: Any) -> dict[str, dict[str, str]]:
    """Tags of all public zones by id, read once per client."""
    return once(client, tags_by_id, "hostedzone", [zone_id(zone) for zone in public_zones(client)])


def tags_by_id(client: Any, kind: str, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Tags by id. kind: hostedzone or healthcheck."""
    found: dict[str, dict[str, str]] = {}
    for start in range(0, len(ids), AT_ONCE):
        answer = client.list_tags_for_resources(ResourceType=kind, ResourceIds=list(ids[start : start + AT_ONCE]))
        found.update({row["ResourceId"]: tags_of(row) for row in answer["ResourceTagSets"]})
    return found
