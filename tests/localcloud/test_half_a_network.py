"""A run that ends between the halves of a new network: what the play of the foundation makes, and what the next one adds."""

from __future__ import annotations

import json
from typing import Any

from tests.localcloud.test_bad_input import run

FOUNDATION = "network,keys,identity"


def test_the_next_run_completes_it(cloud: Any) -> None:
    ec2 = cloud.client("ec2")
    cloud.control.put(
        "faults", {"kind": "expired_credentials", "service": "ec2", "action": "AllocateAddress", "count": None}
    )
    try:
        code, said = run(cloud.state, limit=FOUNDATION)
    finally:
        cloud.control.delete("faults")
    assert code == 2, said
    assert "Failed to allocate address" in said
    assert "token included in the request is expired" in said
    vpc = {"Filters": [{"Name": "tag:Name", "Values": ["creator-local"]}]}
    assert len(ec2.describe_vpcs(**vpc)["Vpcs"]) == 1
    assert ec2.describe_subnets()["Subnets"]
    assert ec2.describe_nat_gateways()["NatGateways"] == []

    code, said = run(cloud.state, limit=FOUNDATION)
    assert code == 0, said
    assert ec2.describe_nat_gateways()["NatGateways"]
    code, said = run(cloud.state, verb="plan", limit=FOUNDATION)
    assert code == 0, said
    assert json.loads((cloud.state / "evidence/plan.json").read_text())["pending"] is False
