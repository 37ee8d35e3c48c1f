"""The edge's variables as resources, and what is wrong with them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.edge import certificate_name, resources
from ansible_collections.creator.platform.plugins.module_utils.provision.edge_problems import is_domain, problems
from hypothesis import given
from hypothesis import strategies as st

GOOD: dict[str, Any] = {
    "prefix": "creator-test",
    "region": "eu-west-1",
    "tags": {"platform": "creator", "environment": "test", "component": "edge"},
    "domain": "test.creator.example",
    "zone": "creator.example",
    "zone_managed": False,
    "hosts": ["", "www"],
    "services": {"web": {"priority": 100, "hosts": [], "paths": ["/*"], "port": 8080, "health_path": "/healthz"}},
    "load_balancer": {"deletion_protection": False, "idle_timeout": 60, "slow_start": 30, "access_logs": True},
    "tls": {"policy": "ELBSecurityPolicy-TLS13-1-2-2021-06", "key": "EC_prime256v1"},
    "health_check": {"enabled": True, "path": "/healthz", "interval": 10, "threshold": 3},
    "failover": {},
    "distribution": {
        "enabled": True,
        "price_class": "PriceClass_100",
        "hsts_preload": False,
        "content_security_policy": "default-src 'self'",
    },
    "firewall": {
        "places": ["regional", "cloudfront"],
        "managed_groups": ["AWSManagedRulesCommonRuleSet"],
        "block": False,
        "rate_limit": 2000,
        "rate_window": 300,
        "log_retention_days": 7,
    },
    "inputs": {
        "vpc": "vpc-1",
        "subnets": ["subnet-1", "subnet-2"],
        "security_group": "sg-1",
        "logs_bucket": "logs",
        "media_bucket": "media",
        "static_bucket": "static",
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """GOOD with one value changed, named by its path."""
    settings = copy.deepcopy(GOOD)
    *folders, last = path.split(".")
    place = settings
    for folder in folders:
        place = place[folder]
    place[last] = value
    return settings


def rows(settings: dict[str, Any], kind: str) -> dict[str, Any]:
    return {row["name"]: row["properties"] for row in resources(settings) if row["kind"] == kind}


def test_what_is_good_has_no_problem() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("domain", "not a name", "edge_domain must be a DNS name"),
        ("domain", "Test.creator.example", "edge_domain must be a DNS name"),
        ("zone", "else.example", "outside edge_zone"),
        ("hosts", ["a.b"], "not in the certificate"),
        ("hosts", ["-"], "must be names below"),
        ("hosts", ["origin"], "needs for itself"),
        ("hosts", [], "nobody finds the platform"),
        ("services.web.priority", 0, "1 to 50000"),
        ("services.web.paths", [], "needs a condition"),
        ("services.web.health_path", "healthz", "begin with a slash"),
        ("prefix", "creator-a-very-long-environment", "AWS allows 32"),
        ("load_balancer.slow_start", 10, "0 or 30 to 900"),
        ("load_balancer.idle_timeout", 0, "1 to 4000"),
        ("health_check.interval", 20, "10 or 30"),
        ("health_check.threshold", 11, "1 to 10"),
        ("firewall.rate_limit", 9, "10 to 2000000000"),
        ("firewall.rate_window", 90, "60, 120, 300, 600"),
        ("firewall.places", ["moon"], "edge_firewall_places"),
        ("distribution.price_class", "cheap", "edge_price_class"),
        ("failover", {"dns_name": "a.eu-central-1.elb.amazonaws.com", "zone_id": "x"}, "edge_failover.zone_id"),
    ],
)
def test_what_is_wrong_is_one_sentence(path: str, value: Any, words: str) -> None:
    (problem,) = problems(changed(path, value))
    assert words in problem


def test_failover_without_a_health_check_is_none() -> None:
    settings = changed("failover", {"dns_name": "a.eu-central-1.elb.amazonaws.com", "zone_id": "Z215JYRZR1TBD5"})
    settings["health_check"]["enabled"] = False
    (problem,) = problems(settings)
    assert "nothing ever fails over" in problem


def test_names_are_unique_by_kind() -> None:
    names = [(row["kind"], row["name"]) for row in resources(GOOD)]
    assert len(names) == len(set(names))


def test_names_point_at_the_distribution_and_it_at_the_load_balancer() -> None:
    records = rows(GOOD, "route53_record")
    assert records["test.creator.example A"]["target"] == "distribution:creator-test"
    assert records["www.test.creator.example AAAA"]["target"] == "distribution:creator-test"
    assert records["origin.test.creator.example A"]["target"] == "load_balancer:creator-test"
    (distribution,) = rows(GOOD, "cloudfront_distribution").values()
    assert "primary.test.creator.example" in distribution["aliases"]
    assert distribution["web_acl"] == "creator-test-cloudfront"


def test_without_a_distribution_names_point_at_the_load_balancer() -> None:
    settings = changed("distribution.enabled", False)
    records = rows(settings, "route53_record")
    assert records["test.creator.example A"]["target"] == "load_balancer:creator-test"
    assert not [name for name in records if name.endswith("AAAA") or name.startswith("origin.")]
    assert not [row for row in resources(settings) if row["kind"].startswith("cloudfront")]


def test_failover_is_a_pair() -> None:
    other = {"dns_name": "Other.eu-central-1.elb.amazonaws.com.", "zone_id": "Z215JYRZR1TBD5"}
    records = rows(changed("failover", other), "route53_record")
    assert records["test.creator.example A primary"]["health_check"] == "creator-test-primary"
    secondary = records["test.creator.example A secondary"]
    assert secondary["target"] == "other.eu-central-1.elb.amazonaws.com@Z215JYRZR1TBD5"
    assert "test.creator.example A" not in records


def test_groups_count_before_they_block() -> None:
    for block, action in ((False, {"Count": {}}), (True, {"None": {}})):
        acl = rows(changed("firewall.block", block), "wafv2_web_acl")["creator-test-regional"]
        assert acl["rules"][-1]["OverrideAction"] == action
        assert acl["rules"][1]["Action"] == {"Block": {}}


def test_another_name_is_another_certificate() -> None:
    assert certificate_name(GOOD, "regional") != certificate_name(changed("domain", "a.creator.example"), "regional")
    assert certificate_name(GOOD, "regional") == certificate_name(copy.deepcopy(GOOD), "regional")


@given(st.lists(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True), min_size=2, max_size=5))
def test_names_of_labels_are_domains(labels: list[str]) -> None:
    assert is_domain(".".join(labels))
    assert not is_domain(labels[0])
    assert not is_domain(".".join(labels) + ".")
