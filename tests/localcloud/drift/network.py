"""Changes of the network behind our back."""

from __future__ import annotations

from typing import Any

from tests.localcloud.drift import WHOLE, Change, World

ANYWHERE: dict[str, Any] = {
    "IpProtocol": "tcp",
    "FromPort": 22,
    "ToPort": 22,
    "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
}


def _named(world: World, operation: str, key: str, name: str) -> dict[str, Any]:
    wanted = [{"Name": "tag:Name", "Values": [f"{world.prefix}{name}"]}]
    parameter = "Filter" if operation == "describe_flow_logs" else "Filters"
    found = getattr(world.client("ec2"), operation)(**{parameter: wanted})[key]
    living = [item for item in found if item.get("State") not in ("deleted", "deleting")]
    return dict(living[0])


def _group(world: World, name: str) -> str:
    vpc = _named(world, "describe_vpcs", "Vpcs", "")["VpcId"]
    full = name if name == "default" else f"{world.prefix}-{name}"
    wanted = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": [full]}]
    return str(world.client("ec2").describe_security_groups(Filters=wanted)["SecurityGroups"][0]["GroupId"])


def _no_names(world: World) -> None:
    vpc = _named(world, "describe_vpcs", "Vpcs", "")["VpcId"]
    world.client("ec2").modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": False})


def _public_addresses(world: World) -> None:
    subnet = _named(world, "describe_subnets", "Subnets", "-private-a")["SubnetId"]
    world.client("ec2").modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})


def _retag_gateway(world: World) -> None:
    gateway = _named(world, "describe_internet_gateways", "InternetGateways", "-internet")["InternetGatewayId"]
    world.client("ec2").create_tags(Resources=[gateway], Tags=[{"Key": "owner", "Value": "somebody"}])


def _retag_nat(world: World) -> None:
    gateway = _named(world, "describe_nat_gateways", "NatGateways", "-nat-a")["NatGatewayId"]
    world.client("ec2").delete_tags(Resources=[gateway], Tags=[{"Key": "managed-by"}])


def _retag_address(world: World) -> None:
    address = _named(world, "describe_addresses", "Addresses", "-nat-a")["AllocationId"]
    world.client("ec2").create_tags(Resources=[address], Tags=[{"Key": "managed-by", "Value": "hand"}])


def _no_way_out(world: World) -> None:
    table = _named(world, "describe_route_tables", "RouteTables", "-private-b")["RouteTableId"]
    world.client("ec2").delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")


def _open_database(world: World) -> None:
    world.client("ec2").authorize_security_group_ingress(GroupId=_group(world, "database"), IpPermissions=[ANYWHERE])


def _use_default(world: World) -> None:
    world.client("ec2").authorize_security_group_ingress(GroupId=_group(world, "default"), IpPermissions=[ANYWHERE])


def _open_tier(world: World) -> None:
    acl = _named(world, "describe_network_acls", "NetworkAcls", "-data")["NetworkAclId"]
    world.client("ec2").create_network_acl_entry(
        NetworkAclId=acl, RuleNumber=90, Protocol="-1", RuleAction="allow", Egress=False, CidrBlock="0.0.0.0/0"
    )


def _anybody_through(world: World) -> None:
    endpoint = _named(world, "describe_vpc_endpoints", "VpcEndpoints", "-endpoint-s3")["VpcEndpointId"]
    world.client("ec2").modify_vpc_endpoint(
        VpcEndpointId=endpoint,
        PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
    )


def _no_records(world: World) -> None:
    flow = _named(world, "describe_flow_logs", "FlowLogs", "-flows")["FlowLogId"]
    world.client("ec2").delete_flow_logs(FlowLogIds=[flow])


def _short_memory(world: World) -> None:
    name = f"/creator/{world.environment}/network/flows"
    world.client("logs").put_retention_policy(logGroupName=name, retentionInDays=1)


CHANGES = [
    Change("ec2_vpc", "dns_hostnames", "somebody tries another resolver", _no_names),
    Change(
        "ec2_subnet", "public_ip_on_launch", "an instance had to be reached", _public_addresses, "{prefix}-private-a"
    ),
    Change("ec2_internet_gateway", "tags", "somebody marks what is theirs", _retag_gateway),
    Change("ec2_nat_gateway", "tags", "a tool tidies tags", _retag_nat, "{prefix}-nat-a"),
    Change("ec2_elastic_ip", "tags", "somebody marks what is theirs", _retag_address, "{prefix}-nat-a"),
    Change("ec2_route_table", "routes", "somebody saves the cost of a gateway", _no_way_out, "{prefix}-private-b"),
    Change("ec2_security_group", "ingress", "SSH for a moment", _open_database, "{prefix}-database"),
    Change("ec2_default_security_group", "ingress", "the default is at hand", _use_default, "{prefix}-default"),
    Change("ec2_network_acl", "ingress", "somebody looks for what is blocked", _open_tier, "{prefix}-data"),
    Change("ec2_vpc_endpoint", "policy", "a foreign bucket is wanted", _anybody_through, "{prefix}-endpoint-s3"),
    Change("ec2_flow_log", WHOLE, "somebody saves the cost of records", _no_records, "{prefix}-flows"),
    Change(
        "logs_group", "retention_days", "somebody saves money", _short_memory, "/creator/{environment}/network/flows"
    ),
]
