"""Changes of the edge behind our back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.localcloud.drift import WHOLE, Change, World

CHECKED = ("local", "staging", "prod")
HOME = "us-east-1"


def domain(world: World) -> str:
    """The domain of the environment, which is its zone's name too."""
    return str(world.variables["edge_domain"]).replace("{{ platform_environment }}", world.environment)


def balancer(world: World) -> str:
    """ARN of the load balancer."""
    found = world.client("elbv2").describe_load_balancers(Names=[world.prefix])["LoadBalancers"][0]
    return str(found["LoadBalancerArn"])


def group(world: World, service: str) -> str:
    """ARN of a target group."""
    groups = world.client("elbv2").describe_target_groups(Names=[f"{world.prefix}-{service}"])["TargetGroups"]
    return str(groups[0]["TargetGroupArn"])


def listener(world: World, port: int) -> str:
    """ARN of a listener."""
    found = world.client("elbv2").describe_listeners(LoadBalancerArn=balancer(world))["Listeners"]
    return next(str(each["ListenerArn"]) for each in found if each["Port"] == port)


def attribute(key: str, value: str) -> Callable[[World], None]:
    """A change of one attribute of the load balancer."""

    def change(world: World) -> None:
        rows = [{"Key": key, "Value": value}]
        world.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=balancer(world), Attributes=rows)

    return change


def slower_goodbye(world: World) -> None:
    rows = [{"Key": "deregistration_delay.timeout_seconds", "Value": "300"}]
    world.client("elbv2").modify_target_group_attributes(TargetGroupArn=group(world, "web"), Attributes=rows)


def other_health(world: World) -> None:
    world.client("elbv2").modify_target_group(TargetGroupArn=group(world, "api"), HealthCheckPath="/")


def old_tls(world: World) -> None:
    arn = listener(world, 443)
    world.client("elbv2").modify_listener(ListenerArn=arn, SslPolicy="ELBSecurityPolicy-2016-08")


def plain_answer(world: World) -> None:
    config = {"StatusCode": "200", "ContentType": "text/plain"}
    world.client("elbv2").modify_listener(
        ListenerArn=listener(world, 80), DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": config}]
    )


def lost_route(world: World) -> None:
    elb = world.client("elbv2")
    rules = [rule for rule in elb.describe_rules(ListenerArn=listener(world, 443))["Rules"] if not rule["IsDefault"]]
    elb.delete_rule(RuleArn=rules[0]["RuleArn"])


def record(world: World, name: str, kind: str, action: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Change or remove a record of the zone."""
    route53 = world.client("route53")
    zones = route53.list_hosted_zones()["HostedZones"]
    zone = next(each["Id"] for each in zones if each["Name"] == domain(world) + ".")
    found = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    current = next(each for each in found if each["Name"] == f"{name}." and each["Type"] == kind)
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": change(dict(current))}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def quicker_caa(world: World) -> None:
    record(world, domain(world), "CAA", "UPSERT", lambda found: {**found, "TTL": 60})


def lost_name(world: World) -> None:
    record(world, f"www.{domain(world)}", "A", "DELETE", lambda found: found)


def patient_check(world: World) -> None:
    route53 = world.client("route53")
    for check in route53.list_health_checks()["HealthChecks"]:
        if check["HealthCheckConfig"].get("FullyQualifiedDomainName") == f"primary.{domain(world)}":
            route53.update_health_check(HealthCheckId=check["Id"], FailureThreshold=9)


def open_firewall(world: World) -> None:
    waf, name = world.client("wafv2", HOME), f"{world.prefix}-cloudfront"
    found = next(each for each in waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"] if each["Name"] == name)
    acl = waf.get_web_acl(Name=name, Scope="CLOUDFRONT", Id=found["Id"])
    waf.update_web_acl(
        Name=name,
        Scope="CLOUDFRONT",
        Id=found["Id"],
        LockToken=acl["LockToken"],
        DefaultAction=acl["WebACL"]["DefaultAction"],
        Rules=acl["WebACL"]["Rules"][:1],
        VisibilityConfig=acl["WebACL"]["VisibilityConfig"],
        Description=acl["WebACL"]["Description"],
    )


def let_go(world: World) -> None:
    world.client("wafv2").disassociate_web_acl(ResourceArn=balancer(world))


def readable_cookies(world: World) -> None:
    waf = world.client("wafv2", HOME)
    for found in waf.list_logging_configurations(Scope="CLOUDFRONT")["LoggingConfigurations"]:
        if f"/webacl/{world.prefix}-cloudfront/" in found["ResourceArn"]:
            fields = [{"SingleHeader": {"Name": "authorization"}}]
            waf.put_logging_configuration(LoggingConfiguration={**found, "RedactedFields": fields})


def short_memory(world: World) -> None:
    name = f"aws-waf-logs-{world.prefix}-cloudfront"
    world.client("logs", HOME).put_retention_policy(logGroupName=name, retentionInDays=1)


def everywhere(world: World) -> None:
    """Another price class: the one of all edges, or of a few where all are wanted."""
    cdn = world.client("cloudfront", HOME)
    found = cdn.list_distributions()["DistributionList"]["Items"]
    identifier = next(each["Id"] for each in found if each["Comment"] == world.prefix)
    answer = cdn.get_distribution_config(Id=identifier)
    wanted = {**answer["DistributionConfig"], "PriceClass": "PriceClass_200"}
    cdn.update_distribution(Id=identifier, IfMatch=answer["ETag"], DistributionConfig=wanted)


def framed(world: World) -> None:
    cdn = world.client("cloudfront", HOME)
    for each in cdn.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]["Items"]:
        policy = each["ResponseHeadersPolicy"]
        if policy["ResponseHeadersPolicyConfig"]["Name"] == f"{world.prefix}-headers":
            answer = cdn.get_response_headers_policy_config(Id=policy["Id"])
            config = answer["ResponseHeadersPolicyConfig"]
            config["SecurityHeadersConfig"]["FrameOptions"]["FrameOption"] = "SAMEORIGIN"
            cdn.update_response_headers_policy(
                Id=policy["Id"], IfMatch=answer["ETag"], ResponseHeadersPolicyConfig=config
            )


def lost_logs(world: World) -> None:
    logs = world.client("logs", HOME)
    for each in logs.describe_deliveries()["deliveries"]:
        if each["deliverySourceName"] == world.prefix:
            logs.delete_delivery(id=each["id"])


def unsigned(world: World) -> None:
    cdn = world.client("cloudfront", HOME)
    for each in cdn.list_origin_access_controls()["OriginAccessControlList"]["Items"]:
        if each["Name"] == f"{world.prefix}-buckets":
            answer = cdn.get_origin_access_control(Id=each["Id"])
            config = {**answer["OriginAccessControl"]["OriginAccessControlConfig"], "SigningBehavior": "no-override"}
            cdn.update_origin_access_control(Id=each["Id"], IfMatch=answer["ETag"], OriginAccessControlConfig=config)


def other_owner(world: World) -> None:
    acm = world.client("acm")
    for each in acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})["CertificateSummaryList"]:
        if each["DomainName"] == domain(world):
            tag = {"Key": "managed-by", "Value": "somebody"}
            acm.add_tags_to_certificate(CertificateArn=each["CertificateArn"], Tags=[tag])


CHANGES = [
    Change(
        "elbv2_load_balancer",
        "idle_timeout",
        "somebody waits longer",
        attribute("idle_timeout.timeout_seconds", "300"),
        "{prefix}",
    ),
    Change(
        "elbv2_load_balancer",
        "drop_invalid_headers",
        "somebody lets odd headers pass",
        attribute("routing.http.drop_invalid_header_fields.enabled", "false"),
        "{prefix}",
    ),
    Change("elbv2_target_group", "deregistration_delay", "rollouts take longer", slower_goodbye, "{prefix}-web"),
    Change("elbv2_target_group", "health_check_path", "everybody is healthy", other_health, "{prefix}-api"),
    Change("elbv2_listener", "ssl_policy", "an old client is let in", old_tls, "{prefix}:443"),
    Change("elbv2_listener", "rules", "the api is sent to the web", lost_route, "{prefix}:443"),
    Change("elbv2_listener", "default_action", "plain HTTP is answered", plain_answer, "{prefix}:80"),
    Change("route53_record", "ttl", "somebody tries an authority", quicker_caa),
    Change("route53_record", WHOLE, "a name is gone", lost_name),
    Change("route53_health_check", "threshold", "alarms were annoying", patient_check, "{prefix}-primary", CHECKED),
    Change("acm_certificate", "tags", "somebody claims it", other_owner),
    Change("cloudfront_web_acl", "rules", "a rule was in the way", open_firewall, "{prefix}-cloudfront"),
    Change("wafv2_web_acl", "load_balancers", "the firewall was in the way", let_go, "{prefix}-regional", CHECKED),
    Change(
        "cloudfront_web_acl_logging",
        "redacted_headers",
        "cookies are written down",
        readable_cookies,
        "{prefix}-cloudfront",
    ),
    Change(
        "cloudfront_log_group",
        "retention_days",
        "somebody saves money",
        short_memory,
        "aws-waf-logs-{prefix}-cloudfront",
    ),
    Change("cloudfront_logging", "delivered", "logs were too many", lost_logs, "{prefix}"),
    Change("cloudfront_distribution", "price_class", "somebody far away complains", everywhere, "{prefix}"),
    Change(
        "cloudfront_response_headers_policy", "frame_options", "a page stands in a frame", framed, "{prefix}-headers"
    ),
    Change("cloudfront_origin_access_control", "signing", "a bucket was to be tried", unsigned, "{prefix}-buckets"),
]
