# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform did when it was used: smoke test, journey, load, migrations. Standard library only.

These documents are not of every run. One that is there and does not say succeeded spoils the verdict; one that says skipped says
why, and is shown without being counted: nothing was claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.report import verdicts
from ansible_collections.creator.platform.plugins.module_utils.report.collect import MISSING, READ, Document
from ansible_collections.creator.platform.plugins.module_utils.report.values import (
    integer,
    mapping,
    mappings,
    number,
    text,
)

SKIPPED = "skipped"
#: Name of the document -> how the part is called.
TITLES = {"migration": "Migration", "smoke": "Smoke test", "journey": "Journey of a post", "load": "Load"}


@dataclass(frozen=True)
class Step:
    """One thing that was looked at: what, the verdict on it, what was found."""

    name: str
    verdict: str
    message: str
    seconds: float | None = None
    detail: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Second:
    """Requests of one second since the load began."""

    second: int
    sent: int
    failed: int
    slowest: float


@dataclass(frozen=True)
class Loss:
    """A request that was lost: in which second, what came instead, and which pod it went to."""

    second: int
    path: str
    answer: str
    pod: str


@dataclass(frozen=True)
class Use:
    """One document. name: as the file. counted: whether the report's verdict depends on it."""

    name: str
    title: str
    verdict: str
    sentence: str
    counted: bool = True
    seconds: float | None = None
    figures: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()
    by_second: tuple[Second, ...] = ()
    marks: tuple[tuple[str, float], ...] = ()
    losses: tuple[Loss, ...] = ()
    lines: tuple[str, ...] = ()


def use(name: str, document: Document) -> Use | None:
    """What a document tells; None where there is none."""
    if document.state == MISSING:
        return None
    title = TITLES[name]
    if document.state != READ:
        return Use(name, title, verdicts.INCONCLUSIVE, f"Its evidence is {document.state}: {document.reason}.")
    data = document.data
    said, message = text(data.get("verdict")), text(data.get("message"))
    if said == SKIPPED:
        return Use(name, title, verdicts.MISSING, f"Not done: {message}.", counted=False)
    found = _READERS[name](data)
    sentence = f"{message[:1].upper()}{message[1:].rstrip('.')}." if message else "It does not say what it found."
    # A success that is claimed is not believed where its own rows say otherwise, or where there are none.
    proved = verdicts.worst([step.verdict for step in found.steps]) if name != "load" else _of_load(found)
    verdict = verdicts.worst([verdicts.known(said), proved])
    if verdict != verdicts.known(said):
        sentence = f"It calls itself {said}, and its evidence does not bear that out. {sentence}"
    if verdict == verdicts.MISSING:
        verdict = verdicts.INCONCLUSIVE
    return Use(**{**vars(found), "verdict": verdict, "sentence": sentence, "seconds": number(data.get("seconds"))})


def _of_load(found: Use) -> str:
    if not any(each.sent for each in found.by_second):
        return verdicts.MISSING
    return verdicts.SUCCEEDED


def _migration(data: Mapping[str, Any]) -> Use:
    rows = mappings(data.get("migrations"))
    steps = tuple(
        Step(
            text(row.get("job")),
            verdicts.known(text(row.get("verdict"))),
            text(row.get("message")) + ("" if row.get("ran") else " in an earlier run"),
            number(row.get("seconds")),
            (("Image", text(row.get("image"))),),
        )
        for row in rows
    )
    lines = tuple(text(line) for row in rows for line in row.get("logs") or [])
    # A release without migrations has nothing to prove here.
    if not steps:
        steps = (Step("no migration", verdicts.known(text(data.get("verdict"))), "The release has none."),)
    return Use("migration", TITLES["migration"], "", "", steps=steps, lines=lines)


def _smoke(data: Mapping[str, Any]) -> Use:
    steps = tuple(
        Step(
            text(row.get("name")),
            verdicts.SUCCEEDED if row.get("ok") is True else verdicts.FAILED,
            text(row.get("message")) or f"GET {text(row.get('path'))} answered {text(row.get('status'))}",
            number(row.get("seconds")),
            (("Release", text(row.get("release"))), ("Correlation id", text(row.get("correlation_id")))),
        )
        for row in mappings(data.get("checks"))
    )
    places = (("URL", text(data.get("url"))), ("Asked at", text(data.get("address"))))
    return Use("smoke", TITLES["smoke"], "", "", figures=places, steps=steps)


def _journey(data: Mapping[str, Any]) -> Use:
    steps = tuple(
        Step(
            text(row.get("name")),
            verdicts.SUCCEEDED if row.get("state") == "found" else verdicts.FAILED,
            text(row.get("message")),
            number(row.get("seconds")),
            tuple((text(key), _said(value)) for key, value in mapping(row.get("facts")).items()),
        )
        for row in mappings(data.get("steps"))
    )
    identity = (("Correlation id", text(data.get("correlation_id"))),)
    return Use("journey", TITLES["journey"], "", "", figures=identity, steps=steps)


def _said(value: Any) -> str:
    found = mapping(value)
    return text(found.get("last")) if found else text(value)


def _load(data: Mapping[str, Any]) -> Use:
    latency = mapping(data.get("latency"))
    marks = tuple(
        (text(name), at) for name, raw in mapping(data.get("marks")).items() if (at := number(raw)) is not None
    )
    figures = [
        ("Asked for", f"{number(data.get('rate')) or 0:g} requests a second"),
        ("Sent", str(integer(data.get("sent")) or 0)),
        ("Lost", _count(data.get("failed"))),
        *((f"Latency {name}", _milliseconds(latency.get(name))) for name in ("p50", "p90", "p99", "max")),
    ]
    losses = tuple(
        Loss(
            integer(row.get("second")) or 0,
            text(row.get("path")),
            text(row.get("error")) or text(row.get("status")),
            text(row.get("pod")) or text(row.get("target")),
        )
        for row in mappings(data.get("failures"))
    )
    seconds = tuple(
        Second(integer(row.get("second")) or 0, integer(row.get("sent")) or 0, integer(row.get("failed")) or 0,
               number(row.get("slowest")) or 0.0)
        for row in mappings(data.get("by_second"))
    )  # fmt: skip
    note = text(data.get("note"))
    lines = (note,) if note else ()
    return Use(
        "load",
        TITLES["load"],
        "",
        "",
        figures=tuple(figures),
        by_second=seconds,
        marks=marks,
        losses=losses,
        lines=lines,
    )


def _count(value: Any) -> str:
    found = integer(value)
    return "unknown" if found is None else str(found)


def _milliseconds(value: Any) -> str:
    found = number(value)
    return "unknown" if found is None else f"{found * 1000:.0f} ms"


_READERS = {"migration": _migration, "smoke": _smoke, "journey": _journey, "load": _load}
