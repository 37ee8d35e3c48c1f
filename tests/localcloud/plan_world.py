"""One resource of each kind of networks, keys, roles and parameters, made by plain calls, for the tests of the plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.model import Resource
from ansible_collections.creator.platform.plugins.module_utils.provision.run import Plan, Request, plan

REGION = "eu-west-1"
NAME = "creator-test"
TAGS = {"platform": "creator", "environment": "test", "component": "network"}
ROOT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}
    ],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
LOOK = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": "*"}]}


def tag_list(name: str = "") -> list[dict[str, str]]:
    tags = {**TAGS, **({"Name": name} if name else {})}
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tagged(kind: str, name: str = "") -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": tag_list(name)}]


@dataclass
class World:
    """One resource of each kind, made by plain calls: what is desired, and their ids by kind."""

    clients: dict[str, Any]
    resources: dict[str, Resource]
    ids: dict[str, str]

    def plan(self, *kinds: str, **options: Any) -> Plan:
        wanted = tuple(self.resources[kind] for kind in kinds or self.resources)
        request = Request("creator", "test", "network", REGION, wanted, account="123456789012", **options)
        return plan(request, self.clients["new"])


def make_network(ec2: Any, ids: dict[str, str]) -> Iterator[Resource]:
    def thing(kind: str, name: str, **properties: Any) -> Resource:
        return Resource(kind, name, {**properties, "tags": TAGS}, REGION)

    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16", TagSpecifications=tagged("vpc", NAME))["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    ids["ec2_vpc"] = vpc
    yield thing("ec2_vpc", NAME, cidr="10.77.0.0/16", dns_support=True, dns_hostnames=True)

    subnet = ec2.create_subnet(
        VpcId=vpc,
        CidrBlock="10.77.1.0/24",
        AvailabilityZone="eu-west-1b",
        TagSpecifications=tagged("subnet", f"{NAME}-b"),
    )["Subnet"]["SubnetId"]
    ids["ec2_subnet"] = subnet
    yield thing("ec2_subnet", f"{NAME}-b", vpc=NAME, cidr="10.77.1.0/24", zone="eu-west-1b", public_ip_on_launch=False)

    gateway = ec2.create_internet_gateway(TagSpecifications=tagged("internet-gateway", f"{NAME}-internet"))
    ids["ec2_internet_gateway"] = gateway["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=ids["ec2_internet_gateway"])
    yield thing("ec2_internet_gateway", f"{NAME}-internet", vpc=NAME)

    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(
        SubnetId=subnet, AllocationId=address, TagSpecifications=tagged("natgateway", f"{NAME}-nat")
    )
    ids["ec2_nat_gateway"] = nat["NatGateway"]["NatGatewayId"]
    ec2.get_waiter("nat_gateway_available").wait(
        NatGatewayIds=[ids["ec2_nat_gateway"]], WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    yield thing("ec2_nat_gateway", f"{NAME}-nat", subnet=f"{NAME}-b")

    table = ec2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table", f"{NAME}-table"))
    ids["ec2_route_table"] = table["RouteTable"]["RouteTableId"]
    ids["association"] = ec2.associate_route_table(RouteTableId=ids["ec2_route_table"], SubnetId=subnet)[
        "AssociationId"
    ]
    ec2.create_route(
        RouteTableId=ids["ec2_route_table"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=ids["ec2_nat_gateway"]
    )
    routes = [{"destination": "0.0.0.0/0", "target": f"{NAME}-nat"}]
    yield thing("ec2_route_table", f"{NAME}-table", vpc=NAME, subnets=[f"{NAME}-b"], routes=routes)

    group = ec2.create_security_group(
        VpcId=vpc, GroupName=f"{NAME}-group", Description="words", TagSpecifications=tagged("security-group")
    )["GroupId"]
    ids["ec2_security_group"] = group
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": group}]},
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "inside"}],
            },
        ],
    )
    ingress = [
        {"protocol": "tcp", "from_port": 443, "to_port": 443, "peer": "10.0.0.0/8", "description": "inside"},
        {"protocol": "tcp", "from_port": 5432, "to_port": 5432, "peer": f"group:{NAME}-group"},
    ]
    yield thing("ec2_security_group", f"{NAME}-group", vpc=NAME, description="words", ingress=ingress)

    acl = ec2.create_network_acl(VpcId=vpc, TagSpecifications=tagged("network-acl", f"{NAME}-acl"))
    ids["ec2_network_acl"] = acl["NetworkAcl"]["NetworkAclId"]
    for egress in (False, True):
        ec2.create_network_acl_entry(
            NetworkAclId=ids["ec2_network_acl"],
            RuleNumber=100,
            Protocol="6",
            RuleAction="allow",
            Egress=egress,
            CidrBlock="10.0.0.0/8",
            PortRange={"From": 1024, "To": 65535},
        )
    entry = {
        "number": 100,
        "protocol": "tcp",
        "action": "allow",
        "cidr": "10.0.0.0/8",
        "from_port": 1024,
        "to_port": 65535,
    }
    yield thing("ec2_network_acl", f"{NAME}-acl", vpc=NAME, subnets=[], ingress=[entry], egress=[entry])


def make_key(kms: Any, ids: dict[str, str]) -> Resource:
    rows = [{"TagKey": key, "TagValue": value} for key, value in TAGS.items()]
    key = kms.create_key(Description="words", Policy=json.dumps(ROOT), Tags=rows)["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"alias/{NAME}-key", TargetKeyId=key)
    kms.enable_key_rotation(KeyId=key)
    ids["kms_key"] = key
    return Resource(
        "kms_key", f"{NAME}-key", {"description": "words", "rotation": True, "policy": ROOT, "tags": TAGS}, REGION
    )


def make_role(iam: Any) -> Resource:
    name = f"{NAME}-role"
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(TRUST),
        Description="words",
        Tags=tag_list(),
        MaxSessionDuration=7200,
    )
    iam.put_role_policy(RoleName=name, PolicyName="look", PolicyDocument=json.dumps(LOOK))
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    properties = {
        "description": "words",
        "trust": TRUST,
        "policies": {"look": LOOK},
        "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "max_session_seconds": 7200,
        "tags": TAGS,
    }
    return Resource("iam_role", name, properties, REGION)


def make_parameter(ssm: Any) -> Resource:
    name = f"/{NAME}/setting"
    ssm.put_parameter(Name=name, Value="on", Type="String", Tags=tag_list())
    return Resource("ssm_parameter", name, {"value": "on", "tags": TAGS}, REGION)
