# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of public zones; named `<name> <type>`, and the set identifier where there is one.

Records bear no tags. In a zone that is tagged as the component's, addresses, aliases and CAA are ours; what people and other
systems keep there besides (mail, texts, delegations, ACM's proofs) is theirs unless it is named. In a zone of others only what
is named, and what points at our distribution or load balancer, is ours: both bear exactly the environment's name.
https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.distributions import distributions
from ansible_collections.creator.platform.plugins.module_utils.aws.route53.records import (
    DEFAULTS,
    domain,
    project,
    record_name,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, once
from ansible_collections.creator.platform.plugins.module_utils.provision.model import (
    PRIMARY,
    Kind,
    Resource,
    Rules,
    Scope,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.zones import (
    public_zones,
    records,
    tags_by_id,
    zone_id,
    zone_of,
    zone_tags,
)

OURS = frozenset({"A", "AAAA", "CNAME", "CAA"})
PROOF = ".acm-validations.aws"


def read(client: Any, scope: Scope) -> list[Resource]:
    """Records of the component: see above."""
    zones = public_zones(client)
    if not zones:
        return []
    tags = zone_tags(client)
    tagged = [zone for zone in zones if is_ours(tags[zone_id(zone)], scope)]
    shown = once(scope.clients["cloudfront"], distributions)
    ours = [each for each in shown if each["Comment"] == f"{scope.platform}-{scope.environment}"]
    targets = _targets(scope, ours)
    names = {name.split(" ")[0] for name in scope.names} | {
        alias for each in ours for alias in (each.get("Aliases") or {}).get("Items") or []
    }
    holding = {zone_id(zone): zone for name in names if (zone := zone_of(zones, name))}
    holding.update({zone_id(zone): zone for zone in tagged})
    checks = _check_names(client, [record for zone in holding.values() for record in records(client, zone)])
    found = []
    for zone in holding.values():
        for record in records(client, zone):
            properties = project(record, targets, checks)
            name = record_name(record)
            if name in scope.names or _is_ours(record, properties, zone, zone in tagged, targets):
                facts = {"zone": domain(zone["Name"]), "zone_id": zone_id(zone)}
                found.append(
                    Resource("route53_record", name, {**properties, "zone": facts["zone"]}, scope.region, facts)
                )
    return found


def _targets(scope: Scope, ours: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What our aliases point at: name by DNS name."""
    found = {each["DomainName"].lower(): f"distribution:{each['Comment']}" for each in ours}
    for each in listing(scope.clients["elbv2"], "describe_load_balancers", "LoadBalancers"):
        if each["LoadBalancerName"] == f"{scope.platform}-{scope.environment}":
            found[each["DNSName"].lower()] = f"load_balancer:{each['LoadBalancerName']}"
    return found


def _check_names(client: Any, found: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    ids = sorted({record["HealthCheckId"] for record in found if record.get("HealthCheckId")})
    return {check: tags.get("Name", check) for check, tags in tags_by_id(client, "healthcheck", ids).items()}


def _is_ours(
    record: Mapping[str, Any],
    properties: Mapping[str, Any],
    zone: Mapping[str, Any],
    tagged: bool,
    targets: Mapping[str, str],
) -> bool:
    if properties["target"] in set(targets.values()):
        return True
    proof = any(domain(value).endswith(PROOF) for value in properties["values"])
    apex = domain(record["Name"]) == domain(zone["Name"])
    private = domain(record["Name"]).startswith("_")
    return tagged and record["Type"] in OURS and not proof and not private and not (apex and record["Type"] == "CNAME")


KIND = Kind(
    "route53_record",
    "route53",
    read,
    Rules(unordered=frozenset({"values"}), defaults=DEFAULTS),
    home=PRIMARY,
    also=("elbv2", "cloudfront"),
)
