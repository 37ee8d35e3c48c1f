"""Records, between our words and Route 53's."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.route53.records import (
    DEFAULTS,
    absent,
    domain,
    present,
    project,
    record_name,
    request,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found

KNOWN: dict[str, Any] = {
    "zone": "a.example",
    "records": None,
    "remove": None,
    "targets": {"load_balancer:x": {"dns_name": "X-1.eu-west-1.elb.amazonaws.com", "zone_id": "Z1"}},
    "health_checks": {"check": "id-1"},
}
TARGETS = {"x-1.eu-west-1.elb.amazonaws.com": "load_balancer:x"}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("a.example A", {"values": ["192.0.2.1", "192.0.2.2"], "ttl": 60}),
        ("*.a.example AAAA", {"target": "load_balancer:x", "evaluate_health": True}),
        ("a.example A one", {"target": "load_balancer:x", "failover": "PRIMARY", "health_check": "check"}),
        ("a.example A two", {"target": "other.example@Z2", "failover": "SECONDARY"}),
        ("a.example CAA", {"values": ['0 issue "amazon.com"'], "ttl": 3600}),
    ],
)
def test_what_is_sent_is_read_back(name: str, given: dict[str, Any]) -> None:
    properties = {**DEFAULTS, **given}
    sent = request(name, properties, KNOWN)
    assert record_name(sent) == name
    assert project(sent, TARGETS, {"id-1": "check"}) == properties


def test_names_are_written_as_people_do() -> None:
    assert domain("\\052.A.Example.") == "*.a.example"


def test_a_weight_is_not_overlooked() -> None:
    seen = project({"Name": "a", "Type": "A", "TTL": 1, "ResourceRecords": [{"Value": "v"}], "Weight": 1}, {}, {})
    assert seen["other_routing"] == ["Weight"]


def zone(**sets: dict[str, Any]) -> Found:
    return Found({name: {**DEFAULTS, **value} for name, value in sets.items()}, {"zone_id": "Z", "sets": dict(sets)})


def test_everything_is_one_batch() -> None:
    have = zone(**{"a.example A": {"values": ["1"], "ttl": 60}})
    wanted = [
        {"name": "a.example", "type": "A", "set_identifier": "one", "values": ["1"], "ttl": 60, "failover": "PRIMARY"}
    ]
    steps = present({**KNOWN, "remove": [{"name": "a.example", "type": "A"}]}, {"records": wanted}, have)
    ((method, parameters),) = steps.calls
    assert method == "change_resource_record_sets"
    assert [change["Action"] for change in parameters["ChangeBatch"]["Changes"]] == ["DELETE", "UPSERT"]


def test_what_is_there_and_what_is_gone_needs_nothing() -> None:
    have = zone(**{"a.example A": {"values": ["1"], "ttl": 60}})
    same = {"name": "A.example.", "type": "A", "values": ["1"], "ttl": 60}
    assert present(KNOWN, {"records": [same]}, have).calls == []
    assert absent({**KNOWN, "records": [{"name": "b.example", "type": "A"}]}, have).calls == []


def test_a_target_nobody_knows_is_refused() -> None:
    with pytest.raises(ChangeError, match="nothing says what that is"):
        present(KNOWN, {"records": [{"name": "a.example", "type": "A", "target": "load_balancer:y"}]}, zone())
    with pytest.raises(ChangeError, match=r"no public zone a\.example"):
        present(KNOWN, {"records": []}, None)
