"""Objects of a cluster count in the plan: what the API server would create or change is a row, silence is an error."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.cluster_objects import with_objects

NAMESPACE = {"kind": "Namespace", "metadata": {"name": "creator"}}
QUOTA = {"kind": "ResourceQuota", "metadata": {"name": "creator", "namespace": "creator"}}
OBJECTS = [NAMESPACE, QUOTA]
HEAD = {"component": "services", "account": "123456789012"}
PLAN = {"plan": {**HEAD, "changes": []}, "digest": "old", "pending": False, "desired": [], "steps": []}


def compared(namespace="unchanged", quota="unchanged", differences=()):
    return {
        "objects": [
            {"kind": "Namespace", "namespace": "", "name": "creator", "change": namespace},
            {"kind": "ResourceQuota", "namespace": "creator", "name": "creator", "change": quota},
        ],
        "differences": list(differences),
    }


def test_nothing_differs():
    found = with_objects(PLAN, OBJECTS, compared(), "eu-west-1")
    assert found["pending"] is False
    assert found["plan"]["changes"] == []
    assert [row["kind"] for row in found["desired"]] == ["kubernetes_namespace", "kubernetes_resourcequota"]


def test_without_a_cluster_every_object_is_to_be_created():
    found = with_objects(PLAN, OBJECTS, None, "eu-west-1")
    assert found["pending"] is True
    assert [(row["action"], row["kind"]) for row in found["plan"]["changes"]] == [
        ("create", "kubernetes_namespace"),
        ("create", "kubernetes_resourcequota"),
    ]


def test_a_changed_object_names_what_differs_and_changes_the_digest():
    before = {"spec": {"hard": {"pods": "10", "limits.cpu": "4"}}}
    after = {"spec": {"hard": {"pods": "20", "limits.cpu": "4"}}}
    difference = {"before_header": "ResourceQuota creator/creator", "before": before, "after": after}
    found = with_objects(PLAN, OBJECTS, compared(quota="changed", differences=[difference]), "eu-west-1")
    (row,) = found["plan"]["changes"]
    assert row["action"] == "update"
    assert row["attributes"] == [{"attribute": "spec.hard.pods", "before": "10", "after": "20"}]
    assert found["pending"] is True
    assert found["digest"] != with_objects(PLAN, OBJECTS, compared(), "eu-west-1")["digest"]
    assert "kubernetes_resourcequota creator" in found["message"]


def test_what_aws_has_to_change_stays():
    row = {"action": "create", "kind": "eks_x", "name": "a", "region": "eu-west-1", "attributes": []}
    found = with_objects(
        {**PLAN, "plan": {**HEAD, "changes": [row]}, "pending": True}, OBJECTS, compared(), "eu-west-1"
    )
    assert found["plan"]["changes"] == [row]
    assert found["pending"] is True


def test_an_object_the_cluster_said_nothing_of_is_no_success():
    answer = compared()
    answer["objects"].pop()
    with pytest.raises(ValueError, match="said nothing of ResourceQuota creator"):
        with_objects(PLAN, OBJECTS, answer, "eu-west-1")
