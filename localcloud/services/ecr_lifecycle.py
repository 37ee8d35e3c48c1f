"""ECR's lifecycle policies at work: the preview, and images that expire.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetLifecyclePolicyPreview.html
"""

from __future__ import annotations

import logging
import time
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.exceptions import LifecyclePolicyNotFoundException
from moto.ecr.models import ECRBackend, Repository, ecr_backends
from moto.ecr.policy_validation import EcrLifecyclePolicyValidator
from moto.ecr.responses import ECRResponse

from localcloud.cloud import Cloud
from localcloud.registry import expiry
from localcloud.registry.plane import where

log = logging.getLogger("localcloud.registry")
#: AWS seconds between two looks: "when images meet the criteria … they are expired within 24 hours". Their age is that of
#: `imagePushedAt`, in days of the clock on the wall.
LOOK_SECONDS = 86400


class LifecyclePolicyPreviewNotFoundException(ServiceException):
    """No preview was started."""

    code = "LifecyclePolicyPreviewNotFoundException"


def patch(cloud: Cloud) -> None:
    """Give moto's ECR the preview, and start to look for images that expire."""

    def start(self: ECRResponse) -> ActionResult:
        repository = _repository(self)
        text = self._get_param("lifecyclePolicyText") or repository.lifecycle_policy
        if not text:
            raise LifecyclePolicyNotFoundException(repository.name, repository.registry_id)
        EcrLifecyclePolicyValidator(text).validate()
        repository.localcloud_preview = text  # type: ignore[attr-defined]
        return ActionResult({**_named(repository, text), "status": "IN_PROGRESS"})

    def get(self: ECRResponse) -> ActionResult:
        repository = _repository(self)
        text: str | None = getattr(repository, "localcloud_preview", None)
        if text is None:
            raise LifecyclePolicyPreviewNotFoundException(f"There is no dry run for {where(repository)}")
        found = expired(repository, text, time.time())
        results = [
            {
                **({"imageTags": list(image.image_tags)} if image.image_tags else {}),
                "imageDigest": image.get_image_digest(), "imagePushedAt": image.image_pushed_at,
                "action": {"type": "EXPIRE"}, "appliedRulePriority": found[image.get_image_digest()],
            }
            for image in repository.images if image.get_image_digest() in found
        ]  # fmt: skip
        summary = {"expiringImageTotalCount": len(results)}
        answer = {**_named(repository, text), "status": "COMPLETE", "previewResults": results, "summary": summary}
        return ActionResult(answer)

    ECRResponse.start_lifecycle_policy_preview = start  # type: ignore[attr-defined]
    ECRResponse.get_lifecycle_policy_preview = get  # type: ignore[attr-defined]
    cloud.on_restored.append(lambda: _look_later(cloud))


def _look_later(cloud: Cloud) -> None:
    def look() -> None:
        try:
            with cloud.lock:
                if expire_all(time.time()):
                    cloud.touched("ecr")
        finally:
            _look_later(cloud)

    cloud.later(LOOK_SECONDS, look, "ecr lifecycle policies")


def expire_all(now: float) -> int:
    """Remove what the policies of all repositories expire; how many images. With the lock held."""
    count = 0
    for regions in list(ecr_backends.values()):
        for backend in list(regions.values()):
            for repository in list(backend.repositories.values()):
                count += _expire(backend, repository, now)
    return count


def _expire(backend: ECRBackend, repository: Repository, now: float) -> int:
    found = expired(repository, repository.lifecycle_policy, now) if repository.lifecycle_policy else {}
    if found:
        backend.batch_delete_image(repository.name, image_ids=[{"imageDigest": digest} for digest in sorted(found)])
        log.info("the lifecycle policy of %s expired %d images", repository.name, len(found))
    return len(found)


def expired(repository: Repository, policy: str, now: float) -> dict[str, int]:
    """As `expiry.expired` for the images of a repository."""
    images = [
        expiry.Candidate(image.get_image_digest(), tuple(image.image_tags), float(image.image_pushed_at))
        for image in repository.images
    ]
    return expiry.expired(policy, images, now)


def _repository(response: ECRResponse) -> Repository:
    return response.ecr_backend._get_repository(
        str(response._get_param("repositoryName")), response._get_param("registryId")
    )


def _named(repository: Repository, policy: str) -> dict[str, Any]:
    return {
        "registryId": repository.registry_id, "repositoryName": repository.name, "lifecyclePolicyText": policy,
    }  # fmt: skip
