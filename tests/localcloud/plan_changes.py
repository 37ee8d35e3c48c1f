"""Changes behind our back: kind, attribute, how, and how to take it back. Each stands alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.localcloud.plan_world import LOOK, NAME, ROOT, TRUST, World

Step = Callable[[World], Any]
CHANGES: list[tuple[str, str, Step, Step]] = []


def change(kind: str, attribute: str, do: Step, undo: Step) -> None:
    CHANGES.append((kind, attribute, do, undo))


def retag(kind: str) -> None:
    def do(world: World) -> None:
        world.clients["ec2"].create_tags(Resources=[world.ids[kind]], Tags=[{"Key": "stranger", "Value": "1"}])

    def undo(world: World) -> None:
        world.clients["ec2"].delete_tags(Resources=[world.ids[kind]], Tags=[{"Key": "stranger"}])

    change(kind, "tags", do, undo)


for ec2_kind in (
    "ec2_vpc",
    "ec2_subnet",
    "ec2_internet_gateway",
    "ec2_nat_gateway",
    "ec2_route_table",
    "ec2_security_group",
    "ec2_network_acl",
):
    retag(ec2_kind)


def attribute(name: str, value: bool) -> Step:
    return lambda w: w.clients["ec2"].modify_vpc_attribute(VpcId=w.ids["ec2_vpc"], **{name: {"Value": value}})


change("ec2_vpc", "dns_support", attribute("EnableDnsSupport", False), attribute("EnableDnsSupport", True))
change("ec2_vpc", "dns_hostnames", attribute("EnableDnsHostnames", False), attribute("EnableDnsHostnames", True))


def public_ip(value: bool) -> Step:
    return lambda w: w.clients["ec2"].modify_subnet_attribute(
        SubnetId=w.ids["ec2_subnet"], MapPublicIpOnLaunch={"Value": value}
    )


change("ec2_subnet", "public_ip_on_launch", public_ip(True), public_ip(False))


def attachment(operation: str) -> Step:
    return lambda w: getattr(w.clients["ec2"], operation)(
        VpcId=w.ids["ec2_vpc"], InternetGatewayId=w.ids["ec2_internet_gateway"]
    )


change("ec2_internet_gateway", "vpc", attachment("detach_internet_gateway"), attachment("attach_internet_gateway"))


def route(target: str, value: str) -> Step:
    return lambda w: w.clients["ec2"].replace_route(
        RouteTableId=w.ids["ec2_route_table"], DestinationCidrBlock="0.0.0.0/0", **{target: w.ids[value]}
    )


change(
    "ec2_route_table", "routes", route("GatewayId", "ec2_internet_gateway"), route("NatGatewayId", "ec2_nat_gateway")
)


def leave(world: World) -> None:
    world.clients["ec2"].disassociate_route_table(AssociationId=world.ids["association"])


def join(world: World) -> None:
    world.ids["association"] = world.clients["ec2"].associate_route_table(
        RouteTableId=world.ids["ec2_route_table"], SubnetId=world.ids["ec2_subnet"]
    )["AssociationId"]


change("ec2_route_table", "subnets", leave, join)


def rule(operation: str, **permission: Any) -> Step:
    return lambda w: getattr(w.clients["ec2"], operation)(
        GroupId=w.ids["ec2_security_group"], IpPermissions=[permission]
    )


SSH: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
OUT: dict[str, Any] = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
change(
    "ec2_security_group",
    "ingress",
    rule("authorize_security_group_ingress", **SSH),
    rule("revoke_security_group_ingress", **SSH),
)
change(
    "ec2_security_group",
    "egress",
    rule("revoke_security_group_egress", **OUT),
    rule("authorize_security_group_egress", **OUT),
)


def described(words: str) -> Step:
    return rule(
        "update_security_group_rule_descriptions_ingress",
        IpProtocol="tcp",
        FromPort=443,
        ToPort=443,
        IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": words}],
    )


change("ec2_security_group", "ingress", described("outside"), described("inside"))


def entry(egress: bool, action: str) -> Step:
    return lambda w: w.clients["ec2"].replace_network_acl_entry(
        NetworkAclId=w.ids["ec2_network_acl"],
        RuleNumber=100,
        Protocol="6",
        RuleAction=action,
        Egress=egress,
        CidrBlock="10.0.0.0/8",
        PortRange={"From": 1024, "To": 65535},
    )


change("ec2_network_acl", "ingress", entry(False, "deny"), entry(False, "allow"))
change("ec2_network_acl", "egress", entry(True, "deny"), entry(True, "allow"))


def kms(operation: str, **parameters: Any) -> Step:
    return lambda w: getattr(w.clients["kms"], operation)(KeyId=w.ids["kms_key"], **parameters)


OTHER = {**ROOT, "Statement": [{**ROOT["Statement"][0], "Action": ["kms:Decrypt", "kms:PutKeyPolicy"]}]}  # type: ignore[dict-item]
change(
    "kms_key",
    "policy",
    kms("put_key_policy", PolicyName="default", Policy=json.dumps(OTHER)),
    kms("put_key_policy", PolicyName="default", Policy=json.dumps(ROOT)),
)
change("kms_key", "rotation", kms("disable_key_rotation"), kms("enable_key_rotation"))
change(
    "kms_key",
    "rotation_days",
    kms("enable_key_rotation", RotationPeriodInDays=90),
    kms("enable_key_rotation", RotationPeriodInDays=365),
)
change("kms_key", "state", kms("disable_key"), kms("enable_key"))
change(
    "kms_key",
    "description",
    kms("update_key_description", Description="x"),
    kms("update_key_description", Description="words"),
)
change(
    "kms_key",
    "tags",
    kms("tag_resource", Tags=[{"TagKey": "stranger", "TagValue": "1"}]),
    kms("untag_resource", TagKeys=["stranger"]),
)


def iam(operation: str, **parameters: Any) -> Step:
    return lambda w: getattr(w.clients["iam"], operation)(RoleName=f"{NAME}-role", **parameters)


def trust(service: str) -> Step:
    document = {**TRUST, "Statement": [{**TRUST["Statement"][0], "Principal": {"Service": service}}]}  # type: ignore[dict-item]
    return iam("update_assume_role_policy", PolicyDocument=json.dumps(document))


WIDE = {**LOOK, "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
POWER = {"PolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}
BOUNDARY = {"PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"}
LIMITS = {"Description": "words", "MaxSessionDuration": 7200}
change("iam_role", "trust", trust("lambda.amazonaws.com"), trust("ec2.amazonaws.com"))
change(
    "iam_role",
    "policies",
    iam("put_role_policy", PolicyName="look", PolicyDocument=json.dumps(WIDE)),
    iam("put_role_policy", PolicyName="look", PolicyDocument=json.dumps(LOOK)),
)
change(
    "iam_role",
    "policies",
    iam("put_role_policy", PolicyName="more", PolicyDocument=json.dumps(WIDE)),
    iam("delete_role_policy", PolicyName="more"),
)
change("iam_role", "managed_policies", iam("attach_role_policy", **POWER), iam("detach_role_policy", **POWER))
change(
    "iam_role", "boundary", iam("put_role_permissions_boundary", **BOUNDARY), iam("delete_role_permissions_boundary")
)
change(
    "iam_role",
    "max_session_seconds",
    iam("update_role", **{**LIMITS, "MaxSessionDuration": 3600}),
    iam("update_role", **LIMITS),
)
change("iam_role", "description", iam("update_role", **{**LIMITS, "Description": "x"}), iam("update_role", **LIMITS))
change(
    "iam_role",
    "tags",
    iam("tag_role", Tags=[{"Key": "stranger", "Value": "1"}]),
    iam("untag_role", TagKeys=["stranger"]),
)


def parameter(value: str) -> Step:
    return lambda w: w.clients["ssm"].put_parameter(Name=f"/{NAME}/setting", Value=value, Overwrite=True)


change("ssm_parameter", "value", parameter("off"), parameter("on"))
