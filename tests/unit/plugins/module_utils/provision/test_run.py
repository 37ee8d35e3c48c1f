# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading in threads: failed, silent and broken readers, and what a role gets of a plan."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision import run
from ansible_collections.creator.platform.plugins.module_utils.provision.document import component_document
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import RefusalError
from ansible_collections.creator.platform.plugins.module_utils.provision.model import (
    PRIMARY,
    Change,
    Kind,
    Resource,
    Rules,
    Scope,
)
from ansible_collections.creator.platform.plugins.module_utils.provision.run import (
    Plan,
    PlanError,
    Request,
    load_kind,
    plan,
    require,
    resource_of,
    settle,
    with_rows,
)
from botocore.exceptions import ClientError


def kinds(monkeypatch: pytest.MonkeyPatch, **readers: Any) -> None:
    known = {name: Kind(name, "ec2", read, Rules(secret=frozenset({"word"}))) for name, read in readers.items()}
    monkeypatch.setattr(run, "load_kind", known.__getitem__)


def request(*resources: Resource, **options: Any) -> Request:
    return Request("creator", "dev", "network", "eu-west-1", resources, **options)


def thing(name: str, kind: str = "a", region: str = "eu-west-1", **properties: Any) -> Resource:
    return Resource(kind, name, properties, region)


def no_client(_service: str, _region: str) -> Any:
    return object()


def test_readers_get_the_names_of_their_region(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, tuple[str, ...]]] = []

    def read(_client: Any, scope: Scope) -> list[Resource]:
        seen.append((scope.region, scope.names))
        return []

    kinds(monkeypatch, a=read)
    plan(request(thing("y"), thing("x"), thing("z", region="eu-central-1")), no_client)
    assert sorted(seen) == [("eu-central-1", ("z",)), ("eu-west-1", ("x", "y"))]


def test_kinds_without_a_desired_resource_are_read_for_leftovers(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds(monkeypatch, a=lambda _client, _scope: [Resource("a", "left", {}, facts={"id": "1"})])
    made = plan(request(kinds=("a",)), no_client)
    assert made.kinds["a"]["delete"] == ["left"]
    assert made.steps[0]["facts"] == {"id": "1"}


def test_leftovers_are_looked_for_in_the_second_region_too(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds(monkeypatch, a=lambda _client, scope: [Resource("a", "left", {}, scope.region)])
    made = plan(request(kinds=("a",), regions=("eu-central-1",)), no_client)
    assert [step["region"] for step in made.steps] == ["eu-central-1", "eu-west-1"]


def test_refused_read_is_unknown_and_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_client: Any, _scope: Scope) -> list[Resource]:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeVpcs")

    kinds(monkeypatch, a=read, b=read)
    made = plan(request(thing("x"), kinds=("b",)), no_client)
    assert made.pending
    assert [(row["kind"], row["action"], row["name"]) for row in made.document["changes"]] == [
        ("a", "unknown", "x"),
        ("b", "unknown", "*"),
    ]
    assert "DescribeVpcs: AccessDenied: no (the role of this run lacks that permission)" in made.result()["unknown"]


def test_silent_reader_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()

    def silent(_client: Any, _scope: Scope) -> list[Resource]:
        never.wait(30)
        return []

    kinds(monkeypatch, a=silent, b=lambda _client, _scope: [Resource("b", "x", {})])
    made = plan(request(thing("x"), thing("x", "b"), seconds=0.2), no_client)
    never.set()
    assert [(row["kind"], row["reason"]) for row in made.document["changes"]] == [("a", "no answer within 0.2 seconds")]


def test_fault_of_a_reader_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_client: Any, _scope: Scope) -> list[Resource]:
        raise KeyError("Vpcs")

    kinds(monkeypatch, a=broken)
    with pytest.raises(KeyError, match="Vpcs"):
        plan(request(thing("x")), no_client)


def test_result_tells_facts_and_masks_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds(monkeypatch, a=lambda _client, _scope: [Resource("a", "x", {"word": "old"}, facts={"id": "i"})])
    result = plan(request(thing("x", word="new")), no_client).result()
    assert result["facts"] == {"eu-west-1": {"a": {"x": {"id": "i"}}}}
    assert result["desired"] == [{"kind": "a", "name": "x", "region": "eu-west-1"}]
    assert result["steps"][0]["attributes"] == ["word"]
    assert "new" not in str(result)
    assert "old" not in str(result)


@pytest.mark.parametrize("name", ["no_such_kind", "../model", "", "A"])
def test_unknown_kind_is_refused(name: str) -> None:
    with pytest.raises(PlanError):
        load_kind(name)


@pytest.mark.parametrize(
    "row", [{}, {"kind": "a"}, {"kind": "", "name": "x"}, {"kind": "a", "name": "x", "properties": []}]
)
def test_malformed_resource_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(PlanError):
        resource_of(row, "eu-west-1")


def test_settling_asks_until_nothing_is_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[list[Resource]] = [[], [], [Resource("a", "x", {})]]
    kinds(monkeypatch, a=lambda _client, _scope: answers.pop(0))
    slept: list[float] = []
    assert not settle(lambda: plan(request(thing("x")), no_client), 5, 1.5, slept.append).pending
    assert slept == [1.5, 1.5]


def test_settling_ends_with_what_is_still_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds(monkeypatch, a=lambda _client, _scope: [])
    slept: list[float] = []
    assert settle(lambda: plan(request(thing("x")), no_client), 2, 0, slept.append).pending
    assert slept == [0]


def made_of(*changes: Change) -> Plan:
    document = component_document(changes, platform="p", environment="e", account="1", region="r", component="database")
    return Plan(document, "sha256:0", {})


UNKNOWN = Change("unknown", "a", "x", "r", reason="throttled")
REMOVAL = Change("delete", "a", "x", "r", protected=True)
UPDATE = Change("update", "a", "x", "r", (("size", 1, 2),))


@pytest.mark.parametrize(
    ("change", "purpose", "words"),
    [
        (UNKNOWN, "apply", "database cannot be planned, so nothing of it was changed: unknown a x (r): throttled"),
        (REMOVAL, "apply", "replaces or removes protected resources, so nothing was changed: a x"),
        (UPDATE, "converged", "database was applied but is not what was asked for: update a x (r): size 1 -> 2"),
        (UNKNOWN, "converged", "throttled"),
    ],
)
def test_plan_must_serve_its_purpose(change: Change, purpose: str, words: str) -> None:
    with pytest.raises(PlanError) as refused:
        require(made_of(change), purpose)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("change", "purpose", "unprotected"),
    [(UNKNOWN, "look", []), (REMOVAL, "look", []), (UPDATE, "apply", []), (REMOVAL, "apply", ["a x"])],
)
def test_plan_that_serves_its_purpose_is_taken(change: Change, purpose: str, unprotected: list[str]) -> None:
    require(made_of(change), purpose, unprotected)


def test_empty_plan_serves_every_purpose() -> None:
    for purpose in ("look", "apply", "converged"):
        require(made_of(), purpose)


def test_objects_of_a_cluster_are_part_of_what_was_approved() -> None:
    row = {"action": "create", "kind": "kubernetes_namespace", "name": "x", "region": "r", "attributes": []}
    name = {"kind": "kubernetes_namespace", "name": "x", "region": "r"}
    made = with_rows(made_of(), [row], [name])
    assert made.pending
    assert made.digest != made_of().digest
    assert made.result()["desired"] == [name]
    require(made, "apply", approved={"components": [made.document]})
    with pytest.raises(RefusalError, match="approved and no longer to be done: create kubernetes_namespace x"):
        require(made_of(), "apply", approved={"components": [made.document]})
    with pytest.raises(RefusalError, match="not approved: create kubernetes_namespace x"):
        require(made, "apply", approved={"components": [made_of().document]})


def test_readers_share_the_client_of_a_service_that_an_account_has_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def read(name: str) -> Any:
        def found(client: Any, scope: Scope) -> list[Resource]:
            seen[name] = (client, dict(scope.clients))
            return []

        return found

    known = {
        "record": Kind("record", "route53", read("record"), home=PRIMARY, also=("cloudfront", "elbv2")),
        "proof": Kind("proof", "acm", read("proof"), home="us-east-1", also=("route53",)),
        "distribution": Kind("distribution", "cloudfront", read("distribution"), home="us-east-1"),
    }
    monkeypatch.setattr(run, "load_kind", known.__getitem__)
    made: list[tuple[str, str]] = []

    def client_for(service: str, region: str) -> tuple[str, str]:
        made.append((service, region))
        return service, region

    plan(request(kinds=tuple(known)), client_for)
    route53, cloudfront = ("route53", "eu-west-1"), ("cloudfront", "us-east-1")
    assert sorted(made) == [("acm", "us-east-1"), cloudfront, ("elbv2", "eu-west-1"), route53]
    assert seen["record"] == (route53, {"cloudfront": cloudfront, "elbv2": ("elbv2", "eu-west-1")})
    assert seen["proof"] == (("acm", "us-east-1"), {"route53": route53})
    assert seen["distribution"] == (cloudfront, {})
