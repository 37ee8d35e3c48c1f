# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application load balancers: where they stand, who may reach them, their attributes, tags, and whether they are active.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancer.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.load_balancer import project
from ansible_collections.creator.platform.plugins.module_utils.aws.elbv2.tagging import tags_by_arn
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.provision.elb import our_load_balancers
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Load balancers that are named or tagged as the component's."""

    def one(found: tuple[Mapping[str, Any], dict[str, str]]) -> Resource:
        balancer, tags = found
        answer = client.describe_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"])
        attributes = {row["Key"]: row["Value"] for row in answer["Attributes"]}
        # What failed to be provisioned is active once AWS has tried again:
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerState.html
        properties = {**project(balancer, attributes, tags), "state": balancer["State"]["Code"]}
        facts = {
            "arn": balancer["LoadBalancerArn"],
            "dns_name": balancer["DNSName"],
            "zone_id": balancer["CanonicalHostedZoneId"],
            "status": balancer["State"]["Code"],
        }
        return Resource("elbv2_load_balancer", balancer["LoadBalancerName"], properties, scope.region, facts)

    return at_once(one, our_load_balancers(client, scope, tags_by_arn))


KIND = Kind(
    "elbv2_load_balancer",
    "elbv2",
    read,
    Rules(
        unordered=frozenset({"subnets", "security_groups"}),
        immutable=frozenset({"scheme"}),
        # Locked by AWS or not: its name in the DNS goes with it, and a lock met half way leaves half an environment.
        protected=True,
        defaults={
            "ip_address_type": "ipv4",
            "desync_mitigation": "defensive",
            "http2": True,
            "waf_fail_open": False,
            "state": "active",
        },
    ),
)
