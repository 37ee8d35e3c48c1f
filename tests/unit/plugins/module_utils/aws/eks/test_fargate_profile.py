from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.fargate_profile import absent, present, project
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found

PARAMS = {"cluster": "c", "name": "batch", "purge_tags": True}
DESIRED: dict[str, Any] = {
    "pod_role_arn": "role",
    "subnets": ["s-1", "s-2"],
    "selectors": [{"namespace": "creator", "labels": {"compute": "fargate"}}],
    "tags": {"a": "1"},
}
THERE = {"arn": "arn", "status": "ACTIVE", "busy": False}
WAITING = Found({}, {"busy": True})


def test_what_is_created_is_read_back_as_desired() -> None:
    ((method, request),) = present(PARAMS, DESIRED, None).calls
    assert method == "create_fargate_profile"
    found = project(request)
    assert found == DESIRED
    assert not present(PARAMS, DESIRED, Found(found, THERE)).changed


def test_the_order_of_subnets_and_missing_labels_are_no_difference() -> None:
    wanted = {**DESIRED, "subnets": ["s-2", "s-1"], "selectors": [{"namespace": "a"}]}
    have = {**DESIRED, "selectors": [{"namespace": "a", "labels": {}}]}
    assert not present(PARAMS, wanted, Found(have, THERE)).changed


def test_a_profile_waits_while_another_is_made() -> None:
    steps = present(PARAMS, DESIRED, WAITING)
    assert not steps.changed
    assert steps.pending == sorted(DESIRED)


@pytest.mark.parametrize("change", [{"pod_role_arn": "x"}, {"subnets": ["s-9"]}, {"selectors": [{"namespace": "b"}]}])
def test_only_tags_can_change(change: dict[str, Any]) -> None:
    with pytest.raises(ChangeError, match=f"EKS cannot change {next(iter(change))} of Fargate profile batch"):
        present(PARAMS, {**DESIRED, **change}, Found(DESIRED, THERE))
    calls = present(PARAMS, {**DESIRED, "tags": {}}, Found(DESIRED, THERE)).calls
    assert calls == [("untag_resource", {"resourceArn": "arn", "tagKeys": ["a"]})]


def test_a_new_profile_needs_all_that_makes_it() -> None:
    with pytest.raises(ChangeError, match="give pod_role_arn, selectors"):
        present(PARAMS, {"subnets": ["s-1"]}, None)


def test_absence_is_pending_until_it_is_gone() -> None:
    steps = absent(PARAMS, Found(DESIRED, THERE))
    assert [method for method, _request in steps.calls] == ["delete_fargate_profile"]
    assert steps.pending == ["deletion"]
    busy = absent(PARAMS, Found(DESIRED, {**THERE, "busy": True}))
    assert (busy.calls, busy.pending) == ([], ["deletion"])
    gone = absent(PARAMS, WAITING)
    assert (gone.calls, gone.pending) == ([], [])
