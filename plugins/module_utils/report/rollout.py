# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rollout came to. A success is believed only where the evidence bears it out. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.report import units, verdicts
from ansible_collections.creator.platform.plugins.module_utils.report.collect import READ, Document
from ansible_collections.creator.platform.plugins.module_utils.report.values import (
    flag,
    integer,
    mapping,
    mappings,
    number,
    text,
    texts,
)


@dataclass(frozen=True)
class Image:
    """The digest a container should run and the one it runs. `match` is yes, no or unknown."""

    container: str
    expected: str
    running: str
    match: str
    pod: str


@dataclass(frozen=True)
class Pod:
    """A pod of the new revision. `ready` and `restarts` are None when unknown."""

    name: str
    phase: str
    ready: bool | None
    restarts: int | None
    node: str


@dataclass(frozen=True)
class Event:
    """A Kubernetes event: it explains, it proves nothing."""

    time: str
    reason: str
    message: str
    object: str
    count: int | None


@dataclass(frozen=True)
class Log:
    """The last lines that a container wrote."""

    pod: str
    container: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Workload:
    """One workload of the release: what it is, what was said of it and why the report agrees or does not."""

    kind: str
    namespace: str
    name: str
    verdict: str
    reason: str
    message: str
    seconds: float | None
    identity: Mapping[str, str]
    images: tuple[Image, ...]
    pods: tuple[Pod, ...]
    events: tuple[Event, ...]
    logs: tuple[Log, ...]
    conditions: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Rollback:
    """The return to an earlier release."""

    release: str
    verdict: str
    reason: str
    message: str
    seconds: float | None


@dataclass(frozen=True)
class Rollout:
    """A release's rollout. `seconds` from the apply to the verdict."""

    verdict: str
    sentence: str
    release: str = ""
    reason: str = ""
    message: str = ""
    started: str = ""
    finished: str = ""
    seconds: float | None = None
    workloads: tuple[Workload, ...] = ()
    rollback: Rollback | None = None


def rollout(document: Document) -> Rollout:
    """Judges one rollout document: the worst of what it says of itself and of its workloads."""
    if document.state != READ:
        return Rollout(verdicts.MISSING, f"Its evidence is {document.state}: {document.reason}.")
    data = document.data
    workloads = tuple(_workload(one) for one in mappings(data.get("workloads")))
    said = verdicts.known(text(data.get("verdict")))
    verdict = verdicts.worst([said, *(one.verdict for one in workloads)])
    if not workloads and verdict == verdicts.SUCCEEDED:
        verdict = verdicts.INCONCLUSIVE
    back = data.get("rollback")
    found = Rollout(
        verdict=verdict,
        sentence="",
        release=text(data.get("release")),
        reason=text(data.get("reason")),
        message=text(data.get("message")),
        started=text(data.get("started")),
        finished=text(data.get("finished")),
        seconds=number(data.get("seconds")),
        workloads=workloads,
        rollback=_rollback(back) if isinstance(back, Mapping) else None,
    )
    return replace(found, sentence=_sentence(found, said))


def history(documents: Iterable[Document]) -> tuple[Rollout, ...]:
    """Earlier rollouts that are on record, the newest first."""
    return tuple(sorted((rollout(one) for one in documents), key=lambda one: one.started, reverse=True))


def _sentence(found: Rollout, said: str) -> str:
    release = f"Release {found.release or units.UNKNOWN}"
    if found.verdict == verdicts.SUCCEEDED:
        which = units.plural(len(found.workloads), "workload")
        return f"{release} runs: {which} verified in {units.duration(found.seconds)}."
    if not found.workloads and said == verdicts.SUCCEEDED:
        return f"{release} is called succeeded, but no workload was verified."
    if said == verdicts.SUCCEEDED:
        bad = next(one for one in found.workloads if one.verdict != verdicts.SUCCEEDED)
        return f"{release} is called succeeded, but {bad.name} is not proved: {bad.message or bad.reason}"
    cause = found.message or found.reason or "no reason on record"
    return f"{release} {verdicts.WORDS[found.verdict].lower()}: {cause.rstrip('.')}.{_then(found.rollback)}"


def _then(back: Rollback | None) -> str:
    if back is None:
        return ""
    if back.verdict == verdicts.SUCCEEDED:
        return f" Rolled back to {back.release}, which is verified."
    return f" The rollback to {back.release or units.UNKNOWN} is {verdicts.WORDS[back.verdict].lower()}."


def _rollback(data: Mapping[str, Any]) -> Rollback:
    return Rollback(
        release=text(data.get("to_release")),
        verdict=verdicts.known(text(data.get("verdict"))),
        reason=text(data.get("reason")),
        message=text(data.get("message")),
        seconds=number(data.get("seconds")),
    )


def _workload(data: Mapping[str, Any]) -> Workload:
    images = tuple(_image(one) for one in mappings(data.get("images")))
    pods = tuple(_pod(one) for one in mappings(data.get("pods")))
    said = verdicts.known(text(data.get("verdict")))
    verdict, doubt = _judge(said, images)
    evidence = mapping(data.get("evidence"))
    return Workload(
        kind=text(data.get("kind")),
        namespace=text(data.get("namespace")),
        name=text(data.get("name")),
        verdict=verdict,
        reason=text(data.get("reason")),
        message=doubt or text(data.get("message")),
        seconds=number(data.get("seconds")),
        identity={key: text(value) for key, value in mapping(data.get("identity")).items()},
        images=images,
        pods=pods,
        events=tuple(_event(one) for one in mappings(evidence.get("events"))),
        logs=tuple(
            Log(text(one.get("pod")), text(one.get("container")), tuple(texts(one.get("lines"))))
            for one in mappings(evidence.get("logs"))
        ),
        conditions=tuple(
            {key: text(value) for key, value in one.items()} for one in mappings(evidence.get("conditions"))
        ),
    )


def _judge(said: str, images: Sequence[Image]) -> tuple[str, str]:
    """The verdict that the images allow, and why it is not the one that was said."""
    if said != verdicts.SUCCEEDED:
        return said, ""
    other = [one for one in images if one.match == "no"]
    if other:
        return verdicts.FAILED, f"container {other[0].container} of pod {other[0].pod} runs another image."
    unsure = [one for one in images if one.match != "yes"]
    if unsure:
        return verdicts.INCONCLUSIVE, f"the running image of container {unsure[0].container} is not known."
    if not images:
        return verdicts.INCONCLUSIVE, "no image was compared."
    return said, ""


def _image(data: Mapping[str, Any]) -> Image:
    match = text(data.get("match"))
    return Image(
        container=text(data.get("container")),
        expected=text(data.get("expected_digest")),
        running=text(data.get("running_digest")),
        match=match if match in ("yes", "no") else "unknown",
        pod=text(data.get("pod")),
    )


def _pod(data: Mapping[str, Any]) -> Pod:
    return Pod(
        name=text(data.get("name")),
        phase=text(data.get("phase")),
        ready=flag(data.get("ready")),
        restarts=integer(data.get("restarts")),
        node=text(data.get("node")),
    )


def _event(data: Mapping[str, Any]) -> Event:
    return Event(
        time=text(data.get("time")),
        reason=text(data.get("reason")),
        message=text(data.get("message")),
        object=text(data.get("object")),
        count=integer(data.get("count")),
    )
