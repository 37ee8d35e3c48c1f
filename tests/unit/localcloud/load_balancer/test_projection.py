"""From the emulated API's state to what is to be forwarded."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

import pytest

from localcloud.load_balancer import projection
from localcloud.load_balancer.model import Certificate, Condition, Fixed, Forward, Redirect, Target
from localcloud.load_balancer.projection import Surroundings

TLS = {"new": ["TLSv1.3", "TLSv1.2"], "old": ["TLSv1.2", "TLSv1.1", "TLSv1"], "one": ["TLSv1.2"]}


def around(*, reach: bool = True) -> Surroundings:
    return Surroundings(
        seconds=lambda seconds: seconds * 0.01,
        reach=lambda address, port: ("127.0.0.1:5000", None) if reach and address != "10.0.0.9" else None,
        port=lambda arn: 40000 + len(arn),
        certificate=lambda arn: Certificate(arn, b"pem") if arn != "unknown" else None,
        protocols=TLS.__getitem__,
    )


def action(kind: str, **data: Any) -> Any:
    return Thing(data={"Type": kind, **data})


def listener(arn: str = "l", **more: Any) -> Any:
    given = {
        "protocol": "HTTP", "port": "80", "rules": {}, "certificates": [], "ssl_policy": None,
        "default_actions": [action("forward", TargetGroupArn="g")],
    }  # fmt: skip
    return Thing(arn=arn, **{**given, **more})


def balancer(*listeners: Any, **more: Any) -> Any:
    given = {"arn": "lb", "type": "application", "attrs": {}, "ready_at": 5.0}
    return Thing(listeners={each.arn: each for each in listeners}, **{**given, **more})


def group(**more: Any) -> Any:
    given = {
        "arn": "g", "target_type": "ip", "protocol": "HTTP", "attributes": {}, "health_check_port": "traffic-port",
        "health_check_protocol": "HTTP", "health_check_path": "/health", "health_check_interval_seconds": 30,
        "health_check_timeout_seconds": "5", "healthy_threshold_count": "5", "unhealthy_threshold_count": 2,
        "matcher": {"HttpCode": "200-299"}, "targets": {"10.0.0.1": {"Id": "10.0.0.1", "Port": "8080"}},
    }  # fmt: skip
    return Thing(**{**given, **more})


def test_only_active_application_load_balancers_are_served() -> None:
    given = [
        balancer(listener()),
        balancer(listener(), arn="later", ready_at=20.0),
        balancer(arn="nlb", type="network"),
    ]
    made = projection.describe(given, [group(), group(arn="unused")], 10.0, around())
    assert [each.arn for each in made.balancers] == ["lb"]
    assert [each.arn for each in made.groups] == ["g"]
    assert made.listeners[0].local_port == 40001


def test_a_group() -> None:
    attributes = {
        "slow_start.duration_seconds": "30", "stickiness.enabled": "true", "stickiness.type": "lb_cookie",
        "stickiness.lb_cookie.duration_seconds": "100", "load_balancing.algorithm.type": "least_outstanding_requests",
    }  # fmt: skip
    targets = {each: {"Id": each, "Port": 8080} for each in ("10.0.0.1", "10.0.0.9")}
    made = projection.group_of(group(attributes=attributes, targets=targets), around())
    assert (made.registered, made.targets) == (2, (Target("10.0.0.1", 8080, "127.0.0.1:5000"),))
    assert (made.slow_start, made.sticky, made.least_outstanding) == (0.3, 1.0, True)
    check = made.check
    assert (check.path, check.port, check.matcher, check.healthy, check.unhealthy) == ("/health", None, "200-299", 5, 2)
    assert (check.interval, check.timeout) == (pytest.approx(0.3), 1.0)


@pytest.mark.parametrize("more", [{"target_type": "instance"}, {"target_type": "lambda"}, {"protocol": "TCP"}])
def test_targets_that_are_no_addresses_cannot_be_reached(more: dict[str, str]) -> None:
    made = projection.group_of(group(**more), around())
    assert (made.registered, made.targets) == (1, ())


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"HttpCode": "200,301-302"}, "200,301-302"), ({"HttpCode": "200 - 299"}, "200-299"),
        ({"HttpCode": "200\nserver x"}, "200"), ({}, "200"), (None, "200"),
    ],
)  # fmt: skip
def test_matchers(given: Any, wanted: str) -> None:
    assert projection.group_of(group(matcher=given), around()).check.matcher == wanted


def test_a_path_of_a_check_stays_one_word() -> None:
    assert projection.group_of(group(health_check_path="/a b\n\u00fc"), around()).check.path == "/a%20b%0A%C3%BC"


def rule(priority: Any, conditions: list[dict[str, Any]], *actions: Any) -> Any:
    return Thing(priority=priority, conditions=conditions, actions=list(actions), is_default=False)


def test_rules_come_by_their_numbers_and_the_default_last() -> None:
    configured = {"StatusCode": "503", "MessageBody": "x", "ContentType": "text/html"}
    fixed = action("fixed-response", FixedResponseConfig=configured)
    rules = {each: rule(each, [{"Field": "path-pattern", "Values": ["/a"]}], fixed) for each in ("10", 9)}
    made = projection.describe([balancer(listener(rules=rules))], [], 10.0, around()).listeners[0].rules
    assert [each.priority for each in made] == ["9", "10", "default"]
    assert made[0].action == Fixed(503, "text/html", "x")
    assert made[2].action == Forward((("g", 1),))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"Field": "path-pattern", "Values": ["/a"]}, Condition("path-pattern", ("/a",))),
        (
            {"Field": "host-header", "HostHeaderConfig": {"Values": ["a", "b"]}},
            Condition("host-header", ("a", "b")),
        ),
        (
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-A", "Values": ["a"]}},
            Condition("http-header", ("a",), "X-A"),
        ),
        (
            {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "a", "Value": "b"}, {"Value": "c"}]}},
            Condition("query-string", pairs=(("a", "b"), (None, "c"))),
        ),
        (
            {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8", "x if TRUE"]}},
            Condition("source-ip", ("10.0.0.0/8",)),
        ),
    ],
)
def test_conditions(given: dict[str, Any], wanted: Condition) -> None:
    rules = {"1": rule(1, [given], action("forward", TargetGroupArn="g"))}
    made = projection.describe([balancer(listener(rules=rules))], [], 10.0, around()).listeners[0].rules
    assert made[0].conditions == (wanted,)


@pytest.mark.parametrize(
    "given",
    [
        {"Field": "source-ip", "SourceIpConfig": {"Values": ["no network"]}},
        {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X A)", "Values": ["a"]}},
        {"Field": "of-the-future", "Values": ["a"]},
        {"Field": "path-pattern", "Values": []},
    ],
)
def test_a_rule_whose_condition_cannot_hold_is_never_taken(given: dict[str, Any]) -> None:
    rules = {"1": rule(1, [given], action("forward", TargetGroupArn="g"))}
    made = projection.describe([balancer(listener(rules=rules))], [], 10.0, around()).listeners[0].rules
    assert [each.priority for each in made] == ["default"]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (
            action("forward", ForwardConfig={"TargetGroups": [{"TargetGroupArn": "a", "Weight": 3}, {"TargetGroupArn": "b"}]}),
            Forward((("a", 3), ("b", 1))),
        ),
        (
            action("redirect", RedirectConfig={"StatusCode": "HTTP_302", "Protocol": "HTTPS", "Port": "443", "Query": ""}),
            Redirect(protocol="HTTPS", port="443", query="", status=302),
        ),
        (action("fixed-response", FixedResponseConfig={"StatusCode": "404"}), Fixed(404)),
    ],
)  # fmt: skip
def test_actions(given: Any, wanted: Any) -> None:
    made = projection.describe([balancer(listener(default_actions=[given]))], [], 10.0, around())
    assert made.listeners[0].rules[-1].action == wanted


def test_nobody_gets_by_a_sign_in() -> None:
    actions = [action("authenticate-oidc"), action("forward", TargetGroupArn="g")]
    made = projection.describe([balancer(listener(default_actions=actions))], [group()], 10.0, around())
    assert made.listeners[0].rules[-1].action == Fixed(
        501, body="the local cloud has no sign-in for authenticate actions"
    )
    assert made.groups == ()


@pytest.mark.parametrize(("policy", "least", "most"), [
    ("new", "TLSv1.2", "TLSv1.3"), ("old", "TLSv1.0", "TLSv1.2"), ("one", "TLSv1.2", "TLSv1.2"),
])  # fmt: skip
def test_policies(policy: str, least: str, most: str) -> None:
    secure = listener(protocol="HTTPS", certificates=["a", "unknown"], ssl_policy=policy)
    [made] = projection.describe([balancer(secure)], [], 10.0, around()).listeners
    assert (made.secure, made.least_tls, made.most_tls) == (True, least, most)
    assert [each.arn for each in made.certificates] == ["a"]
    assert "pem" not in repr(made)


@pytest.mark.parametrize("more", [
    {"protocol": "TCP"}, {"protocol": "HTTPS", "ssl_policy": "new", "certificates": ["unknown", "a"]},
    {"protocol": "HTTPS", "ssl_policy": "new"},
])  # fmt: skip
def test_a_listener_that_cannot_be_served_is_told(more: dict[str, Any]) -> None:
    made = projection.describe([balancer(listener("odd", **more), listener())], [], 10.0, around())
    assert [each.arn for each in made.listeners] == ["l"]
    assert [arn for arn, _why in made.left_out] == ["odd"]
