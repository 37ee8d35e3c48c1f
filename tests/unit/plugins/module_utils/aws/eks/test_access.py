from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.eks import access_entry, addon, pod_identity

VIEW, EDIT = "arn:view", "arn:edit"
FOUND = {"accessEntryArn": "arn", "type": "STANDARD", "username": "u", "kubernetesGroups": ["g"], "tags": {}}


def entry(desired: dict[str, Any], policies: list[dict[str, Any]]) -> list[Any]:
    """The calls for an entry that is there."""
    return access_entry.present("c", "p", desired, FOUND, policies, purge_tags=True).calls


def test_policies_are_added_changed_and_taken_away() -> None:
    found = [
        {"policyArn": VIEW, "accessScope": {"type": "cluster", "namespaces": []}},
        {"policyArn": "arn:old", "accessScope": {"type": "cluster"}},
    ]
    wanted = [{"policy_arn": VIEW, "namespaces": ["b", "a"]}, {"policy_arn": EDIT, "namespaces": []}]
    assert [(method, request["policyArn"]) for method, request in entry({"policies": wanted}, found)] == [
        ("disassociate_access_policy", "arn:old"),
        ("associate_access_policy", EDIT),
        ("associate_access_policy", VIEW),
    ]


def test_an_entry_as_desired_needs_no_call() -> None:
    policies = [{"policyArn": VIEW, "accessScope": {"type": "namespace", "namespaces": ["b", "a"]}}]
    desired = {"kubernetes_groups": ["g"], "policies": [{"policy_arn": VIEW, "namespaces": ["a", "b"]}], "tags": {}}
    assert entry(desired, policies) == []
    assert entry({"policies": None}, policies) == []


def test_a_type_cannot_change() -> None:
    with pytest.raises(match="remove the entry first"):
        entry({"type": "EC2_LINUX"}, [])


def test_an_addon_overwrites_first_and_preserves_later() -> None:
    desired = {"version": "v2", "configuration": {"a": 1}, "tags": None}
    first = addon.present("c", "n", desired, None, resolve_conflicts=None, purge_tags=True)
    assert first.calls[0][1]["resolveConflicts"] == "OVERWRITE"
    found = {"addonArn": "arn", "addonVersion": "v1", "configurationValues": '{"a": 1}', "status": "DEGRADED"}
    later = addon.present("c", "n", desired, found, resolve_conflicts=None, purge_tags=True)
    assert later.calls[0][1]["resolveConflicts"] == "PRESERVE"
    busy = addon.present("c", "n", desired, {**found, "status": "UPDATING"}, resolve_conflicts=None, purge_tags=True)
    assert (busy.calls, busy.pending) == ([], ["version"])
    same = addon.present("c", "n", desired, {**found, "addonVersion": "v2"}, resolve_conflicts=None, purge_tags=True)
    assert same.calls == []


def test_a_pod_identity_follows_its_role() -> None:
    found = {"associationArn": "arn", "associationId": "a-1", "roleArn": "old", "tags": {}}
    steps = pod_identity.present("c", "n", "s", {"role_arn": "new"}, found, purge_tags=True)
    assert steps.calls == [
        ("update_pod_identity_association", {"clusterName": "c", "associationId": "a-1", "roleArn": "new"})
    ]
    assert not pod_identity.present("c", "n", "s", {"role_arn": "old"}, found, purge_tags=True).changed
