"""The plan of networks, keys, roles and parameters: applied reads as no change, every change behind our back is seen."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Resource
from ansible_collections.creator.platform.plugins.module_utils.provision.run import Request, load_kind, plan

from tests.localcloud.plan_changes import CHANGES, Step
from tests.localcloud.plan_world import NAME, REGION, World, make_key, make_network, make_parameter, make_role


@pytest.fixture(scope="module")
def world(cloud: Any) -> World:
    clients = {service: cloud.client(service, attempts=5) for service in ("ec2", "kms", "iam", "ssm")}
    ids: dict[str, str] = {}
    made = [*make_network(clients["ec2"], ids), make_key(clients["kms"], ids), make_role(clients["iam"])]
    made.append(make_parameter(clients["ssm"]))
    return World({**clients, "new": cloud.client}, {resource.kind: resource for resource in made}, ids)


def test_what_was_applied_is_no_change(world: World) -> None:
    made = world.plan()
    assert made.document["changes"] == []
    assert not made.pending
    assert made.facts[REGION]["ec2_vpc"][NAME]["id"] == world.ids["ec2_vpc"]


def test_plan_makes_few_requests_and_none_that_changes_anything(cloud: Any, world: World) -> None:
    cloud.control.delete("requests")
    world.plan()
    records = cloud.control.get("requests")
    records = records["requests"] if isinstance(records, dict) else records
    assert [record["action"] for record in records if record["mutating"]] == []
    actions = [record["action"] for record in records]
    for listed in ("DescribeVpcs", "DescribeSubnets", "DescribeRouteTables", "ListRoles"):
        assert actions.count(listed) == 1, "each listing is fetched once for all readers"
    assert len(actions) <= 20


@pytest.mark.parametrize(
    "kind", ["ec2_vpc", "ec2_subnet", "ec2_security_group", "kms_key", "iam_role", "ssm_parameter"]
)
def test_absent_is_created(world: World, kind: str) -> None:
    resource = world.resources[kind]
    other = Resource(kind, f"{resource.name}-absent", resource.properties, REGION)
    request = Request("creator", "test", "else", REGION, (other,))
    made = plan(request, world.clients["new"])
    assert made.kinds[kind]["create"] == [other.name]


def test_surplus_of_the_component_is_deleted_and_of_others_is_left_alone(world: World) -> None:
    kinds = ("ec2_vpc", "ec2_subnet", "kms_key", "iam_role")
    ours = plan(Request("creator", "test", "network", REGION, (), kinds=kinds), world.clients["new"])
    assert {kind: names["delete"] for kind, names in ours.kinds.items()} == {
        kind: [world.resources[kind].name] for kind in kinds
    }
    assert ours.document["protected"] == [f"ec2_vpc {NAME}", f"kms_key {NAME}-key"]
    others = plan(Request("creator", "prod", "network", REGION, (), kinds=kinds), world.clients["new"])
    assert others.document["changes"] == []


def test_refused_reads_are_unknown(cloud: Any, world: World) -> None:
    def client(service: str, region: str) -> Any:
        return cloud.client(service, region, access_key_id="AKIAUNKNOWN00EXAMPLE", secret_access_key="x")

    made = plan(Request("creator", "test", "network", REGION, (world.resources["ec2_vpc"],)), client)
    assert made.kinds["ec2_vpc"]["unknown"] == [NAME]
    assert made.pending


def test_throttled_reads_are_unknown_say_so_and_are_not_tried_by_each_reader(cloud: Any, world: World) -> None:
    cloud.control.put("faults", {"kind": "throttling", "service": "ec2", "action": "DescribeVpcs", "count": 100})
    cloud.control.delete("requests")
    try:
        wanted = tuple(world.resources[kind] for kind in ("ec2_vpc", "ec2_subnet", "ec2_security_group"))
        request = Request("creator", "test", "network", REGION, wanted)
        made = plan(request, lambda service, region: cloud.client(service, region, attempts=2))
    finally:
        cloud.control.delete("faults")
    reasons = {row["reason"] for row in made.document["changes"] if row["action"] == "unknown"}
    assert len(reasons) == 1
    assert "AWS throttles this account and did so for all attempts: wait some minutes and run again" in reasons.pop()
    assert len(cloud.control.get("requests?service=ec2&action=DescribeVpcs")) == 2


@pytest.mark.parametrize(
    ("kind", "attribute", "do", "undo"),
    CHANGES,
    ids=[f"{kind}-{name}-{n}" for n, (kind, name, _d, _u) in enumerate(CHANGES)],
)
def test_change_behind_our_back_is_seen(world: World, kind: str, attribute: str, do: Step, undo: Step) -> None:
    do(world)
    try:
        changes = world.plan(kind).document["changes"]
        assert [(row["kind"], row["action"]) for row in changes] == [(kind, "update")]
        assert [row["attribute"] for row in changes[0]["attributes"]] == [attribute]
    finally:
        undo(world)
    assert world.plan(kind).document["changes"] == []


#: Attributes that AWS lets nobody change after creation: a difference is a replacement.
IMMUTABLE = {
    "ec2_vpc": {"cidr": "10.78.0.0/16", "tenancy": "dedicated"},
    "ec2_subnet": {"vpc": "other", "cidr": "10.77.2.0/24", "zone": "eu-west-1a"},
    "ec2_nat_gateway": {"subnet": "other", "connectivity": "private"},
    "ec2_route_table": {"vpc": "other"},
    "ec2_security_group": {"vpc": "other", "description": "other"},
    "ec2_network_acl": {"vpc": "other"},
    "kms_key": {"spec": "RSA_2048", "usage": "SIGN_VERIFY", "multi_region": True, "replica_of": "eu-central-1"},
    "iam_role": {"path": "/other/"},
    "ssm_parameter": {"type": "StringList"},
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in IMMUTABLE.items() for name in names])
def test_what_cannot_be_changed_is_replaced(world: World, kind: str, name: str) -> None:
    resource = world.resources[kind]
    wanted = Resource(kind, resource.name, {**resource.properties, name: IMMUTABLE[kind][name]}, REGION)
    made = plan(Request("creator", "test", "network", REGION, (wanted,)), world.clients["new"])
    assert made.kinds[kind]["replace"] == [resource.name]


#: What neither list above can show: the state of a gateway is its life, its subnet list is of the emulator's own making.
ELSEWHERE = {("ec2_nat_gateway", "state"), ("ec2_network_acl", "subnets")}


@pytest.mark.parametrize(
    "kind",
    sorted({kind for kind, _name, _do, _undo in CHANGES}),
)
def test_every_attribute_has_a_change_above(world: World, kind: str) -> None:
    known = {*world.resources[kind].properties, *load_kind(kind).rules.defaults}
    shown = {name for changed, name, _do, _undo in CHANGES if changed == kind} | IMMUTABLE.get(kind, {}).keys()
    shown |= {name for other, name in ELSEWHERE if other == kind}
    if kind == "ssm_parameter":
        shown |= {"tags"}
    assert known <= shown
