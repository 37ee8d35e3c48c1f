# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run as lanes: who worked when. Offsets are seconds since the begin of the run. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.report import units, verdicts
from ansible_collections.creator.platform.plugins.module_utils.report.collect import READ, Document, Evidence
from ansible_collections.creator.platform.plugins.module_utils.report.values import mappings, moment, number, text

# Evidence of two runs is told apart by the pause between them when no record of the run says so.
PAUSE = timedelta(minutes=30)


@dataclass(frozen=True)
class Segment:
    """Uninterrupted work, from and to in seconds since the begin of the run."""

    begin: float
    end: float


@dataclass(frozen=True)
class Lane:
    """A component's part in a play: its whole span, the segments in which it worked, its slowest tasks (name, seconds)."""

    name: str
    begin: float
    end: float
    failed: bool
    segments: tuple[Segment, ...]
    slowest: tuple[tuple[str, float], ...] = ()

    @property
    def worked(self) -> float:
        """Seconds in which a task of the lane was under way."""
        return sum(segment.end - segment.begin for segment in self.segments)


@dataclass(frozen=True)
class Group:
    """A play and its lanes in the order in which they began."""

    name: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True)
class Run:
    """A run as a whole. `source` is timeline, evidence (put together from the other documents) or empty."""

    verdict: str
    sentence: str
    playbook: str = ""
    started: str = ""
    finished: str = ""
    seconds: float | None = None
    source: str = ""
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class _Task:
    play: str
    lane: str
    name: str
    begin: datetime
    seconds: float
    failed: bool


def run(evidence: Evidence) -> Run:
    """The run that the timeline records; without one, the spans that the other documents name."""
    document = evidence.single["timeline"]
    if document.state != READ:
        why = f"There is no record of the run: it is {document.state}."
        return _run(_spans(evidence), verdicts.MISSING, why, document, "evidence")
    tasks = _tasks(document.data)
    status = text(document.data.get("status"))
    if status == "failed" or any(task.failed for task in tasks):
        return _run(tasks, verdicts.FAILED, _failure(tasks), document, "timeline")
    if status == "ok" and tasks:
        return _run(tasks, verdicts.SUCCEEDED, "The run went through.", document, "timeline")
    why = "The run was not finished when this was written."
    return _run(tasks, verdicts.INCONCLUSIVE, why, document, "timeline")


def _failure(tasks: Sequence[_Task]) -> str:
    failed = [task for task in tasks if task.failed]
    if not failed:
        return "The run failed."
    first = failed[0]
    return f"{first.lane} failed at '{first.name}' after {units.duration(first.seconds)}."


def _tasks(data: Mapping[str, Any]) -> list[_Task]:
    found = []
    for one in mappings(data.get("tasks")):
        begin, seconds, status = moment(one.get("started")), number(one.get("seconds")), text(one.get("status"))
        if begin is None or seconds is None or status == "skipped":
            continue
        lane = text(one.get("component")) or "run"
        failed = status == "failed" and one.get("rescued") is not True
        found.append(_Task(text(one.get("play")), lane, text(one.get("task")), begin, seconds, failed))
    return sorted(found, key=lambda task: task.begin)


def _spans(evidence: Evidence) -> list[_Task]:
    """One task per document that names begin and end, of the last run only."""
    documents = [(document, "Provision") for document in evidence.components]
    documents += [(evidence.single[name], name.capitalize()) for name in ("seed", "rollout", "backup", "drill")]
    spans = sorted(filter(None, (_span(*one) for one in documents)), key=lambda task: task.begin)
    for place in range(len(spans) - 1, 0, -1):
        if spans[place].begin - max(map(_end, spans[:place])) > PAUSE:
            return spans[place:]
    return spans


def _span(document: Document, play: str) -> _Task | None:
    begin, end = moment(document.data.get("started")), moment(document.data.get("finished"))
    if begin is None or end is None or end < begin:
        return None
    name = text(document.data.get("component")) or document.path.removesuffix(".json")
    return _Task(play, name, document.path, begin, (end - begin).total_seconds(), False)


def _end(task: _Task) -> datetime:
    return task.begin + timedelta(seconds=task.seconds)


def _run(tasks: Sequence[_Task], verdict: str, sentence: str, document: Document, source: str) -> Run:
    data = document.data
    begin, finish = moment(data.get("started")), moment(data.get("finished"))
    begin = min([task.begin for task in tasks] + ([begin] if begin else []), default=None)
    finish = max([_end(task) for task in tasks] + ([finish] if finish else []), default=None)
    known = begin is not None and finish is not None
    return Run(
        verdict=verdict,
        sentence=sentence,
        playbook=text(data.get("playbook")),
        started=begin.isoformat() if begin else "",
        finished=finish.isoformat() if finish else "",
        seconds=(finish - begin).total_seconds() if begin and finish else None,
        source=source if known else "",
        groups=_groups(tasks, begin) if begin else (),
    )


def _groups(tasks: Iterable[_Task], begin: datetime) -> tuple[Group, ...]:
    plays: dict[str, dict[str, list[_Task]]] = {}
    for task in tasks:
        plays.setdefault(task.play, {}).setdefault(task.lane, []).append(task)
    return tuple(
        Group(play, tuple(_lane(name, found, begin) for name, found in lanes.items())) for play, lanes in plays.items()
    )


def _lane(name: str, tasks: Sequence[_Task], begin: datetime) -> Lane:
    spans = [((task.begin - begin).total_seconds(), task.seconds) for task in tasks]
    slowest = sorted(tasks, key=lambda task: -task.seconds)[:3]
    return Lane(
        name=name,
        begin=min(start for start, _seconds in spans),
        end=max(start + seconds for start, seconds in spans),
        failed=any(task.failed for task in tasks),
        segments=merged((start, start + seconds) for start, seconds in spans),
        slowest=tuple((task.name, task.seconds) for task in slowest if task.seconds),
    )


def merged(spans: Iterable[tuple[float, float]], gap: float = 0.0) -> tuple[Segment, ...]:
    """The spans as segments that do not touch: what overlaps or lies `gap` seconds or less apart is one."""
    found: list[Segment] = []
    for begin, end in sorted(spans):
        if found and begin - found[-1].end <= gap:
            found[-1] = Segment(found[-1].begin, max(found[-1].end, end))
        else:
            found.append(Segment(begin, end))
    return tuple(found)
