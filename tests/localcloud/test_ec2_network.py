"""EC2's endpoints and flow logs as extended."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def vpc(cloud: Any) -> dict[str, Any]:
    """A VPC with two subnets in one zone, one in another, and a route table."""
    ec2 = cloud.client("ec2")
    made = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=made, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("aab")
    ]
    table = ec2.create_route_table(VpcId=made)["RouteTable"]["RouteTableId"]
    group = ec2.create_security_group(VpcId=made, GroupName="endpoints", Description="d")["GroupId"]
    return {"vpc": made, "subnets": subnets, "table": table, "group": group}


def interface(ec2: Any, vpc: dict[str, Any], service: str, subnets: list[str], **more: Any) -> str:
    """The id of a new interface endpoint."""
    request = {"VpcId": vpc["vpc"], "ServiceName": f"com.amazonaws.{REGION}.{service}", "VpcEndpointType": "Interface"}
    made = ec2.create_vpc_endpoint(**request, SubnetIds=subnets, SecurityGroupIds=[vpc["group"]], **more)
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def look(ec2: Any, endpoint: str) -> dict[str, Any]:
    """The endpoint as described."""
    return dict(ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0])


def settle(ec2: Any, endpoint: str, state: str) -> None:
    """Wait for a state."""
    deadline = time.monotonic() + 20
    while look(ec2, endpoint)["State"] != state:
        assert time.monotonic() < deadline, look(ec2, endpoint)["State"]
        time.sleep(0.1)


def test_an_interface_endpoint_starts_changes_and_stops_in_time(cloud: Any, vpc: dict[str, Any]) -> None:
    ec2 = cloud.client("ec2")
    one, second, other = vpc["subnets"]
    made = interface(ec2, vpc, "sts", [one], PrivateDnsEnabled=True)
    assert look(ec2, made)["State"] == "pending"
    settle(ec2, made, "available")
    with pytest.raises(ec2.exceptions.ClientError, match="DuplicateSubnetsInSameZone"):
        ec2.modify_vpc_endpoint(VpcEndpointId=made, AddSubnetIds=[second])
    ec2.modify_vpc_endpoint(VpcEndpointId=made, AddSubnetIds=[other], PrivateDnsEnabled=False)
    found = look(ec2, made)
    assert (sorted(found["SubnetIds"]), found["PrivateDnsEnabled"]) == (sorted([one, other]), False)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made])
    with pytest.raises(ec2.exceptions.ClientError, match="DependencyViolation"):
        ec2.delete_security_group(GroupId=vpc["group"])
    settle(ec2, made, "deleted")


def test_one_private_name_in_a_vpc(cloud: Any, vpc: dict[str, Any]) -> None:
    ec2 = cloud.client("ec2")
    first = interface(ec2, vpc, "logs", vpc["subnets"][:1], PrivateDnsEnabled=True)
    with pytest.raises(ec2.exceptions.ClientError, match="conflicting DNS domain"):
        interface(ec2, vpc, "logs", vpc["subnets"][2:], PrivateDnsEnabled=True)
    second = interface(ec2, vpc, "logs", vpc["subnets"][2:], PrivateDnsEnabled=False)
    with pytest.raises(ec2.exceptions.ClientError, match="conflicting DNS domain"):
        ec2.modify_vpc_endpoint(VpcEndpointId=second, PrivateDnsEnabled=True)
    listed = ec2.describe_vpc_endpoints(Filters=[{"Name": "service-name", "Values": [f"com.amazonaws.{REGION}.logs"]}])
    assert {each["VpcEndpointId"] for each in listed["VpcEndpoints"]} == {first, second}


def test_a_gateway_endpoint_keeps_the_routes_of_its_tables(cloud: Any, vpc: dict[str, Any]) -> None:
    ec2 = cloud.client("ec2")
    request = {"VpcId": vpc["vpc"], "ServiceName": f"com.amazonaws.{REGION}.s3", "VpcEndpointType": "Gateway"}
    made = ec2.create_vpc_endpoint(**request)["VpcEndpoint"]["VpcEndpointId"]
    assert look(ec2, made)["PrivateDnsEnabled"] is False

    def targets() -> list[str]:
        (table,) = ec2.describe_route_tables(RouteTableIds=[vpc["table"]])["RouteTables"]
        return [route.get("GatewayId", "") for route in table["Routes"]]

    ec2.modify_vpc_endpoint(VpcEndpointId=made, AddRouteTableIds=[vpc["table"]])
    assert made in targets()
    with pytest.raises(ec2.exceptions.ClientError, match="RouteAlreadyExists"):
        ec2.create_vpc_endpoint(**request, RouteTableIds=[vpc["table"]])
    ec2.modify_vpc_endpoint(VpcEndpointId=made, RemoveRouteTableIds=[vpc["table"]])
    assert made not in targets()


def test_flow_logs_say_that_they_do_not_arrive(cloud: Any, vpc: dict[str, Any]) -> None:
    """Without a role that the deliverer may take on, or without the log group."""
    ec2 = cloud.client("ec2")
    cloud.client("logs").create_log_group(logGroupName="flows")
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    roles = {}
    for name, service in (("right", "vpc-flow-logs.amazonaws.com"), ("wrong", "ec2.amazonaws.com")):
        trust = {"Version": "2012-10-17", "Statement": [{**statement, "Principal": {"Service": service}}]}
        made = cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        roles[name] = made["Role"]["Arn"]

    def status(group: str, role: str) -> str:
        request = {"ResourceIds": [vpc["vpc"]], "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": group}
        (flow,) = ec2.create_flow_logs(**request, DeliverLogsPermissionArn=role)["FlowLogIds"]
        (found,) = ec2.describe_flow_logs(FlowLogIds=[flow])["FlowLogs"]
        ec2.delete_flow_logs(FlowLogIds=[flow])
        return str(found["DeliverLogsStatus"])

    assert status("flows", roles["right"]) == "SUCCESS"
    assert status("flows", roles["wrong"]) == "FAILED"
    assert status("flows", "arn:aws:iam::123456789012:role/absent") == "FAILED"
    assert status("absent", roles["right"]) == "FAILED"

    def by_arn(group: str) -> tuple[str, str]:
        request = {"ResourceIds": [vpc["vpc"]], "ResourceType": "VPC", "TrafficType": "ALL"}
        place = f"arn:aws:logs:eu-west-1:123456789012:log-group:{group}"
        made = ec2.create_flow_logs(**request, LogDestination=place, DeliverLogsPermissionArn=roles["right"])
        (found,) = ec2.describe_flow_logs(FlowLogIds=made["FlowLogIds"])["FlowLogs"]
        ec2.delete_flow_logs(FlowLogIds=made["FlowLogIds"])
        return found["LogGroupName"], found["DeliverLogsStatus"]

    assert by_arn("flows") == ("flows", "SUCCESS")
    assert by_arn("absent") == ("absent", "FAILED")


def test_network_acls_are_found_by_id(cloud: Any, vpc: dict[str, Any]) -> None:
    ec2 = cloud.client("ec2")
    made = ec2.create_network_acl(VpcId=vpc["vpc"])["NetworkAcl"]["NetworkAclId"]
    found = ec2.describe_network_acls(Filters=[{"Name": "network-acl-id", "Values": [made]}])["NetworkAcls"]
    assert [acl["NetworkAclId"] for acl in found] == [made]


def test_entries_of_network_acls_have_ports_where_their_protocol_has(cloud: Any, vpc: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html"""
    ec2 = cloud.client("ec2")
    made = ec2.create_network_acl(VpcId=vpc["vpc"])["NetworkAcl"]["NetworkAclId"]
    for number, protocol in ((100, "-1"), (110, "6")):
        ec2.create_network_acl_entry(
            NetworkAclId=made,
            RuleNumber=number,
            Protocol=protocol,
            RuleAction="allow",
            Egress=False,
            CidrBlock="10.0.0.0/8",
            PortRange={"From": 0, "To": 0},
        )
    entries = ec2.describe_network_acls(NetworkAclIds=[made])["NetworkAcls"][0]["Entries"]
    ports = {entry["RuleNumber"]: entry.get("PortRange") for entry in entries if not entry["Egress"]}
    assert (ports[100], ports[110]) == (None, {"From": 0, "To": 0})
