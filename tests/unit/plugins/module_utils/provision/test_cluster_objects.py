"""Objects of a cluster count in the plan: what the API server would create or change is a row, silence is an error."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.approval import deviations
from ansible_collections.creator.platform.plugins.module_utils.provision.cluster_objects import (
    object_names,
    object_rows,
)

NAMESPACE = {"kind": "Namespace", "metadata": {"name": "creator"}}
QUOTA = {"kind": "ResourceQuota", "metadata": {"name": "creator", "namespace": "creator"}}
OBJECTS = [NAMESPACE, QUOTA]
REGION = "eu-west-1"


def compared(namespace="unchanged", quota="unchanged", differences=()):
    return {
        "objects": [
            {"kind": "Namespace", "namespace": "", "name": "creator", "change": namespace},
            {"kind": "ResourceQuota", "namespace": "creator", "name": "creator", "change": quota},
        ],
        "differences": list(differences),
    }


def test_nothing_differs():
    assert object_rows(OBJECTS, compared(), REGION) == []
    assert [row["kind"] for row in object_names(OBJECTS, REGION)] == [
        "kubernetes_namespace",
        "kubernetes_resourcequota",
    ]


def test_without_a_cluster_every_object_is_to_be_created():
    assert [(row["action"], row["kind"]) for row in object_rows(OBJECTS, None, REGION)] == [
        ("create", "kubernetes_namespace"),
        ("create", "kubernetes_resourcequota"),
    ]


def test_what_was_approved_without_a_cluster_is_what_a_new_cluster_says():
    approved = object_rows(OBJECTS, None, REGION)
    assert deviations(approved, object_rows(OBJECTS, compared("created", "created"), REGION)) == []
    (told,) = deviations(approved, object_rows(OBJECTS, compared("created"), REGION))
    assert "no longer to be done: create kubernetes_resourcequota creator" in told


def test_a_changed_object_names_what_differs():
    before = {"spec": {"hard": {"pods": "10", "limits.cpu": "4"}}}
    after = {"spec": {"hard": {"pods": "20", "limits.cpu": "4"}}}
    difference = {"before_header": "ResourceQuota creator/creator", "before": before, "after": after}
    (row,) = object_rows(OBJECTS, compared(quota="changed", differences=[difference]), REGION)
    assert row["action"] == "update"
    assert row["attributes"] == [{"attribute": "spec.hard.pods", "before": "10", "after": "20"}]


def test_what_leaves_is_removed():
    (row,) = object_rows(
        [], {"objects": [{"kind": "Namespace", "name": "creator", "change": "removed"}], "differences": []}, REGION
    )
    assert (row["action"], row["kind"], row["name"]) == ("delete", "kubernetes_namespace", "creator")


def test_an_object_the_cluster_said_nothing_of_is_no_success():
    answer = compared()
    answer["objects"].pop()
    with pytest.raises(ValueError, match="said nothing of ResourceQuota creator"):
        object_rows(OBJECTS, answer, REGION)
