"""What is called to bring a key to what is described."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.kms import key, replica
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found
from hypothesis import given
from hypothesis import strategies as st

METADATA = {"KeyId": "k", "Arn": "arn:k", "KeyState": "Enabled", "Description": "words", "MultiRegion": False}
PARAMS: dict[str, Any] = {"alias": "a", "purge_tags": True, "window_days": 7}
WANTED = {
    "description": st.sampled_from(["words", "other"]),
    "enabled": st.booleans(),
    "rotation": st.booleans(),
    "rotation_days": st.sampled_from([90, 365]),
    "policy": st.sampled_from([{}, {"Version": "2012-10-17", "Statement": []}]),
    "tags": st.dictionaries(st.sampled_from("xyz"), st.sampled_from("12")),
}


def found(aliased: bool = True, **changes: Any) -> Found:
    properties = key.project({**METADATA, **changes}, {"KeyRotationEnabled": True, "RotationPeriodInDays": 365}, "", {})
    return Found(properties, {"id": "k", "arn": "arn:k", "aliased": aliased})


@given(st.fixed_dictionaries({}, optional=WANTED))
def test_what_is_wanted_and_found_needs_no_call(desired: dict[str, Any]) -> None:
    have = found()
    steps = key.present(PARAMS, desired, have)
    after = Found({**steps.after, "state": "Enabled" if steps.after["enabled"] else "Disabled"}, have.facts)
    assert key.present(PARAMS, desired, after).calls == []


def test_rotation_and_its_period_are_one_call() -> None:
    steps = key.present(PARAMS, {"rotation": True, "rotation_days": 90}, found())
    assert steps.calls == [("enable_key_rotation", {"KeyId": "k", "RotationPeriodInDays": 90})]


def test_a_period_without_rotation_is_no_difference() -> None:
    have = Found({**found().properties, "rotation": False}, found().facts)
    assert key.present(PARAMS, {"rotation": False, "rotation_days": 90}, have).calls == []


@pytest.mark.parametrize("state", ["PendingDeletion", "PendingReplicaDeletion"])
def test_a_key_on_its_way_out_is_neither_changed_nor_scheduled_twice(state: str) -> None:
    with pytest.raises(ChangeError, match="waits for its deletion"):
        key.present(PARAMS, {"description": "x"}, found(KeyState=state))
    assert [method for method, _request in key.absent(PARAMS, found(KeyState=state)).calls] == ["delete_alias"]


def test_multi_region_is_settled_at_creation() -> None:
    with pytest.raises(ChangeError, match="cannot change multi_region"):
        key.present(PARAMS, {"multi_region": True}, found())


def test_only_a_primary_key_is_replicated() -> None:
    desired = {"tags": {"a": "b"}}
    request = {**PARAMS, "replica_region": "r"}
    with pytest.raises(ChangeError, match="no key a"):
        replica.present(request, desired, None)
    with pytest.raises(ChangeError, match="no multi-Region primary"):
        replica.present(request, desired, Found(replica.project(METADATA, "r"), {"key_id": "k"}))
    regions: dict[str, Any] = {"MultiRegionKeyType": "PRIMARY", "ReplicaKeys": []}
    primary = replica.project({**METADATA, "MultiRegionConfiguration": regions}, "r")
    (call,) = replica.present(request, desired, Found(primary, {"key_id": "k"})).calls
    assert (call[0], call[1]["ReplicaRegion"]) == ("replicate_key", "r")
    regions["ReplicaKeys"] = [{"Region": "r", "Arn": "arn:r"}]
    there = replica.project({**METADATA, "MultiRegionConfiguration": regions}, "r")
    assert replica.present(request, desired, Found(there, {"key_id": "k"})).calls == []
