# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What logs say of a failure."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.rollout.evidence import complaint, explained
from ansible_collections.creator.platform.plugins.module_utils.rollout.model import FAILED, Verdict


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
