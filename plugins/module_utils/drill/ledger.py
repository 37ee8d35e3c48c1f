# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drill's evidence: phases that add up to the wall clock, the RPO interval, and the one verdict. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.drill import parity

#: Phases that a real recovery would have too, from the decision on; the others belong to the drill alone.
RECOVERY = ("decide", "accepted", "available", "settings", "credentials", "first_connect", "verified")


class LedgerError(ValueError):
    """Marks that cannot be a course of time."""


def moment(text: str) -> datetime:
    """The UTC time in ISO 8601 text; text without an offset is UTC."""
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def iso(value: datetime) -> str:
    """ISO 8601 with Z and milliseconds."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def phases(started: str, marks: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Phases from the marks {"phase", "at"} set at the end of each: each begins where the one before ended.

    So their seconds add up to the time between `started` and the last mark. Raises LedgerError when time runs backwards.
    """
    rows = []
    begin = moment(started)
    for mark in marks:
        end = moment(mark["at"])
        if end < begin:
            raise LedgerError(f"Phase {mark['phase']} ends at {iso(end)}, before it began at {iso(begin)}.")
        rows.append(
            {
                "name": mark["phase"],
                "started": iso(begin),
                "finished": iso(end),
                "seconds": round((end - begin).total_seconds(), 3),
                "recovery": mark["phase"] in RECOVERY,
            }
        )
        begin = end
    return rows


def rto_seconds(rows: Sequence[Mapping[str, Any]]) -> float | None:
    """Seconds of a recovery from the decision to the proof; None when the drill did not come that far."""
    if "verified" not in {row["name"] for row in rows}:
        return None
    return round(float(sum(row["seconds"] for row in rows if row["recovery"])), 3)


def rpo(disaster: str | None, last: str | None, following: str | None, target: float) -> dict[str, Any]:
    """The interval in which the loss lies if the source had died at `disaster` (times by the source's clock).

    upper: since the last heartbeat in the copy. lower: since the first heartbeat that is only on the source, which is lost;
    0 when there is none. Both None when the copy has no heartbeat.
    """
    if disaster is None or last is None:
        return {"upper_bound_seconds": None, "lower_bound_seconds": None, "target_seconds": target}
    died = moment(disaster)
    upper = max((died - moment(last)).total_seconds(), 0.0)
    lower = max((died - moment(following)).total_seconds(), 0.0) if following else 0.0
    return {
        "upper_bound_seconds": round(upper, 3),
        "lower_bound_seconds": round(lower, 3),
        "target_seconds": target,
    }


def document(facts: Mapping[str, Any]) -> dict[str, Any]:
    """drill.json from what the drill's phases found; see the filter creator.platform.drill_document for the keys of `facts`."""
    rows = phases(facts["started"], facts["marks"])
    comparison = facts.get("comparison") or {}
    removal = facts.get("removal") or {"removed": [], "left": ["unknown: the removal gave no answer"]}
    loss = rpo(
        facts.get("disaster"), comparison.get("last_heartbeat"), comparison.get("next_heartbeat"), facts["rpo_target"]
    )
    rto = rto_seconds(rows)
    verdict, reason, message = conclude(facts, comparison, removal, loss, rto)
    return {
        "drill": facts["run"],
        "source": facts["source"],
        "copy": facts["copy"],
        "requested_time": facts.get("requested_time"),
        "verdict": verdict,
        "reason": reason,
        "message": message,
        "started": iso(moment(facts["started"])),
        "finished": rows[-1]["finished"] if rows else iso(moment(facts["started"])),
        "phases": rows,
        "rto_seconds": rto,
        "rto_target_seconds": facts["rto_target"],
        "rpo": loss,
        "parity": list(facts.get("parity") or []),
        "tables": comparison.get("tables", []),
        "schema_differences": comparison.get("schema_differences", []),
        "coverage": comparison.get("coverage"),
        "left_out": comparison.get("left_out", []),
        "removed": {
            "verdict": "failed" if removal["left"] else "succeeded",
            "resources": list(removal["removed"]),
            "left": list(removal["left"]),
        },
    }


def conclude(
    facts: Mapping[str, Any],
    comparison: Mapping[str, Any],
    removal: Mapping[str, Any],
    loss: Mapping[str, Any],
    rto: float | None,
) -> tuple[str, str, str]:
    """(verdict, reason, message): the first thing that is wrong, content before settings before time before removal."""
    for found in (
        _judge_content(facts, comparison),
        _judge_settings(list(facts.get("parity") or [])),
        _judge_times(facts, loss, rto),
    ):
        if found is not None:
            return found
    if removal["left"]:
        return "failed", "not_removed", "Left behind: " + ", ".join(removal["left"]) + "."
    return "succeeded", comparison["reason"], comparison["message"]


Verdict = tuple[str, str, str]


def _judge_content(facts: Mapping[str, Any], comparison: Mapping[str, Any]) -> Verdict | None:
    if comparison and comparison["verdict"] == "failed":
        return "failed", comparison["reason"], comparison["message"]
    if facts.get("failure"):
        return "failed", "phase_failed", str(facts["failure"])
    if not comparison:
        return "inconclusive", "not_compared", "The content of the copy was not compared."
    if comparison["verdict"] != "succeeded":
        return "inconclusive", comparison["reason"], comparison["message"]
    return None


def _judge_settings(rows: list[dict[str, Any]]) -> Verdict | None:
    if not rows:
        return "inconclusive", "settings_not_compared", "The settings of the copy were not compared with its source's."
    found = parity.different(rows)
    return ("failed", "settings_differ", "Settings of the copy differ: " + "; ".join(found) + ".") if found else None


def _judge_times(facts: Mapping[str, Any], loss: Mapping[str, Any], rto: float | None) -> Verdict | None:
    if rto is None or loss["upper_bound_seconds"] is None:
        return "inconclusive", "not_measured", "RTO or RPO could not be measured."
    lost, allowed = loss["upper_bound_seconds"], loss["target_seconds"]
    if lost > allowed:
        return "failed", "rpo_missed", f"Up to {lost:.0f} s of data would be lost, the target is {allowed:.0f} s."
    if rto > facts["rto_target"]:
        return "failed", "rto_missed", f"Recovery took {rto:.0f} s, the target is {facts['rto_target']:.0f} s."
    return None
