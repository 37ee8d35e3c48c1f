"""What the registry behind the emulated ECR keeps through deletions, restarts and kills."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import images
from localcloud.processes import Processes
from localcloud.registry import build
from tests.localcloud.conftest import end_cloud, start_cloud
from tests.localcloud.registry_support import MANIFEST, Client, World, code, digest, refused, until

pytestmark = pytest.mark.skipif(build.locate() is None, reason=build.missing() or "")


@pytest.fixture(scope="module")
def world(cloud: Any) -> World:
    ecr = cloud.client("ecr")
    return World(cloud, ecr, Client(ecr))


def test_deleted_images_are_gone_and_give_their_room_back(world: World) -> None:
    content = os.urandom(3 * 2**20)
    for name in ("deleted/web", "kept/web"):
        world.ecr.create_repository(repositoryName=name)
    assert world.client.push("kept/web", "1", "kept").status_code == 201
    text, configuration = images.manifest("deleted")
    manifest = json.loads(text)
    manifest["layers"].append({"mediaType": "x/y", "size": len(content), "digest": images.digest_of(content)})
    for blob in (images.layer("deleted"), configuration, content):
        world.client.blob("deleted/web", blob)
    changed = json.dumps(manifest).encode()
    assert world.client("PUT", "/v2/deleted/web/manifests/1", data=changed, headers=MANIFEST).status_code == 201
    before = _bytes_kept(world)
    asked = [{"imageDigest": images.digest_of(changed)}]
    gone = world.ecr.batch_delete_image(repositoryName="deleted/web", imageIds=asked)
    assert (gone["imageIds"], gone["failures"]) == ([{**asked[0], "imageTag": "1"}], [])
    assert world.client.push("deleted/web", digest("untagged"), "untagged").status_code == 201
    asked_untagged = [{"imageDigest": digest("untagged")}]
    gone = world.ecr.batch_delete_image(repositoryName="deleted/web", imageIds=asked_untagged)
    assert gone["imageIds"] == asked_untagged
    assert world.client("GET", f"/v2/deleted/web/manifests/{images.digest_of(changed)}").status_code == 404
    world.ecr.delete_repository(repositoryName="deleted/web")
    world.ecr.create_repository(repositoryName="deleted/web")
    assert world.client("HEAD", f"/v2/deleted/web/blobs/{images.digest_of(content)}").status_code == 404
    until(lambda: images.digest_of(changed) not in _manifests_kept(world))
    world.cloud.down()
    world.cloud.up()
    again = Client(world.cloud.client("ecr"))
    assert again("GET", "/v2/").status_code == 200
    assert _bytes_kept(world) < before - len(content) + 2**20
    assert again("GET", "/v2/kept/web/manifests/1", headers={"Accept": images.MANIFEST_TYPE}).status_code == 200


def test_a_policy_expires_images(world: World) -> None:
    ecr = world.cloud.client("ecr")
    ecr.create_repository(repositoryName="expiring/web")
    for number in range(3):
        images.push_placeholder(ecr, "expiring/web", f"v{number}", f"expiring {number}")
    rule = {
        "rulePriority": 1, "action": {"type": "expire"},
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
    }  # fmt: skip
    with pytest.raises(ClientError) as error:
        ecr.get_lifecycle_policy_preview(repositoryName="expiring/web")
    assert refused(error) == "LifecyclePolicyPreviewNotFoundException"
    ecr.start_lifecycle_policy_preview(repositoryName="expiring/web", lifecyclePolicyText=json.dumps({"rules": [rule]}))
    preview = ecr.get_lifecycle_policy_preview(repositoryName="expiring/web")
    assert (preview["status"], preview["summary"]["expiringImageTotalCount"]) == ("COMPLETE", 2)
    assert {each["appliedRulePriority"] for each in preview["previewResults"]} == {1}
    assert len(ecr.describe_images(repositoryName="expiring/web")["imageDetails"]) == 3


def test_a_policy_is_looked_at_once_a_day() -> None:
    cloud = start_cloud(factor=0.00002)  # a day in less than two seconds
    try:
        ecr = cloud.client("ecr")
        ecr.create_repository(repositoryName="web")
        pushed = [images.push_placeholder(ecr, "web", tag, tag) for tag in ("v1", "prod-1")]
        selection = {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 1}
        rule = {"rulePriority": 1, "action": {"type": "expire"}, "selection": selection}
        policy = json.dumps({"rules": [rule]})
        ecr.put_lifecycle_policy(repositoryName="web", lifecyclePolicyText=policy)
        pushed.append(images.push_placeholder(ecr, "web", "v2", "v2"))

        def left() -> set[str]:
            return {each["imageDigest"] for each in ecr.describe_images(repositoryName="web")["imageDetails"]}

        until(lambda: len(left()) == 2)
        assert pushed[1] in left()
        client = Client(ecr)
        [gone] = set(pushed) - left()
        assert code(client("GET", f"/v2/web/manifests/{gone}")) == (404, "MANIFEST_UNKNOWN")
    finally:
        end_cloud(cloud)


def test_what_was_acknowledged_is_there_after_a_kill_and_nothing_is_left_after_down(world: World) -> None:
    ecr = world.cloud.client("ecr")
    ecr.create_repository(repositoryName="killed/web")
    client = Client(ecr)
    content = os.urandom(2**20)
    begun = client("POST", "/v2/killed/web/blobs/uploads/")
    sent = client("PATCH", begun.headers["Location"], data=content[:1000])
    assert client.push("killed/web", "1", "killed").status_code == 201
    process = Processes(world.cloud.state)
    first = process.record("registry")
    assert first is not None
    world.cloud.kill()
    world.cloud.up()
    second = process.record("registry")
    until(lambda: process.alive("registry"))
    # The credential, the address and the upload under way are as good as before.
    got = client("GET", "/v2/killed/web/manifests/1", headers={"Accept": images.MANIFEST_TYPE})
    assert got.text == images.manifest("killed")[0]
    sent = client("PATCH", sent.headers["Location"], data=content[1000:])
    ended = client("PUT", sent.headers["Location"], params={"digest": images.digest_of(content)})
    assert ended.status_code == 201, ended.text
    assert client("GET", f"/v2/killed/web/blobs/{images.digest_of(content)}").content == content
    # A registry that dies comes back with the next request.
    second = process.record("registry")
    assert second is not None
    os.kill(second.pid, signal.SIGKILL)
    until(lambda: not process.alive("registry"))
    assert client("HEAD", f"/v2/killed/web/blobs/{images.digest_of(content)}").status_code == 200
    row = next(row for row in world.cloud.control.get("status")["processes"] if row["name"] == "registry")
    assert row["alive"]
    world.cloud.down()
    assert not process.names()


def _bytes_kept(world: World) -> int:
    return sum(path.stat().st_size for path in (world.cloud.state / "registry").rglob("*") if path.is_file())


def _manifests_kept(world: World) -> set[str]:
    """In any repository of the registry, as its folders tell."""
    found = (world.cloud.state / "registry" / "data").rglob("_manifests/revisions/sha256/*/link")
    return {f"sha256:{path.parent.name}" for path in found}
