"""ECR: digests of the manifests' bytes, tags that stay where a repository says so, scans that end, replication that copies.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

from __future__ import annotations

import copy
import fnmatch
import hashlib
import json
import threading
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.exceptions import InvalidParameterException, RepositoryNotFoundException
from moto.ecr.models import ECRBackend, Image, Repository, ecr_backends
from moto.ecr.responses import ECRResponse

from localcloud.cloud import Cloud
from localcloud.registry import build
from localcloud.registry.plane import Plane
from localcloud.services import ecr_data, ecr_lifecycle

#: AWS seconds from a push until its copy is in the other region: "most images within 30 minutes", small ones in seconds.
REPLICATION_SECONDS = 60


class ImageTagAlreadyExistsException(ServiceException):
    """The tag is taken by another image in a repository whose tags are immutable."""

    code = "ImageTagAlreadyExistsException"


class ImageDigestDoesNotMatchException(ServiceException):
    """The digest of the request is not that of the manifest."""

    code = "ImageDigestDoesNotMatchException"


def digest_of(manifest: str) -> str:
    """`sha256:` and the hash of the manifest's bytes: the digest that every registry and runtime computes."""
    return f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"


def install(cloud: Cloud) -> None:
    """Patch moto's ECR; with a data plane behind it where its binary is found."""
    binary = build.locate()
    plane = Plane(cloud, binary) if binary is not None else None
    if plane is not None:
        ecr_data.patch(cloud, plane)
        cloud.registry_endpoint = lambda: plane.endpoint
    _install_digests()
    _install_scans()
    _install_replication(cloud)
    _install_lock()
    ECRBackend.put_image = _put_image(cloud, plane)  # type: ignore[method-assign]
    ECRBackend.batch_get_image = _batch_get_image  # type: ignore[method-assign]
    ecr_lifecycle.patch(cloud)
    cloud.resource_listers.append(_rows)


def _install_digests() -> None:
    def create_digest(self: Image) -> None:
        self._image_digest = digest_of(self.image_manifest)

    def size(self: Image) -> int:
        manifest = json.loads(self.image_manifest)
        parts = [manifest.get("config", {}), *manifest.get("layers", []), *manifest.get("manifests", [])]
        return len(self.image_manifest) + sum(int(part.get("size", 0)) for part in parts)

    Image._create_digest = create_digest  # type: ignore[method-assign]
    Image.get_image_size_in_bytes = size  # type: ignore[method-assign]


def _install_lock() -> None:
    """One lock for all registries instead of one in each, which cannot be written to disk."""
    original = ECRBackend.__init__

    def init(self: ECRBackend, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        del self.__dict__["registry_scanning_configuration_update_lock"]

    ECRBackend.__init__ = init  # type: ignore[method-assign]
    ECRBackend.registry_scanning_configuration_update_lock = threading.RLock()


def _put_image(cloud: Cloud, plane: Plane | None) -> Any:
    original = ECRBackend.put_image

    def put_image(
        self: ECRBackend, repository_name: str, image_manifest: str, image_tag: Any, *rest: str | None
    ) -> Image:
        media_type, digest = (*rest, None, None)[:2]
        repository = self.repositories.get(repository_name)
        if repository is None:
            raise RepositoryNotFoundException(repository_name, self.account_id)
        content = _check_manifest(image_manifest, digest)
        media_type = media_type or _media_type(content)
        holder = _holder(repository, image_manifest, image_tag)
        if plane is not None:
            plane.keep_manifest(repository, digest_of(image_manifest), media_type, image_manifest)
        if holder is not None:
            _take_tag(holder, image_tag)
        known = _same_manifest(repository, image_manifest)
        if image_tag is None and known is not None:
            return known
        image = original(self, repository_name, image_manifest, image_tag, media_type, digest_of(image_manifest))
        if image.last_scan is None and _scans_on_push(self, repository):
            image.last_scan = datetime.now(UTC)
        _replicate(cloud, plane, self, image, image_tag)
        return image

    return put_image


def _check_manifest(manifest: str, digest: str | None) -> dict[str, Any]:
    try:
        content = json.loads(manifest)
    except json.JSONDecodeError as error:
        raise InvalidParameterException(
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"
        ) from error
    if not isinstance(content, dict):
        raise InvalidParameterException(
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid manifest'"
        )
    if digest is not None and digest != digest_of(manifest):
        raise ImageDigestDoesNotMatchException(
            f"The digest of the manifest is {digest_of(manifest)}, the request says {digest}"
        )
    return content


def _media_type(content: dict[str, Any]) -> str:
    found = content.get("mediaType")
    if not found:
        raise InvalidParameterException("image manifest mediatype not provided in manifest or parameter")
    return str(found)


def _same_manifest(repository: Repository, manifest: str) -> Image | None:
    return next((image for image in repository.images if image.image_manifest == manifest), None)


def _holder(repository: Repository, manifest: str, tag: Any) -> Image | None:
    """The other image that the tag has to be taken from, if any. Raises where the tag stays."""
    holder = next((image for image in repository.images if tag is not None and tag in image.image_tags), None)
    if holder is None or holder.image_manifest == manifest:
        return None
    if not _immutable(repository, str(tag)):
        return holder
    raise ImageTagAlreadyExistsException(
        f"The image tag '{tag}' already exists in the '{repository.name}' repository and cannot be overwritten because the "
        "repository is immutable."
    )


def _take_tag(holder: Image, tag: str) -> None:
    """The image stays without it."""
    holder.image_tags.remove(tag)
    holder.image_tag = holder.image_tags[-1] if holder.image_tags else None  # type: ignore[assignment]


def _immutable(repository: Repository, tag: str) -> bool:
    """IMMUTABLE: all tags but those that a filter excludes; MUTABLE_WITH_EXCLUSION: only those."""
    filters = repository.image_tag_mutability_exclusion_filters or []
    excluded = any(fnmatch.fnmatchcase(tag, entry["filter"]) for entry in filters)
    return repository.image_tag_mutability.startswith("IMMUTABLE") is not excluded


def _install_scans() -> None:
    original = ECRBackend.describe_image_scan_findings

    def findings(self: ECRBackend, registry_id: str, repository_name: str, image_id: dict[str, Any]) -> dict[str, Any]:
        answer = original(self, registry_id, repository_name, image_id)
        found = answer.get("imageScanFindings", {}).get("findings", [])
        if [finding["name"] for finding in found] == ["CVE-9999-9999"]:  # moto's stand-in for "nothing was set up"
            answer["imageScanFindings"] |= {"findings": [], "findingSeverityCounts": {}}
        return answer

    def status(self: Image) -> dict[str, str] | None:
        return {"status": "COMPLETE", "description": "The scan was completed successfully."} if self.last_scan else None

    def summary(self: Image) -> dict[str, Any] | None:
        if not self.last_scan:
            return None
        return {
            "imageScanCompletedAt": self.last_scan,
            "vulnerabilitySourceUpdatedAt": self.last_scan,
            "findingSeverityCounts": {},
        }

    ECRBackend.describe_image_scan_findings = findings  # type: ignore[method-assign]
    Image.image_scan_status = property(status)  # type: ignore[attr-defined]
    Image.image_scan_findings_summary = property(summary)  # type: ignore[attr-defined]


def _scans_on_push(backend: ECRBackend, repository: Repository) -> bool:
    by_registry = repository.scanning_config["scanFrequency"] in {"SCAN_ON_PUSH", "CONTINUOUS_SCAN"}
    return by_registry or _scan_setting(repository)


def _scan_setting(repository: Repository) -> bool:
    setting: Any = repository.image_scanning_configuration or {}
    return bool(setting.get("scanOnPush"))


def _batch_get_image(
    self: ECRBackend,
    repository_name: str,
    registry_id: str | None = None,
    image_ids: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """BatchGetImage: each image under the tag it was asked by, each missing one under all that was asked."""
    repository = self._get_repository(repository_name, registry_id)
    images, failures = [], []
    for asked in image_ids or []:
        tag, digest = asked.get("imageTag"), asked.get("imageDigest")
        image = next(
            (
                image
                for image in repository.images
                if (tag is None or tag in image.image_tags) and (digest is None or digest == image.get_image_digest())
            ),
            None,
        )
        if image is None:
            failures.append(
                {"imageId": asked, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"}
            )
            continue
        found = copy.copy(image)
        found.image_tag = tag or image.image_tag
        images.append(found)
    return {"images": images, "failures": failures}


def _install_replication(cloud: Cloud) -> None:
    def put(self: ECRBackend, replication_config: dict[str, Any]) -> dict[str, Any]:
        for rule in replication_config["rules"]:
            for destination in rule["destinations"]:
                if destination["region"] == self.region_name and destination["registryId"] == self.account_id:
                    raise InvalidParameterException(
                        "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: "
                        "'Replication destination cannot be the same as the source registry'"
                    )
        self.replication_config = replication_config
        return {"replicationConfiguration": replication_config}

    def describe_image_replication_status(self: ECRResponse) -> ActionResult:
        backend = self.ecr_backend
        name, asked = self._get_param("repositoryName"), self._get_param("imageId")
        repository = backend._get_repository(name, self._get_param("registryId"))
        image = repository._get_image(asked.get("imageTag"), asked.get("imageDigest"))
        statuses = []
        for region in _destinations(backend, name):
            there = ecr_backends[backend.account_id][region].repositories.get(name)
            copied = there is not None and _same_manifest(there, image.image_manifest) is not None
            statuses.append(
                {"region": region, "registryId": backend.account_id, "status": "COMPLETE" if copied else "IN_PROGRESS"}
            )
        return ActionResult({"repositoryName": name, "imageId": image.image_id, "replicationStatuses": statuses})

    ECRBackend.put_replication_configuration = put  # type: ignore[method-assign]
    ECRResponse.describe_image_replication_status = describe_image_replication_status  # type: ignore[attr-defined]


def _destinations(backend: ECRBackend, repository: str) -> list[str]:
    """Regions of this account to which images of the repository are copied."""
    regions = []
    for rule in backend.replication_config["rules"]:
        filters = rule.get("repositoryFilters") or []
        if not filters or any(repository.startswith(entry["filter"]) for entry in filters):
            regions += [
                destination["region"]
                for destination in rule["destinations"]
                if destination["registryId"] == backend.account_id
            ]
    return list(dict.fromkeys(regions))


def _replicate(cloud: Cloud, plane: Plane | None, backend: ECRBackend, image: Image, tag: str | None) -> None:
    repository = backend.repositories[image.repository_name]
    for region in _destinations(backend, repository.name):
        target = ecr_backends[backend.account_id][region]

        def job(target: ECRBackend = target) -> None:
            if plane is not None:
                plane.ready()
            with cloud.lock:
                _copy(plane, target, repository, image, tag)
            cloud.touched("ecr")

        cloud.later(REPLICATION_SECONDS, job, f"ecr replication of {repository.name} to {region}")


def _copy(plane: Plane | None, target: ECRBackend, source: Repository, image: Image, tag: Any) -> None:
    """Repository settings are not replicated: a repository that is missing is made with the defaults."""
    there = target.repositories.get(source.name)
    if there is None:
        there = target.create_repository(source.name, None, {}, None, "", [])
    copied = _same_manifest(there, image.image_manifest)
    if copied is not None and (tag is None or tag in copied.image_tags):
        return
    if plane is not None:
        for named in json.loads(image.image_manifest).get("manifests", []):
            _copy(plane, target, source, source._get_image(None, str(named["digest"])), None)
        plane.share(source, there, image.image_manifest)
    target.put_image(source.name, image.image_manifest, tag, image.image_manifest_media_type)


def _rows() -> list[dict[str, Any]]:
    return [
        {"kind": "ECR repository", "name": name, "region": region, "state": f"{len(repository.images)} images"}
        for regions in ecr_backends.values()
        for region, backend in regions.items()
        for name, repository in list(backend.repositories.items())
    ]
