"""What is called to bring addresses, endpoints, flow logs and route tables to what is described."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.ec2 import (
    elastic_ip,
    flow_log,
    route_table,
    vpc_endpoint,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found
from hypothesis import given
from hypothesis import strategies as st

PARAMS: dict[str, Any] = {"name": "n", "purge_tags": True}
TARGETS = st.dictionaries(
    st.sampled_from(["0.0.0.0/0", "10.0.0.0/8", "::/0"]), st.sampled_from(["igw-1", "nat-1", "nat-2"])
)
SUBNETS = st.lists(st.sampled_from(["s1", "s2", "s3", "s4"]), unique=True)


def methods(calls: list[Any]) -> list[str]:
    return [method for method, _request in calls]


@given(TARGETS, SUBNETS, TARGETS, SUBNETS)
def test_a_route_table_settles_in_one_run(
    routes: dict[str, str], subnets: list[str], wanted: dict[str, str], wanted_subnets: list[str]
) -> None:
    properties = {"vpc_id": "v", "routes": routes, "subnet_ids": sorted(subnets), "tags": {}}
    facts = {"id": "rtb", "associations": {subnet: f"a-{subnet}" for subnet in subnets}}
    desired = {"vpc_id": "v", "routes": wanted, "subnet_ids": wanted_subnets}
    steps = route_table.present(PARAMS, desired, Found(properties, facts))
    assert len({str(call) for call in steps.calls}) == len(steps.calls)
    after = {**facts, "associations": {subnet: f"a-{subnet}" for subnet in wanted_subnets}}
    assert route_table.present(PARAMS, desired, Found(steps.after, after)).calls == []


def test_a_subnet_of_another_table_is_moved() -> None:
    have = Found(
        {"vpc_id": "v", "routes": {}, "subnet_ids": [], "tags": {}}, {"id": "rtb", "associations": {"s1": "a-other"}}
    )
    calls = route_table.present(PARAMS, {"vpc_id": "v", "subnet_ids": ["s1"]}, have).calls
    assert calls == [("replace_route_table_association", {"AssociationId": "a-other", "RouteTableId": "rtb"})]


def test_routes_of_aws_are_not_ours() -> None:
    rows = [
        {"DestinationCidrBlock": "10.0.0.0/8", "GatewayId": "local"},
        {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"},
        {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"},
    ]
    assert route_table.project({"VpcId": "v", "Routes": rows})["routes"] == {"0.0.0.0/0": "nat-1"}


def test_a_target_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ChangeError, match="no target of a route"):
        route_table.present(PARAMS, {"vpc_id": "v", "routes": {"0.0.0.0/0": "internet"}}, None)


FLOW = {"ResourceId": "v", "TrafficType": "ALL", "LogGroupName": "g", "DeliverLogsPermissionArn": "r", "Tags": []}


@pytest.mark.parametrize(
    ("desired", "flow", "expected"),
    [
        ({"traffic": "ALL"}, FLOW, []),
        ({"traffic": "REJECT"}, FLOW, ["delete_flow_logs", "create_flow_logs"]),
        ({}, {**FLOW, "DeliverLogsStatus": "FAILED"}, ["delete_flow_logs", "create_flow_logs"]),
        ({"tags": {"a": "b"}}, FLOW, ["create_tags"]),
    ],
)
def test_a_flow_log_is_replaced_when_it_differs(
    desired: dict[str, Any], flow: dict[str, Any], expected: list[str]
) -> None:
    steps = flow_log.present(PARAMS, {"vpc_id": "v", **desired}, Found(flow_log.project(flow), {"id": "f"}))
    assert methods(steps.calls) == expected


ENDPOINT = {
    "VpcId": "v",
    "ServiceName": "s",
    "VpcEndpointType": "Interface",
    "SubnetIds": ["s1"],
    "Groups": [{"GroupId": "g1"}],
    "PrivateDnsEnabled": True,
    "PolicyDocument": "{}",
    "State": "Available",
}


@given(SUBNETS, st.booleans(), st.sampled_from([{}, {"Version": "2012-10-17", "Statement": []}]))
def test_an_endpoint_settles_in_one_call(subnets: list[str], private: bool, policy: dict[str, Any]) -> None:
    have = Found(vpc_endpoint.project(ENDPOINT), {"id": "vpce"})
    desired = {"subnet_ids": subnets, "private_dns": private, "policy": policy, "tags": {}}
    steps = vpc_endpoint.present(PARAMS, desired, have)
    assert len(steps.calls) <= 1
    assert vpc_endpoint.present(PARAMS, desired, Found(steps.after, have.facts)).calls == []


def test_an_endpoint_of_another_service_is_another_endpoint() -> None:
    with pytest.raises(ChangeError, match="cannot change service"):
        vpc_endpoint.present(PARAMS, {"service": "t"}, Found(vpc_endpoint.project(ENDPOINT), {"id": "vpce"}))


def test_an_address_is_allocated_with_its_tags() -> None:
    (call,) = elastic_ip.present(PARAMS, {"tags": {"a": "b"}}, None).calls
    (specification,) = call[1]["TagSpecifications"]
    assert {tag["Key"] for tag in specification["Tags"]} == {"a", "Name"}
