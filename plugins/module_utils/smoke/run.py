# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The smoke test: a few requests through the load balancer, tried until they are right or the time is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.smoke.checks import Check, wrong
from ansible_collections.creator.platform.plugins.module_utils.web.entry import Entry, WebError, ask


@dataclass(frozen=True)
class Pace:
    """timeout: seconds within which a check has to succeed once; interval: seconds between two attempts."""

    timeout: float
    interval: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]


def test(entry: Entry, checks: Sequence[Check], correlation: str, pace: Pace) -> list[dict[str, Any]]:
    """A row for each check: name, path, expected, status, release, correlation_id, seconds, attempts, ok, message."""
    return [_one(entry, check, f"{correlation}-{number}", pace) for number, check in enumerate(checks)]


def _one(entry: Entry, check: Check, correlation: str, pace: Pace) -> dict[str, Any]:
    deadline, attempts = pace.clock() + pace.timeout, 0
    while True:
        attempts += 1
        row: dict[str, Any] = {"name": check.name, "path": check.path, "expected": check.status}
        try:
            answer = ask(entry, check.path, headers={"X-Correlation-Id": correlation})
            message = wrong(check, answer.status, answer.headers, answer.body, correlation)
            row |= {
                "status": answer.status,
                "release": answer.headers.get("x-release", ""),
                "correlation_id": answer.headers.get("x-correlation-id", ""),
                "seconds": round(answer.seconds, 3),
            }
        except WebError as error:
            message = str(error)
            row |= {"status": 0, "release": "", "correlation_id": "", "seconds": 0.0}
        row |= {"attempts": attempts, "ok": not message, "message": message}
        if not message or pace.clock() + pace.interval > deadline:
            return row
        pace.sleep(pace.interval)
