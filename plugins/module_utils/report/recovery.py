# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the backup and the restore drill prove. Every claim of a drill is checked on its own. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
)

RTO_TARGET = 4 * 3600
RPO_TARGET = 15 * 60


@dataclass(frozen=True)
class Check:
    """One claim and what the evidence makes of it."""

    name: str
    verdict: str
    sentence: str


@dataclass(frozen=True)
class Backup:
    """A snapshot. `encrypted` is None when unknown; `seconds` is how long it took."""

    verdict: str
    sentence: str
    snapshot: str = ""
    arn: str = ""
    source: str = ""
    created: str = ""
    status: str = ""
    seconds: float | None = None
    encrypted: bool | None = None
    key: str = ""


@dataclass(frozen=True)
class Phase:
    """A phase of the drill. `recovery` says whether a real recovery would have it too, so that it counts for the RTO."""

    name: str
    started: str
    finished: str
    seconds: float | None
    recovery: bool = True


@dataclass(frozen=True)
class Setting:
    """A setting of source and copy. `status` is equal, expected (for `reason`) or different."""

    name: str
    source: str
    copy: str
    status: str
    reason: str = ""


@dataclass(frozen=True)
class Table:
    """A table on both sides. `differences` are (key, kind) of rows, `more` when not all are listed; None is unknown."""

    name: str
    rows_source: int | None
    rows_copy: int | None
    checksum_source: str
    checksum_copy: str
    status: str
    differences: tuple[tuple[str, str], ...]
    more: bool = False
    message: str = ""


@dataclass(frozen=True)
class Drill:
    """A restore drill. `lower` and `upper` bound the recovery point in seconds; targets are in seconds."""

    verdict: str
    sentence: str
    name: str = ""
    source: str = ""
    copy: str = ""
    requested: str = ""
    started: str = ""
    finished: str = ""
    said: str = ""
    reason: str = ""
    checks: tuple[Check, ...] = ()
    phases: tuple[Phase, ...] = ()
    rto: float | None = None
    rto_target: float = RTO_TARGET
    lower: float | None = None
    upper: float | None = None
    rpo_target: float = RPO_TARGET
    settings: tuple[Setting, ...] = ()
    tables: tuple[Table, ...] = ()
    schema: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def backup(document: Document) -> Backup:
    """Judges the snapshot: it must be available and encrypted."""
    if document.state != READ:
        return Backup(verdicts.MISSING, f"Its evidence is {document.state}: {document.reason}.")
    data = document.data
    status, encrypted, snapshot = text(data.get("status")), flag(data.get("encrypted")), text(data.get("snapshot_id"))
    verdict, sentence = verdicts.SUCCEEDED, f"Snapshot {snapshot} is available and encrypted."
    if status == "failed":
        verdict, sentence = verdicts.FAILED, f"Snapshot {snapshot} failed."
    elif status != "available" or not snapshot:
        verdict, sentence = verdicts.INCONCLUSIVE, f"Snapshot {snapshot} is {status or units.UNKNOWN}, not available."
    elif encrypted is False:
        verdict, sentence = verdicts.FAILED, f"Snapshot {snapshot} is not encrypted."
    elif encrypted is None:
        verdict, sentence = verdicts.INCONCLUSIVE, f"Whether snapshot {snapshot} is encrypted is not on record."
    return Backup(
        verdict=verdict,
        sentence=sentence,
        snapshot=snapshot,
        arn=text(data.get("snapshot_arn")),
        source=text(data.get("source")),
        created=text(data.get("created")),
        status=status,
        seconds=number(data.get("seconds")),
        encrypted=encrypted,
        key=text(data.get("kms_key")),
    )


def drill(document: Document) -> Drill:
    """Judges the drill: the worst of what it says of itself and of the checks made here."""
    if document.state != READ:
        return Drill(verdicts.MISSING, f"Recoverability is not proved: its evidence is {document.state}.")
    data = document.data
    tables = tuple(sorted((_table(one) for one in mappings(data.get("tables"))), key=lambda one: one.name))
    settings = tuple(_setting(one) for one in mappings(data.get("parity")))
    rpo, removed = mapping(data.get("rpo")), mapping(data.get("removed"))
    lower, upper = number(rpo.get("lower_bound_seconds")), number(rpo.get("upper_bound_seconds"))
    rto, rto_target = number(data.get("rto_seconds")), number(data.get("rto_target_seconds")) or RTO_TARGET
    rpo_target = number(rpo.get("target_seconds")) or RPO_TARGET
    gone, left = _names(removed.get("resources")), _names(removed.get("left"))
    schema = _pairs(data.get("schema_differences"), "key", "kind")
    checks = (
        content(tables, schema),
        parity(settings),
        recovery_time(rto, rto_target),
        recovery_point(lower, upper, rpo_target),
        removal(text(removed.get("verdict")), gone, left),
    )
    said = verdicts.known(text(data.get("verdict")))
    verdict = verdicts.worst([said, *(check.verdict for check in checks)])
    message = text(data.get("message")) or text(data.get("reason"))
    return Drill(
        verdict=verdict,
        sentence=_sentence(verdict, said, message, checks),
        name=text(data.get("drill")),
        source=text(data.get("source")),
        copy=text(data.get("copy")),
        requested=text(data.get("requested_time")),
        started=text(data.get("started")),
        finished=text(data.get("finished")),
        said=said,
        reason=text(data.get("reason")),
        checks=checks,
        phases=tuple(_phase(one) for one in mappings(data.get("phases"))),
        rto=rto,
        rto_target=rto_target,
        lower=lower,
        upper=upper,
        rpo_target=rpo_target,
        settings=settings,
        tables=tables,
        schema=schema,
        left_out=tuple(_left_out(one) for one in mappings(data.get("left_out"))),
        removed=gone,
        left=left,
    )


def _sentence(verdict: str, said: str, message: str, checks: Sequence[Check]) -> str:
    if verdict == verdicts.SUCCEEDED:
        return f"The restored copy equals its source. {checks[2].sentence}"
    if said == verdict and message:
        return message
    bad = next((check for check in checks if check.verdict == verdict), None)
    return f"{bad.name}: {bad.sentence}" if bad else message or "The drill came to no verdict."


def content(tables: Sequence[Table], schema: Sequence[tuple[str, str]] = ()) -> Check:
    """Every table compared and equal, the schema too; no table at all is no proof."""
    name = "Content"
    if schema:
        more = f" and {len(schema) - 1} more" if len(schema) > 1 else ""
        return Check(name, verdicts.FAILED, f"the schema differs: {' '.join(reversed(schema[0]))}{more}.")
    bad = [one for one in tables if one.status in ("different", "missing")]
    if bad:
        keys = ", ".join(key for key, _kind in bad[0].differences[:3])
        which = f"table {bad[0].name}" + (f", row {keys}" if keys else "")
        more = f" and {units.plural(len(bad) - 1, 'more table')}" if len(bad) > 1 else ""
        return Check(name, verdicts.FAILED, f"{bad[0].status}: {which}{more}.")
    unsure = [one for one in tables if one.status != "equal"]
    if unsure or not tables:
        which = f"table {unsure[0].name} was not compared to the end." if unsure else "no table was compared."
        return Check(name, verdicts.INCONCLUSIVE, which)
    rows = sum(one.rows_source or 0 for one in tables)
    return Check(name, verdicts.SUCCEEDED, f"{units.plural(len(tables), 'table')}, {units.plural(rows, 'row')} equal.")


def parity(settings: Sequence[Setting]) -> Check:
    """Settings of the copy are those of its source, except where a difference is expected."""
    name = "Settings"
    bad = [one for one in settings if one.status == "different"]
    if bad:
        more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        return Check(name, verdicts.FAILED, f"{bad[0].name} differs: {bad[0].source} became {bad[0].copy}{more}.")
    unsure = [one for one in settings if one.status not in ("equal", "expected")]
    if unsure or not settings:
        which = f"{unsure[0].name} was not compared." if unsure else "no setting was compared."
        return Check(name, verdicts.INCONCLUSIVE, which)
    expected = sum(1 for one in settings if one.status == "expected")
    return Check(name, verdicts.SUCCEEDED, f"{len(settings) - expected} equal, {expected} differ as expected.")


def recovery_time(rto: float | None, target: float) -> Check:
    """The recovery time is known and within its target."""
    name = "Recovery time"
    if rto is None:
        return Check(name, verdicts.INCONCLUSIVE, "not measured.")
    if rto > target:
        return Check(name, verdicts.FAILED, f"{units.duration(rto)}, more than {units.duration(target)}.")
    return Check(name, verdicts.SUCCEEDED, f"Back in {units.duration(rto)}; target {units.duration(target)}.")


def recovery_point(lower: float | None, upper: float | None, target: float) -> Check:
    """The whole interval in which the loss lies is within the target; an interval across it decides nothing."""
    name = "Recovery point"
    if lower is not None and lower > target:
        return Check(name, verdicts.FAILED, f"at least {units.duration(lower)} lost; target {units.duration(target)}.")
    if upper is None:
        return Check(name, verdicts.INCONCLUSIVE, "not measured.")
    if upper > target:
        least = units.duration(lower or 0)
        return Check(name, verdicts.INCONCLUSIVE, f"between {least} and {units.duration(upper)} lost.")
    return Check(name, verdicts.SUCCEEDED, f"At most {units.duration(upper)} lost; target {units.duration(target)}.")


def removal(said: str, gone: Sequence[str], left: Sequence[str]) -> Check:
    """Nothing of the drill is left."""
    name = "Removal"
    if left:
        return Check(name, verdicts.FAILED, f"left behind: {', '.join(left[:3])}.")
    if said != verdicts.SUCCEEDED:
        verdict = verdicts.known(said)
        word = "not on record" if not said else verdicts.WORDS[verdict].lower()
        return Check(name, verdict, f"the removal of the copy is {word}.")
    return Check(name, verdicts.SUCCEEDED, f"{units.plural(len(gone), 'resource')} removed, nothing left.")


def _names(value: Any) -> tuple[str, ...]:
    """Names of resources, given as strings or as {kind, name} mappings."""
    if not isinstance(value, list):
        return ()
    return tuple(
        " ".join(filter(None, (text(one.get("kind")), text(one.get("name") or one.get("id")))))
        if isinstance(one, Mapping)
        else text(one)
        for one in value
    )


def _phase(data: Mapping[str, Any]) -> Phase:
    name = text(data.get("name")).replace("_", " ")
    recovery = data.get("recovery") is not False
    return Phase(name, text(data.get("started")), text(data.get("finished")), number(data.get("seconds")), recovery)


def _pairs(value: Any, first: str, second: str) -> tuple[tuple[str, str], ...]:
    return tuple((_word(one.get(first)) or str(one.get(first)), text(one.get(second))) for one in mappings(value))


def _left_out(data: Mapping[str, Any]) -> tuple[str, str]:
    return _full_name(data), text(data.get("reason"))


def _full_name(data: Mapping[str, Any]) -> str:
    return ".".join(filter(None, (text(data.get("schema")), text(data.get("table")))))


def _setting(data: Mapping[str, Any]) -> Setting:
    return Setting(
        name=_word(data.get("setting")),
        source=_word(data.get("source")),
        copy=_word(data.get("copy")),
        status=text(data.get("status")),
        reason=text(data.get("reason")),
    )


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_word(one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_word(one)}" for key, one in value.items())
    return text(value)


def _table(data: Mapping[str, Any]) -> Table:
    return Table(
        name=_full_name(data),
        rows_source=integer(data.get("rows_source")),
        rows_copy=integer(data.get("rows_copy")),
        checksum_source=text(data.get("checksum_source")),
        checksum_copy=text(data.get("checksum_copy")),
        status=_status(text(data.get("status")), data),
        differences=_pairs(data.get("differences"), "key", "kind"),
        more=data.get("more_differences") is True,
        message=text(data.get("message")),
    )


def _status(status: str, data: Mapping[str, Any]) -> str:
    """`equal` is believed only of known, equal rows and checksums and without a named difference."""
    if status in ("different", "missing"):
        return status
    if status != "equal":
        return "unknown"
    if data.get("differences"):
        return "different"
    sides = [(data.get("rows_source"), data.get("rows_copy")), (data.get("checksum_source"), data.get("checksum_copy"))]
    if any(source is None or copy is None for source, copy in sides):
        return "unknown"
    return "equal" if all(source == copy for source, copy in sides) else "different"
