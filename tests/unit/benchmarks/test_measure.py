"""The longest way through what waits for what, and what Terraform is handed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.measure.critical_path import AFTER, SECONDS, critical_path
from benchmarks.measure.figures import Run, page, ratios
from benchmarks.measure.sides import Terraform, stack_of
from benchmarks.provision import everything

PLAN = {"platform": "creator", "environment": "local", "account": "123456789012"}
ALL = sorted({*SECONDS, *AFTER, *(one for before in AFTER.values() for one in before)})


@pytest.mark.parametrize(
    ("kinds", "seconds", "way"),
    [
        ([], 0.0, []),
        (["ec2_vpc"], 0.0, ["ec2_vpc"]),
        (["ec2_nat_gateway", "ec2_subnet", "ec2_vpc"], 120.0, ["ec2_vpc", "ec2_subnet", "ec2_nat_gateway"]),
        (["eks_addon", "eks_cluster", "eks_nodegroup"], 780.0, ["eks_cluster", "eks_nodegroup"]),
        (["eks_addon"], 60.0, ["eks_addon"]),
    ],
)
def test_the_longest_way_is_found(kinds: list[str], seconds: float, way: list[str]) -> None:
    assert critical_path(kinds) == (seconds, way)


@given(st.lists(st.sampled_from(ALL)), st.sampled_from(ALL))
def test_a_further_kind_never_shortens_the_way(kinds: list[str], more: str) -> None:
    assert critical_path([*kinds, more])[0] >= critical_path(kinds)[0]


@given(st.lists(st.sampled_from(ALL), min_size=1))
def test_the_way_takes_as_long_as_its_kinds(kinds: Sequence[str]) -> None:
    seconds, way = critical_path(kinds)
    assert seconds == sum(SECONDS.get(kind, 0.0) for kind in way)
    assert set(way) <= set(kinds)


def test_a_circle_is_refused() -> None:
    with pytest.raises(ValueError, match="a waits for b waits for a: a circle"):
        critical_path(["a", "b"], {}, {"a": ["b"], "b": ["a"]})


def test_terraform_is_handed_the_plan_with_names_for_keys() -> None:
    change = {
        "kind": "sqs_queue",
        "name": "creator-local-renders",
        "region": "eu-west-1",
        "attributes": [
            {"attribute": "kms_key", "before": None, "after": "(known after apply: keys.dr_messaging_key_arn)"},
            {"attribute": "tags", "before": None, "after": {"a": ["(known after apply: keys.data_key_arn)", 1]}},
        ],
    }
    plan = {**PLAN, "components": [{"changes": [change]}]}
    assert stack_of(plan) == {
        "eu-west-1": {
            "sqs_queue": {
                "creator-local-renders": {
                    "kms_key": "creator-local-messaging",
                    "tags": {"a": ["creator-local-data", 1]},
                }
            }
        }
    }


@pytest.mark.parametrize(
    ("published", "name"),
    [
        ("keys.data_key_arn", "creator-local-data"),
        ("keys.dr_storage_key_arn", "creator-local-storage"),
        ("identity.services_worker_role_arn", "creator-local-services-worker"),
        ("identity.boundary_policy_arn", "creator-local-boundary"),
        ("network.alb_security_group_id", "creator-local-alb"),
        ("storage.media_bucket", "creator-local-media-123456789012"),
        ("audit.trail_log_group", "/creator/local/audit/trail"),
    ],
)
def test_what_another_component_publishes_becomes_its_name(published: str, name: str) -> None:
    unknown = f"(known after apply: {published})"
    row = {"attribute": "domain", "before": None, "after": [f"{unknown}.s3.amazonaws.com"]}
    change = {"kind": "kind", "name": f"creator-local/{unknown}", "region": "eu-west-1", "attributes": [row]}
    stack = stack_of({**PLAN, "components": [{"changes": [change]}]})
    assert stack == {"eu-west-1": {"kind": {f"creator-local/{name}": {"domain": [f"{name}.s3.amazonaws.com"]}}}}


def test_what_is_no_name_stays_unknown() -> None:
    row = {"attribute": "subnets", "before": None, "after": ["(known after apply: network.private_subnet_ids)"]}
    change = {"kind": "kind", "name": "name", "region": "eu-west-1", "attributes": [row]}
    stack = stack_of({**PLAN, "components": [{"changes": [change]}]})
    assert stack["eu-west-1"]["kind"]["name"] == {"subnets": [row["after"][0]]}


def test_what_goes_with_something_else_leaves_the_state_before_the_removal(tmp_path: Path) -> None:
    program, said = tmp_path / "terraform", tmp_path / "said"
    program.write_text(f'#!/bin/sh\necho "$@" >> {said}\n')
    program.chmod(0o755)
    cloud: Any = SimpleNamespace(
        content=SimpleNamespace(endpoint="http://127.0.0.1:1", access_key_id="k", secret_access_key="s"),
        lines=lambda: 0,
    )
    side = Terraform(cloud, tmp_path / "work", str(program), "/mirror")
    rows = [("managed", "aws_vpc", 1), ("managed", "aws_secretsmanager_secret_rotation", 1), ("data", "aws_vpc", 2)]
    state = {
        "resources": [
            {"mode": mode, "module": "module.home", "type": kind, "name": "this", "instances": [{}] * count}
            for mode, kind, count in rows
        ]
    }
    (tmp_path / "work" / "terraform.tfstate").write_text(json.dumps(state))
    assert side.resources() == 2
    side.destroy()
    assert said.read_text().splitlines() == [
        "state rm module.home.aws_secretsmanager_secret_rotation.this",
        "destroy -auto-approve",
    ]


def test_every_resource_is_named_once() -> None:
    rows = [{"kind": "kms_key", "name": "b"}, {"kind": "kms_key", "name": "b"}, {"kind": "ec2_vpc", "name": "c"}]
    assert everything({"components": [{"changes": rows}]}) == ["ec2_vpc c", "kms_key b"]


def test_without_terraform_its_ratios_are_null() -> None:
    ours = {"create": [Run(60, 20, 200)], "nothing": [Run(2, 3, 66)], "destroy": [Run(5, 5, 90)]}
    found = ratios(
        {
            "ours": ours,
            "terraform": {},
            "large": {"nothing": [Run(3, 4, 100)]},
            "resources": {"ours": 100, "large": 300},
            "path": {"seconds": 60, "run": Run(62.4, 1, 1)},
        }
    )
    assert found == {
        "resources": 100,
        "noop_time_ratio": None,
        "noop_requests_ratio": None,
        "noop_far_time_ratio": None,
        "create_time_ratio": None,
        "destroy_time_ratio": None,
        "ms_per_resource": 5.0,
        "critical_path_ratio": 1.04,
    }


def test_ratios_are_of_medians() -> None:
    found = ratios(
        {
            "ours": {"nothing": [Run(1, 1, 10), Run(9, 9, 10), Run(2, 1, 10)], "far": [Run(3, 1, 10)]},
            "terraform": {"nothing": [Run(8, 1, 40), Run(8, 1, 40), Run(80, 1, 40)], "far": [Run(15, 1, 40)]},
            "resources": {"ours": 1, "terraform": 2},
        }
    )
    assert (found["resources"], found["noop_time_ratio"], found["noop_requests_ratio"]) == (2, 0.25, 0.25)
    assert (found["noop_far_time_ratio"], found["ms_per_resource"]) == (0.2, None)


def test_the_page_tells_both_sides_and_what_was_not_measured() -> None:
    runs = {"create": [Run(60, 20, 200)], "nothing": [Run(2, 3, 66), Run(4, 3, 66)], "destroy": [Run(5, 5, 90)]}
    slower = {
        name: [Run(10 * run.wall, run.processor, 2 * run.requests) for run in each] for name, each in runs.items()
    }
    found: dict[str, Any] = {
        "ours": runs,
        "terraform": slower,
        "resources": {"ours": 100, "terraform": 180},
        "version": "Terraform 1.2.3 with the provider aws 4.5.6",
    }
    lines = page(found, "2026-11-29", 2, 0.25).splitlines()
    assert (
        "2026-11-29, 2 processors, load 0.2 before. 100 resources of ours, 180 of Terraform 1.2.3 with the provider aws 4.5.6."
        in lines
    )
    assert "| nothing to do | 3.0 / 3.0 / 66 (2 runs) | 30.0 / 3.0 / 132 (2 runs) |" in lines
    assert "| nothing to do, time by Terraform's | 0.1 | 0.25 |" in lines
    assert "| create at AWS's times, by the longest way through them | not measured | 1.05 |" in lines
    del found["resources"]["terraform"], found["version"]
    alone = page({**found, "terraform": {}}, "2026-11-29", 2, 0.25)
    assert "no Terraform was found" in alone
    assert "| create | 60.0 / 20.0 / 200 | - |" in alone
