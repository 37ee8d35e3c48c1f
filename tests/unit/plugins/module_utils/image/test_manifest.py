# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the OCI."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.image import manifest
from ansible_collections.creator.platform.plugins.module_utils.image.manifest import Descriptor, ManifestError

IMAGE = {"mediaType": manifest.MANIFEST, "digest": f"sha256:{'1' * 64}", "size": 7}
SUBJECT = Descriptor(manifest.MANIFEST, f"sha256:{'1' * 64}", 7)


def test_only_image() -> None:
    assert manifest.only_image({"manifests": [IMAGE]}) == SUBJECT


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ({}, "found 0"),
        ({"manifests": [IMAGE, IMAGE]}, "found 2"),
        (
            {"manifests": [{**IMAGE, "mediaType": "application/vnd.oci.image.index.v1+json"}]},
            "found application/vnd.oci.image.index",
        ),
        ({"manifests": [{"digest": "sha256:1"}]}, "expected a descriptor"),
        ({"manifests": ["sha256:1"]}, "expected a descriptor"),
    ],
)
def test_a_layout_without_one_image_is_refused(index: dict[str, Any], said: str) -> None:
    with pytest.raises(ManifestError, match=said):
        manifest.only_image(index)


def test_blobs_are_layers_and_then_the_configuration() -> None:
    layers = [{"mediaType": "layer", "digest": f"sha256:{number}", "size": number} for number in (1, 2)]
    document = {"config": {"mediaType": "config", "digest": "sha256:3", "size": 3}, "layers": layers}
    assert [blob.digest for blob in manifest.blobs(document)] == ["sha256:1", "sha256:2", "sha256:3"]
    assert [blob.digest for blob in manifest.layers(document)] == ["sha256:1", "sha256:2"]
    with pytest.raises(ManifestError, match="no configuration"):
        manifest.blobs({"layers": layers})


def test_an_attachment_refers_to_its_image() -> None:
    made = manifest.attached(SUBJECT, b"{}\n", manifest.CYCLONEDX, {"b": "2", "a": "1"})
    document = json.loads(made.content)
    assert document["subject"] == IMAGE
    assert document["artifactType"] == manifest.CYCLONEDX
    needed = {document["config"]["digest"], *(layer["digest"] for layer in document["layers"])}
    assert needed == set(made.blobs)
    assert all(manifest.digest_of(content) == digest for digest, content in made.blobs.items())
    assert made == manifest.attached(SUBJECT, b"{}\n", manifest.CYCLONEDX, {"a": "1", "b": "2"})
    assert made.digest == manifest.digest_of(made.content)


def test_the_tag_of_an_attachment_names_its_image() -> None:
    assert manifest.attachment_tag(SUBJECT.digest) == f"sha256-{'1' * 64}.sbom"


@pytest.mark.parametrize(
    "answer", [{}, {"manifests": None}, {"manifests": []}, {"manifests": ["x", {"digest": "sha256:2"}]}]
)
def test_an_answer_that_does_not_list_it_is_no_proof(answer: dict[str, Any]) -> None:
    assert not manifest.lists(answer, "sha256:1")
    assert manifest.lists({"manifests": [{"digest": "sha256:1"}]}, "sha256:1")


def test_platform() -> None:
    assert manifest.platform_of({"os": "linux", "architecture": "arm64"}) == "linux/arm64"
    assert manifest.platform_of({}) == "?/?"


def test_a_tag_that_is_another_image_is_told() -> None:
    said = manifest.unlike("web", "1", expected="sha256:1", found="sha256:2")
    assert said.startswith("web:1 is sha256:2 in the registry, expected sha256:1")
    assert "web:1 is not there" in manifest.unlike("web", "1", expected="sha256:1", found="")
