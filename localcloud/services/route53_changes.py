"""Change batches of Route 53: checked as a whole, then made as a whole.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html
"""

from __future__ import annotations

import time
from typing import Any

from moto.cloudfront.models import cloudfront_backends
from moto.core.exceptions import ServiceException
from moto.route53.exceptions import InvalidActionValue, NoSuchHealthCheck
from moto.route53.models import RecordSet, reverse_domain_name
from moto.route53.utils import validate_domain_name

from localcloud.services import elbv2_traffic
from localcloud.services.elbv2_attributes import APPLICATION_ZONES, NETWORK_ZONES

#: The zone of all distributions.
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
_BALANCER_ZONES = {*APPLICATION_ZONES.values(), *NETWORK_ZONES.values()}
_ROUTING = ("weight", "region", "failover", "geo_location", "multi_value_answer")


class InvalidBatchError(ServiceException):
    """The batch is refused and nothing of it is done."""

    code = "InvalidChangeBatch"


def change(self: Any, zoneid: str, change_list: list[dict[str, Any]]) -> None:
    """In place of moto's ChangeResourceRecordSets: raises InvalidChangeBatch, or makes all changes."""
    zone = self.get_hosted_zone(zoneid)
    records = list(zone.rrsets)
    for each in change_list:
        if each["Action"] not in ("CREATE", "UPSERT", "DELETE"):
            raise InvalidActionValue(each["Action"])
        wanted = _record(zone, each["ResourceRecordSet"])
        same = [record for record in records if _key(record) == _key(wanted)]
        if each["Action"] == "DELETE":
            _check_removal(zone, wanted, same)
            records = [record for record in records if _key(record) != _key(wanted)]
            continue
        if each["Action"] == "CREATE" and same:
            raise InvalidBatchError(f"Tried to create resource record set [{_named(wanted)}] but it already exists")
        records = [record for record in records if _key(record) != _key(wanted)]
        _check(self, zone, wanted, records)
        records.append(wanted)
    zone.rrsets = records


def sorted_records(self: Any, start_type: str | None, start_name: str | None) -> list[Any]:
    """Records in the order of Route 53: by the reversed name, then type, then set identifier."""

    def place(name: str, kind: str | None) -> tuple[str, str]:
        return reverse_domain_name(name), kind or ""

    ordered = sorted(self.rrsets, key=lambda record: (*place(record.name, record.type), record.set_identifier or ""))
    if not start_name:
        return ordered
    start = place(start_name.replace("*", "\\052"), start_type)
    return [record for record in ordered if place(record.name, record.type) >= start]


def _record(zone: Any, given: dict[str, Any]) -> Any:
    validate_domain_name(given["Name"], code="InvalidChangeBatch")
    record: Any = RecordSet({**given, "ResourceRecords": [row["Value"] for row in given.get("ResourceRecords") or []]})
    # Route 53 keeps lower case, a dot at the end, and the code of an asterisk.
    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    record.name = given["Name"].lower().rstrip(".").replace("*", "\\052") + "."
    record.changed_at = time.time()
    if record.alias_target:
        record.alias_target = {
            **record.alias_target,
            "DNSName": record.alias_target["DNSName"].lower().rstrip(".") + ".",
        }
    if not f".{record.name}".endswith("." + zone.name):
        raise InvalidBatchError(f"RRSet with DNS name {record.name} is not permitted in zone {zone.name}")
    return record


def _key(record: Any) -> tuple[str, str, str]:
    return record.name.lower().rstrip("."), record.type, record.set_identifier or ""


def _named(record: Any) -> str:
    identifier = f", set identifier='{record.set_identifier}'" if record.set_identifier else ""
    return f"name='{record.name}', type='{record.type}'{identifier}"


def _check_removal(zone: Any, wanted: Any, same: list[Any]) -> None:
    if not same:
        raise InvalidBatchError(f"Tried to delete resource record set [{_named(wanted)}] but it was not found")
    if wanted.type in {"NS", "SOA"} and wanted.name == zone.name:
        raise InvalidBatchError(f"A HostedZone must contain at least one {wanted.type} record for the zone itself.")
    if _values(same[0]) != _values(wanted):
        raise InvalidBatchError(
            f"Tried to delete resource record set [{_named(wanted)}] but the values provided do not match the current values"
        )


def _values(record: Any) -> tuple[Any, ...]:
    alias = record.alias_target or {}
    target = (
        alias.get("HostedZoneId"),
        str(alias.get("DNSName", "")).rstrip("."),
        str(alias.get("EvaluateTargetHealth")).lower(),
    )
    ttl = None if record.ttl is None else int(record.ttl)
    return sorted(record.records or []), ttl, target if alias else None


def _check(backend: Any, zone: Any, record: Any, others: list[Any]) -> None:
    if not record.alias_target and not (record.records and record.ttl is not None):
        raise InvalidBatchError(
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
            f"TrafficPolicyInstanceId], but found none in Change with [Action=CREATE, {_named(record)}]"
        )
    if record.health_check_id and record.health_check_id not in backend.health_checks:
        raise NoSuchHealthCheck(record.health_check_id)
    _check_kind(zone, record, others)
    _check_routing(record, others)
    if record.alias_target:
        _check_alias(zone, record, others)


def _check_kind(zone: Any, record: Any, others: list[Any]) -> None:
    if record.type == "CNAME" and record.name == zone.name:
        raise InvalidBatchError(
            f"RRSet of type CNAME with DNS name {record.name} is not permitted at apex in zone {zone.name}"
        )
    for other in others:
        if other.name == record.name and other.type != record.type and "CNAME" in (other.type, record.type):
            raise InvalidBatchError(
                f"RRSet of type {record.type} with DNS name {record.name} is not permitted because a conflicting RRSet of type "
                f"{other.type} with the same DNS name already exists in zone {zone.name}"
            )


def _check_routing(record: Any, others: list[Any]) -> None:
    routed = any(getattr(record, name) is not None for name in _ROUTING)
    if routed != bool(record.set_identifier):
        raise InvalidBatchError(
            f"Invalid request: a routing policy and SetIdentifier belong together in [{_named(record)}]"
        )
    same = [other for other in others if other.name == record.name and other.type == record.type]
    for other in same:
        if bool(other.set_identifier) != bool(record.set_identifier):
            raise InvalidBatchError(
                f"RRSet with DNS name {record.name}, type {record.type}, SetIdentifier {record.set_identifier or ''} cannot be "
                "created because a non multivalue answer rrset exists with the same name and type."
            )
        if bool(other.failover) != bool(record.failover):
            raise InvalidBatchError(
                f"[{_named(record)}] has another routing policy than the other records of its name and type"
            )
        if record.failover and other.failover == record.failover:
            raise InvalidBatchError(
                f"The resource record set [{_named(record)}] cannot be created: there is a {record.failover} record already"
            )


def _check_alias(zone: Any, record: Any, others: list[Any]) -> None:
    target, place = record.alias_target["DNSName"], record.alias_target["HostedZoneId"]
    named = f"Tried to create an alias that targets {target}, type {record.type} in zone {place}, "
    if place == zone.resource_id:
        if not any(other.name == target and other.type == record.type for other in others):
            raise InvalidBatchError(named + "but that target was not found")
    elif place == CLOUDFRONT_ZONE:
        if target.rstrip(".") not in {distribution.domain_name for distribution in _distributions()}:
            raise InvalidBatchError(named + "but that target was not found")
        if str(record.alias_target.get("EvaluateTargetHealth")).lower() == "true":
            raise InvalidBatchError("EvaluateTargetHealth cannot be true for an alias of a CloudFront distribution")
    elif place in _BALANCER_ZONES:
        name = target.rstrip(".").removeprefix("dualstack.")
        holding = [balancer for balancer in elbv2_traffic.balancers() if balancer.dns_name.lower() == name]
        if not holding:
            raise InvalidBatchError(named + "but that target was not found")
        if holding[0].canonical_hosted_zone_id != place:
            raise InvalidBatchError(named + "but the alias target name does not lie within the target zone")


def _distributions() -> list[Any]:
    return [
        distribution
        for partitions in cloudfront_backends.values()
        for backend in list(dict.values(partitions))
        for distribution in list(backend.distributions.values())
    ]
