"""What a name server of a zone answers: simple records, failover by health, aliases followed.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
"""

from __future__ import annotations

from typing import Any

NO_ERROR, NO_DOMAIN = "NOERROR", "NXDOMAIN"


def answer(backend: Any, zone: Any, name: str, kind: str) -> tuple[str, list[str]]:
    """The response code and the values: of an alias, the name it stands for."""
    wanted = name.lower().rstrip(".") + "."
    named = [record for record in zone.rrsets if record.name == wanted]
    if not named:
        parent = "\\052." + wanted.split(".", 1)[1]
        named = [record for record in zone.rrsets if record.name == parent]
    if not named:
        return NO_DOMAIN, []
    chosen = _choose(backend, [record for record in named if record.type == kind])
    if chosen is None:
        return NO_ERROR, []
    if chosen.alias_target:
        if chosen.alias_target["HostedZoneId"] == zone.resource_id:
            return answer(backend, zone, chosen.alias_target["DNSName"], kind)
        return NO_ERROR, [chosen.alias_target["DNSName"]]
    return NO_ERROR, list(chosen.records)


def _choose(backend: Any, records: list[Any]) -> Any | None:
    """The primary while it is healthy, else the secondary; the primary again when neither is."""
    for role in ("PRIMARY", "SECONDARY"):
        for record in records:
            if record.failover == role and _healthy(backend, record):
                return record
    return next((record for record in records if record.failover == "PRIMARY"), records[0] if records else None)


def _healthy(backend: Any, record: Any) -> bool:
    check = backend.health_checks.get(record.health_check_id) if record.health_check_id else None
    if check is None or check.disabled:
        return True
    return bool(getattr(check, "healthy", True)) != bool(check.inverted)
