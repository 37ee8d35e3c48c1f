"""Route 53 of the local cloud, through boto3: changes in time, batches as a whole, failover by health."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import make_net, make_zone, refused, row, upsert, wait_until


@pytest.fixture(scope="module")
def zone(cloud: RunningCloud) -> str:
    return make_zone(cloud, "dns.example")


def records(cloud: RunningCloud, zone: str) -> dict[tuple[str, str, str], Any]:
    found = cloud.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {(each["Name"], each["Type"], each.get("SetIdentifier", "")): each for each in found}


def answer(cloud: RunningCloud, zone: str, name: str, kind: str = "A") -> Any:
    said = cloud.client("route53").test_dns_answer(HostedZoneId=zone, RecordName=name, RecordType=kind)
    return said["ResponseCode"], said["RecordData"]


def test_a_change_is_pending_before_it_is_in_sync(cloud: RunningCloud, zone: str) -> None:
    route53 = cloud.client("route53")
    made = upsert(cloud, zone, row("sync.dns.example", "A", "192.0.2.1"))["ChangeInfo"]
    assert made["Status"] == "PENDING"
    wait_until(lambda: route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "INSYNC")
    with refused("NoSuchChange"):
        route53.get_change(Id="C0000000000000000000")


def test_a_batch_is_done_as_a_whole_or_not_at_all(cloud: RunningCloud, zone: str) -> None:
    before = records(cloud, zone)
    with refused("InvalidChangeBatch", "not permitted in zone"):
        upsert(cloud, zone, row("whole.dns.example", "A", "192.0.2.1"), row("a.elsewhere.example", "A", "192.0.2.1"))
    assert records(cloud, zone) == before


def test_what_is_created_twice_or_deleted_wrongly_is_refused(cloud: RunningCloud, zone: str) -> None:
    once = row("once.dns.example", "A", "192.0.2.1")
    upsert(cloud, zone, once, action="CREATE")
    with refused("InvalidChangeBatch", "already exists"):
        upsert(cloud, zone, once, action="CREATE")
    with refused("InvalidChangeBatch", "do not match"):
        upsert(cloud, zone, row("once.dns.example", "A", "192.0.2.2"), action="DELETE")
    upsert(cloud, zone, once, action="DELETE")
    with refused("InvalidChangeBatch", "not found"):
        upsert(cloud, zone, once, action="DELETE")
    with refused("InvalidChangeBatch", "at apex"):
        upsert(cloud, zone, row("dns.example", "CNAME", "other.example"))


def test_a_wildcard_is_listed_by_its_code(cloud: RunningCloud, zone: str) -> None:
    upsert(cloud, zone, row("*.wild.dns.example", "A", "192.0.2.1"))
    assert ("\\052.wild.dns.example.", "A", "") in records(cloud, zone)
    assert answer(cloud, zone, "any.wild.dns.example") == ("NOERROR", ["192.0.2.1"])


def test_an_alias_needs_its_target(cloud: RunningCloud, zone: str) -> None:
    net = make_net(cloud, "10.68")
    made = cloud.client("elbv2").create_load_balancer(Name="alias", Subnets=net.subnets)["LoadBalancers"][0]

    def alias(name: str, place: str) -> dict[str, Any]:
        target = {"DNSName": name, "HostedZoneId": place, "EvaluateTargetHealth": True}
        return {"Name": "alias.dns.example", "Type": "A", "AliasTarget": target}

    with refused("InvalidChangeBatch", "not found"):
        upsert(cloud, zone, alias("gone-1.eu-west-1.elb.amazonaws.com", made["CanonicalHostedZoneId"]))
    with refused("InvalidChangeBatch", "within the target zone"):
        upsert(cloud, zone, alias(made["DNSName"], "Z215JYRZR1TBD5"))
    with refused("InvalidChangeBatch", "not found"):
        upsert(cloud, zone, alias("d0000000000000.cloudfront.net", "Z2FDTNDATAQYW2"))
    upsert(cloud, zone, alias("dualstack." + made["DNSName"], made["CanonicalHostedZoneId"]))
    assert answer(cloud, zone, "alias.dns.example")[1] == [f"dualstack.{made['DNSName'].lower()}."]


def test_failover_follows_the_health_check(cloud: RunningCloud, zone: str) -> None:
    route53 = cloud.client("route53")
    config = {"Type": "HTTPS", "FullyQualifiedDomainName": "primary.dns.example", "ResourcePath": "/healthz"}
    check = route53.create_health_check(CallerReference="failover", HealthCheckConfig=config)["HealthCheck"]
    assert check["HealthCheckConfig"]["Port"] == 443
    assert check["HealthCheckConfig"]["EnableSNI"]
    primary = row("f.dns.example", "A", "192.0.2.1", SetIdentifier="one", Failover="PRIMARY", HealthCheckId=check["Id"])
    secondary = row("f.dns.example", "A", "192.0.2.2", SetIdentifier="two", Failover="SECONDARY")
    with refused("NoSuchHealthCheck"):
        upsert(cloud, zone, {**primary, "HealthCheckId": "00000000-0000-0000-0000-000000000000"})
    upsert(cloud, zone, primary, secondary)
    with refused("InvalidChangeBatch", "PRIMARY record already"):
        upsert(cloud, zone, {**primary, "SetIdentifier": "three"})
    with refused("InvalidChangeBatch", "non multivalue"):
        upsert(cloud, zone, row("f.dns.example", "A", "192.0.2.3"))
    assert answer(cloud, zone, "f.dns.example") == ("NOERROR", ["192.0.2.1"])
    cloud.control.put("health-checks", {"id": check["Id"], "healthy": False})
    said = route53.get_health_check_status(HealthCheckId=check["Id"])["HealthCheckObservations"]
    assert all(each["StatusReport"]["Status"].startswith("Failure") for each in said)
    assert answer(cloud, zone, "f.dns.example") == ("NOERROR", ["192.0.2.2"])
    other = row("g.dns.example", "A", "192.0.2.9", SetIdentifier="one", Failover="PRIMARY", HealthCheckId=check["Id"])
    upsert(cloud, zone, other)
    upsert(cloud, zone, other, action="DELETE")
    assert ("f.dns.example.", "A", "one") in records(cloud, zone)


def test_references_are_unique_and_versions_count(cloud: RunningCloud) -> None:
    route53 = cloud.client("route53")
    config = {"Type": "TCP", "IPAddress": "192.0.2.7", "Port": 5432}
    made = route53.create_health_check(CallerReference="same", HealthCheckConfig=config)["HealthCheck"]
    assert (
        route53.create_health_check(CallerReference="same", HealthCheckConfig=config)["HealthCheck"]["Id"] == made["Id"]
    )
    with refused("HealthCheckAlreadyExists"):
        route53.create_health_check(CallerReference="same", HealthCheckConfig={**config, "Port": 80})
    changed = route53.update_health_check(HealthCheckId=made["Id"], FailureThreshold=5)["HealthCheck"]
    assert changed["HealthCheckVersion"] == 2
    route53.delete_health_check(HealthCheckId=made["Id"])
    with refused("NoSuchHealthCheck"):
        route53.delete_health_check(HealthCheckId=made["Id"])
    route53.create_hosted_zone(Name="twice.example", CallerReference="zone")
    with refused("HostedZoneAlreadyExists"):
        route53.create_hosted_zone(Name="twice.example", CallerReference="zone")
    assert answer(cloud, make_zone(cloud, "empty.example"), "no.empty.example") == ("NXDOMAIN", [])
