# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access logs of our distribution, delivered to a bucket. Known by the environment's name, which source and destination bear.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.distributions import distributions
from ansible_collections.creator.platform.plugins.module_utils.aws.cloudfront.logging import find
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import listing, once
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """The delivery that is named, and the environment's own."""
    sources = listing(client, "describe_delivery_sources", "deliverySources")
    destinations = listing(client, "describe_delivery_destinations", "deliveryDestinations")
    deliveries = listing(client, "describe_deliveries", "deliveries")
    shown = once(scope.clients["cloudfront"], distributions) if sources else []
    names = {each["ARN"]: str(each["Comment"]) for each in shown}
    resources = []
    for name in sorted({*scope.names, f"{scope.platform}-{scope.environment}"}):
        found = find(name, sources, destinations, deliveries)
        if found:
            arn = found.properties["distribution"]
            properties = {**found.properties, "distribution": names.get(arn, arn)}
            resources.append(Resource("cloudfront_logging", name, properties, scope.region, found.facts))
    return resources


KIND = Kind(
    "cloudfront_logging", "logs", read, Rules(defaults={"delivered": True}), home="us-east-1", also=("cloudfront",)
)
