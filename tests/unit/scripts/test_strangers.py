"""What is read from the output of a play, and what is said when nothing can be run."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import strangers

IGNORED = """
TASK [role : Ask for what is not there] ****
fatal: [testhost]: FAILED! => {"msg": "no"}
...ignoring

TASK [role : Go on] ****
ok: [testhost]
"""
FAILED = """
TASK [role : Check] ****
fatal: [testhost]: FAILED! => {
    "assertion": "result.changed",
    "msg": "Assertion failed"
}

TASK [role : Tidy up] ****
changed: [testhost]
"""


def test_a_play_that_ends_well_passes() -> None:
    assert strangers.judge("one", 0, IGNORED, 1.4) == strangers.Result("one", True, 1, 1)


def test_a_play_without_a_task_proves_nothing() -> None:
    assert not strangers.judge("one", 0, "", 1).passed


def test_the_first_failure_that_was_not_ignored_is_the_reason() -> None:
    found = strangers.judge("one", 2, IGNORED + FAILED, 1)
    assert (found.passed, found.ok, found.task) == (False, 2, "role : Check")
    assert found.reason is not None
    assert '"assertion": "result.changed"' in found.reason


def test_a_play_that_takes_too_long_fails() -> None:
    found = strangers.judge("one", None, IGNORED, 600)
    assert (found.passed, found.reason, found.task) == (False, "it took too long", "role : Go on")


def test_without_a_checkout(tmp_path: Path) -> None:
    with pytest.raises(strangers.Unusable, match=r"STRANGERS_CHECKOUT is not set.*at tag \d"):
        strangers.targets_folder({})
    with pytest.raises(strangers.Unusable, match="has no tests/integration/targets"):
        strangers.targets_folder({strangers.CHECKOUT: str(tmp_path)})


def test_named_targets_are_thirty_one() -> None:
    assert len(set(strangers.NAMED)) == len(strangers.NAMED) == 31
