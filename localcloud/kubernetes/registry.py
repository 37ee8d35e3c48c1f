"""Asks the emulated ECR for the image of a container, as a kubelet asks a registry. Pure but for the look-up it is handed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localcloud.kubernetes.pod_memory import ANNOTATION, Image, not_found

ECR = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<name>[^@:]+)")


@dataclass(frozen=True)
class Reference:
    """A parsed image reference. `tag` is `latest` where neither tag nor digest is given."""

    repository: str
    tag: str | None
    digest: str | None


@dataclass(frozen=True)
class Found:
    """A manifest of the emulated ECR."""

    digest: str
    manifest: str


#: (account, region, repository name, tag, digest) -> the manifest, or None
LookUp = Callable[[str, str, str, str | None, str | None], Found | None]


def parse(reference: str) -> Reference:
    """Split `host:port/path:tag@digest`; Docker's short names become full ones, as containerd shows them."""
    name, _, digest = reference.partition("@")
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    repository = head + slash + last
    host = repository.split("/", 1)[0]
    if "/" not in repository:
        repository = f"docker.io/library/{repository}"
    elif not ("." in host or ":" in host or host == "localhost"):
        repository = f"docker.io/{repository}"
    return Reference(repository, tag or (None if digest else "latest"), digest or None)


def resolve(reference: str, look_up: LookUp) -> Image:
    """The image behind a reference: what ECR has, or the runtime's error.

    Images of other registries always exist, under a digest that is made up and stays the same.
    """
    parsed = parse(reference)
    ecr = ECR.fullmatch(parsed.repository)
    if ecr is None:
        digest = parsed.digest or "sha256:" + hashlib.sha256(reference.encode()).hexdigest()
        return Image(reference, f"{parsed.repository}@{digest}")
    found = look_up(
        ecr["account"], ecr["region"], ecr["name"], parsed.tag if not parsed.digest else None, parsed.digest
    )
    if found is None:
        return Image(reference, error=not_found(reference))
    return Image(reference, f"{parsed.repository}@{found.digest}", annotations=_annotations(found.manifest))


def _annotations(manifest: str) -> dict[str, str]:
    content: Any = json.loads(manifest)
    return {key: str(value) for key, value in (content.get("annotations") or {}).items() if key.startswith(ANNOTATION)}
