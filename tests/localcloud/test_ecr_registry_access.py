"""Who is let in to the registry behind the emulated ECR, and what they may do there."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from localcloud import images
from localcloud.registry import build, tokens
from tests.localcloud.registry_support import MANIFEST, Client, World, code, refused

pytestmark = pytest.mark.skipif(build.locate() is None, reason=build.missing() or "")
PUSH = [
    f"ecr:{action}"
    for action in (
        "BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage",
    )
]  # fmt: skip
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


@pytest.fixture(scope="module")
def world(cloud: Any) -> World:
    ecr = cloud.client("ecr")
    return World(cloud, ecr, Client(ecr))


def test_the_credential_lives_twelve_hours_and_no_other_is_taken(world: World) -> None:
    assert 12 * 3600 - 60 < world.client.expires.timestamp() - time.time() <= 12 * 3600
    user, _, password = base64.b64decode(world.client.token).decode().partition(":")
    assert user == "AWS"
    assert world.client("GET", "/v2/").status_code == 200
    content, _, signature = password.partition(".")
    forged = base64.urlsafe_b64encode(base64.urlsafe_b64decode(content).replace(b"eu-west-1", b"eu-west-2")).decode()
    for wrong in (None, ("AWS", "x"), ("root", password), ("AWS", f"{forged}.{signature}"), ("AWS", password[:-4])):
        answer = requests.get(f"{world.client.endpoint}/v2/", auth=wrong, timeout=30)
        assert code(answer) == (401, "UNAUTHORIZED")
        expected = f'Basic realm="{world.client.endpoint}/",service="ecr.amazonaws.com"'
        assert answer.headers["WWW-Authenticate"] == expected


def test_an_expired_credential_is_told_so(world: World) -> None:
    key = (world.cloud.state / "registry" / "key").read_bytes()
    content = world.cloud.content
    old = tokens.Credential(content.access_key_id, content.account_id, content.region, int(time.time()) - 1)
    answer = requests.get(f"{world.client.endpoint}/v2/", auth=("AWS", tokens.issue(key, old)), timeout=30)
    assert code(answer) == (401, "UNAUTHORIZED")
    assert "expired" in answer.json()["errors"][0]["message"]
    assert "WWW-Authenticate" in answer.headers


@pytest.fixture
def pusher(world: World) -> Iterator[Any]:
    """Makes an image client of a user with the given statements."""
    iam = world.cloud.client("iam")
    made = []

    def make(*statements: dict[str, Any]) -> Client:
        name = f"pusher-{len(made)}"
        iam.create_user(UserName=name)
        made.append(name)
        every = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [every, *statements]})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        client = Client(
            world.cloud.client("ecr", access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])
        )
        client.key = key  # type: ignore[attr-defined]
        return client

    yield make
    for name in made:
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName=name, PolicyName="own")
        iam.delete_user(UserName=name)


def allow(actions: list[str], repository: str) -> dict[str, Any]:
    arn = f"arn:aws:ecr:eu-west-1:123456789012:repository/{repository}"
    return {"Effect": "Allow", "Action": actions, "Resource": arn}


def test_pushes_and_pulls_need_what_iam_says(world: World, pusher: Any) -> None:
    ecr = world.cloud.client("ecr")
    for name in ("mine/web", "other/web"):
        ecr.create_repository(repositoryName=name)
    both = pusher(allow(PUSH + PULL, "mine/*"))
    assert both.push("mine/web", "1", "mine").status_code == 201
    denied = both("POST", "/v2/other/web/blobs/uploads/")
    assert code(denied) == (403, "DENIED")
    assert denied.json()["errors"][0]["message"] == (
        "User: arn:aws:iam::123456789012:user/pusher-0 is not authorized to perform: ecr:InitiateLayerUpload on resource: "
        "arn:aws:ecr:eu-west-1:123456789012:repository/other/web because no identity-based policy allows the "
        "ecr:InitiateLayerUpload action"
    )
    reader = pusher(allow(PULL, "mine/*"))
    layer = images.digest_of(images.layer("mine"))
    assert reader("GET", "/v2/mine/web/manifests/1", headers={"Accept": images.MANIFEST_TYPE}).status_code == 200
    assert reader("GET", f"/v2/mine/web/blobs/{layer}").status_code == 200
    assert reader("POST", "/v2/mine/web/blobs/uploads/").status_code == 403
    text = images.manifest("mine")[0].encode()
    assert reader("PUT", "/v2/mine/web/manifests/2", data=text, headers=MANIFEST).status_code == 403
    for missing in PUSH[1:]:
        partial = pusher(allow([action for action in PUSH if action != missing], "mine/*"))
        with pytest.raises(AssertionError, match=f"{missing}|403"):
            assert partial.push("mine/web", "x", f"without {missing}").status_code == 201
    requests_made = world.cloud.control.get("requests?service=ecr&action=PutImage&principal=" + _arn("pusher-0"))
    assert requests_made[-1]["status"] == 201
    assert requests_made[-1]["decision"]["statements"][0]["action"] == "ecr:PutImage"
    denials = world.cloud.control.get("requests?service=ecr&action=PutImage&principal=" + _arn("pusher-1"))
    assert (denials[-1]["status"], denials[-1]["decision"]["allowed"]) == (403, False)


@pytest.mark.parametrize("sent", [b"whole", iter([b"in ", b"chunks"])], ids=["length", "chunks"])
def test_an_upload_that_ends_with_its_bytes_needs_to_send_them(world: World, pusher: Any, sent: Any) -> None:
    repository = f"ending/{'whole' if isinstance(sent, bytes) else 'chunks'}"
    world.cloud.client("ecr").create_repository(repositoryName=repository)
    client = pusher(allow([action for action in PUSH if action != "ecr:UploadLayerPart"], "ending/*"))
    begun = client("POST", f"/v2/{repository}/blobs/uploads/")
    wanted = images.digest_of(b"whole" if isinstance(sent, bytes) else b"in chunks")
    ended = client("PUT", begun.headers["Location"], params={"digest": wanted}, data=sent)
    assert code(ended) == (403, "DENIED")
    assert "ecr:UploadLayerPart" in ended.json()["errors"][0]["message"]


def test_the_credential_of_a_key_that_was_taken_away_is_refused(world: World, pusher: Any) -> None:
    client = pusher(allow(PULL, "*"))
    assert client("GET", "/v2/").status_code == 200
    name, key = client.key["UserName"], client.key["AccessKeyId"]
    world.cloud.client("iam").update_access_key(UserName=name, AccessKeyId=key, Status="Inactive")
    assert client("GET", "/v2/").status_code == 401


def _arn(user: str) -> str:
    return f"arn:aws:iam::123456789012:user/{user}"


def test_the_url_of_a_layer_opens_that_layer_only(world: World) -> None:
    world.ecr.create_repository(repositoryName="url/web")
    images.push_placeholder(world.ecr, "url/web", "1", "url")
    layer = images.digest_of(images.layer("url"))
    url = world.ecr.get_download_url_for_layer(repositoryName="url/web", layerDigest=layer)["downloadUrl"]
    assert requests.get(url, timeout=30).content == images.layer("url")
    other = images.digest_of(images.manifest("url")[1])
    assert requests.get(url.replace(layer, other), timeout=30).status_code == 401
    ticket = url.partition("ticket=")[2]
    assert requests.get(f"{world.client.endpoint}/v2/", auth=("AWS", ticket), timeout=30).status_code == 401
    with pytest.raises(ClientError) as error:
        world.ecr.get_download_url_for_layer(repositoryName="url/web", layerDigest=images.digest_of(b"none"))
    assert refused(error) == "LayersNotFoundException"
