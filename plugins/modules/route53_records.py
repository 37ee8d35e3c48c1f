# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: route53_records
short_description: Set and remove records of a public zone in one change
version_added: 0.1.0
description:
  - Sets records, and removes others, in one change batch, which Route 53 makes as a whole or not at all. So a simple record
    becomes a pair for failover without a moment in which the name answers nothing.
  - M(amazon.aws.route53) makes one change for each record.
options:
  zone:
    description: Name of the public zone.
    type: str
    required: true
  records:
    description:
      - Each with C(name), C(type) and, for failover, C(set_identifier); C(values) and C(ttl), or C(target), which is
        a name in O(targets) or C(<DNS name>@<zone id>), with C(evaluate_health).
      - For failover C(failover), V(PRIMARY) or V(SECONDARY), and C(health_check), a name in O(health_checks).
    type: list
    elements: dict
  remove:
    description: Records to remove in the same change, each with C(name), C(type) and C(set_identifier) where it has one.
    type: list
    elements: dict
  targets:
    description: What the names of targets stand for, each C(dns_name) and C(zone_id).
    type: dict
  health_checks:
    description: Id of each health check that is named.
    type: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - creator.platform.resource
"""

EXAMPLES = r"""
- name: Point the name at the load balancer
  creator.platform.route53_records:
    zone: creator.example
    records:
      - {name: www.creator.example, type: A, target: balancer, evaluate_health: true}
    targets:
      balancer: {dns_name: creator-prod-1.eu-west-1.elb.amazonaws.com, zone_id: Z32O12XQLNTSW2}
"""

RETURN = r"""
records:
  description: The records that were named, after the run, by name and type, and C(zone_id).
  returned: always
  type: dict
  sample: {"www.creator.example A": {"ttl": 300, "values": ["192.0.2.1"]}}
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.resource_module import ResourceModule, run
from ansible_collections.creator.platform.plugins.module_utils.aws.route53.api import public_zones, records_of
from ansible_collections.creator.platform.plugins.module_utils.aws.route53.records import (
    absent,
    domain,
    present,
    project,
    record_name,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found

PROPERTIES: dict[str, Any] = {"records": {"type": "list", "elements": "dict"}}
SPEC = {
    "zone": {"type": "str", "required": True},
    **PROPERTIES,
    "remove": {"type": "list", "elements": "dict"},
    "targets": {"type": "dict"},
    "health_checks": {"type": "dict"},
}


def find(client: Any, params: Mapping[str, Any]) -> Found | None:
    """Those of the zone's records that are named; None when there is no such zone. Raises ChangeError when there are two."""
    zones = public_zones(client, params["zone"])
    if not zones:
        return None
    if len(zones) > 1:
        raise ChangeError(
            f"there are {len(zones)} public zones {params['zone']} ({', '.join(zones)}): which one is meant is unknown"
        )
    named = {domain(record["name"]) for record in [*(params["records"] or []), *(params["remove"] or [])]}
    targets = {
        domain(target["dns_name"]).removeprefix("dualstack."): name
        for name, target in (params["targets"] or {}).items()
    }
    checks = {identifier: name for name, identifier in (params["health_checks"] or {}).items()}
    sets = {record_name(record): record for record in records_of(client, zones[0]) if domain(record["Name"]) in named}
    properties = {name: project(record, targets, checks) for name, record in sets.items()}
    return Found(properties, {"zone_id": zones[0], "sets": sets})


def main() -> None:
    run(ResourceModule("route53", "records", PROPERTIES, find, present, absent), SPEC)


if __name__ == "__main__":
    main()
