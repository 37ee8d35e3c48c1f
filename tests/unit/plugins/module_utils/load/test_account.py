# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account of a load test: nothing that was lost is left out, and nothing that is unknown counts as good."""

from __future__ import annotations

from itertools import islice

import pytest
from ansible_collections.creator.platform.plugins.module_utils.load import access_log, account
from ansible_collections.creator.platform.plugins.module_utils.load.account import Outcome
from hypothesis import given
from hypothesis import strategies as st

BEGAN = 1_000_000.0
PODS = [
    {"name": "web-old", "address": "198.18.1.5", "first": BEGAN, "last": BEGAN + 4},
    {"name": "web-new", "address": "198.18.1.5", "first": BEGAN + 8, "last": BEGAN + 20},
]


def outcome(at: float = 0.0, status: int = 200, late: float = 0.0, took: float = 0.01, trace: str = "t") -> Outcome:
    return Outcome(BEGAN + at, late, took, "/", status, "" if status else "ClientOSError", trace)


def told(outcomes: list[Outcome], most_lost: int = 0, targets: dict[str, str] | None = None) -> dict:
    rows = account.failures(outcomes, BEGAN, targets or {}, PODS)
    return account.document(outcomes, rate=100, began=BEGAN, most_lost=most_lost, rows=rows)


def test_requests_are_due_at_fixed_moments() -> None:
    assert list(islice(account.dues(4, 10.0), 4)) == [10.0, 10.25, 10.5, 10.75]


@pytest.mark.parametrize(
    ("status", "lost"), [(0, True), (199, True), (200, False), (304, False), (404, True), (502, True)]
)
def test_what_is_lost(status: int, lost: bool) -> None:
    assert outcome(status=status).lost is lost


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 1.0), (0.5, 2.0), (0.51, 3.0), (0.75, 3.0), (0.99, 4.0), (1.0, 4.0)]
)
def test_percentiles(share: float, value: float) -> None:
    assert account.percentile([4.0, 1.0, 3.0, 2.0], share) == value


def test_a_percentile_of_nothing_is_unknown() -> None:
    assert account.percentile([], 0.5) is None


@given(st.lists(st.tuples(st.floats(0, 30), st.sampled_from([0, 200, 404, 503])), max_size=60))
def test_the_seconds_hold_every_request(events: list[tuple[float, int]]) -> None:
    outcomes = [outcome(at, status) for at, status in events]
    rows = account.by_second(outcomes, BEGAN)
    assert sum(row["sent"] for row in rows) == len(outcomes)
    assert sum(row["failed"] for row in rows) == sum(each.lost for each in outcomes)
    assert [row["second"] for row in rows] == list(range(len(rows)))


def test_a_lost_request_names_its_second_and_the_pod_that_had_the_address_then() -> None:
    outcomes = [outcome(2.5, 502, trace="a"), outcome(9.1, 0, trace="b"), outcome(3.0, 503, trace="c"), outcome(1.0)]
    found = told(outcomes, targets={"a": "198.18.1.5:8080", "b": "198.18.1.5:8080", "c": "-"})
    assert [(row["second"], row["pod"], row["status"]) for row in found["failures"]] == [
        (2, "web-old", 502), (3, "", 503), (9, "web-new", 0),
    ]  # fmt: skip
    assert found["verdict"] == "failed"
    assert found["message"] == "3 of 4 requests were lost in seconds 2 to 9, by web-new, web-old"


def test_the_seconds_are_those_of_all_that_were_lost_also_where_not_all_are_listed() -> None:
    found = told([outcome(number / 100, 503, trace="a") for number in range(2 * account.MOST_LISTED)], targets={})
    assert len(found["failures"]) == account.MOST_LISTED
    assert found["message"] == "1000 of 1000 requests were lost in seconds 0 to 9"


@pytest.mark.parametrize(
    ("outcomes", "most_lost", "verdict"),
    [
        ([], 0, "inconclusive"),
        ([outcome()], 0, "succeeded"),
        ([outcome(status=502)], 0, "failed"),
        ([outcome(), outcome(status=502)], 1, "succeeded"),
        ([outcome(late=1.5), outcome()], 0, "inconclusive"),
        ([outcome(late=1.5), outcome(status=0)], 0, "failed"),
    ],
)
def test_verdicts(outcomes: list[Outcome], most_lost: int, verdict: str) -> None:
    assert told(outcomes, most_lost)["verdict"] == verdict


def test_latency_is_of_answers_and_counts_from_when_a_request_was_due() -> None:
    found = told([outcome(took=0.1), outcome(took=0.3), outcome(status=0, took=9.0)])
    assert found["latency"] == {"p50": 0.1, "p90": 0.3, "p99": 0.3, "max": 0.3}


ENTRY = (
    "https 2026-11-29T11:12:00.000000Z app/creator-local/2bb0 127.0.0.1:5000 198.18.1.5:8080 0.000 -1 -1 502 - 100 200 "
    '"GET https://x:443/ HTTP/2.0" "agent \\x22quoted\\x22" cipher TLSv1.3 arn "{trace}" "x" "cert" 100 '
    '2026-11-29T11:12:00.000000Z "forward" "-" "-" "198.18.1.5:8080" "-" "-" "-" -'
)


@pytest.mark.parametrize("trace", ["Root=1-a-b", "Self=1-x-y;Root=1-a-b"])
def test_entries_tell_the_target_of_a_trace(trace: str) -> None:
    lines = [ENTRY.format(trace=trace), ENTRY.format(trace="Root=1-c-d"), "too short", 'no "end']
    assert access_log.targets(lines, {"1-a-b", "1-z-z"}) == {"1-a-b": "198.18.1.5:8080"}


def test_logs_of_two_days_are_looked_at_around_midnight() -> None:
    assert access_log.prefixes("alb", "1", "eu-west-1", 1795996790.0, 1795996810.0) == [
        "alb/AWSLogs/1/elasticloadbalancing/eu-west-1/2026/11/29/",
        "alb/AWSLogs/1/elasticloadbalancing/eu-west-1/2026/11/30/",
    ]
