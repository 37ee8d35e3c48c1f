"""Which health checks and records of Route 53 are healthy."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

import pytest

from localcloud.name_server.checks import Standing
from localcloud.services import elbv2_traffic, route53_health


def check(identifier: str, kind: str = "HTTP", **more: Any) -> Any:
    given = {"disabled": False, "inverted": False, "healthy": True, "children": None, "health_threshold": None}
    return Thing(id=identifier, type_=kind, **{**given, **more})


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    made = {
        "good": check("good"), "bad": check("bad"), "told": check("told", healthy=False), "unknown": check("unknown"),
    }  # fmt: skip
    monkeypatch.setattr(route53_health, "all_checks", lambda: made)
    monkeypatch.setattr(
        route53_health, "standings", {"good": Standing(True), "bad": Standing(False), "told": Standing(True)}
    )
    return made


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (check("good"), True), (check("bad"), False), (check("unknown"), True), (check("told", healthy=False), False),
        (check("bad", inverted=True), True), (check("good", inverted=True), False), (check("bad", disabled=True), True),
        (check("c", "CALCULATED", children=["good", "bad"], health_threshold=1), True),
        (check("c", "CALCULATED", children=["good", "bad", "told"], health_threshold=2), False),
        (check("c", "CALCULATED", children=["gone"], health_threshold=1), False),
        (check("c", "CALCULATED", children=["good"], health_threshold=1, healthy=False), False),
    ],
)  # fmt: skip
def test_checks(known: dict[str, Any], given: Any, wanted: bool) -> None:
    assert route53_health.check_healthy(given) is wanted


def test_checks_that_name_each_other_end(known: dict[str, Any]) -> None:
    known["a"] = check("a", "CALCULATED", children=["b"], health_threshold=1)
    known["b"] = check("b", "CALCULATED", children=["a"], health_threshold=1)
    assert route53_health.check_healthy(known["a"])


def record(name: str, check_id: str | None = None, **alias: Any) -> Any:
    return Thing(name=name, type="A", health_check_id=check_id, alias_target=alias or None)


ALIAS = {"DNSName": "lb-1.elb.amazonaws.com.", "HostedZoneId": "ZELB", "EvaluateTargetHealth": True}


@pytest.mark.parametrize(
    ("given", "behind", "wanted"),
    [
        (record("a."), True, True), (record("a.", "good"), True, True), (record("a.", "bad"), True, False),
        (record("a.", "of another account"), True, True), (record("a.", **ALIAS), True, True),
        (record("a.", **ALIAS), False, False), (record("a.", **ALIAS), None, False), (record("a.", "bad", **ALIAS), True, False),
        (record("a.", **{**ALIAS, "EvaluateTargetHealth": "false"}), False, True),
        (record("a.", **{**ALIAS, "DNSName": "b.", "HostedZoneId": "Z1"}), True, True),
        (record("a.", **{**ALIAS, "DNSName": "c.", "HostedZoneId": "Z1"}), True, False),
        (record("a.", **{**ALIAS, "DNSName": "none.", "HostedZoneId": "Z1"}), True, False),
    ],
)  # fmt: skip
def test_records(
    known: dict[str, Any], monkeypatch: pytest.MonkeyPatch, given: Any, behind: bool | None, wanted: bool
) -> None:
    """behind: whether the load balancer's targets are healthy, None where there is no load balancer of that name."""
    monkeypatch.setattr(elbv2_traffic, "named", lambda name: None if behind is None else name)
    monkeypatch.setattr(elbv2_traffic, "healthy", lambda balancer: behind)
    zone = Thing(resource_id="Z1", rrsets=[record("b.", "bad"), record("b.", "good"), record("c.", "bad")])
    assert route53_health.record_healthy(zone, given) is wanted
