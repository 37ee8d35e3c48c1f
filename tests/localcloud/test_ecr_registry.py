"""The registry behind the emulated ECR, step by step as an image client speaks to it, and through boto3 at the same time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import images
from localcloud.registry import build
from tests.localcloud.registry_support import INDEX_TYPE, MANIFEST, Client, World, code, digest, refused, until

pytestmark = pytest.mark.skipif(build.locate() is None, reason=build.missing() or "")


@pytest.fixture(scope="module")
def world(cloud: Any) -> World:
    ecr = cloud.client("ecr")
    return World(cloud, ecr, Client(ecr))


def test_an_image_of_a_client_is_an_image_of_the_api(world: World) -> None:
    world.ecr.create_repository(repositoryName="both/web", imageScanningConfiguration={"scanOnPush": True})
    answer = world.client.push("both/web", "1", "client")
    assert answer.status_code == 201, answer.text
    assert answer.headers["Docker-Content-Digest"] == digest("client")
    [detail] = world.ecr.describe_images(repositoryName="both/web")["imageDetails"]
    text, configuration = images.manifest("client")
    assert (detail["imageDigest"], detail["imageTags"]) == (digest("client"), ["1"])
    assert detail["imageSizeInBytes"] == len(text) + len(configuration) + len(images.layer("client"))
    assert detail["imageManifestMediaType"] == images.MANIFEST_TYPE
    assert detail["imageScanStatus"]["status"] == "COMPLETE"
    assert world.ecr.list_images(repositoryName="both/web")["imageIds"] == [
        {"imageDigest": digest("client"), "imageTag": "1"}
    ]
    [image] = world.ecr.batch_get_image(repositoryName="both/web", imageIds=[{"imageTag": "1"}])["images"]
    assert image["imageManifest"] == text
    layers = [images.digest_of(images.layer("client")), images.digest_of(b"nothing"), "sha256:1"]
    found = world.ecr.batch_check_layer_availability(repositoryName="both/web", layerDigests=layers)
    assert [(each["layerDigest"], each["layerSize"]) for each in found["layers"]] == [
        (layers[0], len(images.layer("client")))
    ]
    assert [each["failureCode"] for each in found["failures"]] == ["MissingLayerDigest", "InvalidLayerDigest"]
    assert images.push_placeholder(world.ecr, "both/web", "1", "client") == digest("client")
    assert len(world.ecr.describe_images(repositoryName="both/web")["imageDetails"]) == 1


def test_an_image_of_the_api_is_pulled_by_a_client(world: World) -> None:
    world.ecr.create_repository(repositoryName="pulled/web")
    pushed = images.push_placeholder(world.ecr, "pulled/web", "1", "api")
    assert pushed == digest("api")
    for reference in ("1", pushed):
        head = world.client("HEAD", f"/v2/pulled/web/manifests/{reference}", headers={"Accept": images.MANIFEST_TYPE})
        assert (head.status_code, head.headers["Docker-Content-Digest"]) == (200, pushed)
        assert int(head.headers["Content-Length"]) == len(images.manifest("api")[0])
        answer = world.client("GET", f"/v2/pulled/web/manifests/{reference}", headers={"Accept": images.MANIFEST_TYPE})
        assert answer.text == images.manifest("api")[0]
        assert answer.headers["Content-Type"] == images.MANIFEST_TYPE
    manifest = answer.json()
    for part in (manifest["config"], *manifest["layers"]):
        blob = world.client("GET", f"/v2/pulled/web/blobs/{part['digest']}").content
        assert (images.digest_of(blob), len(blob)) == (part["digest"], part["size"])
    part = world.client("GET", f"/v2/pulled/web/blobs/{part['digest']}", headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, images.layer("api")[2:6])
    assert code(world.client("GET", "/v2/pulled/web/manifests/2")) == (404, "MANIFEST_UNKNOWN")
    assert code(world.client("GET", f"/v2/pulled/web/blobs/{images.digest_of(b'none')}")) == (404, "BLOB_UNKNOWN")


def test_a_repository_that_nobody_created_is_refused(world: World) -> None:
    answers = [world.client("POST", "/v2/nobody/web/blobs/uploads/")]
    answers += [world.client("GET", "/v2/nobody/web/manifests/1"), world.client("GET", "/v2/nobody/web/tags/list")]
    answers.append(
        world.client("PUT", "/v2/nobody/web/manifests/1", data=images.manifest("x")[0].encode(), headers=MANIFEST)
    )
    assert {code(answer) for answer in answers} == {(404, "NAME_UNKNOWN")}
    assert answers[0].json()["errors"][0]["message"] == (
        "The repository with name 'nobody/web' does not exist in the registry with id '123456789012'"
    )


def test_an_immutable_tag_stays_and_a_mutable_one_moves(world: World) -> None:
    world.ecr.create_repository(repositoryName="fixed/web", imageTagMutability="IMMUTABLE")
    assert world.client.push("fixed/web", "1", "a").status_code == 201
    assert world.client.push("fixed/web", "1", "a").status_code == 201
    answer = world.client.push("fixed/web", "1", "b")
    assert code(answer) == (400, "TAG_INVALID")
    assert "cannot be overwritten because the repository is immutable" in answer.text
    with pytest.raises(ClientError) as error:
        images.push_placeholder(world.ecr, "fixed/web", "1", "b")
    assert refused(error) == "ImageTagAlreadyExistsException"
    held = world.client("HEAD", "/v2/fixed/web/manifests/1", headers={"Accept": images.MANIFEST_TYPE})
    assert held.headers["Docker-Content-Digest"] == digest("a")
    world.ecr.put_image_tag_mutability(repositoryName="fixed/web", imageTagMutability="MUTABLE")
    assert world.client.push("fixed/web", "1", "b").status_code == 201
    details = world.ecr.describe_images(repositoryName="fixed/web")["imageDetails"]
    assert {each["imageDigest"]: each.get("imageTags") for each in details} == {digest("a"): None, digest("b"): ["1"]}


def test_a_bad_manifest_is_refused_by_both_ways(world: World) -> None:
    world.ecr.create_repository(repositoryName="bad/web")
    text, _ = images.manifest("no layers")

    def put(reference: str, content: bytes, **headers: str) -> tuple[int, str]:
        path = f"/v2/bad/web/manifests/{reference}"
        return code(world.client("PUT", path, data=content, headers={**MANIFEST, **headers}))

    assert put("1", text.encode()) == (400, "MANIFEST_BLOB_UNKNOWN")
    assert put("1", b"{") == (400, "MANIFEST_INVALID")
    assert put("1", b"\xff") == (400, "MANIFEST_INVALID")
    assert put("1", b" " * (4 * 2**20 + 1)) == (413, "SIZE_INVALID")
    assert put("-", text.encode()) == (400, "TAG_INVALID")
    assert put(images.digest_of(b"other"), text.encode()) == (400, "DIGEST_INVALID")
    with pytest.raises(ClientError) as error:
        world.ecr.put_image(repositoryName="bad/web", imageManifest=text, imageTag="1")
    assert refused(error) == "LayersNotFoundException"
    index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": [
        {"mediaType": images.MANIFEST_TYPE, "digest": images.digest_of(b"none"), "size": 4},
    ]}  # fmt: skip
    with pytest.raises(ClientError) as error:
        world.ecr.put_image(repositoryName="bad/web", imageManifest=json.dumps(index), imageTag="1")
    assert refused(error) == "ReferencedImagesNotFoundException"
    assert world.ecr.describe_images(repositoryName="bad/web")["imageDetails"] == []
    assert code(world.client("DELETE", "/v2/bad/web/manifests/1")) == (405, "UNSUPPORTED")


def test_an_upload_by_the_api_is_checked(world: World) -> None:
    world.ecr.create_repository(repositoryName="parts/web")

    def upload(content: bytes, claimed: str) -> None:
        begun = world.ecr.initiate_layer_upload(repositoryName="parts/web")["uploadId"]
        for at in range(0, len(content), 4):
            part = content[at : at + 4]
            got = world.ecr.upload_layer_part(
                repositoryName="parts/web", uploadId=begun, partFirstByte=at, partLastByte=at + len(part) - 1,
                layerPartBlob=part,
            )  # fmt: skip
            assert got["lastByteReceived"] == at + len(part) - 1
        world.ecr.complete_layer_upload(repositoryName="parts/web", uploadId=begun, layerDigests=[claimed])

    wrong = images.digest_of(b"other")
    for content, claimed, name in (
        (b"0123456789", wrong, "InvalidLayerException"),
        (b"", wrong, "EmptyUploadException"),
    ):
        with pytest.raises(ClientError) as error:
            upload(content, claimed)
        assert refused(error) == name
    upload(b"0123456789", images.digest_of(b"0123456789"))
    with pytest.raises(ClientError) as error:
        upload(b"0123456789", images.digest_of(b"0123456789"))
    assert refused(error) == "LayerAlreadyExistsException"
    begun = world.ecr.initiate_layer_upload(repositoryName="parts/web")["uploadId"]
    with pytest.raises(ClientError) as error:
        world.ecr.upload_layer_part(
            repositoryName="parts/web", uploadId=begun, partFirstByte=1, partLastByte=1, layerPartBlob=b"x"
        )
    assert refused(error) == "InvalidLayerPartException"


def test_an_index_and_what_refers_to_an_image(world: World) -> None:
    world.ecr.create_repository(repositoryName="index/web")
    by_digest = digest("amd64")
    assert world.client.push("index/web", by_digest, "amd64").status_code == 201
    described = {"mediaType": images.MANIFEST_TYPE, "digest": by_digest, "size": len(images.manifest("amd64")[0])}
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": [described]}).encode()
    put = world.client("PUT", "/v2/index/web/manifests/all", data=index, headers={"Content-Type": INDEX_TYPE})
    assert put.status_code == 201, put.text
    assert len(world.ecr.describe_images(repositoryName="index/web")["imageDetails"]) == 2
    got = world.client("GET", "/v2/index/web/manifests/all", headers={"Accept": INDEX_TYPE})
    assert got.content == index

    empty = world.client.blob("index/web", b"{} ".ljust(12))
    sbom = {
        "schemaVersion": 2, "mediaType": images.MANIFEST_TYPE, "artifactType": "application/spdx+json",
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": empty, "size": 12}, "layers": [],
        "subject": described,
    }  # fmt: skip
    content = json.dumps(sbom).encode()
    path = f"/v2/index/web/manifests/{images.digest_of(content)}"
    put = world.client("PUT", path, data=content, headers=MANIFEST)
    assert (put.status_code, put.headers["OCI-Subject"]) == (201, by_digest)
    found = world.client("GET", f"/v2/index/web/referrers/{by_digest}")
    assert [(each["digest"], each["artifactType"]) for each in found.json()["manifests"]] == [
        (images.digest_of(content), "application/spdx+json")
    ]


def test_tags_come_in_pages(world: World) -> None:
    world.ecr.create_repository(repositoryName="tags/web")
    for tag in ("c", "a", "b"):
        world.client.push("tags/web", tag, "tags")
    first = world.client("GET", "/v2/tags/web/tags/list?n=2")
    assert first.json() == {"name": "tags/web", "tags": ["a", "b"]}
    rest = world.client("GET", first.links["next"]["url"])
    assert rest.json()["tags"] == ["c"]
    assert "next" not in rest.links


def test_images_are_copied_to_the_other_region_with_their_layers(world: World) -> None:
    ecr, region = world.cloud.client("ecr"), world.cloud.content.dr_region
    destination = {"region": region, "registryId": world.cloud.content.account_id}
    ecr.put_replication_configuration(replicationConfiguration={"rules": [{"destinations": [destination]}]})
    ecr.create_repository(repositoryName="copied/web")
    assert Client(ecr).push("copied/web", "1", "copied").status_code == 201
    there = Client(world.cloud.client("ecr", region))
    path, accept = "/v2/copied/web/manifests/1", {"Accept": images.MANIFEST_TYPE}
    until(lambda: there("GET", path, headers=accept).status_code == 200)
    layer = images.digest_of(images.layer("copied"))
    assert there("GET", f"/v2/copied/web/blobs/{layer}").content == images.layer("copied")
    # A credential is good for the region in which it was asked for, and a node says which registry it means.
    host = f"123456789012.dkr.ecr.{region}.amazonaws.com"
    assert there("GET", f"{path}?ns={host}", headers=accept).status_code == 200
    assert Client(ecr)("GET", f"{path}?ns={host}", headers=accept).status_code == 401
    ecr.put_replication_configuration(replicationConfiguration={"rules": []})
