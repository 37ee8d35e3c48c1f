from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.upgrade import judge
from hypothesis import given
from hypothesis import strategies as st

OFFERED = ["1.36", "1.35", "1.34", "1.33"]


def asked(found: str, target: str, **change: Any) -> Any:
    """The judgement where nothing is in the way but `change`."""
    facts: dict[str, Any] = {"offered": OFFERED, "insights": [], "node_groups": {}, "addons": {}}
    return judge(found, target, **{**facts, **change})


def test_one_minor_version_at_a_time() -> None:
    assert asked("1.33", "1.36").steps == ["1.34", "1.35", "1.36"]
    assert asked("1.35", "1.35").steps == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"offered": ["1.34", "1.36"]}, "EKS does not offer 1.35"),
        (
            {"node_groups": {"old": "1.32", "new": "1.34"}},
            "node group old has 1.32, more than 3 minor versions behind 1.36",
        ),
        ({"addons": {"vpc-cni": {}}}, "no version of add-on vpc-cni fits 1.36"),
        ({"insights": [{"name": "API", "insightStatus": {"status": "ERROR", "reason": "used"}}]}, "API is ERROR: used"),
        ({"insights": [{"name": "API", "insightStatus": {"status": "UNKNOWN"}}]}, "API is UNKNOWN"),
        ({"insights": [{}]}, "an insight is UNKNOWN"),
    ],
)
def test_what_blocks(change: dict[str, Any], sentence: str) -> None:
    (blocker,) = asked("1.34", "1.36", **change).blockers
    assert sentence in blocker


@pytest.mark.parametrize("target", ["1.34", "2.35"])
def test_never_back(target: str) -> None:
    upgrade = asked("1.35", target)
    assert upgrade.steps == []
    assert f"EKS never goes back to {target}" in upgrade.blockers[0]


def test_warnings_do_not_block_and_passing_is_silent() -> None:
    insights = [{"name": each, "insightStatus": {"status": each}} for each in ("WARNING", "PASSING")]
    upgrade = asked("1.34", "1.35", insights=insights)
    assert upgrade.blockers == []
    assert upgrade.warnings == ["WARNING is WARNING"]


def test_addons_take_the_default_version_or_the_first() -> None:
    addons = {"coredns": {"v2": False, "v1": True}, "vpc-cni": {"v9": False, "v8": False}}
    assert asked("1.34", "1.35", addons=addons).addons == {"coredns": "v1", "vpc-cni": "v9"}


@pytest.mark.parametrize("version", ["", "1", "1.x", "latest"])
def test_what_is_no_version_is_said(version: str) -> None:
    with pytest.raises(ValueError, match="is no Kubernetes version"):
        asked("1.35", version)


@given(st.integers(0, 60), st.integers(0, 60))
def test_steps_lead_from_one_version_to_the_other(start: int, end: int) -> None:
    steps = asked(f"1.{start}", f"1.{end}", offered=[f"1.{number}" for number in range(61)]).steps
    numbers = [int(step.removeprefix("1.")) for step in steps]
    assert numbers == list(range(start + 1, end + 1))
