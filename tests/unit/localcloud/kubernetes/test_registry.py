"""Image references, and what ECR's answer makes of them."""

from __future__ import annotations

import hashlib
import json

import pytest

from localcloud import images
from localcloud.kubernetes import registry
from localcloud.kubernetes.registry import Found, Reference

DIGEST = "sha256:" + "a" * 64
HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("nginx", Reference("docker.io/library/nginx", "latest", None)),
        ("team/app:1", Reference("docker.io/team/app", "1", None)),
        ("registry.k8s.io/pause:3.10", Reference("registry.k8s.io/pause", "3.10", None)),
        ("localhost:5000/app", Reference("localhost:5000/app", "latest", None)),
        (f"{HOST}/creator/web@{DIGEST}", Reference(f"{HOST}/creator/web", None, DIGEST)),
        (f"{HOST}/creator/web:1@{DIGEST}", Reference(f"{HOST}/creator/web", "1", DIGEST)),
    ],
)
def test_references_are_split(reference: str, expected: Reference) -> None:
    assert registry.parse(reference) == expected


def test_ecr_is_asked_by_digest_before_tag() -> None:
    asked = []

    def look_up(*question: str | None) -> Found:
        asked.append(question)
        return Found(DIGEST, json.dumps({"annotations": {"localcloud.creator.platform/fault": "oom", "other": "x"}}))

    image = registry.resolve(f"{HOST}/creator/web:1@{DIGEST}", look_up)
    assert asked == [("123456789012", "eu-west-1", "creator/web", None, DIGEST)]
    assert image.id == f"{HOST}/creator/web@{DIGEST}"
    assert image.annotations == {"localcloud.creator.platform/fault": "oom"}


def test_what_ecr_does_not_have_is_not_found() -> None:
    image = registry.resolve(f"{HOST}/creator/web:1", lambda *question: None)
    assert image.id == ""
    assert image.error.endswith(f"{HOST}/creator/web:1: not found")


def test_other_registries_have_every_image_under_a_stable_digest() -> None:
    first, second = (registry.resolve("registry.k8s.io/pause:3.10", lambda *question: None) for _ in range(2))
    assert first == second
    assert first.id.startswith("registry.k8s.io/pause@sha256:")


def test_placeholder_manifests_are_the_same_for_the_same_seed() -> None:
    text, configuration = images.manifest("web 1")
    assert (text, configuration) == images.manifest("web 1")
    assert text != images.manifest("web 2")[0]
    content = json.loads(text)
    assert content["config"]["digest"] == f"sha256:{hashlib.sha256(configuration).hexdigest()}"
    assert "annotations" not in content
