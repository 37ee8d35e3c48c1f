"""What the emulated public zones answer for a name: for ACM's validation, for aliases, for health."""

from __future__ import annotations

from typing import Any

from moto.route53.models import route53_backends


def zones() -> list[Any]:
    """All zones of all accounts."""
    return [
        zone
        for partitions in route53_backends.values()
        for backend in list(dict.values(partitions))
        for zone in list(backend.zones.values())
    ]


def find(name: str, kind: str) -> Any | None:
    """The record set in the closest public zone, or None."""
    wanted = name.rstrip(".").lower()
    holding = [
        zone
        for zone in zones()
        if not zone.private_zone and (f".{wanted}").endswith("." + zone.name.rstrip(".").lower())
    ]
    if not holding:
        return None
    closest = max(holding, key=lambda zone: len(zone.name))
    for record in closest.rrsets:
        if record.type == kind and record.name.rstrip(".").lower() == wanted:
            return record
    return None
