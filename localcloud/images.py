"""Images for the emulated ECR that no build made: a manifest and a configuration, the same ones for the same seed."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from typing import Any

ANNOTATION = "localcloud.creator.platform/"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"


def manifest(seed: str, annotations: Mapping[str, str] | None = None) -> tuple[str, bytes]:
    """An OCI manifest and the configuration that it names, made from `seed`: https://github.com/opencontainers/image-spec/blob/main/manifest.md

    annotations: names under `localcloud.creator.platform/`, without the prefix, which make the image itself bad:
    {"fault": "crash-loop"}.
    """
    layer = hashlib.sha256(f"layer {seed}".encode())
    configuration = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": {"seed": seed}},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer.hexdigest()}"]},
        },
        sort_keys=True,
    ).encode()
    content: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "size": len(configuration),
            "digest": f"sha256:{hashlib.sha256(configuration).hexdigest()}",
        },
        "layers": [
            {
                "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                "size": 1024,
                "digest": f"sha256:{layer.hexdigest()}",
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
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    upload = ecr_client.initiate_layer_upload(repositoryName=repository)["uploadId"]
    ecr_client.upload_layer_part(
        repositoryName=repository,
        uploadId=upload,
        partFirstByte=0,
        partLastByte=len(configuration) - 1,
        layerPartBlob=configuration,
    )
    ecr_client.complete_layer_upload(
        repositoryName=repository, uploadId=upload, layerDigests=[f"sha256:{hashlib.sha256(configuration).hexdigest()}"]
    )
    with contextlib.suppress(ecr_client.exceptions.ImageAlreadyExistsException):  # there already: what was asked for
        ecr_client.put_image(
            repositoryName=repository, imageManifest=text, imageTag=tag, imageManifestMediaType=MANIFEST_TYPE
        )
    return digest
