from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.eks import nodegroup
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.nodegroup import present

TAINT = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}
DESIRED: dict[str, Any] = {
    "node_role_arn": "role",
    "subnets": ["s-1"],
    "ami_type": "AL2023_x86_64_STANDARD",
    "instance_types": ["m7i.large"],
    "capacity_type": "ON_DEMAND",
    "disk_size": 50,
    "min_size": 2,
    "max_size": 6,
    "version": "1.33",
    "labels": {"a": "1"},
    "taints": [TAINT],
    "max_unavailable": 1,
    "tags": {"t": "1"},
}


def answer(**change: Any) -> dict[str, Any]:
    """The group of DESIRED as EKS describes it, with changes."""
    request = nodegroup.create_request("c", "g", DESIRED)
    return {**request, "nodegroupArn": "arn", "status": "ACTIVE", **change}


def calls(**change: Any) -> list[Any]:
    """What is done about a changed group."""
    return present("c", "g", DESIRED, answer(**change), purge_tags=True).calls


def test_what_was_created_is_read_as_desired() -> None:
    assert calls() == []


def test_the_desired_size_belongs_to_the_autoscaler() -> None:
    assert calls(scalingConfig={"minSize": 2, "maxSize": 6, "desiredSize": 5}) == []
    ((_method, request),) = calls(scalingConfig={"minSize": 1, "maxSize": 9, "desiredSize": 8})
    assert request["scalingConfig"] == {"minSize": 2, "maxSize": 6, "desiredSize": 6}


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"labels": {"a": "2", "b": "3"}}, "labels", {"addOrUpdateLabels": {"a": "1"}, "removeLabels": ["b"]}),
        (
            {"taints": [{"key": "gpu", "value": "no", "effect": "NO_SCHEDULE"}]},
            "taints",
            {"addOrUpdateTaints": [{"key": "gpu", "value": "yes", "effect": "NO_SCHEDULE"}], "removeTaints": []},
        ),
        (
            {"taints": []},
            "taints",
            {"addOrUpdateTaints": [{"key": "gpu", "value": "yes", "effect": "NO_SCHEDULE"}], "removeTaints": []},
        ),
        ({"updateConfig": {"maxUnavailable": 3}}, "updateConfig", {"maxUnavailable": 1}),
    ],
)
def test_changes_behind_our_back_are_taken_back(change: dict[str, Any], field: str, expected: Any) -> None:
    ((method, request),) = calls(**change)
    assert (method, request[field]) == ("update_nodegroup_config", expected)


def test_the_version_comes_after_the_rest() -> None:
    assert calls(version="1.32")[0][0] == "update_nodegroup_version"
    steps = present("c", "g", DESIRED, answer(version="1.32", labels={}), purge_tags=True)
    assert [call[0] for call in steps.calls] == ["update_nodegroup_config"]
    assert steps.pending == ["version"]


def test_a_busy_group_is_left_alone() -> None:
    steps = present("c", "g", DESIRED, answer(status="UPDATING", labels={}), purge_tags=True)
    assert (steps.calls, steps.pending) == ([], ["labels"])


def test_what_needs_a_new_group_is_said() -> None:
    with pytest.raises(match="add a node group of another name"):
        calls(instanceTypes=["m7i.xlarge"])


TEMPLATE = {"name": "t", "version": "2"}


def test_another_version_of_the_template_replaces_the_nodes() -> None:
    wanted = {**DESIRED, "launch_template": TEMPLATE}
    have = answer(launchTemplate={"name": "t", "id": "lt-1", "version": "1"})
    ((method, request),) = present("c", "g", wanted, have, purge_tags=True).calls
    assert method == "update_nodegroup_version"
    assert (request["launchTemplate"], request["version"]) == (TEMPLATE, DESIRED["version"])
    settled = answer(launchTemplate={**TEMPLATE, "id": "lt-1"})
    assert not present("c", "g", wanted, settled, purge_tags=True).changed


def test_image_and_template_are_rolled_at_once() -> None:
    wanted = {**DESIRED, "launch_template": TEMPLATE, "version": "1.34"}
    have = answer(launchTemplate={"name": "t", "version": "1"})
    steps = present("c", "g", wanted, have, purge_tags=True)
    assert len(steps.calls) == 1
    assert steps.pending == []


@pytest.mark.parametrize("have", [{}, {"launchTemplate": {"name": "other", "version": "2"}}])
def test_another_template_cannot_be_taken(have: dict[str, Any]) -> None:
    with pytest.raises(match="EKS cannot change launch_template"):
        present("c", "g", {**DESIRED, "launch_template": TEMPLATE}, answer(**have), purge_tags=True)


def test_absence_is_pending_until_it_is_gone() -> None:
    assert nodegroup.absent("c", "g", None).pending == []
    assert nodegroup.absent("c", "g", answer()).pending == ["deletion"]
    going = nodegroup.absent("c", "g", answer(status="DELETING"))
    assert (going.calls, going.pending) == ([], ["deletion"])
