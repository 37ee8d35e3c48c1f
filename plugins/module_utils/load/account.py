# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account of a load test: what was sent at a fixed rate, what was lost, second by second. Standard library only.

The generator is an open loop: requests are due at fixed moments, whether earlier ones were answered or not, and latency counts
from the moment a request was due, not from when it got its turn. A generator that waits for answers leaves out just the
requests that would have waited longest. https://www.scylladb.com/2021/04/22/on-coordinated-omission/
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Failures that are listed one by one.
MOST_LISTED = 500
#: Share of requests that may begin this many seconds late before the load was not the one that was asked for.
LATE_SHARE, LATE_SECONDS = 0.01, 1.0


@dataclass(frozen=True)
class Outcome:
    """One request. due: when it was due, seconds since the epoch. late: seconds until it was sent; took: until its end, from due.

    status: 0 where no answer came, and `error` says why. trace: id by which the load balancer's log knows it.
    """

    due: float
    late: float
    took: float
    path: str
    status: int
    error: str
    trace: str

    @property
    def lost(self) -> bool:
        """Whether the one who asked did not get what was asked for."""
        return not 200 <= self.status < 400

    def second(self, began: float) -> int:
        """The second of the load in which it was due, from 0."""
        return max(0, math.floor(self.due - began))


def dues(rate: float, began: float) -> Iterator[float]:
    """Moments at which requests are due, without end."""
    number = 0
    while True:
        yield began + number / rate
        number += 1


def percentile(values: Sequence[float], share: float) -> float | None:
    """The least value that `share` of the values do not exceed; None of nothing."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def by_second(outcomes: Sequence[Outcome], began: float) -> list[dict[str, Any]]:
    """A row for each second since `began`, those without requests too: second, sent, failed, slowest (seconds)."""
    rows: dict[int, dict[str, Any]] = {}
    for each in outcomes:
        second = each.second(began)
        row = rows.setdefault(second, {"second": second, "sent": 0, "failed": 0, "slowest": 0.0})
        row["sent"] += 1
        row["failed"] += each.lost
        row["slowest"] = max(row["slowest"], round(each.took, 3))
    empty = {"sent": 0, "failed": 0, "slowest": 0.0}
    return [rows.get(second, {"second": second, **empty}) for second in range(max(rows) + 1)] if rows else []


def failures(
    outcomes: Sequence[Outcome], began: float, targets: Mapping[str, str], pods: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """A row for each lost request, in their order: second, path, status, error, trace, target, pod.

    targets: by trace, `address:port` that the load balancer chose. pods: name, address, and first and last moment it was seen.
    """
    rows = []
    for each in sorted((one for one in outcomes if one.lost), key=lambda one: one.due)[:MOST_LISTED]:
        target = targets.get(each.trace, "")
        rows.append(
            {
                "second": each.second(began),
                "at": round(each.due, 3),
                "path": each.path,
                "status": each.status,
                "error": each.error,
                "trace": each.trace,
                "target": target,
                "pod": pod_at(target, each.due, pods),
            }
        )
    return rows


def pod_at(target: str, moment: float, pods: Sequence[Mapping[str, Any]]) -> str:
    """Name of the pod that had the target's address at that moment: an address is given to another pod in time."""
    address = target.rpartition(":")[0]
    known = [pod for pod in pods if address and pod["address"] == address]
    if not known:
        return ""
    return str(min(known, key=lambda pod: max(pod["first"] - moment, moment - pod["last"], 0.0))["name"])


def document(
    outcomes: Sequence[Outcome],
    *,
    rate: float,
    began: float,
    most_lost: int,
    rows: Sequence[Mapping[str, Any]],
    note: str = "",
) -> dict[str, Any]:
    """The document of a load test without its times as text. rows: what `failures` says. note: what could not be found out."""
    lost = [each for each in outcomes if each.lost]
    late = [each for each in outcomes if each.late > LATE_SECONDS]
    took = [each.took for each in outcomes if not each.lost]
    return {
        **_verdict(outcomes, began, late, most_lost, rows),
        "rate": rate,
        "sent": len(outcomes),
        "failed": len(lost),
        "late": len(late),
        "latency": {
            name: None if (value := percentile(took, share)) is None else round(value, 4)
            for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))
        },
        "by_second": by_second(outcomes, began),
        "failures": [dict(row) for row in rows],
        "note": note,
    }


def _verdict(
    outcomes: Sequence[Outcome],
    began: float,
    late: Sequence[Outcome],
    most_lost: int,
    rows: Sequence[Mapping[str, Any]],
) -> dict[str, str]:
    if not outcomes:
        return {"verdict": "inconclusive", "message": "no request was sent"}
    # Of all that were lost: the rows are only so many.
    lost = [each.second(began) for each in outcomes if each.lost]
    if len(lost) > most_lost:
        pods = sorted({str(row["pod"]) for row in rows if row["pod"]})
        where = f", by {', '.join(pods)}" if pods else ""
        first, last = min(lost), max(lost)
        span = f"second {first}" if first == last else f"seconds {first} to {last}"
        return {"verdict": "failed", "message": f"{len(lost)} of {len(outcomes)} requests were lost in {span}{where}"}
    if len(late) > LATE_SHARE * len(outcomes):
        text = f"{len(late)} of {len(outcomes)} requests were sent more than {LATE_SECONDS:g} s late: this machine is too busy"
        return {"verdict": "inconclusive", "message": text}
    none = "none" if not lost else str(len(lost))
    return {"verdict": "succeeded", "message": f"of {len(outcomes)} requests {none} was lost"}
