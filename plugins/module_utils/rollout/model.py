# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of a rollout: what was pinned at the apply, what was read since, and what is to be said of it. Standard library only.

Kubernetes objects stay the dictionaries that the API server sent. Moments are seconds since the epoch in the server's time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PROGRESSING = "progressing"
SUCCEEDED = "succeeded"
FAILED = "failed"
TIMED_OUT = "timed_out"
INCONCLUSIVE = "inconclusive"

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Identity:
    """The Deployment that an apply returned. Anything that is not this one is noise.

    images: container name to the digest (`sha256:…`) that has to run, init containers included.
    equivalents: a digest in `images` to further digests that stand for it (an image index and its platform manifests).
    template: fingerprint of `spec.template` as the apply returned it, empty when the caller did not see it.
    min_replicas: lower bound of the HorizontalPodAutoscaler, 0 when there is none.
    """

    namespace: str
    name: str
    uid: str
    generation: int
    images: Mapping[str, str]
    pinned_at: float
    replicas: int | None = None
    min_replicas: int = 0
    template: str = ""
    equivalents: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """What one poll read of the namespace. `None` is "could not be read", which never means "there is none".

    `deployment_read` tells a Deployment that is gone (read, not there) from one that nobody could ask for.
    """

    deployment: Object | None
    replica_sets: Sequence[Object] | None
    pods: Sequence[Object] | None
    events: Sequence[Object] | None = None
    quotas: Sequence[Object] | None = None
    deployment_read: bool = True


@dataclass(frozen=True)
class Settings:
    """Bounds of the verdict, in seconds unless the name says otherwise.

    timeout: until a rollout that neither succeeded nor failed is called timed out.
    soak: for how long every pod must have been ready without interruption.
    crash_restarts: restarts of one container that confirm a crash loop (a count).
    create_confirm: for how long a refused creation must stand, so that a quota freed in the same moment does not fail.
    unschedulable_grace, pull_grace, sandbox_grace, volume_grace, create_grace: see the graced class of the rules.
    readiness_floor: least time after its start that a container is given to become ready.
    gate_grace: for how long a pod readiness gate (a load balancer target) may lag behind its ready containers.
    """

    timeout: float = 600.0
    soak: float = 0.0
    crash_restarts: int = 2
    create_confirm: float = 2.0
    unschedulable_grace: float = 30.0
    pull_grace: float = 60.0
    sandbox_grace: float = 60.0
    volume_grace: float = 120.0
    create_grace: float = 60.0
    readiness_floor: float = 60.0
    gate_grace: float = 180.0
    require_terminated: bool = False


@dataclass(frozen=True)
class ImageProof:
    """Which digest a container was to run and which one it runs. match: yes, no or unknown."""

    container: str
    expected_digest: str
    running_digest: str
    match: str
    pod: str


@dataclass(frozen=True)
class Finding:
    """Something wrong with the rollout. `final` is true when it decides, false while its grace lasts or others must confirm."""

    reason: str
    message: str
    final: bool
    pod: str = ""
    container: str = ""


@dataclass(frozen=True)
class Verdict:
    """One workload's state at one moment: state, reason code, one sentence, and what it rests on."""

    state: str
    reason: str
    message: str
    revision: str = ""
    template_hash: str = ""
    images: tuple[ImageProof, ...] = ()
    findings: tuple[Finding, ...] = ()
    pods: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether further polls cannot change it."""
        return self.state != PROGRESSING
