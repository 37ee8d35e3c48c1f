"""Which records of Route 53 are healthy: by what checks found or were told, and by the targets behind an alias.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html#rrsets-values-alias-common-evaluate-target-health
"""

from __future__ import annotations

from typing import Any

from moto.route53.models import route53_backends

from localcloud.load_balancer.addresses import Addresses
from localcloud.name_server.checks import Endpoint, Standing
from localcloud.services import elbv2_traffic, route53_lookup

#: Id of a health check -> what was found where it leads to loopback. Not kept: it is found again.
standings: dict[str, Standing] = {}
_ASKED = {"HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"}
_DEEPEST = 8


def all_checks() -> dict[str, Any]:
    """Id -> health check, of all accounts."""
    return {
        identifier: check
        for partitions in route53_backends.values()
        for backend in list(dict.values(partitions))
        for identifier, check in list(backend.health_checks.items())
    }


def check_healthy(check: Any, depth: int = 0) -> bool:
    """Whether a health check is: one that was told to be unhealthy is, else as it was found; healthy where nothing was found."""
    if check.disabled or depth > _DEEPEST:
        return True
    if check.type_ == "CALCULATED":
        known = all_checks()
        children = [known[each] for each in check.children or [] if each in known]
        good = sum(check_healthy(child, depth + 1) for child in children) >= int(check.health_threshold or 0)
    else:
        found = standings.get(check.id)
        good = found is None or found.healthy is not False
    return bool(getattr(check, "healthy", True) and good) != bool(check.inverted)


def record_healthy(zone: Any, record: Any, depth: int = 0) -> bool:
    """Whether a record of a zone may answer: its check, and what its alias stands for where that is to be evaluated."""
    check = all_checks().get(record.health_check_id) if record.health_check_id else None
    if check is not None and not check_healthy(check):
        return False
    alias = record.alias_target
    if not alias or str(alias.get("EvaluateTargetHealth")).lower() != "true" or depth > _DEEPEST:
        return True
    target = alias["DNSName"].rstrip(".").lower()
    if alias["HostedZoneId"] == zone.resource_id:
        same = [each for each in zone.rrsets if each.name.rstrip(".") == target and each.type == record.type]
        return any(record_healthy(zone, each, depth + 1) for each in same)
    balancer = elbv2_traffic.named(target)
    return balancer is not None and elbv2_traffic.healthy(balancer)


def endpoint(check: Any, addresses: Addresses, listeners: list[dict[str, Any]]) -> Endpoint | None:
    """What a check asks, where that leads to loopback: a mapped address, or a name that leads to a load balancer's listener.

    listeners: rows of the load balancers' status.
    """
    if check.type_ not in _ASKED or check.disabled:
        return None
    port, local = int(check.port), None
    if check.ip_address:
        place, namespace = addresses.reach(check.ip_address, port) or ("", None)
        local = int(place.rpartition(":")[2]) if place and namespace is None else None
    elif check.fqdn:
        balancer = _balancer_of(check.fqdn.lower())
        rows = [row for row in listeners if balancer is not None and row["arn"] == balancer.arn and row["port"] == port]
        local = rows[0]["local_port"] if rows else None
    if local is None:
        return None
    host = check.fqdn or check.ip_address
    path = check.resource_path or "/"
    name = check.fqdn if check.enable_sni else None
    return Endpoint(
        check.type_, local, host if port in {80, 443} else f"{host}:{port}",
        path if path.startswith("/") else f"/{path}", check.search_string, name,
    )  # fmt: skip


def _balancer_of(name: str, depth: int = 0) -> Any | None:
    """The load balancer that a name leads to through aliases and CNAMEs of the zones here."""
    found = elbv2_traffic.named(name)
    if found is not None or depth > _DEEPEST:
        return found
    record = route53_lookup.find(name, "A") or route53_lookup.find(name, "CNAME")
    if record is None:
        return None
    target = record.alias_target["DNSName"] if record.alias_target else str(record.records[0])
    return _balancer_of(target.rstrip(".").lower(), depth + 1)
