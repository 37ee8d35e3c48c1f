"""Load balancers where HAProxy is missing: `up` and `status` say so in one line, the AWS API works, and names are answered."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import places
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.edge_support import make_net, make_zone, wait_until
from tests.localcloud.traffic_support import forward

REASON = "load balancers forward nothing (the AWS API works): install HAProxy 2.6 or later (Debian: haproxy)"


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    folders = [each for each in os.environ["PATH"].split(":") if not (Path(each) / "haproxy").exists()]
    made = {**os.environ, "LOCALCLOUD_STATE": str(tmp_path / "state"), "PATH": ":".join(folders)}
    yield made
    subprocess.run([sys.executable, "-m", "localcloud", "reset"], env=made, cwd=places.REPOSITORY, check=True)


def test_the_aws_api_works_without_it(tmp_path: Path, environ: dict[str, str]) -> None:
    def run(command: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "localcloud", command]
        return subprocess.run(argv, env=environ, cwd=places.REPOSITORY, capture_output=True, text=True, check=True)

    assert [line for line in run("up").stderr.splitlines() if "HAProxy" in line] == [f"local cloud: {REASON}"]
    assert f"\nno traffic: {REASON}\n" in run("status").stdout
    content = places.read(tmp_path / "state")
    assert content is not None
    cloud = RunningCloud(tmp_path / "state", content)
    net, elb = make_net(cloud), cloud.client("elbv2")
    group = elb.create_target_group(
        Name="alone", Protocol="HTTP", Port=80, VpcId=net.vpc, TargetType="ip", HealthCheckIntervalSeconds=5
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.66.0.10"}])
    made = elb.create_load_balancer(Name="alone", Subnets=net.subnets)["LoadBalancers"][0]
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[forward(group)]
    )  # fmt: skip

    def state() -> str:
        [row] = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return str(row["TargetHealth"]["State"])

    wait_until(lambda: state() == "healthy")
    assert "load-balancer" not in {path.stem for path in (tmp_path / "state" / "processes").glob("*.json")}
    make_zone(cloud, "alone.example")
    wait_until(lambda: cloud.control.get("status")["name_server"]["port"] is not None)
