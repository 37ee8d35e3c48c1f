# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the OCI: which image a layout holds, and the artifact that says something of an image. Pure.

https://github.com/opencontainers/image-spec/blob/main/manifest.md
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"
#: https://www.iana.org/assignments/media-types/application/vnd.cyclonedx+json
CYCLONEDX = "application/vnd.cyclonedx+json"
_EMPTY_CONTENT = b"{}"


class ManifestError(ValueError):
    """A document is not what it should be; the message says what was expected."""


@dataclass(frozen=True)
class Descriptor:
    """What refers to content: its media type, digest and size in bytes."""

    media_type: str
    digest: str
    size: int

    def document(self) -> dict[str, Any]:
        """As the specification writes it."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size}


@dataclass(frozen=True)
class Artifact:
    """A manifest with the blobs that it needs. blobs: digest -> content."""

    content: bytes
    blobs: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Digest of the manifest."""
        return digest_of(self.content)


def digest_of(content: bytes) -> str:
    """`sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def descriptor(document: Mapping[str, Any]) -> Descriptor:
    """The descriptor in a document. Raises ManifestError."""
    try:
        return Descriptor(str(document["mediaType"]), str(document["digest"]), int(document["size"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ManifestError(
            f"expected a descriptor with mediaType, digest and size, found {document!r:.200}"
        ) from error


def only_image(index: Mapping[str, Any]) -> Descriptor:
    """The one image of an image layout's index.json. Raises ManifestError."""
    manifests = index.get("manifests") or []
    if len(manifests) != 1:
        raise ManifestError(f"expected one image in the layout, found {len(manifests)}")
    found = descriptor(manifests[0])
    if found.media_type != MANIFEST:
        raise ManifestError(f"expected an image manifest in the layout, found {found.media_type}")
    return found


def blobs(manifest: Mapping[str, Any]) -> tuple[Descriptor, ...]:
    """Layers and configuration of an image manifest, in the order in which they are pushed. Raises ManifestError."""
    if not isinstance(manifest.get("config"), Mapping):
        raise ManifestError("the manifest has no configuration")
    return (*(descriptor(layer) for layer in manifest.get("layers") or []), descriptor(manifest["config"]))


def layers(manifest: Mapping[str, Any]) -> tuple[Descriptor, ...]:
    """The layers, lowest first. Raises ManifestError."""
    return blobs(manifest)[:-1]


def platform_of(configuration: Mapping[str, Any]) -> str:
    """`os/architecture` of an image's configuration, for example linux/amd64."""
    return f"{configuration.get('os', '?')}/{configuration.get('architecture', '?')}"


def attached(subject: Descriptor, content: bytes, media_type: str, annotations: Mapping[str, str]) -> Artifact:
    """The artifact that attaches `content` to an image: the same bytes for the same arguments.

    https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage
    """
    empty = digest_of(_EMPTY_CONTENT)
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": media_type,
        "config": {"mediaType": EMPTY, "digest": empty, "size": len(_EMPTY_CONTENT)},
        "layers": [{"mediaType": media_type, "digest": digest_of(content), "size": len(content)}],
        "subject": subject.document(),
        "annotations": dict(sorted(annotations.items())),
    }
    return Artifact(json.dumps(document).encode(), {empty: _EMPTY_CONTENT, digest_of(content): content})


def attachment_tag(digest: str) -> str:
    """Tag of the bill of materials of an image: `sha256-<digits>.sbom`, as cosign names it.

    So it is found where a registry has no referrers API, and a lifecycle rule for untagged images leaves it alone.
    https://github.com/sigstore/cosign/blob/main/specs/SBOM_SPEC.md
    """
    return f"{digest.replace(':', '-')}.sbom"


def lists(referrers: Mapping[str, Any], digest: str) -> bool:
    """Whether the answer of the referrers API has an artifact of that digest."""
    return any(isinstance(each, Mapping) and each.get("digest") == digest for each in referrers.get("manifests") or [])


def unlike(repository: str, tag: str, *, expected: str, found: str) -> str:
    """The sentence for a tag of the registry that is another image than the one that was built."""
    return (
        f"{repository}:{tag} is {found or 'not there'} in the registry, expected {expected}, which was built here: a tag is "
        "written once, so build from the base and with the builder of then, or commit what changed and push its own revision"
    )
