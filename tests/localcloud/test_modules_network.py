"""Four phases (check, run, check, run) of the modules for networks, and their kinds' readers."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import compare
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module

NAME = "creator-test"
TAGS = {"platform": "creator", "environment": "test", "component": "network"}
OURS = {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": OURS}],
}


def plan(cloud: RunningCloud, kind_name: str, name: str, properties: dict[str, Any]) -> list[Change]:
    """What the kind's reader finds different."""
    kind = load_kind(kind_name)
    scope = Scope("creator", "test", "network", cloud.content.region, (name,))
    found = kind.read(cloud.client(kind.service), scope)
    changes = compare([Resource(kind_name, name, properties, scope.region)], found, kind.rules)
    return [change for change in changes if change.name == name]


@pytest.fixture(scope="module")
def place(cloud: RunningCloud) -> dict[str, str]:
    """A VPC with an internet gateway, two subnets and a group."""
    ec2 = cloud.client("ec2")

    def named(kind: str, name: str) -> list[dict[str, Any]]:
        tags = [{"Key": key, "Value": value} for key, value in {**TAGS, "Name": name}.items()]
        return [{"ResourceType": kind, "Tags": tags}]

    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16", TagSpecifications=named("vpc", NAME))["Vpc"]["VpcId"]
    made = {"vpc": vpc}
    for number, zone in enumerate("ab"):
        request = {"VpcId": vpc, "CidrBlock": f"10.8.{number}.0/24", "AvailabilityZone": f"eu-west-1{zone}"}
        subnet = ec2.create_subnet(**request, TagSpecifications=named("subnet", f"{NAME}-{zone}"))["Subnet"]
        made[zone] = subnet["SubnetId"]
    gateway = ec2.create_internet_gateway(TagSpecifications=named("internet-gateway", f"{NAME}-internet"))
    made["internet"] = gateway["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=made["internet"])
    made["group"] = ec2.create_security_group(VpcId=vpc, GroupName=f"{NAME}-endpoints", Description="d")["GroupId"]
    return made


def test_an_address_is_kept_and_released(cloud: RunningCloud) -> None:
    name = f"{NAME}-nat-a"
    four_phases(cloud, "ec2_elastic_ip", {"name": name, "tags": TAGS})
    assert plan(cloud, "ec2_elastic_ip", name, {"tags": TAGS}) == []
    other = {**TAGS, "who": "me"}
    assert plan(cloud, "ec2_elastic_ip", name, {"tags": other})[0].action == "update"
    four_phases(cloud, "ec2_elastic_ip", {"name": name, "tags": other})
    four_phases(cloud, "ec2_elastic_ip", {"name": name, "state": "absent"})


def test_a_route_table_takes_subnets_over_and_gives_them_back(cloud: RunningCloud, place: dict[str, str]) -> None:
    first, second = f"{NAME}-first", f"{NAME}-second"
    base = {"vpc_id": place["vpc"], "tags": TAGS}
    routes = {"0.0.0.0/0": place["internet"]}
    four_phases(cloud, "ec2_route_table", {"name": first, **base, "routes": routes, "subnet_ids": [place["a"]]})
    desired = {
        "vpc": NAME,
        "subnets": [f"{NAME}-a"],
        "routes": [{"destination": "0.0.0.0/0", "target": f"{NAME}-internet"}],
        "tags": TAGS,
    }
    assert plan(cloud, "ec2_route_table", first, desired) == []
    four_phases(cloud, "ec2_route_table", {"name": second, **base})
    moved = four_phases(cloud, "ec2_route_table", {"name": second, **base, "subnet_ids": [place["a"], place["b"]]})
    assert sorted(moved.writes) == ["AssociateRouteTable", "ReplaceRouteTableAssociation"]
    (change,) = plan(cloud, "ec2_route_table", first, desired)
    assert change.attributes == (("subnets", [], [f"{NAME}-a"]),)
    four_phases(cloud, "ec2_route_table", {"name": first, **base, "routes": {}})
    for name in (first, second):
        four_phases(cloud, "ec2_route_table", {"name": name, "state": "absent"})


def test_an_interface_endpoint_is_made_changed_and_removed(cloud: RunningCloud, place: dict[str, str]) -> None:
    name = f"{NAME}-endpoint-sts"
    arguments: dict[str, Any] = {
        "name": name,
        "vpc_id": place["vpc"],
        "service": "com.amazonaws.eu-west-1.sts",
        "type": "Interface",
        "subnet_ids": [place["a"]],
        "security_group_ids": [place["group"]],
        "private_dns": True,
        "policy": POLICY,
        "tags": TAGS,
    }
    four_phases(cloud, "ec2_vpc_endpoint", arguments)
    desired = {
        "vpc": NAME,
        "service": arguments["service"],
        "type": "Interface",
        "subnets": [f"{NAME}-a"],
        "security_groups": [f"{NAME}-endpoints"],
        "private_dns": True,
        "policy": POLICY,
        "tags": TAGS,
    }
    deadline = time.monotonic() + 30
    while changes := plan(cloud, "ec2_vpc_endpoint", name, desired):
        assert [attribute for attribute, _before, _after in changes[0].attributes] == ["state"]
        assert time.monotonic() < deadline
        time.sleep(0.2)
    ec2 = cloud.client("ec2")
    found = run_module(cloud, "ec2_vpc_endpoint", arguments).result["endpoint"]["id"]
    ec2.modify_vpc_endpoint(VpcEndpointId=found, AddSubnetIds=[place["b"]], PrivateDnsEnabled=False)
    (change,) = plan(cloud, "ec2_vpc_endpoint", name, desired)
    assert [attribute for attribute, _before, _after in change.attributes] == ["private_dns", "subnets"]
    assert four_phases(cloud, "ec2_vpc_endpoint", arguments).writes == ["ModifyVpcEndpoint"]
    refused = run_module(cloud, "ec2_vpc_endpoint", {**arguments, "service": "com.amazonaws.eu-west-1.logs"})
    assert "cannot change service" in refused.result["msg"]
    four_phases(cloud, "ec2_vpc_endpoint", {"name": name, "state": "absent"})
    assert plan(cloud, "ec2_vpc_endpoint", name, desired)[0].action == "create"


def test_a_flow_log_is_replaced_when_it_differs_or_does_not_deliver(cloud: RunningCloud, place: dict[str, str]) -> None:
    name, group = f"{NAME}-flows", "/creator/test/network/flows"
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = cloud.client("iam")
    role = iam.create_role(RoleName="flow-logs", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    arguments = {"name": name, "vpc_id": place["vpc"], "log_group": group, "role_arn": role, "tags": TAGS}
    desired = {"vpc": NAME, "log_group": group, "role_arn": role, "traffic": "ALL", "tags": TAGS}
    started = run_module(cloud, "ec2_flow_log", arguments)
    assert started.writes == ["CreateFlowLogs"]
    (change,) = plan(cloud, "ec2_flow_log", name, desired)
    assert (change.action, change.attributes) == ("replace", (("delivering", False, True),))
    kms = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    four_phases(cloud, "logs_group", {"name": group, "retention_days": 30, "kms_key": kms, "tags": TAGS})
    assert plan(cloud, "logs_group", group, {"retention_days": 30, "kms_key": kms, "tags": TAGS}) == []
    four_phases(cloud, "ec2_flow_log", arguments)
    assert plan(cloud, "ec2_flow_log", name, desired) == []
    four_phases(cloud, "ec2_flow_log", {**arguments, "traffic": "REJECT", "aggregation_seconds": 60})
    (change,) = plan(cloud, "ec2_flow_log", name, desired)
    assert [attribute for attribute, _before, _after in change.attributes] == ["aggregation_seconds", "traffic"]
    four_phases(cloud, "ec2_flow_log", {"name": name, "state": "absent"})
    four_phases(cloud, "logs_group", {"name": group, "retention_days": 0, "kms_key": ""})
    four_phases(cloud, "logs_group", {"name": group, "state": "absent"})


def test_the_default_group_is_seen_for_the_vpc_that_asks(cloud: RunningCloud, place: dict[str, str]) -> None:
    name = f"{NAME}-default"
    (change,) = plan(cloud, "ec2_default_security_group", name, {"vpc": NAME, "ingress": [], "egress": []})
    assert {attribute for attribute, _before, _after in change.attributes} >= {"egress"}
    kind = load_kind("ec2_default_security_group")
    assert kind.read(cloud.client("ec2"), Scope("creator", "test", "network", "eu-west-1")) == []


def test_groups_that_name_each_other_are_made_changed_and_removed(cloud: RunningCloud, place: dict[str, str]) -> None:
    nodes, database = f"{NAME}-nodes", f"{NAME}-database"
    port = {"protocol": "tcp", "from_port": 5432, "to_port": 5432}
    ingress = [{**port, "peer": f"group:{nodes}", "description": "PostgreSQL"}]
    egress = [{**port, "peer": f"group:{database}"}, {"protocol": "all", "peer": "10.8.0.0/16"}]
    default = {"name": "default", "description": "default VPC security group", "tags": TAGS}

    def described(incoming: list[dict[str, Any]]) -> dict[str, Any]:
        groups = [
            {"name": nodes, "description": "Nodes", "egress": egress, "tags": TAGS},
            {"name": database, "description": "Database", "ingress": incoming, "tags": TAGS},
            default,
        ]
        return {"vpc_id": place["vpc"], "groups": groups}

    made = four_phases(cloud, "ec2_security_groups", described(ingress))
    assert made.writes.count("CreateSecurityGroup") == 2
    wanted = {"vpc": NAME, "description": "Database", "ingress": ingress, "egress": [], "tags": TAGS}
    assert plan(cloud, "ec2_security_group", database, wanted) == []
    closed = {"vpc": NAME, "ingress": [], "egress": [], "tags": TAGS}
    assert plan(cloud, "ec2_default_security_group", f"{NAME}-default", closed) == []
    renamed = [{**ingress[0], "description": "SQL"}, {**port, "peer": "10.8.0.0/24"}]
    changed = four_phases(cloud, "ec2_security_groups", described(renamed))
    assert changed.writes == ["AuthorizeSecurityGroupIngress", "UpdateSecurityGroupRuleDescriptionsIngress"]
    assert plan(cloud, "ec2_security_group", database, {**wanted, "ingress": renamed}) == []
    gone = {"vpc_id": place["vpc"], "groups": [{"name": nodes}, {"name": database}], "state": "absent"}
    four_phases(cloud, "ec2_security_groups", gone)


def test_a_rule_that_names_no_group_stops_before_the_first_change(cloud: RunningCloud, place: dict[str, str]) -> None:
    rules = [{"protocol": "all", "peer": "group:typo"}]
    groups = [
        {"name": f"{NAME}-new", "description": "d"},
        {"name": f"{NAME}-other", "description": "d", "egress": rules},
    ]
    run = run_module(cloud, "ec2_security_groups", {"vpc_id": place["vpc"], "groups": groups})
    assert "names typo, which is neither given nor in the VPC" in run.result["msg"]
    assert run.writes == []
