"""Images for the emulated ECR that no build made: a manifest, a configuration and a layer, the same ones for the same seed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

ANNOTATION = "localcloud.creator.platform/"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"


def digest_of(content: bytes) -> str:
    """`sha256:` and the hash of the bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def layer(seed: str) -> bytes:
    """A layer with one file, `seed`. Not compressed, as versions of zlib differ in their output."""
    content = seed.encode()
    entry = tarfile.TarInfo("seed")
    entry.size = len(content)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def manifest(seed: str, annotations: Mapping[str, str] | None = None) -> tuple[str, bytes]:
    """An OCI manifest and the configuration that it names, made from `seed`: https://github.com/opencontainers/image-spec/blob/main/manifest.md

    annotations: names under `localcloud.creator.platform/`, without the prefix, which make the image itself bad:
    {"fault": "crash-loop"}.
    """
    content_of_layer = layer(seed)
    configuration = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": {"seed": seed}},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(content_of_layer)]},
        },
        sort_keys=True,
    ).encode()
    content: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "size": len(configuration),
            "digest": digest_of(configuration),
        },
        "layers": [
            {
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "size": len(content_of_layer),
                "digest": digest_of(content_of_layer),
            }
        ],
    }
    if annotations:
        content["annotations"] = {ANNOTATION + name: str(value) for name, value in sorted(annotations.items())}
    return json.dumps(content, sort_keys=True, separators=(",", ":")), configuration


def push_placeholder(
    ecr_client: Any, repository: str, tag: str, seed: str, *, annotations: Mapping[str, str] | None = None
) -> str:
    """Put the image of `seed` into the repository under `tag`; its digest `sha256:…`.

    Again with the same seed it changes nothing.

    Raises botocore's ClientError (for example ImageTagAlreadyExistsException where tags are immutable and another image has it).
    """
    text, configuration = manifest(seed, annotations)
    for blob in (layer(seed), configuration):
        _upload(ecr_client, repository, blob)
    with contextlib.suppress(ecr_client.exceptions.ImageAlreadyExistsException):  # there already: what was asked for
        ecr_client.put_image(
            repositoryName=repository, imageManifest=text, imageTag=tag, imageManifestMediaType=MANIFEST_TYPE
        )
    return digest_of(text.encode())


def _upload(ecr_client: Any, repository: str, blob: bytes) -> None:
    """Have the repository hold a blob, as `docker push` does: what it has is not sent again."""
    digest = digest_of(blob)
    if ecr_client.batch_check_layer_availability(repositoryName=repository, layerDigests=[digest])["layers"]:
        return
    upload = ecr_client.initiate_layer_upload(repositoryName=repository)["uploadId"]
    ecr_client.upload_layer_part(
        repositoryName=repository, uploadId=upload, partFirstByte=0, partLastByte=len(blob) - 1, layerPartBlob=blob
    )
    ecr_client.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])
