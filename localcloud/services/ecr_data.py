"""ECR on its data plane: credentials that the registry takes, layers that it has, images that go for good.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CompleteLayerUpload.html
"""

from __future__ import annotations

import datetime
import time
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.exceptions import InvalidLayerPartException, UploadNotFoundException
from moto.ecr.models import DEFAULT_LAYER_PART_SIZE, LAYER_MEDIA_TYPE, ECRBackend, LayerUpload, Repository
from moto.ecr.responses import ECRResponse

from localcloud.cloud import Cloud
from localcloud.registry import tokens
from localcloud.registry.plane import LayersNotFoundException, Plane, where
from localcloud.registry.protocol import DIGEST
from localcloud.registry.storage import StorageError

#: For how long the URL of a layer is good; S3's pre-signed ones, which ECR gives, are good for an hour.
_DOWNLOAD_SECONDS = 3600
#: Actions that ask the registry.
_NEEDING = (
    "GetAuthorizationToken", "BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload",
    "PutImage", "GetDownloadUrlForLayer",
)  # fmt: skip


class InvalidLayerException(ServiceException):
    """The bytes of an upload have another digest."""

    code = "InvalidLayerException"


class EmptyUploadException(ServiceException):
    """An upload ends without a byte."""

    code = "EmptyUploadException"


class LayerAlreadyExistsException(ServiceException):
    """The repository has the layer."""

    code = "LayerAlreadyExistsException"


def patch(cloud: Cloud, plane: Plane) -> None:
    """Have moto's ECR ask the registry."""
    for action in _NEEDING:
        cloud.prepare["ecr", action] = plane.ready
    _patch_tokens(plane)
    _patch_uploads(plane)
    _patch_looks(plane)
    _patch_deletion(plane)


def _patch_tokens(plane: Plane) -> None:
    def get_authorization_token(self: ECRResponse) -> ActionResult:
        password = plane.credential(self.access_key, self.region)
        expires = tokens.read(plane.registry.key(), password, time.time()).expires
        data = {
            "authorizationToken": tokens.token(password),
            "expiresAt": datetime.datetime.fromtimestamp(expires, datetime.UTC),
            "proxyEndpoint": plane.endpoint,
        }
        return ActionResult({"authorizationData": [data for _ in self._get_param("registryIds") or ["own"]]})

    def get_download_url_for_layer(self: ECRResponse) -> ActionResult:
        name, digest = str(self._get_param("repositoryName")), str(self._get_param("layerDigest"))
        repository = self.ecr_backend._get_repository(name, self._get_param("registryId"))
        if DIGEST.fullmatch(digest) is None or plane.storage.size(plane.store_of(repository), digest) is None:
            raise LayersNotFoundException(f"The layer {digest} does not exist in {where(repository)}")
        ticket = plane.credential(self.access_key, self.region, f"{name}@{digest}", _DOWNLOAD_SECONDS)
        url = f"{plane.endpoint}/v2/{name}/blobs/{digest}?ticket={ticket}"
        return ActionResult({"downloadUrl": url, "layerDigest": digest})

    ECRResponse.get_authorization_token = get_authorization_token  # type: ignore[method-assign]
    ECRResponse.get_download_url_for_layer = get_download_url_for_layer  # type: ignore[assignment,method-assign]


def _patch_uploads(plane: Plane) -> None:
    """The bytes go to the registry with each part; the state of the AWS API has where the upload goes on."""

    def initiate(self: ECRBackend, repository_name: str, registry_id: str | None = None) -> dict[str, Any]:
        repository = self._get_repository(repository_name, registry_id)
        upload: Any = LayerUpload(repository_name, repository.registry_id)
        upload.localcloud_location, upload.localcloud_size = plane.storage.begin(plane.store_of(repository)), 0
        repository.uploads[upload.upload_id] = upload
        return {"uploadId": upload.upload_id, "partSize": DEFAULT_LAYER_PART_SIZE}

    def part(  # noqa: PLR0917 - as moto's
        self: ECRBackend,
        repository_name: str,
        upload_id: str,
        part_first_byte: int,
        part_last_byte: int,
        layer_part_blob: bytes,
        registry_id: str | None = None,
    ) -> dict[str, Any]:
        repository = self._get_repository(repository_name, registry_id)
        upload = _upload(repository, upload_id)
        content = layer_part_blob or b""
        if part_first_byte != upload.localcloud_size or part_last_byte != part_first_byte + len(content) - 1:
            raise InvalidLayerPartException(
                repository.registry_id, repository_name, upload_id, upload.localcloud_size - 1
            )
        try:
            upload.localcloud_location = plane.storage.append(upload.localcloud_location, content)
        except StorageError as error:
            raise _lost(repository, upload_id, error) from error
        upload.localcloud_size += len(content)
        return {
            "registryId": repository.registry_id, "repositoryName": repository_name, "uploadId": upload_id,
            "lastByteReceived": upload.localcloud_size - 1,
        }  # fmt: skip

    def complete(
        self: ECRBackend, repository_name: str, upload_id: str, layer_digests: list[str], registry_id: str | None = None
    ) -> dict[str, Any]:
        repository = self._get_repository(repository_name, registry_id)
        upload, digest = _upload(repository, upload_id), layer_digests[0]
        if not upload.localcloud_size:
            raise EmptyUploadException(f"The upload with id '{upload_id}' has no layer parts")
        if DIGEST.fullmatch(digest) and plane.storage.size(plane.store_of(repository), digest) is not None:
            raise LayerAlreadyExistsException(f"The layer {digest} exists already in {where(repository)}")
        try:
            plane.storage.finish(upload.localcloud_location, digest)
        except StorageError as error:
            if error.code == "DIGEST_INVALID":
                raise InvalidLayerException(f"The bytes of the upload have another digest than {digest}") from error
            raise _lost(repository, upload_id, error) from error
        del repository.uploads[upload_id]
        plane.note_layer(repository, digest)
        return {
            "registryId": repository.registry_id, "repositoryName": repository_name, "uploadId": upload_id,
            "layerDigest": digest,
        }  # fmt: skip

    ECRBackend.initiate_layer_upload = initiate  # type: ignore[method-assign]
    ECRBackend.upload_layer_part = part  # type: ignore[method-assign]
    ECRBackend.complete_layer_upload = complete  # type: ignore[method-assign]


def _upload(repository: Repository, upload_id: str) -> Any:
    upload = repository.uploads.get(upload_id)
    if upload is None or not hasattr(upload, "localcloud_location"):
        raise UploadNotFoundException(upload_id, repository.name, repository.registry_id)
    return upload


def _lost(repository: Repository, upload_id: str, error: StorageError) -> Exception:
    """The registry does not go on with an upload, for example as it got a part that we were killed over: begin again."""
    if error.status >= 500:
        return error
    repository.uploads.pop(upload_id, None)
    return UploadNotFoundException(upload_id, repository.name, repository.registry_id)


def _patch_looks(plane: Plane) -> None:
    def check(
        self: ECRBackend, repository_name: str, layer_digests: list[str], registry_id: str | None = None
    ) -> dict[str, Any]:
        repository = self._get_repository(repository_name, registry_id)
        layers, failures = [], []
        for digest in layer_digests:
            right = DIGEST.fullmatch(digest) is not None
            size = plane.storage.size(plane.store_of(repository), digest) if right else None
            if size is not None:
                layers.append({
                    "layerDigest": digest, "layerAvailability": "AVAILABLE", "layerSize": size, "mediaType": LAYER_MEDIA_TYPE,
                })  # fmt: skip
                continue
            code = "MissingLayerDigest" if right else "InvalidLayerDigest"
            reason = f"Layer digest '{digest}' could not be found" if right else f"Invalid layer digest '{digest}'"
            failures.append({"layerDigest": digest, "failureCode": code, "failureReason": reason})
        return {"layers": layers, "failures": failures}

    ECRBackend.batch_check_layer_availability = check  # type: ignore[method-assign]


def _patch_deletion(plane: Plane) -> None:
    delete, batch = ECRBackend.delete_repository, ECRBackend.batch_delete_image

    def delete_repository(self: ECRBackend, *arguments: Any, **named: Any) -> Repository:
        repository = delete(self, *arguments, **named)
        plane.forget(repository, {image.get_image_digest() for image in repository.images})
        return repository

    def batch_delete_image(
        self: ECRBackend, repository_name: str, registry_id: str | None = None, image_ids: Any = None
    ) -> dict[str, Any]:
        repository = self._get_repository(repository_name, registry_id)
        before = {image.get_image_digest() for image in repository.images}
        untagged = {image.get_image_digest() for image in repository.images if not image.image_tags}
        answer: dict[str, Any] = batch(self, repository_name, registry_id, image_ids)
        gone = before - {image.get_image_digest() for image in repository.images}
        answer["imageIds"] += [{"imageDigest": digest} for digest in sorted(gone & untagged)]  # moto leaves them out
        plane.forget(repository, gone)
        return answer

    ECRBackend.delete_repository = delete_repository  # type: ignore[method-assign]
    ECRBackend.batch_delete_image = batch_delete_image  # type: ignore[method-assign]
