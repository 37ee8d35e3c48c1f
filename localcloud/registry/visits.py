"""A client of the registry at the door: whose credential, what may its holder do, which repository; and what came of it.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ecr.models import ECRBackend, Image, Repository, ecr_backends

from localcloud import actions, principals
from localcloud.authorization import enforcement
from localcloud.cloud import Cloud
from localcloud.registry import tokens
from localcloud.registry.protocol import BASE, BLOB, DIGEST, TAG, ProtocolError, Step, host_fits

#: Error of PutImage -> status and code of the protocol.
_REFUSED = {
    "ImageTagAlreadyExistsException": (400, "TAG_INVALID"),
    "ImageDigestDoesNotMatchException": (400, "DIGEST_INVALID"),
    "LayersNotFoundException": (400, "MANIFEST_BLOB_UNKNOWN"),
    "ReferencedImagesNotFoundException": (400, "MANIFEST_BLOB_UNKNOWN"),
    "InvalidParameterException": (400, "MANIFEST_INVALID"),
    "RepositoryNotFoundException": (404, "NAME_UNKNOWN"),
}


class Visit:
    """One admitted request. Its methods but `record` take the cloud's lock."""

    def __init__(self, cloud: Cloud, step: Step, credential: tokens.Credential) -> None:
        self._cloud = cloud
        self.step = step
        self.region = credential.region
        self._backend: ECRBackend = ecr_backends[credential.account][credential.region]

    @property
    def repository(self) -> Repository:
        """The repository that the request names. Raises ProtocolError where nobody created it."""
        with self._cloud.lock:
            found = self._backend.repositories.get(self.step.name)
        if found is None:
            where = f"in the registry with id '{self._backend.account_id}'"
            raise ProtocolError(
                404, "NAME_UNKNOWN", f"The repository with name '{self.step.name}' does not exist {where}"
            )
        return found

    def image(self, reference: str) -> Image:
        """The image under a tag or a digest. Raises ProtocolError."""
        repository = self.repository
        with self._cloud.lock:
            for image in repository.images:
                if reference == image.get_image_digest() or reference in image.image_tags:
                    return image
        raise ProtocolError(404, "MANIFEST_UNKNOWN", "Requested image not found")

    def images(self) -> list[Image]:
        """All images of the repository. Raises ProtocolError."""
        repository = self.repository
        with self._cloud.lock:
            return list(repository.images)

    def put(self, media_type: str | None, content: bytes) -> str:
        """Put the image of a manifest, as PutImage does, and have it on disk; its digest. Raises ProtocolError."""
        reference = self.step.reference
        by_digest = DIGEST.fullmatch(reference) is not None
        if not by_digest and not TAG.fullmatch(reference):
            raise ProtocolError(400, "TAG_INVALID", f"expected {TAG.pattern} or a sha256 digest, found {reference}")
        try:
            manifest = content.decode()
        except UnicodeDecodeError as error:
            raise ProtocolError(400, "MANIFEST_INVALID", f"the manifest is not UTF-8: {error}") from error
        tag, digest = (None, reference) if by_digest else (reference, None)
        with self._cloud.lock:
            try:
                image = self._backend.put_image(self.step.name, manifest, tag, media_type, digest)  # type: ignore[arg-type]
            except ServiceException as error:
                if error.code == "ImageAlreadyExistsException":  # what was asked for
                    return self.image(reference).get_image_digest()
                status, code = _REFUSED.get(error.code, (500, "UNKNOWN"))
                raise ProtocolError(status, code, error.message) from error
            self._cloud.on_keep("ecr")
        return image.get_image_digest()


class Door:
    """Lets clients in or not, and writes down what they did. cloud: whose; key: that signs credentials."""

    def __init__(self, cloud: Cloud, key: Callable[[], bytes]) -> None:
        self._cloud, self._key = cloud, key

    def admit(self, step: Step, authorization: str | None, host: str, record: dict[str, Any]) -> Visit:
        """The visit of a client. Raises tokens.CredentialError and ProtocolError. record: is told who and why."""
        credential = self._credential(step, authorization)
        principal = principals.find(credential.access_key_id)
        if (
            principal is None
            or not principal.active
            or not host_fits(host, step.query, credential.account, credential.region)
        ):
            raise tokens.CredentialError("Not Authorized")
        record |= {"principal": principal.arn, "region": credential.region}
        if not principal.is_root and credential.layer is None:
            record["decisions"] = [self._allowed(principal, credential.region, step, action) for action in step.actions]
        visit = Visit(self._cloud, step, credential)
        if step.kind != BASE:
            _ = visit.repository
        return visit

    def _credential(self, step: Step, authorization: str | None) -> tokens.Credential:
        """Of the header, or of the URL that GetDownloadUrlForLayer gave."""
        ticket = step.query.get("ticket")
        if ticket is None or step.kind != BLOB:
            return tokens.of_header(self._key(), authorization, time.time())
        found = tokens.read(self._key(), ticket, time.time())
        if found.layer != f"{step.name}@{step.reference}":
            raise tokens.CredentialError("Not Authorized")
        return found

    def _allowed(self, principal: principals.Principal, region: str, step: Step, action: str) -> Any:
        """What lets the client. Who may load a layer may look whether it is there: AWS's policy to pull has no other action.

        https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEC2ContainerRegistryPullOnly.html
        """
        try:
            return self._decision(principal, region, step, action)
        except ProtocolError as refused:
            if action != "BatchCheckLayerAvailability":
                raise
            try:
                return self._decision(principal, region, step, "GetDownloadUrlForLayer")
            except ProtocolError:
                raise refused from None

    def _decision(self, principal: principals.Principal, region: str, step: Step, action: str) -> Any:
        asked = enforcement.Asked("ecr", action, region)
        with self._cloud.lock:
            try:
                return enforcement.permit(asked, principal, {"repositoryName": step.name})
            except enforcement.RefusedError as error:
                denied = ProtocolError(403, "DENIED", error.message)
                denied.decision = error.record  # type: ignore[attr-defined]
                raise denied from error

    def record(self, step: Step, record: dict[str, Any], status: int, began: float) -> None:
        """Write down each action of ECR that a request stands for, as CloudTrail shows them."""
        moment = datetime.datetime.fromtimestamp(began, datetime.UTC)
        decisions = record.pop("decisions", None) or []
        for at, action in enumerate(step.actions):
            self._cloud.on_requested({
                "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "service": "ecr",
                "action": action,
                "mutating": actions.is_mutating("ecr", action),
                "status": status,
                "seconds": round(time.time() - began, 6),
                "parameters": {"repositoryName": step.name, "reference": step.reference},
                "fault": None,
                **record,
                "decision": decisions[at] if at < len(decisions) else record["decision"],
            })  # fmt: skip
