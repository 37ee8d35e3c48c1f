# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts on a migration's Job, and what is taken from its log."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.migration.verdict import Patience, verdict


def job(kind: str = "", reason: str = "", uid: str = "u", succeeded: int = 0) -> dict[str, Any]:
    conditions = [{"type": kind, "status": "True", "reason": reason, "message": "told"}] if kind else []
    return {"metadata": {"uid": uid}, "status": {"conditions": conditions, "succeeded": succeeded}}


def pod(state: dict[str, Any] | None = None, *conditions: dict[str, Any]) -> dict[str, Any]:
    return {"status": {"conditions": list(conditions), "containerStatuses": [{"name": "api", "state": state or {}}]}}


def waiting(reason: str) -> dict[str, Any]:
    return pod({"waiting": {"reason": reason, "message": "why"}})


UNPLACED = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}


@pytest.mark.parametrize(
    ("found", "pods", "waited", "state", "reason"),
    [
        (None, [], 1, "failed", "Deleted"),
        (job(uid="other"), [], 1, "failed", "Deleted"),
        (job("Complete", succeeded=1), [pod()], 1, "succeeded", "Complete"),
        (job("Complete"), [pod()], 1, "progressing", "Running"),  # a condition without its count proves nothing
        (job("Failed", "BackoffLimitExceeded"), [pod({"terminated": {"exitCode": 1}})], 1, "failed", "MigrationFailed"),
        (job("Failed", "DeadlineExceeded"), [], 1, "timed_out", "DeadlineExceeded"),
        (job(), [], 1, "progressing", "Running"),
        (job(), [], 31, "failed", "NoPod"),
        (job(), [pod({}, UNPLACED)], 1, "progressing", "Running"),
        (job(), [pod({}, UNPLACED)], 31, "failed", "Unschedulable"),
        (job(), [waiting("CreateContainerConfigError")], 1, "failed", "CreateContainerConfigError"),
        (job(), [waiting("ImagePullBackOff")], 10, "progressing", "Running"),
        (job(), [waiting("ImagePullBackOff")], 61, "failed", "ImagePullBackOff"),
        (job(), [pod({"running": {}})], 599, "progressing", "Running"),
        (job(), [pod({"running": {}})], 601, "timed_out", "TimedOut"),
    ],
)
def test_verdicts(found: Any, pods: list[Any], waited: float, state: str, reason: str) -> None:
    told = verdict("u", found, pods, waited, Patience())
    assert (told.state, told.reason) == (state, reason)
    assert told.message


def test_the_exit_code_is_said() -> None:
    told = verdict("u", job("Failed"), [pod({"terminated": {"exitCode": 3}})], 1, Patience())
    assert told.message == "the migration ended with exit code 3"
