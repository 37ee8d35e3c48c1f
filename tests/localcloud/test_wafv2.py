"""WAF of the local cloud, through boto3: scopes, capacity, associations, logs, and what AWS refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import make_net, refused, wait_until

VISIBLE = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}


def rate(limit: int = 2000, **more: Any) -> dict[str, Any]:
    statement = {"RateBasedStatement": {"Limit": limit, "AggregateKeyType": "IP", **more}}
    return {"Name": "rate", "Priority": 1, "Statement": statement, "Action": {"Block": {}}, "VisibilityConfig": VISIBLE}


def managed(name: str, priority: int = 2) -> dict[str, Any]:
    return {
        "Name": name,
        "Priority": priority,
        "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}},
        "OverrideAction": {"Count": {}},
        "VisibilityConfig": VISIBLE,
    }


def make(
    cloud: RunningCloud, name: str, *rules: dict[str, Any], scope: str = "REGIONAL", region: str | None = None
) -> Any:
    return cloud.client("wafv2", region).create_web_acl(
        Name=name, Scope=scope, DefaultAction={"Allow": {}}, Rules=list(rules), VisibilityConfig=VISIBLE
    )["Summary"]


def test_what_is_for_distributions_is_in_us_east_1(cloud: RunningCloud) -> None:
    with refused("WAFInvalidParameterException", "scope is not valid"):
        make(cloud, "wrong-place", scope="CLOUDFRONT")
    with refused("WAFInvalidParameterException", "scope is not valid"):
        cloud.client("wafv2").list_web_acls(Scope="CLOUDFRONT")
    made = make(cloud, "right-place", scope="CLOUDFRONT", region="us-east-1")
    assert ":us-east-1:" in made["ARN"]
    assert ":global/" in made["ARN"]


def test_rules_cost_capacity_and_bad_ones_are_refused(cloud: RunningCloud) -> None:
    waf = cloud.client("wafv2")
    rules = [rate(), managed("AWSManagedRulesCommonRuleSet")]
    assert waf.check_capacity(Scope="REGIONAL", Rules=rules)["Capacity"] == 702
    made = make(cloud, "capacity", *rules)
    assert waf.get_web_acl(Name="capacity", Scope="REGIONAL", Id=made["Id"])["WebACL"]["Capacity"] == 702
    with refused("WAFInvalidParameterException", "window"):
        make(cloud, "window", rate(EvaluationWindowSec=90))
    with refused("WAFNonexistentItemException"):
        make(cloud, "unknown-group", managed("AWSManagedRulesNoSuchRuleSet"))
    with refused("WAFInvalidParameterException", "same priority"):
        make(cloud, "twice", rate(), managed("AWSManagedRulesLinuxRuleSet", 1))
    with refused("WAFInvalidParameterException", "OverrideAction"):
        make(cloud, "action", {**managed("AWSManagedRulesLinuxRuleSet"), "OverrideAction": {}, "Action": {"Block": {}}})
    with refused("WAFDuplicateItemException"):
        make(cloud, "capacity")
    names = [each["Name"] for each in waf.list_available_managed_rule_groups(Scope="REGIONAL")["ManagedRuleGroups"]]
    assert "AWSManagedRulesSQLiRuleSet" in names


@pytest.fixture(scope="module")
def balancer(cloud: RunningCloud) -> str:
    net = make_net(cloud, "10.69")
    made = cloud.client("elbv2").create_load_balancer(Name="waf", Subnets=net.subnets)["LoadBalancers"][0]
    return str(made["LoadBalancerArn"])


def test_an_association_needs_an_active_load_balancer(cloud: RunningCloud, balancer: str) -> None:
    waf, elb = cloud.client("wafv2"), cloud.client("elbv2")
    one, two = make(cloud, "one"), make(cloud, "two")
    with refused("WAFNonexistentItemException"):
        waf.associate_web_acl(WebACLArn=one["ARN"], ResourceArn=balancer.replace("/waf/", "/gone/"))
    arns = [balancer]
    wait_until(
        lambda: elb.describe_load_balancers(LoadBalancerArns=arns)["LoadBalancers"][0]["State"]["Code"] == "active"
    )
    for acl in (one, two):
        waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=balancer)
        assert waf.list_resources_for_web_acl(WebACLArn=acl["ARN"])["ResourceArns"] == [balancer]
    assert waf.list_resources_for_web_acl(WebACLArn=one["ARN"])["ResourceArns"] == []
    with refused("WAFAssociatedItemException"):
        waf.delete_web_acl(Name="two", Scope="REGIONAL", Id=two["Id"], LockToken=two["LockToken"])
    waf.disassociate_web_acl(ResourceArn=balancer)
    with refused("WAFOptimisticLockException"):
        waf.delete_web_acl(Name="two", Scope="REGIONAL", Id=two["Id"], LockToken=one["LockToken"])
    waf.delete_web_acl(Name="two", Scope="REGIONAL", Id=two["Id"], LockToken=two["LockToken"])


def test_logs_go_to_a_group_of_the_right_name(cloud: RunningCloud) -> None:
    for scope, region in (("REGIONAL", "eu-west-1"), ("CLOUDFRONT", "us-east-1")):
        waf, logs = cloud.client("wafv2", region), cloud.client("logs", region)
        acl = make(cloud, "logged", scope=scope, region=region)
        base = f"arn:aws:logs:{region}:123456789012:log-group:"

        def log_to(group: str, client: Any = waf, arn: str = acl["ARN"], base: str = base) -> None:
            configuration = {"ResourceArn": arn, "LogDestinationConfigs": [base + group]}
            client.put_logging_configuration(LoggingConfiguration=configuration)

        logs.create_log_group(logGroupName="other-name")
        with refused("WAFInvalidParameterException", "aws-waf-logs-"):
            log_to("other-name")
        with refused("WAFLogDestinationPermissionIssueException"):
            log_to("aws-waf-logs-missing")
        logs.create_log_group(logGroupName="aws-waf-logs-here")
        log_to("aws-waf-logs-here")
        listed = waf.list_logging_configurations(Scope=scope)["LoggingConfigurations"]
        assert [each["ResourceArn"] for each in listed] == [acl["ARN"]]
