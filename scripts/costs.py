"""What the desired resources of an environment cost in a month when nobody uses them: pure, by a table of sourced prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

HOURS = 730
UNITS = ("hour", "month", "GiB-month")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Price:
    """One row of the price table: what a unit costs in USD, where, and who says so."""

    key: str
    what: str
    unit: str
    usd: float
    region: str
    source: str
    dated: str


@dataclass(frozen=True)
class Line:
    """A line of an estimate: how many units of a price an environment holds all month."""

    item: str
    price: str
    quantity: float


def prices_of(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Price]:
    """The price table. Raises ValueError for a row without all it needs: a figure without a source is not a price."""
    found = {}
    for key, row in rows.items():
        wanted = ("what", "unit", "usd", "region", "source", "dated")
        if missing := [name for name in wanted if row.get(name) in (None, "")]:
            raise ValueError(f"prices.yml: {key} lacks {', '.join(missing)}; add it, or take the row away")
        if row["unit"] not in UNITS or row["usd"] <= 0:
            raise ValueError(
                f"prices.yml: {key} has {row['usd']} per {row['unit']}, expected more than 0 per one of {UNITS}"
            )
        found[key] = Price(key, **{name: row[name] for name in wanted if name != "dated"}, dated=str(row["dated"]))
    return found


def lines(resources: Iterable[Row]) -> list[Line]:
    """What an environment's desired resources hold, in the order of the page; the same item is one line."""
    by_kind: dict[str, list[Row]] = {}
    for resource in resources:
        by_kind.setdefault(resource["kind"], []).append(resource)
    whole: dict[str, Line] = {}
    for look in LOOKS:
        for line in look(lambda kind: [row["properties"] for row in by_kind.get(kind, [])]):
            held = whole[line.item].quantity if line.item in whole else 0
            if line.quantity:
                whole[line.item] = Line(line.item, line.price, held + line.quantity)
    return list(whole.values())


def cost(line: Line, prices: Mapping[str, Price]) -> float:
    """USD in a month of 730 hours. Raises ValueError for what has no price: an estimate does not pass over anything."""
    if line.price not in prices:
        raise ValueError(f"{line.item}: prices.yml has no {line.price}; add its price with the source")
    price = prices[line.price]
    return line.quantity * price.usd * (HOURS if price.unit == "hour" else 1)


Properties = Callable[[str], list[Mapping[str, Any]]]


def _network(of: Properties) -> Iterable[Line]:
    zones = len([subnet for subnet in of("ec2_subnet") if subnet["tags"]["tier"] == "public"])
    open_balancers = [balancer for balancer in of("elbv2_load_balancer") if balancer["scheme"] == "internet-facing"]
    yield Line("NAT gateways", "nat-gateway", len(of("ec2_nat_gateway")))
    # A load balancer that faces the internet has an address in each of its subnets.
    yield Line("public IPv4 addresses", "ipv4-address", len(of("ec2_elastic_ip")) + zones * len(open_balancers))
    places = sum(len(endpoint["subnets"]) for endpoint in of("ec2_vpc_endpoint") if endpoint["type"] == "Interface")
    yield Line("interface endpoints, one in each zone", "interface-endpoint", places)


def _cluster(of: Properties) -> Iterable[Line]:
    yield Line("EKS clusters", "eks-cluster", len(of("eks_cluster")))
    for group in of("eks_nodegroup"):
        machine = group["instance_types"][0]
        yield Line(f"nodes, {machine}", f"ec2:{machine}", group["min_size"])
        yield Line("disks of nodes, gp3", "ebs:gp3", group["min_size"] * group["machine"]["volume_size"])


def _database(of: Properties) -> Iterable[Line]:
    for instance in of("rds_instance"):
        size, copies = instance["instance_class"], 2 if instance["multi_az"] else 1
        yield Line(f"database instances, {size}", f"rds:{size}", copies)
        yield Line("database storage, gp3", "rds:gp3", copies * instance["allocated_storage"])
    if of("rds_automated_backup_replication"):
        held = sum(instance["allocated_storage"] for instance in of("rds_instance"))
        yield Line("replicated backups", "rds:backup", held)


def _search(of: Properties) -> Iterable[Line]:
    for domain in of("opensearch_domain"):
        size = domain["instance_type"]
        yield Line(f"search nodes, {size}", f"opensearch:{size}", domain["instance_count"])
        if domain["master_count"]:
            master = domain["master_type"]
            yield Line(f"search masters, {master}", f"opensearch:{master}", domain["master_count"])
        yield Line("search storage, gp3", "opensearch:gp3", domain["instance_count"] * domain["volume_gib"])


def _edge(of: Properties) -> Iterable[Line]:
    yield Line("application load balancers", "load-balancer", len(of("elbv2_load_balancer")))
    firewalls = [*of("wafv2_web_acl"), *of("cloudfront_web_acl")]
    yield Line("firewalls (web ACLs)", "waf-acl", len(firewalls))
    yield Line("firewall rules", "waf-rule", sum(len(firewall["rules"]) for firewall in firewalls))
    yield Line("hosted zones", "hosted-zone", len(of("route53_zone")))
    checks = of("route53_health_check")
    yield Line("health checks", "health-check", len(checks))
    # HTTPS is a paid feature of a health check, an interval of 10 seconds another.
    features = sum((check["type"] == "HTTPS") + (check["interval"] == 10) for check in checks)
    yield Line("features of health checks", "health-check-feature", features)


def _rest(of: Properties) -> Iterable[Line]:
    yield Line("KMS keys", "kms-key", len(of("kms_key")))
    managed = [instance for instance in of("rds_instance") if instance.get("managed_password")]
    yield Line("secrets", "secret", len(of("secretsmanager_secret")) + len(managed))
    yield Line("alarms", "alarm", len(of("cloudwatch_alarm")))
    yield Line("dashboards", "dashboard", len(of("cloudwatch_dashboard")))


LOOKS: tuple[Callable[[Properties], Iterable[Line]], ...] = (_network, _cluster, _database, _search, _edge, _rest)
