"""Beginning anew while it runs, and a root key that somebody chose."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import botocore.exceptions
import pytest

from localcloud import lifecycle
from tests.localcloud.conftest import RunningCloud, end_cloud, start_cloud

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "secret"


@pytest.fixture(scope="module")
def keyed() -> Iterator[RunningCloud]:
    """A cloud that was started with a further root key."""
    running = start_cloud(root_key=f"{KEY}:{SECRET}")
    try:
        yield running
    finally:
        end_cloud(running)


def with_key(cloud: RunningCloud, service: str, secret: str = SECRET) -> Any:
    """A client with the chosen key."""
    return cloud.client(service, region="us-east-1", access_key_id=KEY, secret_access_key=secret)


def test_everything_is_forgotten(keyed: RunningCloud) -> None:
    """Buckets, images of an account, a database and its server; endpoint, keys and process stay."""
    pid = keyed.pid
    with_key(keyed, "s3").create_bucket(Bucket="kept-until-reset")
    volume = with_key(keyed, "ec2").create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
    rds = with_key(keyed, "rds")
    rds.create_db_instance(
        DBInstanceIdentifier="forgotten", Engine="postgres", DBInstanceClass="db.t3.micro", AllocatedStorage=20,
        MasterUsername="owner", MasterUserPassword="longenough1",
    )  # fmt: skip
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="forgotten", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    assert keyed.control("POST", "reset") == {"status": "reset"}
    assert with_key(keyed, "s3").list_buckets()["Buckets"] == []
    volumes = with_key(keyed, "ec2").describe_volumes()["Volumes"]
    assert volume not in [found["VolumeId"] for found in volumes]
    assert rds.describe_db_instances()["DBInstances"] == []
    assert with_key(keyed, "sts").get_caller_identity()["Arn"].endswith(":root")
    assert [row["pid"] for row in keyed.control.get("status")["processes"] if row["name"] == "daemon"] == [pid]
    keyed.kill()
    keyed.up()
    assert keyed.client("s3").list_buckets()["Buckets"] == []


def test_chosen_key_lasts_and_is_checked(keyed: RunningCloud) -> None:
    """After a restart without it, too; its secret must be right."""
    keyed.down()
    keyed.up()
    assert with_key(keyed, "sts").get_caller_identity()["Arn"].endswith(":root")
    with pytest.raises(botocore.exceptions.ClientError, match="SignatureDoesNotMatch"):
        with_key(keyed, "sts", "another").get_caller_identity()


def test_key_of_a_running_cloud(keyed: RunningCloud) -> None:
    """A key that it was not started with needs a restart; text that is no key is refused without its secret."""
    given = {"port": None, "factor": 0.005, "environ": os.environ, "say": lambda text: None}
    with pytest.raises(lifecycle.CloudError, match="stop it with `down`"):
        lifecycle.up(keyed.state, **given, root_key="AKIAIOSFODNN7ANOTHER:secret")  # pragma: allowlist secret
    with pytest.raises(ValueError, match="expected ID:SECRET") as caught:
        lifecycle.up(keyed.state, **given, root_key="short:hidden")
    assert "hidden" not in str(caught.value)


def test_pages_in_a_browser(keyed: RunningCloud) -> None:
    """A page that a browser on this machine shows cannot reset the cloud."""
    request = urllib.request.Request(
        f"{keyed.endpoint}/_localcloud/reset", method="POST", headers={"Origin": "https://example.org"}
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    assert caught.value.code == 403
