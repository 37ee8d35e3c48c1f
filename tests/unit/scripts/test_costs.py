"""The monthly estimate: what desired resources hold, what a price must say, and that nothing is passed over."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scripts.costs import HOURS, Line, Price, cost, lines, prices_of
from scripts.environments_page import ABSENT, PRICES, cell, costs_table, differences

PRICE = {
    "what": "NAT gateway",
    "unit": "hour",
    "usd": 0.048,
    "region": "eu-west-1",
    "source": "https://x",
    "dated": "2026",
}


def row(kind: str, **properties: Any) -> dict[str, Any]:
    """A desired resource."""
    return {"kind": kind, "name": "x", "properties": properties}


def held(*resources: dict[str, Any]) -> dict[str, float]:
    """The quantities by item."""
    return {line.item: line.quantity for line in lines(resources)}


DATABASE = {"instance_class": "db.m7g.large", "allocated_storage": 50, "multi_az": True, "managed_password": True}
GROUP = {"instance_types": ["m7i.large", "m7i.xlarge"], "min_size": 3, "machine": {"volume_size": 50}}
DOMAIN = {
    "instance_type": "r6g.large.search",
    "instance_count": 3,
    "master_type": "m6g.large.search",
    "volume_gib": 200,
}
PUBLIC = {"tags": {"tier": "public"}}


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([], {}),
        ([row("s3_bucket")], {}),
        ([row("ec2_nat_gateway"), row("ec2_nat_gateway")], {"NAT gateways": 2}),
        (
            [row("rds_instance", **DATABASE), row("rds_automated_backup_replication")],
            {
                "database instances, db.m7g.large": 2,
                "database storage, gp3": 100,
                "replicated backups": 50,
                "secrets": 1,
            },
        ),
        (
            [row("rds_instance", **DATABASE | {"multi_az": False, "managed_password": False})],
            {"database instances, db.m7g.large": 1, "database storage, gp3": 50},
        ),
        (
            [row("eks_nodegroup", **GROUP), row("eks_nodegroup", **GROUP | {"min_size": 1})],
            {"nodes, m7i.large": 4, "disks of nodes, gp3": 200},
        ),
        ([row("eks_nodegroup", **GROUP | {"min_size": 0})], {}),
        (
            [row("opensearch_domain", **DOMAIN, master_count=3)],
            {"search nodes, r6g.large.search": 3, "search masters, m6g.large.search": 3, "search storage, gp3": 600},
        ),
        (
            [row("opensearch_domain", **DOMAIN, master_count=0)],
            {"search nodes, r6g.large.search": 3, "search storage, gp3": 600},
        ),
        (
            [
                row("ec2_vpc_endpoint", type="Interface", subnets=["a", "b", "c"]),
                row("ec2_vpc_endpoint", type="Gateway", route_tables=["a"]),
            ],
            {"interface endpoints, one in each zone": 3},
        ),
        (
            [
                row("ec2_subnet", **PUBLIC),
                row("ec2_subnet", **PUBLIC),
                row("ec2_subnet", tags={"tier": "data"}),
                row("elbv2_load_balancer", scheme="internet-facing"),
                row("ec2_elastic_ip"),
            ],
            {"public IPv4 addresses": 3, "application load balancers": 1},
        ),
        (
            [row("wafv2_web_acl", rules=[{}, {}]), row("cloudfront_web_acl", rules=[{}])],
            {"firewalls (web ACLs)": 2, "firewall rules": 3},
        ),
        (
            [row("route53_health_check", type="HTTPS", interval=10)],
            {"health checks": 1, "features of health checks": 2},
        ),
        ([row("route53_health_check", type="HTTP", interval=30)], {"health checks": 1}),
    ],
)
def test_what_is_held(resources: list[dict[str, Any]], expected: dict[str, float]) -> None:
    assert held(*resources) == expected


@given(st.integers(1, 40), st.integers(0, 5))
def test_more_of_everything_costs_more(count: int, more: int) -> None:
    prices = prices_of(yaml.safe_load(PRICES.read_text(encoding="utf-8")))
    kinds = ["ec2_nat_gateway", "kms_key", "cloudwatch_alarm"]

    def month(each: int) -> float:
        return sum(cost(line, prices) for line in lines([row(kind) for kind in kinds] * each))

    assert month(count + more) == pytest.approx(month(count) + month(more))


def test_hours_and_months() -> None:
    prices = {unit: Price(unit, "", unit, 2.0, "", "", "") for unit in ("hour", "month", "GiB-month")}
    assert [cost(Line("x", unit, 3), prices) for unit in prices] == [6 * HOURS, 6, 6]


def test_what_has_no_price_stops_the_estimate() -> None:
    with pytest.raises(ValueError, match=r"nodes, x1\.metal: prices\.yml has no ec2:x1\.metal"):
        cost(Line("nodes, x1.metal", "ec2:x1.metal", 1), {})


@pytest.mark.parametrize("name", sorted(PRICE))
def test_a_price_says_everything(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        prices_of({"nat-gateway": PRICE | {name: ""}})


@pytest.mark.parametrize("wrong", [{"unit": "day"}, {"usd": -1}])
def test_a_price_is_a_price(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected more than 0 per one of"):
        prices_of({"nat-gateway": PRICE | wrong})


def test_every_shipped_price_has_a_source() -> None:
    assert all(
        "://" in price.source for price in prices_of(yaml.safe_load(PRICES.read_text(encoding="utf-8"))).values()
    )


def test_costs_side_by_side() -> None:
    prices = prices_of({"nat-gateway": PRICE, "kms-key": PRICE | {"unit": "month", "usd": 1}})
    gateway, key = Line("NAT gateways", "nat-gateway", 1), Line("KMS keys", "kms-key", 13)
    assert costs_table({"dev": [key], "prod": [gateway, key]}, prices).splitlines() == [
        "| item | local | dev | prod |",
        "|---|---:|---:|---:|",
        "| NAT gateways | |  | 35.04 (1) |",
        "| KMS keys | | 13.00 (13) | 13.00 (13) |",
        "| **a month, USD** | **0** | **13.00** | **48.04** |",
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1], []),
        ([1, 2], [("a", [1, 2])]),
        ([{"x": 1, "y": 2}, {"x": 1, "y": 3}], [("a.y", [2, 3])]),
        ([{"x": {"y": 1}}, {"x": {"y": 2}}], [("a.x.y", [1, 2])]),
        ([{"x": 1}, {"x": 1, "y": 3}], [("a.y", [ABSENT, 3])]),
        ([{"x": 1}, ABSENT], [("a.x", [1, ABSENT])]),
        ([{"x": 1}, {}], [("a", [{"x": 1}, {}])]),
        ([{"x": 1}, "{{ x }}"], [("a", [{"x": 1}, "{{ x }}"])]),
    ],
)
def test_differences_of_a_variable(values: list[Any], expected: list[Any]) -> None:
    assert list(differences("a", values)) == expected


def test_cells() -> None:
    assert [cell(value) for value in (ABSENT, True, "a|b", "{{ x }}", "y" * 61)] == [
        "",
        "`true`",
        "`a\\|b`",
        "(computed)",
        f"`{'y' * 57}…`",
    ]
