"""What TestDNSAnswer says: as the name server, but of an alias the name that it stands for.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_TestDNSAnswer.html
"""

from __future__ import annotations

from typing import Any

from localcloud.name_server import zones
from localcloud.services import route53_traffic


def answer(zone: Any, name: str, kind: str) -> tuple[str, list[str]]:
    """The response code and the values."""
    wanted = name.lower().rstrip(".") + "."
    named = zones.at(zone, wanted)
    if not named:
        return zones.NO_DOMAIN, []
    chosen = zones.choose(zone, [record for record in named if record.type == kind], route53_traffic.world())
    if not chosen:
        return zones.NO_ERROR, []
    if chosen[0].alias_target:
        target = chosen[0].alias_target
        return answer(zone, target["DNSName"], kind) if target["HostedZoneId"] == zone.resource_id else (
            zones.NO_ERROR, [target["DNSName"]]
        )  # fmt: skip
    return zones.NO_ERROR, [value for record in chosen for value in record.records]
