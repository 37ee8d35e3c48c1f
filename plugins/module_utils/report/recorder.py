# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the time of a run: who does what, since when, and what came of it. Names only: never arguments or results.

Pure: standard library only, moments are arguments (seconds since the epoch).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

STATUSES = ("ok", "changed", "skipped", "failed")


@dataclass(frozen=True)
class Active:
    """A task under way on a component. `identity` tells tasks of the same name apart.

    waits: what is waited for, "" when the task does not ask until something is so. asked: how often it has asked by now.
    """

    identity: str
    play: str
    component: str
    role: str
    task: str
    began: float
    waits: str = ""
    asked: int = 0


@dataclass
class Recorder:
    """The record of one run. `record` False (set per play) leaves a play out of the timeline, not out of `active`.

    `failed` once a task failed that no rescue section deals with.
    """

    playbook: str = ""
    environment: str = ""
    began: float | None = None
    ended: float | None = None
    play: str = ""
    record: bool = True
    active: dict[str, Active] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    failed: bool = False

    def begin(self, playbook: str) -> None:
        """The run begins. Further playbooks of the same command belong to it."""
        self.playbook = self.playbook or playbook

    def begin_play(self, name: str, *, record: bool) -> None:
        """A play begins; tasks of the one before are over."""
        self.play, self.record = name, record
        self.active.clear()

    def start(self, component: str, task: str, *, identity: str, role: str, now: float, waits: str = "") -> None:
        """A task begins on a component, which does one at a time. `waits`: what it asks for until it is so."""
        if self.record and self.began is None:
            self.began = now
        self.active[component] = Active(identity, self.play, component, role, task, now, waits)

    def asked(self, component: str, identity: str) -> None:
        """A task that waits has asked once more."""
        found = self.active.get(component)
        if found is not None and found.identity == identity:
            self.active[component] = replace(found, asked=found.asked + 1)

    def finish(self, component: str, identity: str, status: str, now: float, *, rescued: bool = False) -> None:
        """A task ends; `rescued` says that a rescue section deals with its failure.

        An end without a begin, as of a task that was skipped outright, is left out.
        """
        found = self.active.get(component)
        if found is None or found.identity != identity:
            return
        del self.active[component]
        if not self.record:
            return
        self.ended = now
        self.failed = self.failed or (status == "failed" and not rescued)
        self.rows.append(
            {
                "play": found.play,
                "component": component,
                "role": found.role,
                "task": found.task,
                "started": iso(found.began),
                "seconds": round(max(now - found.began, 0.0), 3),
                "status": status,
                **({"rescued": True} if rescued else {}),
            }
        )

    def document(self, status: str) -> dict[str, Any]:
        """timeline.json. `status` is ok, failed or running."""
        return {
            "playbook": self.playbook,
            "environment": self.environment,
            "started": iso(self.began or 0.0),
            "finished": iso(self.ended or self.began or 0.0),
            "status": status,
            "tasks": self.rows,
        }


def iso(moment: float) -> str:
    """Seconds since the epoch as UTC, ISO 8601 with milliseconds and Z."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
