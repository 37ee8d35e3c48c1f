"""The name server of the hosted zones, asked over UDP and TCP; records that follow real health."""

from __future__ import annotations

import uuid
from typing import Any

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from localcloud.load_balancer import proxy
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import make_net, make_zone, row, upsert, wait_until
from tests.localcloud.traffic_support import Target, Traffic, fixed, forward


@pytest.fixture(scope="module")
def zone(cloud: RunningCloud) -> str:
    made = make_zone(cloud, "names.example")
    wait_until(lambda: port(cloud) is not None)
    return made


def port(cloud: RunningCloud) -> int | None:
    found: int | None = cloud.control.get("status")["name_server"]["port"]
    return found


def ask(cloud: RunningCloud, name: str, kind: str = "A", *, tcp: bool = False) -> dns.message.Message:
    query = dns.message.make_query(name, kind, use_edns=False)
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query, "127.0.0.1", port=port(cloud) or 0, timeout=10)


def values(cloud: RunningCloud, name: str, kind: str = "A") -> list[str]:
    return sorted(str(value) for rows in ask(cloud, name, kind).answer for value in rows)


def test_records_are_answered_over_both_ways(cloud: RunningCloud, zone: str) -> None:
    upsert(
        cloud, zone, row("www.names.example", "A", "192.0.2.1", "192.0.2.2"), row("names.example", "MX", "10 mail.names.example"),
        row("*.wild.names.example", "TXT", '"any of them"'), row("other.names.example", "CNAME", "www.names.example"),
        row("names.example", "CAA", '0 issue "amazon.com"'), row("away.names.example", "CNAME", "elsewhere.test"),
    )  # fmt: skip
    for tcp in (False, True):
        found = ask(cloud, "WWW.names.example", tcp=tcp)
        assert dns.rcode.to_text(found.rcode()) == "NOERROR"
        assert found.flags & dns.flags.AA
        assert not found.flags & dns.flags.RA
        assert found.answer[0].ttl == 300
        assert sorted(map(str, found.answer[0])) == ["192.0.2.1", "192.0.2.2"]
    assert values(cloud, "names.example", "MX") == ["10 mail.names.example."]
    assert values(cloud, "a.wild.names.example", "TXT") == ['"any of them"']
    assert values(cloud, "other.names.example") == ["192.0.2.1", "192.0.2.2", "www.names.example."]
    assert values(cloud, "away.names.example") == ["elsewhere.test."]
    assert values(cloud, "names.example", "CAA") == ['0 issue "amazon.com"']
    assert len(values(cloud, "names.example", "NS")) == 4


def test_what_is_not_there_is_told_apart(cloud: RunningCloud, zone: str) -> None:
    upsert(cloud, zone, row("deep.er.names.example", "A", "192.0.2.1"))
    for name, kind, code in (
        ("no.names.example", "A", "NXDOMAIN"), ("deep.er.names.example", "AAAA", "NOERROR"),
        ("er.names.example", "A", "NOERROR"),
    ):  # fmt: skip
        found = ask(cloud, name, kind)
        assert (dns.rcode.to_text(found.rcode()), found.answer) == (code, [])
        assert found.authority[0].to_text().startswith("names.example. 900 IN SOA ")
    found = ask(cloud, "www.amazon.com")
    assert (dns.rcode.to_text(found.rcode()), found.flags & dns.flags.AA, found.answer) == ("REFUSED", 0, [])


def test_a_long_answer_is_cut_over_udp_and_whole_over_tcp(cloud: RunningCloud, zone: str) -> None:
    upsert(cloud, zone, row("long.names.example", "TXT", *(f'"{number} {"x" * 100}"' for number in range(8))))
    cut = ask(cloud, "long.names.example", "TXT")
    assert cut.flags & dns.flags.TC
    whole = ask(cloud, "long.names.example", "TXT", tcp=True)
    assert len(whole.answer[0]) == 8


def test_a_private_zone_is_answered_too(cloud: RunningCloud, zone: str) -> None:
    net = make_net(cloud, "10.77")
    made = cloud.client("route53").create_hosted_zone(
        Name="inside.example", CallerReference=str(uuid.uuid4()), HostedZoneConfig={"PrivateZone": True},
        VPC={"VPCRegion": "eu-west-1", "VPCId": net.vpc},
    )  # fmt: skip
    upsert(cloud, made["HostedZone"]["Id"].removeprefix("/hostedzone/"), row("db.inside.example", "A", "10.77.0.9"))
    assert values(cloud, "db.inside.example") == ["10.77.0.9"]


def test_weights_and_regions_decide(cloud: RunningCloud, zone: str) -> None:
    upsert(
        cloud, zone,
        row("w.names.example", "A", "192.0.2.1", SetIdentifier="one", Weight=1),
        row("w.names.example", "A", "192.0.2.2", SetIdentifier="two", Weight=1),
        row("w.names.example", "A", "192.0.2.3", SetIdentifier="none", Weight=0),
        row("l.names.example", "A", "192.0.2.4", SetIdentifier="far", Region="us-east-1"),
        row("l.names.example", "A", "192.0.2.5", SetIdentifier="here", Region="eu-west-1"),
    )  # fmt: skip
    assert {values(cloud, "w.names.example")[0] for _ in range(60)} == {"192.0.2.1", "192.0.2.2"}
    assert values(cloud, "l.names.example") == ["192.0.2.5"]


def test_the_port_stays_after_a_restart(cloud: RunningCloud, zone: str) -> None:
    before = port(cloud)
    cloud.down()
    cloud.up()
    wait_until(lambda: port(cloud) is not None)
    assert port(cloud) == before
    assert values(cloud, "www.names.example") == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.skipif(proxy.obstacle() is not None, reason=proxy.obstacle() or "")
def test_failover_follows_what_is_really_there(cloud: RunningCloud, zone: str) -> None:
    traffic = Traffic(cloud, make_net(cloud, "10.66"), cloud.client("elbv2"))
    route53, target, group = cloud.client("route53"), Target("one"), traffic.group("names")
    arn = traffic.balancer("names")
    traffic.port(traffic.listen(arn, forward(group)))
    address = traffic.register(group, target.port)
    [balancer] = traffic.elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"]
    assert values(cloud, balancer["DNSName"]) == ["127.0.0.1"]
    assert values(cloud, balancer["DNSName"], "AAAA") == []

    def alias(name: str, **more: Any) -> dict[str, Any]:
        place = {
            "DNSName": balancer["DNSName"], "HostedZoneId": balancer["CanonicalHostedZoneId"], "EvaluateTargetHealth": True,
        }  # fmt: skip
        return {"Name": name, "Type": "A", "AliasTarget": place, **more}

    upsert(
        cloud, zone, alias("site.names.example", SetIdentifier="one", Failover="PRIMARY"), alias("check.names.example"),
        row("site.names.example", "A", "192.0.2.7", SetIdentifier="two", Failover="SECONDARY"),
    )  # fmt: skip
    assert values(cloud, "site.names.example") == ["127.0.0.1"]
    target.health = 500
    wait_until(lambda: values(cloud, "site.names.example") == ["192.0.2.7"])
    target.health = 200
    wait_until(lambda: values(cloud, "site.names.example") == ["127.0.0.1"])
    # A health check that asks the load balancer by name, and one that asks the target by its address.
    by_name = {"Type": "HTTP", "FullyQualifiedDomainName": "check.names.example", "ResourcePath": "/status/200"}
    by_address = {"Type": "HTTP", "IPAddress": address, "Port": 8080, "ResourcePath": "/healthz"}
    made = [
        route53.create_health_check(
            CallerReference=str(uuid.uuid4()), HealthCheckConfig={**wanted, "RequestInterval": 10, "FailureThreshold": 1}
        )["HealthCheck"]["Id"]
        for wanted in (by_name, by_address)
    ]  # fmt: skip
    for number, check in enumerate(made):
        name = f"f{number}.names.example"
        upsert(
            cloud, zone, row(name, "A", "192.0.2.1", SetIdentifier="one", Failover="PRIMARY", HealthCheckId=check),
            row(name, "A", "192.0.2.2", SetIdentifier="two", Failover="SECONDARY"),
        )  # fmt: skip
    wait_until(lambda: "HTTP Status Code 200" in said(route53, made[0]))
    assert values(cloud, "f0.names.example") == values(cloud, "f1.names.example") == ["192.0.2.1"]
    target.health = 503
    wait_until(lambda: values(cloud, "f1.names.example") == ["192.0.2.2"])
    assert said(route53, made[1]) == "Failure: HTTP Status Code 503, Service Unavailable"
    target.end()
    wait_until(lambda: values(cloud, "f0.names.example") == ["192.0.2.2"])
    assert said(route53, made[0]) == "Failure: HTTP Status Code 502, Bad Gateway"
    # What was told to be unhealthy is, whatever is found.
    healthy = traffic.listen(arn, fixed(200, "well"), port=81)
    traffic.port(healthy)
    route53.update_health_check(HealthCheckId=made[0], Port=81)
    wait_until(lambda: values(cloud, "f0.names.example") == ["192.0.2.1"])
    cloud.control.put("health-checks", {"id": made[0], "healthy": False})
    assert values(cloud, "f0.names.example") == ["192.0.2.2"]


def said(route53: Any, check: str) -> str:
    rows = route53.get_health_check_status(HealthCheckId=check)["HealthCheckObservations"]
    return str(rows[0]["StatusReport"]["Status"])
