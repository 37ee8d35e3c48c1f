"""Load balancers of the local cloud, through boto3: states, attributes, health, and what AWS refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import Net, make_certificate, make_net, make_zone, refused, wait_until

NOT_FOUND = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]


@pytest.fixture(scope="module")
def net(cloud: RunningCloud) -> Net:
    return make_net(cloud)


def make(cloud: RunningCloud, net: Net, name: str, **more: Any) -> Any:
    return cloud.client("elbv2").create_load_balancer(
        Name=name, Subnets=net.subnets, SecurityGroups=[net.group], **more
    )["LoadBalancers"][0]


def test_a_load_balancer_takes_time_and_has_the_name_and_zone_of_its_region(cloud: RunningCloud, net: Net) -> None:
    elb = cloud.client("elbv2")
    made = make(cloud, net, "takes-time")
    assert made["State"]["Code"] == "provisioning"
    assert made["CanonicalHostedZoneId"] == "Z32O12XQLNTSW2"
    assert made["DNSName"].startswith("takes-time-")
    assert made["DNSName"].endswith(".eu-west-1.elb.amazonaws.com")
    arns = [made["LoadBalancerArn"]]
    wait_until(
        lambda: elb.describe_load_balancers(LoadBalancerArns=arns)["LoadBalancers"][0]["State"]["Code"] == "active"
    )
    assert make(cloud, net, "takes-time")["LoadBalancerArn"] == arns[0]
    with refused("DuplicateLoadBalancerName"):
        elb.create_load_balancer(Name="takes-time", Subnets=net.subnets, Scheme="internal")


def test_attributes_are_complete(cloud: RunningCloud, net: Net) -> None:
    elb = cloud.client("elbv2")
    arn = make(cloud, net, "attributes")["LoadBalancerArn"]
    found = {
        row["Key"]: row["Value"] for row in elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    }
    assert found["routing.http2.enabled"] == "true"
    assert found["access_logs.s3.enabled"] == "false"
    assert found["load_balancing.cross_zone.enabled"] == "true"
    assert found["idle_timeout.timeout_seconds"] == "60"
    assert len(found) >= 19


def test_what_is_no_load_balancer_is_refused(cloud: RunningCloud, net: Net) -> None:
    elb = cloud.client("elbv2")
    with refused("ValidationError", "two different Availability Zones"):
        elb.create_load_balancer(Name="one-zone", Subnets=net.subnets[:1])
    with refused("ValidationError", "letters, digits and hyphens"):
        make(cloud, net, "internal-x")
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.67.0.0/16")["Vpc"]["VpcId"]
    closed = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.67.{n}.0/24", AvailabilityZone=f"eu-west-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for n, zone in enumerate("ab")
    ]
    with refused("InvalidSubnet", "no internet gateway"):
        elb.create_load_balancer(Name="closed", Subnets=closed)


def test_deletion_protection_protects(cloud: RunningCloud, net: Net) -> None:
    elb = cloud.client("elbv2")
    arn = make(cloud, net, "protected")["LoadBalancerArn"]

    def protect(value: str) -> None:
        attributes = [{"Key": "deletion_protection.enabled", "Value": value}]
        elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)

    protect("true")
    with refused("OperationNotPermitted", "deletion protection"):
        elb.delete_load_balancer(LoadBalancerArn=arn)
    protect("false")
    elb.delete_load_balancer(LoadBalancerArn=arn)
    with refused("LoadBalancerNotFound"):
        elb.describe_load_balancers(LoadBalancerArns=[arn])


def test_access_logs_need_a_bucket_of_the_region(cloud: RunningCloud, net: Net) -> None:
    elb = cloud.client("elbv2")
    arn = make(cloud, net, "logs")["LoadBalancerArn"]

    def log_to(bucket: str) -> None:
        attributes = [
            {"Key": "access_logs.s3.enabled", "Value": "true"},
            {"Key": "access_logs.s3.bucket", "Value": bucket},
        ]
        elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)

    with refused("InvalidConfigurationRequest", "could not be found"):
        log_to("no-such-bucket-here")
    place = {"LocationConstraint": "eu-west-1"}
    cloud.client("s3").create_bucket(Bucket="elbv2-test-logs", CreateBucketConfiguration=place)
    log_to("elbv2-test-logs")


def test_a_tls_listener_needs_an_issued_certificate(cloud: RunningCloud, net: Net) -> None:
    elb, acm = cloud.client("elbv2"), cloud.client("acm")
    zone = make_zone(cloud, "elbv2.example")
    arn = make(cloud, net, "tls")["LoadBalancerArn"]

    def listen(port: int, certificate: str | None, policy: str = "ELBSecurityPolicy-TLS13-1-2-2021-06") -> Any:
        shown = {"Certificates": [{"CertificateArn": certificate}]} if certificate else {}
        return elb.create_listener(
            LoadBalancerArn=arn, Protocol="HTTPS", Port=port, SslPolicy=policy, DefaultActions=NOT_FOUND, **shown
        )["Listeners"][0]["ListenerArn"]

    with refused("CertificateNotFound"):
        listen(443, None)
    pending = acm.request_certificate(DomainName="pending.elbv2.example", ValidationMethod="DNS")["CertificateArn"]
    with refused("UnsupportedCertificate"):
        listen(443, pending)
    issued = make_certificate(cloud, zone, "tls.elbv2.example")
    with refused("SSLPolicyNotFound"):
        listen(443, issued, "ELBSecurityPolicy-NoSuch")
    listener = listen(443, issued)
    with refused("DuplicateListener"):
        listen(443, issued)
    with refused("UnsupportedCertificate"):
        elb.modify_listener(ListenerArn=listener, Certificates=[{"CertificateArn": pending}])
    assert acm.describe_certificate(CertificateArn=issued)["Certificate"]["InUseBy"] == [arn]
    with refused("ResourceInUseException"):
        acm.delete_certificate(CertificateArn=issued)
    elb.delete_listener(ListenerArn=listener)
    acm.delete_certificate(CertificateArn=issued)


def test_targets_become_healthy_when_checks_have_passed(cloud: RunningCloud, net: Net) -> None:
    elb = cloud.client("elbv2")
    group = elb.create_target_group(
        Name="health", Protocol="HTTP", Port=80, VpcId=net.vpc, TargetType="ip", HealthCheckIntervalSeconds=60
    )["TargetGroups"][0]["TargetGroupArn"]

    def state() -> str:
        (found,) = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return str(found["TargetHealth"]["State"])

    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.66.0.10", "Port": 8080}])
    assert state() == "unused"
    arn = make(cloud, net, "health")["LoadBalancerArn"]
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=forward)
    assert state() == "initial"
    wait_until(lambda: state() == "healthy")
    cloud.control.put("target-health", {"target_group": group, "target": "10.66.0.10", "state": "unhealthy"})
    assert state() == "unhealthy"
    with refused("ResourceInUse"):
        elb.delete_target_group(TargetGroupArn=group)
    with refused("ValidationError", "slow_start"):
        elb.modify_target_group_attributes(
            TargetGroupArn=group, Attributes=[{"Key": "slow_start.duration_seconds", "Value": "10"}]
        )
    elb.delete_load_balancer(LoadBalancerArn=arn)
    elb.delete_target_group(TargetGroupArn=group)
