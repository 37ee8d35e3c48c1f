# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases: what one consists of, how it is named after its content, and which one to return to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.rollout.images import is_digest
from ansible_collections.creator.platform.plugins.module_utils.rollout.objects import canonical

RECORDED = "recorded"
VERIFIED = "verified"
STATUSES = (RECORDED, VERIFIED, "failed")
ANNOTATION = "creator.platform/release"


class ReleaseError(Exception):
    """A release that cannot be deployed as it is given; the text is one sentence that says what to do."""


def digest(value: Any) -> str:
    """sha256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def check(release: Any, services: Mapping[str, Any]) -> dict[str, str]:
    """The release as service to digest, if it names exactly the services that are deployed, each by a complete digest.

    Raises ReleaseError.
    """
    if not isinstance(release, Mapping) or not release:
        found = "is empty" if not release else f"is {release!r}"
        raise ReleaseError(
            f"the release {found}: set `release` to a mapping with a digest for each of {_names(services)}"
        )
    unknown = sorted(set(release) - set(services))
    if unknown:
        raise ReleaseError(
            f"the release names service {unknown[0]}, which is not deployed; known are {_names(services)}"
        )
    missing = sorted(set(services) - set(release))
    if missing:
        raise ReleaseError(f"the release names no digest for service {missing[0]}: add `{missing[0]}: sha256:…`")
    for service, value in sorted(release.items()):
        if not is_digest(value):
            raise ReleaseError(
                f"the release names {value!r} for service {service}, expected `sha256:` and 64 hex digits: "
                "a tag can move, a digest cannot"
            )
    return {str(service): str(value) for service, value in release.items()}


def _names(services: Mapping[str, Any]) -> str:
    return ", ".join(sorted(services)) or "no service at all (deploy_services is empty)"


def record(
    services: Mapping[str, Mapping[str, str]],
    manifests: Sequence[Mapping[str, Any]],
    migrations: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The record of a release, named after its content: the same images, configuration and migrations are the same release."""
    content = digest(list(manifests))
    whole = digest([*manifests, *migrations]) if migrations else content
    return {
        "id": f"r-{whole[:12]}",
        "services": {name: dict(services[name]) for name in sorted(services)},
        "manifests": content,
    }


def target(
    records: Sequence[Mapping[str, Any]], verified: str, *, name: str = "", leaving: str = ""
) -> Mapping[str, Any]:
    """The record to return to: the named one, else the last verified.

    leaving: id of the release that failed; it is no target. Raises ReleaseError when there is none, or the named one was
    never verified: returning to a release that never worked is worse than standing still.
    """
    wanted = name or verified
    if not wanted or (not name and wanted == leaving):
        raise ReleaseError("there is no verified release to return to")
    found = next((item for item in records if item.get("id") == wanted), None)
    if found is None:
        known = ", ".join(str(item.get("id")) for item in records if item.get("status") == VERIFIED) or "none"
        raise ReleaseError(f"release {wanted} is not recorded; verified releases are: {known}")
    if found.get("status") != VERIFIED:
        raise ReleaseError(f"release {wanted} was never verified (status {found.get('status')}): name one that was")
    return found
