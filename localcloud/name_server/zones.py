"""What a name server of Route 53 answers from the records of its zones. Pure: reads moto's objects, changes none.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
https://www.rfc-editor.org/rfc/rfc2308#section-2 and https://www.rfc-editor.org/rfc/rfc4592#section-3.3
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

NO_ERROR, NO_DOMAIN, REFUSED = "NOERROR", "NXDOMAIN", "REFUSED"
#: Seconds that answers of an alias are kept: that of load balancers' and distributions' own names.
ALIAS_TTL = 60
LOOPBACK = "127.0.0.1"
_MOST_VALUES, _LONGEST_CHAIN = 8, 8
_WILDCARD = "\\052."


@dataclass(frozen=True)
class World:
    """What answers depend on beside the records.

    healthy: of a record of a zone. is_place: whether a name (without its last dot) is that of a load balancer or a distribution.
    draw: a number from 0 up to 1, for weights.
    """

    healthy: Callable[[Any, Any], bool]
    is_place: Callable[[str], bool]
    region: str
    draw: Callable[[], float]


@dataclass(frozen=True)
class Row:
    """A record of an answer."""

    name: str
    ttl: int
    kind: str
    value: str


@dataclass
class Reply:
    """code: NOERROR, NXDOMAIN or REFUSED. authority: the zone's SOA where there is no answer, or a delegation."""

    code: str = NO_ERROR
    authoritative: bool = True
    answers: list[Row] = field(default_factory=list)
    authority: list[Row] = field(default_factory=list)


def resolve(zones: Sequence[Any], name: str, kind: str, world: World) -> Reply:
    """The reply to a question. name: lower case, with its last dot."""
    return _Question(zones, world).reply(name, kind)


class _Question:
    """A question on its way through aliases and CNAMEs, of which it follows so many."""

    def __init__(self, zones: Sequence[Any], world: World, left: int = _LONGEST_CHAIN) -> None:
        self._zones, self._world, self._left = zones, world, left

    def reply(self, name: str, kind: str) -> Reply:
        """What the zones say of a name."""
        if self._world.is_place(name.rstrip(".")):
            return Reply(answers=_loopback(name, kind))
        zone = closest(self._zones, name)
        if zone is None:
            return Reply(REFUSED, authoritative=False)
        delegated = _delegation(zone, name)
        if delegated:
            return Reply(authoritative=False, authority=delegated)
        named = at(zone, name)
        if named:
            return self._records(zone, named, name, kind)
        return Reply(NO_ERROR if _has_below(zone, name) else NO_DOMAIN, authority=_soa(zone))

    def _records(self, zone: Any, named: list[Any], name: str, kind: str) -> Reply:
        chosen = choose(zone, [record for record in named if record.type == kind], self._world)
        if not chosen and kind != "CNAME":
            canonical = choose(zone, [record for record in named if record.type == "CNAME"], self._world)
            if canonical:
                return self._chase(zone, canonical[0], name, kind)
        rows = [row for record in chosen for row in self._rows(zone, record, name, kind)]
        return Reply(answers=rows, authority=[] if rows else _soa(zone))

    def _rows(self, zone: Any, record: Any, name: str, kind: str) -> list[Row]:
        if not record.alias_target:
            return [Row(name, int(record.ttl), kind, value) for value in record.records]
        target = _dotted(record.alias_target["DNSName"])
        if self._world.is_place(target.rstrip(".").removeprefix("dualstack.")):
            return _loopback(name, kind)
        if record.alias_target["HostedZoneId"] != zone.resource_id or not self._left:
            return []
        found = _Question([zone], self._world, self._left - 1).reply(target, kind)
        return [Row(name, row.ttl, row.kind, row.value) for row in found.answers]

    def _chase(self, zone: Any, record: Any, name: str, kind: str) -> Reply:
        """The CNAME, and what its target has, as far as it is one of ours."""
        rows = self._rows(zone, record, name, "CNAME")
        if not rows or not self._left:
            return Reply(answers=rows)
        found = _Question(self._zones, self._world, self._left - 1).reply(_dotted(rows[0].value), kind)
        if found.code == REFUSED:
            return Reply(answers=rows)
        return Reply(found.code, True, [*rows, *found.answers], found.authority)


def closest(zones: Iterable[Any], name: str) -> Any | None:
    """The zone that a name is in: the longest; of two with one name the public one."""
    holding = [zone for zone in zones if f".{name}".endswith(f".{_dotted(zone.name)}")]
    return max(holding, key=lambda zone: (len(_dotted(zone.name)), not zone.private_zone), default=None)


def at(zone: Any, name: str) -> list[Any]:
    """The records of a name, or those of the wildcard below the closest name that there is."""
    wanted = name.replace("*", "\\052")
    found = [record for record in zone.rrsets if _dotted(record.name) == wanted]
    if found or _has_below(zone, wanted):
        return found
    above, apex = wanted, _dotted(zone.name)
    while above != apex:
        above = above.partition(".")[2]
        found = [record for record in zone.rrsets if _dotted(record.name) == _WILDCARD + above]
        if found or _exists(zone, above):
            return found
    return []


def choose(zone: Any, records: list[Any], world: World) -> list[Any]:
    """Those of one name and type that answer now: one, but all of their kind with multivalue answers.

    Where none is healthy all count as healthy.
    """
    if len(records) < 2 and not any(record.failover for record in records):
        return records
    healthy = [record for record in records if world.healthy(zone, record)]
    usable, first = healthy or records, records[0]
    if first.failover:
        found = _failover(records, healthy)
    elif first.weight is not None:
        found = _weighted(records, healthy, world)
    elif first.region:
        found = [_nearest(usable, world.region)]
    elif first.multi_value_answer:
        start = int(world.draw() * len(usable))
        found = (usable[start:] + usable[:start])[:_MOST_VALUES]
    elif first.geo_location:
        # Nobody knows where loopback is: the default location's.
        found = [record for record in usable if record.geo_location.get("CountryCode") == "*"][:1]
    else:
        found = records[:1]
    return found


def _failover(records: list[Any], healthy: list[Any]) -> list[Any]:
    """The primary while it is healthy, else the secondary; the primary again when neither is."""
    for role in ("PRIMARY", "SECONDARY"):
        found = [record for record in healthy if record.failover == role]
        if found:
            return found[:1]
    return [record for record in records if record.failover == "PRIMARY"][:1] or records[:1]


def _weighted(records: list[Any], healthy: list[Any], world: World) -> list[Any]:
    """Those of weight 0 only where no other is healthy, or all are of weight 0."""
    usable = [record for record in healthy if int(record.weight) > 0] or healthy
    usable = usable or [record for record in records if int(record.weight) > 0] or records
    weights = [int(record.weight) or 0 for record in usable]
    weights = weights if sum(weights) else [1] * len(usable)
    left = world.draw() * sum(weights)
    for record, weight in zip(usable, weights, strict=True):
        left -= weight
        if left < 0:
            return [record]
    return usable[-1:]


def _nearest(records: list[Any], region: str) -> Any:
    """The region itself, else one of its continent, else the first: as near as names of regions tell."""
    area = region.partition("-")[0]
    return min(records, key=lambda record: (record.region != region, record.region.partition("-")[0] != area))


def _loopback(name: str, kind: str) -> list[Row]:
    return [Row(name, ALIAS_TTL, "A", LOOPBACK)] if kind == "A" else []


def _delegation(zone: Any, name: str) -> list[Row]:
    """NS records between the zone and the name."""
    apex = _dotted(zone.name)
    for record in zone.rrsets:
        cut = _dotted(record.name)
        if record.type == "NS" and cut != apex and f".{name}".endswith(f".{cut}"):
            return [Row(cut, int(record.ttl), "NS", value) for value in record.records]
    return []


def _soa(zone: Any) -> list[Row]:
    """For how long nothing may be remembered: the lesser of the record's TTL and its last field."""
    for record in zone.rrsets:
        if record.type == "SOA":
            ttl = min(int(record.ttl), int(record.records[0].split()[-1]))
            return [Row(_dotted(zone.name), ttl, "SOA", record.records[0])]
    return []


def _has_below(zone: Any, name: str) -> bool:
    return any(_dotted(record.name).endswith(f".{name}") for record in zone.rrsets)


def _exists(zone: Any, name: str) -> bool:
    return any(f".{_dotted(record.name)}".endswith(f".{name}") for record in zone.rrsets)


def _dotted(name: str) -> str:
    return name.rstrip(".").lower() + "."
