"""Joins the emulated ECR and the registry that keeps its bytes.

What exists, under which tag and in whose repository, the state of the AWS API says; the registry has nothing that it was not
told through here. So both ways in, the AWS API and the protocol of image clients, put the same images.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ecr.exceptions import InvalidParameterException
from moto.ecr.models import Repository, ecr_backends

from localcloud.cloud import Cloud
from localcloud.places import atomic
from localcloud.registry import front, tokens
from localcloud.registry.process import Registry, RegistryError
from localcloud.registry.storage import Storage, StorageError

log = logging.getLogger("localcloud.registry")
#: Seconds for which a layer without an image is kept when room is made: somebody may be about to put the image.
_UNUSED = 86400.0


class LayersNotFoundException(ServiceException):
    """An image names layers that were not uploaded: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html"""

    code = "LayersNotFoundException"


class ReferencedImagesNotFoundException(ServiceException):
    """A manifest list names images that the repository does not have."""

    code = "ReferencedImagesNotFoundException"


class Plane:
    """The data plane of one local cloud; nothing runs before somebody needs it."""

    def __init__(self, cloud: Cloud, binary: Path) -> None:
        self.cloud = cloud
        self.registry = Registry(cloud.state, cloud.processes, binary, self._awaited)
        self._port_file = self.registry.folder / "port"
        self._front: Any = None
        self._lock = threading.Lock()
        cloud.on_restored.append(self._restore)
        cloud.on_stopping.append(self._stop)

    @property
    def storage(self) -> Storage:
        """How the registry is asked."""
        return self.registry.storage

    @property
    def endpoint(self) -> str:
        """URL for `docker login` and the like; the same after a restart where its port is free."""
        return f"http://127.0.0.1:{self._open().server_address[1]}"

    def ready(self) -> None:
        """Have the registry and its front run. Not with the cloud's lock held. Raises RegistryError, OSError."""
        self.registry.start()
        self._open()

    def _open(self) -> Any:
        with self._lock:
            if self._front is None:
                known = self._port_file.read_text() if self._port_file.exists() else "0"
                self._front = front.serve(self, int(known))
                self.registry.folder.mkdir(mode=0o700, exist_ok=True)
                atomic(self._port_file, str(self._front.server_address[1]).encode())
            return self._front

    def _restore(self) -> None:
        """After a start with kept state: go on where clients know the registry, behind the start of the AWS API."""
        if not self._port_file.exists():
            return
        for repository in _repositories():
            self.store_of(repository)
        self._open()
        self.cloud.later(0, self.registry.start, "start of the registry")

    def _stop(self) -> None:
        self.registry.end()
        if self._front is not None:
            self._front.shutdown()
            self._front.server_close()

    def store_of(self, repository: Repository) -> str:
        """The name under which the registry keeps a repository, given with its first use. With the lock held."""
        found: str | None = getattr(repository, "localcloud_store", None)
        if found is None:
            found = repository.localcloud_store = uuid.uuid4().hex  # type: ignore[attr-defined]
            self.cloud.touched("ecr")
        return found

    # -- credentials

    def credential(
        self, access_key_id: str, region: str, layer: str | None = None, seconds: int = tokens.LIFETIME
    ) -> str:
        """A new password in the name of the holder of an access key."""
        expires = int(time.time()) + seconds
        content = tokens.Credential(access_key_id, self.cloud.account_id, region, expires, layer)
        return tokens.issue(self.registry.key(), content)

    # -- images, with the lock held

    def keep_manifest(self, repository: Repository, digest: str, media_type: str, manifest: str) -> None:
        """Have the registry check and keep a manifest. Raises moto's errors as PutImage gives them."""
        try:
            self.storage.put_manifest(self.store_of(repository), digest, media_type, manifest.encode())
        except StorageError as error:
            raise _refusal(repository, manifest, error) from error
        unused = _unused(repository)
        for part in parts(manifest):
            unused.pop(part, None)

    def note_layer(self, repository: Repository, digest: str) -> None:
        """A layer came, which no image has yet."""
        _unused(repository)[digest] = time.time()

    def share(self, source: Repository, target: Repository, manifest: str) -> None:
        """Have another repository get what a manifest names, as a replication copies it. Raises StorageError."""
        for digest in parts(manifest):
            self.storage.mount(self.store_of(target), digest, self.store_of(source))

    def forget(self, repository: Repository, digests: Iterable[str]) -> None:
        """Images are gone from a repository: soon from the registry too; their layers before its next start."""
        gone = set(digests)
        store: str | None = getattr(repository, "localcloud_store", None)
        if not gone or store is None or not self._port_file.exists():
            return
        self.registry.note_garbage()

        def job() -> None:
            try:
                self._delete(repository, store, gone)
            except (RegistryError, StorageError, OSError) as error:  # as when the cloud stops: only room is lost
                log.warning("%s of %s stay in the registry: %s", ", ".join(sorted(gone)), repository.name, error)

        self.cloud.later(0, job, f"ecr deletion in {repository.name}")

    def _delete(self, repository: Repository, store: str, digests: set[str]) -> None:
        """Have the registry forget manifests, but not those that were put again meanwhile."""
        self.registry.start()
        with self.cloud.lock:
            lives = any(each is repository for each in _repositories())
            back = {image.get_image_digest() for image in repository.images} if lives else set()
            for digest in sorted(digests - back):
                self.storage.delete_manifest(store, digest)

    def _awaited(self) -> bool:
        """Whether there are layers whose image may still come: collecting garbage would take them."""
        oldest = time.time() - _UNUSED
        return any(moment > oldest for each in _repositories() for moment in list(_unused(each).values()))


def parts(manifest: str) -> list[str]:
    """Digests of the configuration and the layers that a manifest names, each once."""
    content = json.loads(manifest)
    named = [content.get("config") or {}, *(content.get("layers") or [])]
    return list(dict.fromkeys(str(part["digest"]) for part in named if "digest" in part))


def _repositories() -> list[Repository]:
    return [
        repository
        for regions in list(ecr_backends.values())
        for backend in list(regions.values())
        for repository in list(backend.repositories.values())
    ]


def where(repository: Repository) -> str:
    """How ECR names a repository in its refusals."""
    return f"the repository with name '{repository.name}' in the registry with id '{repository.registry_id}'"


def _unused(repository: Repository) -> dict[str, float]:
    found: dict[str, float] = repository.__dict__.setdefault("localcloud_unused", {})
    return found


def _refusal(repository: Repository, manifest: str, error: StorageError) -> Exception:
    """The error of PutImage for what the registry says to a manifest."""
    if error.code in {"MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN"}:
        if "manifests" in json.loads(manifest):
            return ReferencedImagesNotFoundException(
                f"Images that the manifest list names do not exist in {where(repository)}: {error}"
            )
        return LayersNotFoundException(
            f"Layers required for pushing the image into {where(repository)} do not exist: {error}"
        )
    if error.status < 500:
        return InvalidParameterException(
            f"Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid manifest': {error}"
        )
    return error
