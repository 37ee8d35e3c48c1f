"""Judging benchmarks: each predicate sees what it is for, nothing is met by absence, and exceptions excuse what they name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.security_benchmarks import findings, how, shipped, table, verdicts
from scripts.security_checks import (
    CHECKS,
    ELSEWHERE,
    EXCEPTION,
    MET,
    NEEDED,
    NOT_MET,
    OUTSIDE,
    Desired,
    check_of,
    judge,
)


def row(kind: str, name: str = "x", region: str | None = None, **properties: Any) -> dict[str, Any]:
    """A desired resource."""
    return {"kind": kind, "name": name, "properties": properties} | ({"region": region} if region else {})


def names(check: str, *rows: dict[str, Any]) -> list[str]:
    """The resources that fail a predicate."""
    return [failing.name for failing in CHECKS[check](Desired(rows))]


def tls(name: str, **more: Any) -> str:
    """A bucket's policy that denies requests without TLS."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Statement": [statement | more]})


BLOCKED = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
WEB = {"protocol": "tcp", "from_port": 443, "to_port": 443, "peer": "0.0.0.0/0"}
SHELL = {"protocol": "tcp", "from_port": 20, "to_port": 25, "peer": "0.0.0.0/0"}
ANSWERS = {
    "number": 120,
    "protocol": "tcp",
    "action": "allow",
    "cidr": "0.0.0.0/0",
    "from_port": 1024,
    "to_port": 65535,
}
CLUSTER = {"endpoint_public_access": True, "public_access_cidrs": ["203.0.113.0/24"]}
PLUGIN = {"configuration": {"enableNetworkPolicy": "true"}}
REDIRECT = {"type": "redirect", "protocol": "HTTPS"}
FORWARD = {"type": "forward"}
STRICT = "ELBSecurityPolicy-TLS13-1-2-2021-06"
OLD = "ELBSecurityPolicy-2016-08"
TWO_REGIONS = [
    row("kms_key", region="eu-west-1", replica_of=""),
    row("kms_key", region="eu-central-1", replica_of="eu-west-1"),
]


@pytest.mark.parametrize(
    ("check", "rows", "failing"),
    [
        ("tls-only", [row("s3_bucket", policy=tls("x"))], []),
        ("tls-only", [row("s3_bucket", policy=json.loads(tls("x")))], []),
        ("tls-only", [row("s3_bucket")], ["x"]),
        ("tls-only", [row("s3_bucket", policy=tls("other"))], ["x"]),
        ("tls-only", [row("s3_bucket", policy=tls("x", Resource="arn:aws:s3:::x"))], ["x"]),
        ("tls-only", [row("s3_bucket", policy=tls("x", Effect="Allow"))], ["x"]),
        ("tls-only", [row("s3_bucket", policy=tls("x", Principal={"AWS": "1"}))], ["x"]),
        ("tls-only", [row("sqs_queue", policy=tls("x", Resource="q")), row("sns_topic", "t", policy="")], ["t"]),
        (
            "public-access-blocked",
            [row("s3_account_public_access_block", **BLOCKED), row("s3_bucket", "b", public_access_block=BLOCKED)],
            [],
        ),
        ("public-access-blocked", [row("s3_bucket", "b")], ["s3_account_public_access_block", "b"]),
        (
            "public-access-blocked",
            [row("s3_account_public_access_block", **BLOCKED | {"ignore_public_acls": False})],
            ["x"],
        ),
        ("no-administrators", [row("iam_role", managed_policies=[ADMINISTRATOR])], ["x"]),
        ("no-administrators", [row("iam_role", policies={"own": EVERYTHING})], ["x"]),
        ("no-administrators", [row("iam_managed_policy", document=EVERYTHING)], ["x"]),
        (
            "no-administrators",
            [
                row("iam_managed_policy", "limits", document=EVERYTHING),
                row("iam_role", boundary="arn:aws:iam::1:policy/limits"),
            ],
            [],
        ),
        ("groups-closed", [row("ec2_security_group", ingress=[WEB])], []),
        ("groups-closed", [row("ec2_security_group", ingress=[WEB, SHELL])], ["x"]),
        ("groups-closed", [row("ec2_security_group", ingress=[SHELL | {"peer": "::/0"}])], ["x"]),
        ("groups-closed", [row("ec2_security_group", ingress=[SHELL | {"peer": "group:y"}])], []),
        ("groups-closed", [row("ec2_security_group", ingress=[{"protocol": "all", "peer": "0.0.0.0/0"}])], ["x"]),
        ("access-lists-closed", [row("ec2_network_acl", ingress=[ANSWERS])], ["x"]),
        ("access-lists-closed", [row("ec2_network_acl", ingress=[ANSWERS | {"protocol": "udp"}])], []),
        ("access-lists-closed", [row("ec2_network_acl", ingress=[ANSWERS | {"cidr": "10.0.0.0/8"}])], []),
        (
            "access-lists-closed",
            [row("ec2_network_acl", ingress=[ANSWERS, ANSWERS | {"number": 90, "action": "deny"}])],
            [],
        ),
        (
            "defaults-empty",
            [row("ec2_vpc", "v"), row("ec2_default_security_group", vpc="v", ingress=[], egress=[])],
            [],
        ),
        ("defaults-empty", [row("ec2_vpc", "v")], ["v"]),
        (
            "defaults-empty",
            [row("ec2_vpc", "v"), row("ec2_default_security_group", vpc="v", ingress=[], egress=[WEB])],
            ["v"],
        ),
        ("flows-recorded", [row("ec2_vpc", "v"), row("ec2_flow_log", vpc="v", traffic="ALL")], []),
        ("flows-recorded", [row("ec2_vpc", "v"), row("ec2_flow_log", vpc="w", traffic="ALL")], ["v"]),
        ("trail-bucket-logged", [row("cloudtrail_trail", bucket="b"), row("s3_bucket", "b")], ["b"]),
        ("trail-bucket-logged", [row("cloudtrail_trail", bucket="b"), row("s3_bucket", "c")], []),
        ("config-in-every-region", [*TWO_REGIONS, row("config_recorder")], ["config_recorder"]),
        (
            "config-in-every-region",
            [*TWO_REGIONS, row("config_recorder"), row("config_recorder", region="eu-central-1")],
            [],
        ),
        ("endpoint-restricted", [row("eks_cluster", **CLUSTER)], []),
        ("endpoint-restricted", [row("eks_cluster", **CLUSTER | {"public_access_cidrs": []})], ["x"]),
        ("endpoint-restricted", [row("eks_cluster", **CLUSTER | {"public_access_cidrs": ["0.0.0.0/0"]})], ["x"]),
        ("endpoint-restricted", [row("eks_cluster", endpoint_public_access=False, public_access_cidrs=[])], []),
        ("nodes-private", [row("eks_nodegroup", subnets=["unknown-private_subnet_ids"])], []),
        ("nodes-private", [row("eks_nodegroup", subnets=["unknown-public_subnet_ids"])], ["x"]),
        ("nodes-private", [row("ec2_subnet", tags={"tier": "private"}, public_ip_on_launch=True)], ["x"]),
        ("nodes-pull-only", [row("iam_role", managed_policies=["a/AmazonEC2ContainerRegistryPullOnly"])], []),
        ("nodes-pull-only", [row("iam_role", managed_policies=["a/AmazonEC2ContainerRegistryPowerUser"])], ["x"]),
        ("nodes-pull-only", [], ["iam_role"]),
        ("policies-enforced", [row("eks_cluster", "c"), row("eks_addon", "c/vpc-cni", **PLUGIN)], []),
        ("policies-enforced", [row("eks_cluster", "c"), row("eks_addon", "c/vpc-cni", configuration={})], ["c"]),
        ("policies-enforced", [row("eks_cluster", "c")], ["c"]),
        ("listeners-encrypt", [row("elbv2_listener", protocol="HTTPS", ssl_policy=STRICT, default_action=FORWARD)], []),
        ("listeners-encrypt", [row("elbv2_listener", protocol="HTTPS", ssl_policy=OLD, default_action=FORWARD)], ["x"]),
        ("listeners-encrypt", [row("elbv2_listener", protocol="HTTP", default_action=REDIRECT)], []),
        ("listeners-encrypt", [row("elbv2_listener", protocol="HTTP", default_action=REDIRECT, rules=[{}])], ["x"]),
        ("listeners-encrypt", [row("elbv2_listener", protocol="HTTP", default_action=FORWARD)], ["x"]),
    ],
)
def test_predicates(check: str, rows: list[dict[str, Any]], failing: list[str]) -> None:
    assert names(check, *rows) == failing


@given(st.integers(0, 65535), st.integers(0, 65535))
def test_a_range_is_open_when_it_covers_a_port_of_administration(one: int, other: int) -> None:
    low, high = sorted((one, other))
    rule = {"protocol": "tcp", "from_port": low, "to_port": high, "peer": "0.0.0.0/0"}
    open_ = any(port in range(low, high + 1) for port in (22, 3389))
    assert names("groups-closed", row("ec2_security_group", ingress=[rule])) == (["x"] if open_ else [])


FILTER = row("logs_metric_filter", "f", pattern="{ $.eventName = StopLogging }", namespace="n", metric="m")


@pytest.mark.parametrize(
    ("rows", "failing"),
    [
        ([FILTER, row("cloudwatch_alarm", namespace="n", metric="m", alarm_actions=["topic"])], []),
        ([FILTER, row("cloudwatch_alarm", namespace="n", metric="m", alarm_actions=[])], ["f"]),
        ([FILTER, row("cloudwatch_alarm", namespace="n", metric="other", alarm_actions=["topic"])], ["f"]),
        ([row("cloudwatch_alarm", namespace="n", metric="m", alarm_actions=["topic"])], ["logs_metric_filter"]),
    ],
)
def test_an_alarm_needs_a_filter_and_somebody_to_tell(rows: list[dict[str, Any]], failing: list[str]) -> None:
    assert [each.name for each in check_of({"alarm": ["StopLogging"]})(Desired(rows))] == failing


ITEM = {"id": "1", "title": "t", "every": "rds_instance", "property": "encrypted", "is": True}


@pytest.mark.parametrize(
    ("operation", "wanted", "good", "bad"),
    [
        ("is", True, True, None),
        ("at_least", 14, 14, 13),
        ("at_most", 14, 14, 15),
        ("has", ["a"], ["a", "b"], ["b"]),
        ("lacks", ["a"], ["b"], ["a"]),
        ("filled", True, "key", ""),
        ("like", "TLS*", "TLSv1.2", "SSLv3"),
    ],
)
def test_every_resource_is_as_it_must_be(operation: str, wanted: Any, good: Any, bad: Any) -> None:
    item = {"id": "1", "every": "k", "property": "a/b.c", operation: wanted}

    def states(*values: Any) -> str:
        return judge(item, Desired([row("k", a={"b.c": value}) for value in values]), "prod").state

    assert [states(good), states(good, bad), states(bad), states()] == [MET, NOT_MET, NOT_MET, NOT_MET]
    assert judge(item, Desired([row("k")]), "prod").state == NOT_MET


def test_an_exception_excuses_what_it_names_and_nothing_else() -> None:
    desired = Desired([row("rds_instance", "a"), row("rds_instance", "b")])
    one = ITEM | {"exceptions": [{"name": "a", "reason": "r"}]}
    both = ITEM | {"exceptions": [{"name": "?", "environments": ["dev"], "reason": "r"}]}
    assert judge(one, desired, "dev").state == NOT_MET
    assert judge(both, desired, "dev").state == EXCEPTION
    assert judge(both, desired, "dev").texts == ("r",)
    assert judge(both, desired, "prod").state == NOT_MET
    assert judge({"id": "1", "outside": "o"}, desired, "dev").state == OUTSIDE
    assert judge({"id": "1", "elsewhere": "e"}, desired, "dev").state == ELSEWHERE


@pytest.mark.parametrize(
    "wrong", [{}, {"check": "no-such"}, {"every": "k", "property": "p"}, {"every": "k", "is": 1, "has": []}]
)
def test_an_item_that_cannot_be_judged_stops(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="item 1: expected"):
        judge({"id": "1"} | wrong, Desired([]), "prod")


def found(item: dict[str, Any], **states: dict[str, Any]) -> list[str]:
    """What must be mended about an item."""
    benchmarks = [{"name": "B", "items": [item]}]
    return findings(benchmarks, verdicts(benchmarks, {name: Desired([of]) for name, of in states.items()}))


def test_what_must_be_mended() -> None:
    good, bad = row("rds_instance", encrypted=True), row("rds_instance", encrypted=False)
    assert found(ITEM, dev=good, prod=good) == []
    assert found(ITEM, dev=bad, prod=good) == []
    assert found(ITEM, staging=bad) == ["staging: B 1 (t): x has encrypted false, expected is true"]
    assert found(ITEM | {"exceptions": [{"reason": "r"}]}, prod=bad) == []
    assert found(ITEM | {"exceptions": [{"reason": "r"}]}, prod=good) == [
        "B 1 (t): the exception «r…» excuses nothing, take it away"
    ]


def test_a_page_says_what_is_not_met() -> None:
    benchmark = {"name": "B", "items": [ITEM]}
    bad = dict.fromkeys(("local", "dev", "staging", "prod"), Desired([row("rds_instance")]))
    assert "| **not met** | **not met** |" in table(benchmark, verdicts([benchmark], bad))
    assert "*x has encrypted null, expected is true*" in table(benchmark, verdicts([benchmark], bad))


def test_the_shipped_items_can_all_be_judged_and_fail_where_nothing_is_desired() -> None:
    benchmarks = shipped()
    judged = verdicts(benchmarks, {"prod": Desired([])})
    assert all(
        item["title"] and (how(item) or {"outside", "elsewhere"} & set(item))
        for each in benchmarks
        for item in each["items"]
    )
    for each in benchmarks:
        for item in each["items"]:
            judges_resources = {"every", "check", "alarm"} & set(item)
            assert (judged[each["name"], item["id"]]["prod"].state in (NOT_MET, EXCEPTION)) == bool(judges_resources), (
                item
            )
    used = {item["check"] for each in benchmarks for item in each["items"] if "check" in item}
    assert used == set(CHECKS) == set(NEEDED)
