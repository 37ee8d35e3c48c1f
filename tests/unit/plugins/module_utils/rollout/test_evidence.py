# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What logs say of a failure."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.rollout.evidence import complaint, explained, gather
from ansible_collections.creator.platform.plugins.module_utils.rollout.follow import UnreadableError
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import FAILED, Verdict

CRASH = Verdict(FAILED, "CrashLoop", "container web keeps crashing: exit code 1", pods=("web-1",))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], ""),
        (["plain", "last"], "last"),
        (
            ['{"level": "critical", "message": "division by zero"}', '{"level": "info", "message": "bye"}'],
            "division by zero",
        ),
        (['{"level": "info", "message": "bye"}'], '{"level": "info", "message": "bye"}'),
        (['{"level": "error", "message": "first"}', '{"level": "error", "message": "second"}'], "second"),
    ],
)
def test_complaints(lines: list[str], said: str) -> None:
    assert complaint(lines) == said


def log(*lines: str) -> dict[str, object]:
    return {"pod": "web-1", "container": "web", "previous": True, "lines": list(lines), "note": ""}


def test_a_crash_says_what_the_container_said():
    verdict = Verdict(FAILED, "CrashLoop", "container web keeps crashing: exit code 1")
    found = explained(verdict, [log(), log("begun", "exec /bin/sh: exec format error")])
    assert found.message == "container web keeps crashing: exit code 1: exec /bin/sh: exec format error"
    assert explained(verdict, [log(), log("")]) == explained(verdict, []) == verdict


def test_what_a_container_says_is_no_cause_of_anything_else():
    verdict = Verdict(FAILED, "ImageNotFound", "needs an image that does not exist")
    assert explained(verdict, [log("ready")]) == verdict


@pytest.mark.parametrize("state", ["waiting", "terminated"])
def test_an_instance_that_the_kubelet_removed_leaves_the_word_to_the_one_it_kept(state: str):
    """Between the snapshot and the question the container crashed once more."""

    def read(pod: str, container: str, previous: bool) -> list[str]:
        if previous:
            raise UnreadableError("unable to retrieve container logs for containerd://f63d")
        return ["exec /bin/sh: exec format error"]

    logs = gather(read, CRASH, [crashed(state)])
    assert [entry["previous"] for entry in logs] == [True, False]
    assert logs[0]["note"] == "no logs: unable to retrieve container logs for containerd://f63d"
    assert explained(CRASH, logs).message == f"{CRASH.message}: exec /bin/sh: exec format error"


def test_one_instance_is_asked_for_once():
    asked = []

    def read(pod: str, container: str, previous: bool) -> list[str]:
        asked.append(previous)
        return ["no"]

    gather(read, CRASH, [crashed("waiting")])
    assert asked == [True]


def crashed(state: str) -> dict[str, object]:
    """A pod whose container ended twice, as it is between two attempts or at the end of one."""
    status = {"name": "web", "ready": False, "restartCount": 2, "state": {state: {"exitCode": 1}}}
    return {"metadata": {"name": "web-1"}, "status": {"containerStatuses": [status]}}
