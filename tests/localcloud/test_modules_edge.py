"""Four phases (check, run, check, run) of the modules of the edge, and that their kinds see what was changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import (
    TAGS,
    Net,
    make_certificate,
    make_net,
    make_zone,
    plan,
    row,
    seen,
    upsert,
    wait_until,
)
from tests.localcloud.modules import four_phases, run_module


@pytest.fixture(scope="module")
def net(cloud: RunningCloud) -> Net:
    return make_net(cloud)


@pytest.fixture(scope="module")
def zone(cloud: RunningCloud) -> str:
    return make_zone(cloud, "edge.example")


@pytest.fixture(scope="module")
def balancer(cloud: RunningCloud, net: Net) -> dict[str, Any]:
    """A load balancer made by the module, active."""
    done = four_phases(cloud, "elbv2_load_balancer", {"name": "creator-test", **balancer_settings(net)})
    elb = cloud.client("elbv2")
    wait_until(
        lambda: elb.describe_load_balancers(Names=["creator-test"])["LoadBalancers"][0]["State"]["Code"] == "active"
    )
    return dict(done.result["load_balancer"])


def balancer_settings(net: Net) -> dict[str, Any]:
    return {
        "scheme": "internet-facing",
        "subnets": net.subnets,
        "security_groups": [net.group],
        "deletion_protection": True,
        "idle_timeout": 60,
        "drop_invalid_headers": True,
        "access_logs": False,
        "access_log_bucket": "",
        "access_log_prefix": "",
        "tags": TAGS,
    }


@pytest.mark.parametrize(
    ("change", "attribute"),
    [
        (("deletion_protection.enabled", "false"), "deletion_protection"),
        (("idle_timeout.timeout_seconds", "120"), "idle_timeout"),
        (("routing.http.drop_invalid_header_fields.enabled", "false"), "drop_invalid_headers"),
        (("routing.http.desync_mitigation_mode", "monitor"), "desync_mitigation"),
        (("routing.http2.enabled", "false"), "http2"),
        (("waf.fail_open.enabled", "true"), "waf_fail_open"),
    ],
)
def test_a_load_balancer_changed_behind_our_back_is_seen_and_mended(
    cloud: RunningCloud, net: Net, balancer: dict[str, Any], change: tuple[str, str], attribute: str
) -> None:
    desired = {**balancer_settings(net), "desync_mitigation": "defensive", "http2": True, "waf_fail_open": False}
    assert plan(cloud, "elbv2_load_balancer", "creator-test", desired) == []
    rows = [{"Key": change[0], "Value": change[1]}]
    cloud.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=balancer["arn"], Attributes=rows)
    assert seen(plan(cloud, "elbv2_load_balancer", "creator-test", desired)) == [attribute]
    four_phases(cloud, "elbv2_load_balancer", {"name": "creator-test", **desired})
    assert plan(cloud, "elbv2_load_balancer", "creator-test", desired) == []


def test_a_protected_load_balancer_is_removed_only_when_told(cloud: RunningCloud, net: Net) -> None:
    arguments = {"name": "creator-test-other", **balancer_settings(net)}
    run_module(cloud, "elbv2_load_balancer", arguments)
    refused = run_module(cloud, "elbv2_load_balancer", {"name": arguments["name"], "state": "absent"})
    assert "deletion protection" in refused.result["msg"]
    other = run_module(cloud, "elbv2_load_balancer", {"name": arguments["name"], "scheme": "internal"})
    assert "settles at creation" in other.result["msg"]
    four_phases(cloud, "elbv2_load_balancer", {"name": arguments["name"], "state": "absent", "unprotect": True})


GROUP: dict[str, Any] = {
    "protocol": "HTTP",
    "port": 8080,
    "target_type": "ip",
    "health_check_path": "/healthz",
    "health_check_interval": 10,
    "health_check_timeout": 5,
    "healthy_threshold": 2,
    "unhealthy_threshold": 3,
    "health_check_codes": "200-299",
    "deregistration_delay": 30,
    "slow_start": 30,
    "tags": TAGS,
}


@pytest.mark.parametrize(
    ("operation", "parameters", "attribute"),
    [
        ("modify_target_group", {"HealthCheckPath": "/"}, "health_check_path"),
        ("modify_target_group", {"HealthCheckIntervalSeconds": 60}, "health_check_interval"),
        ("modify_target_group", {"HealthyThresholdCount": 7}, "healthy_threshold"),
        ("modify_target_group", {"Matcher": {"HttpCode": "200"}}, "health_check_codes"),
        (
            "modify_target_group_attributes",
            {"Attributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "300"}]},
            "deregistration_delay",
        ),
        (
            "modify_target_group_attributes",
            {"Attributes": [{"Key": "slow_start.duration_seconds", "Value": "0"}]},
            "slow_start",
        ),
    ],
)
def test_a_target_group_changed_behind_our_back_is_seen_and_mended(
    cloud: RunningCloud, net: Net, operation: str, parameters: dict[str, Any], attribute: str
) -> None:
    name = "creator-test-" + attribute.replace("_", "-")[:18].rstrip("-")
    desired = {**GROUP, "vpc": net.vpc}
    done = four_phases(cloud, "elbv2_target_group", {"name": name, **desired})
    assert plan(cloud, "elbv2_target_group", name, desired) == []
    arn = done.result["target_group"]["arn"]
    getattr(cloud.client("elbv2"), operation)(TargetGroupArn=arn, **parameters)
    assert seen(plan(cloud, "elbv2_target_group", name, desired)) == [attribute]
    four_phases(cloud, "elbv2_target_group", {"name": name, **desired})
    moved = run_module(cloud, "elbv2_target_group", {"name": name, "port": 9090}, check=True)
    assert "settled at creation" in moved.result["msg"]
    four_phases(cloud, "elbv2_target_group", {"name": name, "state": "absent"})


def test_a_listener_keeps_its_rules(cloud: RunningCloud, net: Net, zone: str, balancer: dict[str, Any]) -> None:
    elb = cloud.client("elbv2")
    groups = {
        name: run_module(cloud, "elbv2_target_group", {"name": name, **GROUP, "vpc": net.vpc}).result["target_group"][
            "arn"
        ]
        for name in ("creator-test-web", "creator-test-api")
    }
    certificate = make_certificate(cloud, zone, "listener.edge.example")
    cloud.client("acm").add_tags_to_certificate(
        CertificateArn=certificate, Tags=[{"Key": "Name", "Value": "creator-test-alb"}]
    )
    rules = [
        {"priority": 20, "paths": ["/*"], "action": {"type": "forward", "target_group": "creator-test-web"}},
        {
            "priority": 10,
            "hosts": ["api.edge.example"],
            "paths": ["/v1/*", "/v2/*"],
            "headers": {"X-Which": ["a"]},
            "action": {"type": "forward", "target_group": "creator-test-api"},
        },
    ]
    desired = {
        "protocol": "HTTPS",
        "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "certificate": "creator-test-alb",
        "default_action": {"type": "fixed-response", "status": "404", "body": "nothing here"},
        "rules": rules,
        "tags": TAGS,
    }
    where = {"load_balancer": balancer["arn"], "port": 443, "arns": {**groups, "creator-test-alb": certificate}}
    done = four_phases(cloud, "elbv2_listener", {**where, **desired})
    arn = done.result["listener"]["arn"]
    name = "creator-test:443"
    assert plan(cloud, "elbv2_listener", name, desired) == []
    (first, *_others) = elb.describe_rules(ListenerArn=arn)["Rules"]
    elb.delete_rule(RuleArn=first["RuleArn"])
    assert seen(plan(cloud, "elbv2_listener", name, desired)) == ["rules"]
    assert four_phases(cloud, "elbv2_listener", {**where, **desired}).writes == ["CreateRule"]
    elb.modify_listener(ListenerArn=arn, SslPolicy="ELBSecurityPolicy-2016-08")
    assert seen(plan(cloud, "elbv2_listener", name, desired)) == ["ssl_policy"]
    four_phases(cloud, "elbv2_listener", {**where, **desired})
    fewer = {**where, **desired, "rules": [{**rules[1], "paths": ["/v1/*"]}]}
    assert four_phases(cloud, "elbv2_listener", fewer).writes == ["DeleteRule", "ModifyRule"]
    other = make_certificate(cloud, zone, "other.edge.example")
    elb.modify_listener(ListenerArn=arn, Certificates=[{"CertificateArn": other}])
    assert seen(plan(cloud, "elbv2_listener", name, {**desired, "rules": fewer["rules"]})) == ["certificate"]
    four_phases(cloud, "elbv2_listener", {**where, "state": "absent"})


def test_plain_http_is_sent_to_https(cloud: RunningCloud, balancer: dict[str, Any]) -> None:
    redirect = {"type": "redirect", "protocol": "HTTPS", "port": "443", "status": "HTTP_301"}
    desired = {"protocol": "HTTP", "default_action": redirect, "tags": TAGS}
    done = four_phases(cloud, "elbv2_listener", {"load_balancer": balancer["arn"], "port": 80, **desired})
    assert plan(cloud, "elbv2_listener", "creator-test:80", desired) == []
    arn = done.result["listener"]["arn"]
    answer = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain"}}]
    cloud.client("elbv2").modify_listener(ListenerArn=arn, DefaultActions=answer)
    assert seen(plan(cloud, "elbv2_listener", "creator-test:80", desired)) == ["default_action"]


def test_a_certificate_is_requested_proved_and_seen(cloud: RunningCloud, zone: str) -> None:
    desired = {
        "domain": "edge.example",
        "alternative_names": ["*.edge.example"],
        "key_algorithm": "EC_prime256v1",
        "transparency": True,
        "tags": TAGS,
    }
    name = "creator-test-regional"
    done = four_phases(cloud, "acm_certificate", {"name": name, **desired})
    made = done.result["certificate"]
    assert made["status"] == "PENDING_VALIDATION"
    assert seen(plan(cloud, "acm_certificate", name, desired)) == ["status", "unpublished"]
    records = {"zone": "edge.example", "records": made["records"]}
    four_phases(cloud, "route53_records", records)
    wait_until(lambda: plan(cloud, "acm_certificate", name, desired) == [])
    proof = made["records"][0]
    upsert(cloud, zone, row(proof["name"], proof["type"], "elsewhere.acm-validations.aws.", TTL=300))
    assert seen(plan(cloud, "acm_certificate", name, desired)) == ["unpublished"]
    four_phases(cloud, "route53_records", records)
    other = run_module(cloud, "acm_certificate", {"name": name, "domain": "else.example"}, check=True)
    assert "another domain" in other.result["msg"]
    four_phases(cloud, "acm_certificate", {"name": name, "tags": {"who": "me"}})
    four_phases(cloud, "acm_certificate", {"name": name, "state": "absent"})
    four_phases(cloud, "route53_records", {**records, "state": "absent"})


def test_a_name_becomes_a_failover_pair_in_one_change(cloud: RunningCloud, zone: str, balancer: dict[str, Any]) -> None:
    config = {"Type": "HTTPS", "FullyQualifiedDomainName": "primary.edge.example", "ResourcePath": "/healthz"}
    route53 = cloud.client("route53")
    check = route53.create_health_check(CallerReference="pair", HealthCheckConfig=config)["HealthCheck"]["Id"]
    tag = [{"Key": "Name", "Value": "creator-test-primary"}]
    route53.change_tags_for_resource(ResourceType="healthcheck", ResourceId=check, AddTags=tag)
    known = {
        "zone": "edge.example",
        "targets": {"load_balancer:creator-test": {"dns_name": balancer["dns_name"], "zone_id": balancer["zone_id"]}},
        "health_checks": {"creator-test-primary": check},
    }
    simple = {"name": "pair.edge.example", "type": "A", "target": "load_balancer:creator-test", "evaluate_health": True}
    four_phases(cloud, "route53_records", {**known, "records": [simple]})
    described = {"zone": "edge.example", "target": simple["target"], "evaluate_health": True}
    assert plan(cloud, "route53_record", "pair.edge.example A", described) == []
    pair = [
        {**simple, "set_identifier": "primary", "failover": "PRIMARY", "health_check": "creator-test-primary"},
        {
            "name": "pair.edge.example",
            "type": "A",
            "set_identifier": "secondary",
            "failover": "SECONDARY",
            "values": ["192.0.2.1"],
            "ttl": 60,
        },
    ]
    done = four_phases(cloud, "route53_records", {**known, "records": pair, "remove": [simple]})
    assert done.writes == ["ChangeResourceRecordSets"]
    primary = {**described, "failover": "PRIMARY", "health_check": "creator-test-primary"}
    assert plan(cloud, "route53_record", "pair.edge.example A primary", primary) == []
    unknown = {**known, "records": [{**simple, "target": "load_balancer:other"}]}
    refused = run_module(cloud, "route53_records", unknown, check=True)
    assert "nothing says what that is" in refused.result["msg"]
    nowhere = run_module(cloud, "route53_records", {"zone": "nowhere.example", "records": [simple]}, check=True)
    assert "no public zone nowhere.example" in nowhere.result["msg"]
    four_phases(cloud, "route53_records", {"zone": "edge.example", "records": pair, "state": "absent"})


def rate_rule(limit: int) -> dict[str, Any]:
    return {
        "Name": "rate",
        "Priority": 1,
        "Statement": {"RateBasedStatement": {"Limit": limit, "AggregateKeyType": "IP", "EvaluationWindowSec": 300}},
        "Action": {"Block": {}},
        "VisibilityConfig": {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "rate"},
    }


def test_a_firewall_judges_logs_and_lets_go(cloud: RunningCloud, balancer: dict[str, Any]) -> None:
    waf = cloud.client("wafv2")
    desired = {
        "description": "words",
        "default_action": "allow",
        "rules": [rate_rule(2000)],
        "load_balancers": ["creator-test"],
        "tags": TAGS,
    }
    name = "creator-test-regional"
    where = {"name": name, "scope": "REGIONAL", "arns": {"creator-test": balancer["arn"]}}
    acl = four_phases(cloud, "wafv2_web_acl", {**where, **desired}).result["web_acl"]
    assert plan(cloud, "wafv2_web_acl", name, desired) == []
    waf.disassociate_web_acl(ResourceArn=balancer["arn"])
    assert seen(plan(cloud, "wafv2_web_acl", name, desired)) == ["load_balancers"]
    four_phases(cloud, "wafv2_web_acl", {**where, **desired})
    four_phases(cloud, "wafv2_web_acl", {**where, "rules": [rate_rule(100)], "default_action": "block"})
    assert seen(plan(cloud, "wafv2_web_acl", name, desired)) == ["default_action", "rules"]
    group = f"aws-waf-logs-{name}"
    cloud.client("logs").create_log_group(logGroupName=group)
    logging = {"log_group": group, "redacted_headers": ["authorization", "cookie"]}
    four_phases(cloud, "wafv2_logging", {"web_acl": acl["arn"], **logging})
    assert plan(cloud, "wafv2_logging", name, logging) == []
    four_phases(cloud, "wafv2_logging", {"web_acl": acl["arn"], "redacted_headers": ["cookie"]})
    assert seen(plan(cloud, "wafv2_logging", name, logging)) == ["redacted_headers"]
    four_phases(cloud, "wafv2_logging", {"web_acl": acl["arn"], "state": "absent"})
    four_phases(cloud, "wafv2_web_acl", {**where, "state": "absent"})
