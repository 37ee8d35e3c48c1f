# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a migration's Job: what was read and the time go in, nothing is done. Standard library only.

https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.rollout import objects
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import (
    FAILED,
    PROGRESSING,
    SUCCEEDED,
    TIMED_OUT,
)
from ansible_collections.creator.platform.plugins.module_utils.rollout.objects import dig, items, number, text

#: A container that waits for one of these waits for ever.
_BROKEN = frozenset({"CreateContainerConfigError", "CreateContainerError", "InvalidImageName", "ErrImageNeverPull"})
_PULLING = frozenset({"ErrImagePull", "ImagePullBackOff", "RegistryUnavailable"})


@dataclass(frozen=True)
class Patience:
    """Seconds: for the whole Job, for a registry that fails, for a pod that fits no node or is not made."""

    timeout: float = 600.0
    pull: float = 60.0
    start: float = 30.0


@dataclass(frozen=True)
class Found:
    """state: of rollout.model; reason: one word; message: a sentence without a full stop."""

    state: str
    reason: str
    message: str


def verdict(
    uid: str, job: Mapping[str, Any] | None, pods: Sequence[Mapping[str, Any]], waited: float, patience: Patience
) -> Found:
    """The state of the Job of that uid, `waited` seconds after it was applied. pods: of that Job."""
    if job is None or objects.uid(job) != uid:
        return Found(FAILED, "Deleted", "the Job was deleted while it ran")
    done = (number(job, "status", "succeeded") or 0) >= 1
    if objects.is_true(job, "Complete") and done:
        return Found(SUCCEEDED, "Complete", "the migration ended well")
    if objects.is_true(job, "Failed"):
        return _failed(job, pods)
    stuck = _stuck(pods, waited, patience)
    if stuck is not None:
        return stuck
    if waited > patience.timeout:
        return Found(TIMED_OUT, "TimedOut", f"the migration has not ended after {patience.timeout:.0f} s")
    return Found(PROGRESSING, "Running", "the migration runs")


def _failed(job: Mapping[str, Any], pods: Sequence[Mapping[str, Any]]) -> Found:
    condition = objects.condition(job, "Failed")
    if text(condition, "reason") == "DeadlineExceeded":
        return Found(TIMED_OUT, "DeadlineExceeded", "the migration was stopped, as it had not ended in its time")
    return Found(FAILED, "MigrationFailed", _ended(pods) or text(condition, "message") or "the migration failed")


def _ended(pods: Iterable[Mapping[str, Any]]) -> str:
    """How the container of the last pod ended."""
    codes = [
        number(status, "state", "terminated", "exitCode") for pod in pods for status in items(pod, "status", "containerStatuses")
    ]  # fmt: skip
    known = [code for code in codes if code is not None]
    return f"the migration ended with exit code {known[-1]}" if known else ""


def _stuck(pods: Sequence[Mapping[str, Any]], waited: float, patience: Patience) -> Found | None:
    if not pods and waited > patience.start:
        return Found(FAILED, "NoPod", f"no pod of the migration was made within {patience.start:.0f} s")
    for pod in pods:
        scheduled = objects.condition(pod, "PodScheduled")
        if text(scheduled, "reason") == "Unschedulable" and waited > patience.start:
            return Found(FAILED, "Unschedulable", f"the migration's pod fits no node: {text(scheduled, 'message')}")
        for status in items(pod, "status", "containerStatuses"):
            waiting = dig(status, "state", "waiting") or {}
            reason, told = text(waiting, "reason"), text(waiting, "message")
            if reason in _BROKEN or (reason in _PULLING and waited > patience.pull):
                return Found(FAILED, reason, f"the migration's container cannot start: {told or reason}")
    return None
