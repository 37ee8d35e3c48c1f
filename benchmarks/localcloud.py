"""Measures the local cloud: start time, memory, requests per second, cost of keeping state. Prints JSON; takes some seconds.

python benchmarks/localcloud.py [--seconds 1.0]
python benchmarks/localcloud.py --container-nodes    # a cluster with nodes that run containers instead; takes two minutes
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import boto3

from localcloud import client, lifecycle, places
from localcloud.cloud import ACCOUNT_ID, DEFAULT_FACTOR
from localcloud.container_nodes import machine
from localcloud.kubernetes import nodes

CLUSTER = "bench"
GROUP = {"clusterName": CLUSTER, "nodegroupName": "nodes"}


def main() -> int:
    """Start a cloud of its own, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each kind of request is sent (default: 1)")
    parser.add_argument(
        "--container-nodes", action="store_true", help="measure a cluster whose nodes run containers; Linux, root"
    )
    options = parser.parse_args()
    if options.container_nodes and (reason := machine.obstacle(Path(tempfile.gettempdir(), "lc-bench"))):
        print(f"no container nodes here: {reason}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="lc-bench-") as folder:
        state = Path(folder)
        try:
            state.chmod(0o755)
            found = container_nodes(state) if options.container_nodes else measure(state, options.seconds)
            print(json.dumps(found, indent=2))
        finally:
            lifecycle.down(state, silent)
    return 0


def silent(text: str) -> None:
    """No progress."""


def measure(state: Path, seconds: float) -> dict[str, Any]:
    """Times in seconds, memory in bytes, rates per second."""
    began = time.perf_counter()
    content = start(state)
    first = time.perf_counter() - began
    idle = resident(state)
    prepare(content)
    rates = {name: rate(call, seconds) for name, call in calls(content).items()}
    found = client.Client(state).call("GET", "status")
    lifecycle.down(state, silent)
    began = time.perf_counter()
    start(state)
    again = time.perf_counter() - began
    kept = found["persistence"]
    return {
        "start_seconds_new": round(first, 2),
        "start_seconds_with_state": round(again, 2),
        "resident_bytes_at_start": idle,
        "resident_bytes_after": found["resident_bytes"],
        "requests_per_second": rates,
        "persistence": {
            "saves": kept["saves"],
            "milliseconds_per_save": round(1000 * kept["seconds"] / max(1, kept["saves"]), 2),
            "bytes_per_save": round(kept["bytes"] / max(1, kept["saves"])),
        },
        "processors": os.cpu_count(),
        "load_average": os.getloadavg()[0],
    }


def container_nodes(state: Path) -> dict[str, Any]:
    """Seconds until nodes are there, and resident bytes of their processes, pods and shims left out."""
    eks, subnets = _platform(start(state))
    seconds: dict[str, float] = {}
    seconds["cluster"] = timed(
        lambda: eks.create_cluster(
            name=CLUSTER, roleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/node", resourcesVpcConfig={"subnetIds": subnets}
        ),
        lambda: eks.describe_cluster(name=CLUSTER)["cluster"]["status"] == "ACTIVE",
    )

    def active() -> bool:
        return bool(eks.describe_nodegroup(**GROUP)["nodegroup"]["status"] == "ACTIVE")

    def scaled(size: int) -> float:
        return timed(lambda: eks.update_nodegroup_config(**GROUP, scalingConfig={"desiredSize": size}), active)

    sizes = {"minSize": 1, "maxSize": 3, "desiredSize": 1}
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/node"
    seconds["first node"] = timed(
        lambda: eks.create_nodegroup(
            **GROUP, subnets=subnets, nodeRole=role, scalingConfig=sizes, labels={nodes.LABEL: "container"}
        ),
        active,
    )
    time.sleep(10)  # until kubelet and containerd have settled
    one = _resident_of_nodes(state)
    seconds["two nodes more"] = scaled(3)
    time.sleep(10)
    three = _resident_of_nodes(state)
    seconds["two nodes fewer"] = scaled(1)
    seconds["stop"] = timed(lambda: lifecycle.down(state, silent), lambda: True)

    def back() -> bool:
        rows = client.Client(state).call("GET", "status")["resources"]
        return any(row["kind"] == "container node" and row["states"] == {"Ready": 1} for row in rows)

    seconds["start again until the node is Ready"] = timed(lambda: start(state), back)
    return {
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "resident_bytes_with_one_node": one,
        "resident_bytes_with_three_nodes": three,
        "processors": os.cpu_count(),
        "load_average": os.getloadavg()[0],
    }


def _platform(content: places.StateFile) -> tuple[Any, list[str]]:
    """An EKS client and the subnets of the default VPC; there is a role for nodes."""
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws(content, "iam").create_role(RoleName="node", AssumeRolePolicyDocument=trust)
    subnets = [each["SubnetId"] for each in aws(content, "ec2").describe_subnets()["Subnets"]]
    return aws(content, "eks"), subnets


def _resident_of_nodes(state: Path) -> dict[str, int]:
    """Process -> bytes, of what the container nodes need."""
    rows = client.Client(state).call("GET", "status")["processes"]
    found = {row["name"]: int(row["resident_bytes"]) for row in rows if row["name"].startswith("container-")}
    return {**found, "total": sum(found.values())}


def timed(begin: Callable[[], Any], ended: Callable[[], bool], patience: float = 180) -> float:
    """Seconds from `begin` until `ended` says so."""
    began = time.monotonic()
    begin()
    while not ended():
        if time.monotonic() - began > patience:
            raise TimeoutError(f"not within {patience:.0f} s: see the logs of the cloud")
        time.sleep(0.1)
    return time.monotonic() - began


def start(state: Path) -> places.StateFile:
    """A running cloud."""
    return lifecycle.up(state, port=None, factor=DEFAULT_FACTOR, environ=os.environ, say=silent)


def resident(state: Path) -> int:
    """Resident memory of the cloud in bytes."""
    return int(client.Client(state).call("GET", "status")["resident_bytes"])


def aws(content: places.StateFile, service: str) -> Any:
    """A boto3 client."""
    return boto3.session.Session().client(
        service,
        region_name=content.region,
        endpoint_url=content.endpoint,
        aws_access_key_id=content.access_key_id,
        aws_secret_access_key=content.secret_access_key,
    )


def prepare(content: places.StateFile) -> None:
    """State of the size that a small platform has: a network, roles, parameters, a bucket with objects."""
    ec2, iam, ssm, s3 = (aws(content, name) for name in ("ec2", "iam", "ssm", "s3"))
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for number in range(9):
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")
        ec2.create_security_group(VpcId=vpc, GroupName=f"group-{number}", Description="bench")
    for number in range(10):
        iam.create_role(
            RoleName=f"role-{number}", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}'
        )
        ssm.put_parameter(Name=f"/bench/{number}", Value="x", Type="String")
    s3.create_bucket(Bucket="bench", CreateBucketConfiguration={"LocationConstraint": content.region})
    for number in range(50):
        s3.put_object(Bucket="bench", Key=f"object-{number}", Body=b"x" * 10_000)


def calls(content: places.StateFile) -> dict[str, Callable[[], Any]]:
    """The requests that are measured: reading and changing ones, one per protocol."""
    ec2, iam, ssm, s3, eks = (aws(content, name) for name in ("ec2", "iam", "ssm", "s3", "eks"))
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    return {
        "ec2 DescribeSubnets": ec2.describe_subnets,
        "iam ListRoles": iam.list_roles,
        "ssm GetParameter": lambda: ssm.get_parameter(Name="/bench/1"),
        "s3 GetObject": lambda: bytes(s3.get_object(Bucket="bench", Key="object-1")["Body"].read()),
        "eks ListClusters": eks.list_clusters,
        "ssm PutParameter": lambda: ssm.put_parameter(Name="/bench/1", Value="y", Type="String", Overwrite=True),
        "s3 PutObject": lambda: s3.put_object(Bucket="bench", Key="object-1", Body=os.urandom(10_000)),
        "ec2 CreateTags": lambda: ec2.create_tags(Resources=[vpc], Tags=[{"Key": "time", "Value": str(time.time())}]),
        "iam TagRole": lambda: iam.tag_role(RoleName="role-1", Tags=[{"Key": "time", "Value": str(time.time())}]),
    }


def rate(call: Callable[[], Any], seconds: float) -> float:
    """Calls per second of one client, after one call that does not count."""
    call()
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds and count < 1000:
        call()
        count += 1
    return round(count / (time.perf_counter() - began), 1)


if __name__ == "__main__":
    sys.exit(main())
