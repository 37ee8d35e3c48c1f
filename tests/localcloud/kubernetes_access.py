"""What the Kubernetes tests share: a network to put clusters in, and a client that comes in as a user does."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

import kubernetes.client

from localcloud.kubernetes import authenticator

ROLE = "arn:aws:iam::123456789012:role/eks"


def subnets(cloud: Any, region: str | None = None) -> list[str]:
    """Subnets in three zones (the default VPC has them)."""
    found = cloud.client("ec2", region).describe_subnets()["Subnets"]
    return [subnet["SubnetId"] for subnet in sorted(found, key=lambda subnet: str(subnet["AvailabilityZone"]))]


def wait(what: str, ready: Callable[[], Any], seconds: float = 30.0) -> Any:
    """The first true answer of `ready`, or AssertionError that names what was waited for."""
    deadline = time.monotonic() + seconds
    while not (answer := ready()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.1)
    return answer


def active_cluster(cloud: Any, name: str, **settings: Any) -> dict[str, Any]:
    """Create a cluster (authentication mode API) and wait until it is ACTIVE."""
    eks = cloud.client("eks")
    eks.create_cluster(
        name=name, roleArn=ROLE, resourcesVpcConfig={"subnetIds": subnets(cloud)},
        **{"accessConfig": {"authenticationMode": "API"}, **settings},
    )  # fmt: skip
    wait(f"cluster {name}", lambda: eks.describe_cluster(name=name)["cluster"]["status"] != "CREATING", 60)
    found: dict[str, Any] = eks.describe_cluster(name=name)["cluster"]
    assert found["status"] == "ACTIVE", found["health"]
    return found


def active_nodegroup(cloud: Any, cluster: str, name: str, size: int, **settings: Any) -> dict[str, Any]:
    """Create a node group and wait until it is ACTIVE."""
    eks = cloud.client("eks")
    eks.create_nodegroup(
        clusterName=cluster, nodegroupName=name, subnets=subnets(cloud),
        **{"nodeRole": ROLE, "scalingConfig": {"minSize": 1, "maxSize": 6, "desiredSize": size}, **settings},
    )  # fmt: skip
    wait(f"node group {name}", lambda: nodegroup(cloud, cluster, name)["status"] != "CREATING", 100)
    found = nodegroup(cloud, cluster, name)
    assert found["status"] == "ACTIVE", found["health"]
    return found


def nodegroup(cloud: Any, cluster: str, name: str) -> dict[str, Any]:
    """DescribeNodegroup's record."""
    found: dict[str, Any] = cloud.client("eks").describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
    return found


def api(cloud: Any, cluster: str, keys: tuple[str, str, str | None] | None = None) -> kubernetes.client.ApiClient:
    """A client of the cluster that authenticates with AWS keys (the root user's by default)."""
    keys = keys or (cloud.content.access_key_id, cloud.content.secret_access_key, None)
    token = authenticator.make(*keys, cluster=cluster, region=cloud.content.region, sts_endpoint=cloud.endpoint)
    return api_with_token(cloud, cluster, token)


def api_with_token(cloud: Any, cluster: str, token: str) -> kubernetes.client.ApiClient:
    """A client with the bearer token."""
    found = cloud.client("eks").describe_cluster(name=cluster)["cluster"]
    authority = cloud.state / f"test-{cluster}-ca.pem"  # read again for every connection
    authority.write_bytes(base64.b64decode(found["certificateAuthority"]["data"]))
    configuration = kubernetes.client.Configuration(
        host=found["endpoint"], api_key={"authorization": f"Bearer {token}"}
    )
    configuration.ssl_ca_cert = str(authority)
    return kubernetes.client.ApiClient(configuration)


def deployment(
    name: str, image: str, replicas: int = 1, annotations: dict[str, str] | None = None, **container: Any
) -> dict[str, Any]:
    """A Deployment with one container `web`; annotations without our prefix."""
    named = {f"localcloud.creator.platform/{key}": value for key, value in (annotations or {}).items()}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}, "annotations": named},
                "spec": {"containers": [{"name": "web", "image": image, **container}]},
            },
        },
    }
