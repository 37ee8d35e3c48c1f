# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image identity: the digest that was asked for against the digest that the node reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ansible_collections.creator.platform.plugins.module_utils.rollout import objects
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import Identity, ImageProof, Object
from ansible_collections.creator.platform.plugins.module_utils.rollout.objects import text
from ansible_collections.creator.platform.plugins.module_utils.rollout.pods import container_statuses

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def digest_of(reference: str) -> str:
    """The digest of `repository@sha256:…`, empty when the reference has none.

    A bare `sha256:…` is what some runtimes report for the image *configuration*; it proves nothing about the manifest.
    """
    repository, at, digest = reference.rpartition("@")
    return digest if at and repository and _DIGEST.fullmatch(digest) else ""


def is_digest(value: object) -> bool:
    """Whether the value is a complete `sha256:` digest."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def proofs(identity: Identity, pods: Sequence[Object]) -> tuple[ImageProof, ...]:
    """One proof per pinned container of every pod. A container that reports nothing is unknown."""
    return tuple(proof for pod in pods for proof in _of_pod(identity, pod))


def _of_pod(identity: Identity, pod: Object) -> Iterator[ImageProof]:
    running = {text(status, "name"): digest_of(text(status, "imageID")) for status, _init in container_statuses(pod)}
    for container, expected in sorted(identity.images.items()):
        digest = running.get(container, "")
        accepted = {expected, *identity.equivalents.get(expected, ())}
        match = "unknown" if not digest or not is_digest(expected) else "yes" if digest in accepted else "no"
        yield ImageProof(container, expected, digest, match, objects.name(pod))
