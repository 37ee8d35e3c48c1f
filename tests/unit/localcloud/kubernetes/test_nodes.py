"""What of a machine is a node's by its instance type, and when a node group needs other nodes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.kubernetes import nodes

GROUP: dict[str, Any] = {"releaseVersion": "1.35.0-1", "labels": {}}


@given(
    st.sampled_from(["t3.medium", "m7i.large", "c6g.xlarge", "r5.2xlarge"]),
    st.integers(8, 64),
    st.integers(70000, 500000),
)
def test_a_larger_machine_offers_what_the_instance_type_does(instance_type: str, cpus: int, memory: int) -> None:
    size = nodes.capacity(instance_type)
    kept, offered = nodes.reserved(size, cpus, memory), nodes.status_resources(size)["allocatable"]
    assert 1000 * cpus - int(kept["cpu"].removesuffix("m")) == int(offered["cpu"].removesuffix("m"))
    assert memory - int(kept["memory"].removesuffix("Mi")) == int(offered["memory"].removesuffix("Mi"))
    assert nodes.shortage(size, cpus, memory) is None


@pytest.mark.parametrize(("cpus", "memory", "short"), [(2, 8192, False), (1, 8192, True), (2, 4096, True)])
def test_a_smaller_machine_gives_what_it_has(cpus: int, memory: int, short: bool) -> None:
    size = nodes.capacity("m5.large")
    kept = nodes.reserved(size, cpus, memory)
    assert (nodes.shortage(size, cpus, memory) is not None) is short
    assert kept["cpu"] == ("0m" if cpus < 2 else "70m")


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"labels": {"a": "b"}}, True),
        ({"releaseVersion": "1.35.0-2"}, False),
        ({"launchTemplate": {"id": "lt-1", "version": "1"}}, False),
    ],
)
def test_what_a_node_cannot_change_makes_a_new_generation(change: dict[str, Any], same: bool) -> None:
    assert (nodes.generation({**GROUP, **change}) == nodes.generation(GROUP)) is same


def test_a_later_template_is_a_new_generation() -> None:
    first, second = ({**GROUP, "launchTemplate": {"id": "lt-1", "version": version}} for version in ("1", "2"))
    assert nodes.generation(first) != nodes.generation(second)
