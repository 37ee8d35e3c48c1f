"""The answers of the kubelet's credential provider plug-in."""

from __future__ import annotations

import base64
import json

import pytest

from localcloud.registry import kubelet

HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


def ask(image: str) -> tuple[list[str], dict[str, dict[str, str]]]:
    regions: list[str] = []

    def token(region: str) -> str:
        regions.append(region)
        return base64.b64encode(b"AWS:word:with colon").decode()

    request = {"apiVersion": kubelet.API_VERSION, "kind": "CredentialProviderRequest", "image": image}
    answer = json.loads(kubelet.answer(json.dumps(request), token))
    assert (answer["apiVersion"], answer["kind"]) == (kubelet.API_VERSION, "CredentialProviderResponse")
    assert (answer["cacheKeyType"], answer["cacheDuration"]) == ("Registry", "6h0m0s")
    return regions, answer["auth"]


def test_an_image_of_ecr_gets_the_credential_of_its_region() -> None:
    expected = {HOST: {"username": "AWS", "password": "word:with colon"}}
    assert ask(f"{HOST}/platform/api@sha256:{'0' * 64}") == (["eu-central-1"], expected)


def test_other_registries_get_none() -> None:
    assert ask("docker.io/library/nginx:1") == ([], {})


@pytest.mark.parametrize("request_text", ["{}", "[]", "x", '{"kind": "CredentialProviderRequest"}'])
def test_anything_else_is_refused(request_text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|Expecting"):
        kubelet.answer(request_text, str)
