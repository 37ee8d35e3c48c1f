# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds a lock at which moment, and what the others are told."""

from __future__ import annotations

import pytest
from ansible_collections.creator.platform.plugins.module_utils.lock.state import (
    SKEW,
    Lock,
    duration,
    holder,
    is_held_by,
    is_over,
    lost,
    refusal,
)
from hypothesis import given
from hypothesis import strategies as st

LOCK = Lock("a", "alice@laptop", "provision.yml", since=1000.0, lease_until=1090.0, token=7)


@pytest.mark.parametrize(
    ("now", "over"), [(1000.0, False), (1090.0, False), (1090.0 + SKEW, False), (1091.0 + SKEW, True)]
)
def test_a_lease_is_over_later_than_it_says_because_clocks_differ(now: float, over: bool) -> None:
    assert is_over(LOCK, now) is over


@pytest.mark.parametrize(
    ("lock", "owner", "token", "now", "held"),
    [
        (LOCK, "a", 7, 1050.0, True),
        (LOCK, "a", 7, 1090.0, False),
        (LOCK, "a", 6, 1050.0, False),
        (LOCK, "b", 7, 1050.0, False),
        (None, "a", 7, 1050.0, False),
    ],
)
def test_a_writer_holds_its_own_lock_within_its_lease(
    lock: Lock | None, owner: str, token: int, now: float, held: bool
) -> None:
    assert is_held_by(lock, owner, token, now) is held


@given(st.floats(0, 1e9), st.floats(1, 1e6))
def test_nobody_may_take_what_its_holder_may_still_use(now: float, lease: float) -> None:
    lock = Lock("a", "a", "x", 0.0, lease, 1)
    assert not (is_over(lock, now) and is_held_by(lock, "a", 1, now))


def test_the_sentences_name_the_holder_and_what_to_do() -> None:
    text = refusal("prod", LOCK, 1065.0)
    assert "prod is locked by alice@laptop for provision.yml since 1970-01-01 00:16:40 UTC (65 s ago)" in text
    assert "in 40 s" in text
    assert "unlock.yml -e unlock=prod" in text
    assert "alice@laptop holds it now, for provision.yml" in lost("prod", LOCK, 1000.0)
    assert "its lease ended" in lost("prod", None, 1000.0)
    assert "its lease ended" in lost("prod", LOCK, 9999.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0 s"), (0.4, "0 s"), (119, "119 s"), (120, "2 min"), (3599, "59 min"), (7500, "2 h 5 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_job_is_named_by_its_number() -> None:
    github = {
        "GITHUB_RUN_ID": "77",
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_ACTOR": "carol",
    }
    assert holder(github, "runner", "host") == "carol in https://github.example/o/r/actions/runs/77"
    assert holder({"JOB_ID": "5", "AWX_PRIVATE_DATA_DIR": "x"}, "root", "host") == "AWX job 5"
    assert holder({}, "dave", "laptop") == "dave@laptop"
