# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.creator.platform.plugins.module_utils.report import units, values, verdicts
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "unknown"),
        (0, "0 s"),
        (0.04, "0 s"),
        (0.44, "0.4 s"),
        (2.0, "2 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 m"),
        (72, "1 m 12 s"),
        (3575, "59 m 35 s"),
        (3599.7, "1 h"),
        (7500, "2 h 5 m"),
        (14400, "4 h"),
        (90000, "1 d 1 h"),
    ],
)
def test_durations(seconds: float | None, said: str) -> None:
    assert units.duration(seconds) == said


@given(st.floats(min_value=0, max_value=1e7))
def test_a_duration_is_right_to_its_smaller_unit(seconds: float) -> None:
    sizes = {"d": 86400, "h": 3600, "m": 60, "s": 1}
    words = units.duration(seconds).split()
    total = sum(float(value) * sizes[unit] for value, unit in zip(words[::2], words[1::2], strict=True))
    step = 0.1 if seconds < 9.95 else 1 if seconds < 3599.5 else 60 if seconds < 86399.5 else 3600
    assert abs(total - seconds) <= step / 2 + 0.5 * (step > 1) + 1e-6


@pytest.mark.parametrize(("value", "said"), [(None, "unknown"), (0, "0"), (1234567, "1\u202f234\u202f567")])
def test_counts(value: int | None, said: str) -> None:
    assert units.count(value) == said


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(0, 1, "0.0 %"), (1, 10000, "< 0.1 %"), (47, 14400, "0.3 %"), (1, 2, "50 %")]
)
def test_shares(part: float, whole: float, said: str) -> None:
    assert units.percent(part, whole) == said


@pytest.mark.parametrize("value", [None, True, "12", [], {}, float("nan"), float("inf"), -1])
def test_what_is_no_number_is_unknown(value: object) -> None:
    assert values.number(value) is None


def test_a_moment_needs_an_offset() -> None:
    assert values.moment("2026-11-24T09:12:03+01:00") == datetime(2026, 11, 24, 8, 12, 3, tzinfo=UTC)
    assert values.moment("2026-11-24T08:12:03") is None
    assert values.moment("yesterday") is None


def test_the_worst_verdict_wins() -> None:
    assert verdicts.worst(["succeeded", "missing", "failed", "inconclusive"]) == "failed"
    assert verdicts.worst(["succeeded", "missing"]) == "missing"
    assert verdicts.worst(["succeeded", "splendid"]) == "inconclusive"
    assert verdicts.worst([]) == "missing"
