# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network's variables as resources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.creator.platform.plugins.module_utils.provision.network import (
    module_entries,
    resources,
    size_problems,
)

DEFAULTS = yaml.safe_load((Path(__file__).parents[5] / "roles/network/defaults/main.yml").read_text())


def settings(**changes: Any) -> dict[str, Any]:
    return {
        "prefix": "creator-dev",
        "region": "eu-west-1",
        "cidr": "10.20.0.0/16",
        "zones": ["a", "b", "c"],
        "public_cidrs": ["10.20.96.0/22", "10.20.100.0/22", "10.20.104.0/22"],
        "private_cidrs": ["10.20.0.0/19", "10.20.32.0/19", "10.20.64.0/19"],
        "data_cidrs": ["10.20.112.0/22", "10.20.116.0/22", "10.20.120.0/22"],
        "nat_per_zone": False,
        "security_groups": DEFAULTS["network_security_groups"],
        "acls": DEFAULTS["network_acls"],
        "account": "123456789012",
        "gateway_endpoints": ["s3", "dynamodb"],
        "interface_endpoints": ["ecr.api"],
        "flow_logs": {"traffic": "ALL", "log_group": "/flows", "role_arn": "arn:r", "aggregation_seconds": 60},
        "tags": {"component": "network"},
        **changes,
    }


def named(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {f"{row['kind']} {row['name']}": row["properties"] for row in rows}


def test_one_nat_gateway_serves_all_zones() -> None:
    made = named(resources(settings()))
    assert [name for name in made if name.startswith("ec2_nat")] == ["ec2_nat_gateway creator-dev-nat-a"]
    table = made["ec2_route_table creator-dev-private-c"]
    assert table["routes"] == [{"destination": "0.0.0.0/0", "target": "creator-dev-nat-a"}]
    assert made["ec2_route_table creator-dev-data"]["routes"] == []


def test_nat_gateway_per_zone_changes_routes_only() -> None:
    one, each = named(resources(settings())), named(resources(settings(nat_per_zone=True)))
    assert each.keys() - one.keys() == {
        f"{kind} creator-dev-nat-{zone}" for kind in ("ec2_nat_gateway", "ec2_elastic_ip") for zone in "bc"
    }
    assert [name for name in one if one[name] != each[name]] == [
        "ec2_route_table creator-dev-private-b",
        "ec2_route_table creator-dev-private-c",
    ]


def test_every_subnet_has_its_zone_a_route_table_and_an_acl() -> None:
    rows = resources(settings())
    made = named(rows)
    subnets = {row["name"] for row in rows if row["kind"] == "ec2_subnet"}
    assert len(subnets) == 9
    assert made["ec2_subnet creator-dev-data-b"]["zone"] == "eu-west-1b"
    assert made["ec2_subnet creator-dev-public-a"]["tags"]["kubernetes.io/role/elb"] == "1"
    for kind in ("ec2_route_table", "ec2_network_acl"):
        served = [name for row in rows if row["kind"] == kind for name in row["properties"]["subnets"]]
        assert sorted(served) == sorted(subnets)


def test_group_references_become_full_names() -> None:
    made = named(resources(settings()))["ec2_security_group creator-dev-database"]
    assert made["ingress"][0]["peer"] == "group:creator-dev-nodes"
    assert made["egress"] == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zones": ["a"]}, "network_public_cidrs has 3 entries for 1 zones"),
        (
            {"security_groups": {"x": {"description": "d", "ingress": [{"protocol": "tcp", "peer": "group:y"}]}}},
            "names the group 'y', which is none of: x",
        ),
        (
            {
                "security_groups": {
                    "x": {"description": "d", "egress": [{"protocol": "all", "peer": "::/0", "AWS": None}]}
                }
            },
            "unknown key 'AWS'",
        ),
        ({"security_groups": {"x": {"description": "d", "egress": [{"peer": "::/0"}]}}}, "has no protocol"),
    ],
)
def test_bad_variables_are_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        resources(settings(**changes))


def test_entries_for_the_module() -> None:
    entries = [{"number": 1, "protocol": "all", "action": "allow", "cidr": "c"}]
    assert module_entries(entries) == [[1, "all", "allow", "c", None, None, None, None]]


def test_endpoints_serve_private_subnets_and_let_this_account_through() -> None:
    made = named(resources(settings()))
    buckets = made["ec2_vpc_endpoint creator-dev-endpoint-s3"]
    assert buckets["route_tables"] == [
        f"creator-dev-{name}" for name in ("public", "private-a", "private-b", "private-c")
    ]
    first, second = buckets["policy"]["Statement"]
    assert first["Condition"] == {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}
    assert second["Action"] == "s3:GetObject"
    images = made["ec2_vpc_endpoint creator-dev-endpoint-ecr-api"]
    assert (images["service"], images["type"]) == ("com.amazonaws.eu-west-1.ecr.api", "Interface")
    assert images["security_groups"] == ["creator-dev-endpoints"]
    assert len(images["policy"]["Statement"]) == 1


def test_flows_are_recorded_when_asked() -> None:
    assert "ec2_flow_log creator-dev-flows" in named(resources(settings()))
    assert not [row for row in resources(settings(flow_logs={})) if row["kind"] == "ec2_flow_log"]


def test_nothing_may_be_in_the_default_group() -> None:
    made = named(resources(settings()))["ec2_default_security_group creator-dev-default"]
    assert (made["ingress"], made["egress"]) == ([], [])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"private_cidrs": ["10.20.0.0/25", "10.20.32.0/19", "10.20.64.0/19"]},
            "private-a (10.20.0.0/25) must be from",
        ),
        (
            {"data_cidrs": ["10.20.112.0/29", "10.20.116.0/22", "10.20.120.0/22"]},
            "data-a (10.20.112.0/29) must be from",
        ),
        ({"cidr": "10.0.0.0/8"}, "network_cidr (10.0.0.0/8) must be from /16 to /28"),
        ({"zones": ["a", "a", "b"]}, "each once"),
    ],
)
def test_sizes_that_aws_or_eks_cannot_use_are_told(changes: dict[str, Any], words: str) -> None:
    assert words in "; ".join(size_problems(settings(**changes)))
    assert size_problems(settings()) == []
