# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the page about the backup and the restore drill. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.creator.platform.plugins.module_utils.report import charts, units, verdicts
from ansible_collections.creator.platform.plugins.module_utils.report.html import Content, Markup, element
from ansible_collections.creator.platform.plugins.module_utils.report.parts import (
    TONES,
    Limits,
    chip,
    clipped,
    figures,
    fold,
    icon,
    mark,
    more,
    paragraph,
    section,
    short,
    table,
)
from ansible_collections.creator.platform.plugins.module_utils.report.recovery import Backup, Drill, Setting, Table
from ansible_collections.creator.platform.plugins.module_utils.report.values import moment

_TABLES = {"equal": verdicts.SUCCEEDED, "different": verdicts.FAILED, "missing": verdicts.FAILED}
_SETTINGS = {"equal": verdicts.SUCCEEDED, "expected": verdicts.SUCCEEDED, "different": verdicts.FAILED}
_BAD = {"different": "Different", "missing": "Missing", "unknown": "Unknown"}


def backup_section(backup: Backup, limits: Limits) -> Markup:
    """The snapshot."""
    facts = None
    if backup.verdict != verdicts.MISSING:
        facts = figures(
            [
                ("Snapshot", element("code", None, backup.snapshot or units.UNKNOWN)),
                ("Of", element("code", None, backup.source or units.UNKNOWN)),
                ("Made", units.clock(moment(backup.created))),
                ("Took", units.duration(backup.seconds)),
                ("Status", backup.status or units.UNKNOWN),
                ("Encrypted with", element("code", None, backup.key) if backup.key else _encrypted(backup)),
            ]
        )
    return section("backup", "Backup", backup.verdict, "Available", paragraph(clipped(backup.sentence, limits)), facts)


def _encrypted(backup: Backup) -> str:
    return (
        {True: "a key that is not on record", False: "nothing"}.get(bool(backup.encrypted), "")
        if backup.encrypted is not None
        else units.UNKNOWN
    )


def drill_section(drill: Drill, limits: Limits) -> Markup:
    """The drill: claims first, then how long it took, then what was compared."""
    return section(
        "drill",
        "Restore drill",
        drill.verdict,
        "Proved",
        paragraph(clipped(drill.sentence, limits)),
        _doubt(drill),
        _about(drill),
        _checks(drill, limits),
        _times(drill),
        _tables(drill, limits),
        _settings(drill, limits),
        _removal(drill, limits),
    )


def _doubt(drill: Drill) -> Content:
    if drill.said in ("", drill.verdict):
        return None
    return element(
        "p",
        {"class": f"note {TONES[drill.verdict]}"},
        f"The drill called itself {drill.said}; its evidence does not bear that out.",
    )


def _about(drill: Drill) -> Markup | None:
    if not drill.checks:
        return None
    return figures(
        [
            ("Source", element("code", None, drill.source or units.UNKNOWN)),
            ("Copy", element("code", None, drill.copy or units.UNKNOWN)),
            ("Restored to", units.clock(moment(drill.requested))),
            ("Began", units.clock(moment(drill.started))),
        ]
    )


def _checks(drill: Drill, limits: Limits) -> Markup | None:
    if not drill.checks:
        return None
    rows = [
        element(
            "li",
            {"class": TONES[check.verdict]},
            icon(check.verdict),
            element("b", None, check.name),
            element("span", {"class": "soft"}, _said(check.verdict), clipped(check.sentence, limits)),
        )
        for check in drill.checks
    ]
    return element("ul", {"class": "checks"}, rows)


def _said(verdict: str) -> str:
    return "" if verdict == verdicts.SUCCEEDED else f"{verdicts.WORDS[verdict]}: "


def _times(drill: Drill) -> Content:
    parts: list[Content] = []
    if drill.rto is not None:
        parts += [
            element("h3", None, "Recovery time (RTO)"),
            charts.recovery_time(drill.phases, drill.rto, drill.rto_target),
        ]
    if drill.upper is not None:
        parts += [
            element("h3", None, "Recovery point (RPO)"),
            charts.interval(drill.lower or 0.0, drill.upper, drill.rpo_target),
        ]
    return parts


def _tables(drill: Drill, limits: Limits) -> Content:
    if not drill.tables:
        return None
    ordered = sorted(drill.tables, key=lambda one: (one.status == "equal", one.name))
    shown = ordered[: limits.rows]
    heads = ("Table", "Rows, source", "Rows, copy", "Checksum, source", "Checksum, copy", "Result")
    return (
        element("h3", None, "Content, table by table"),
        table(heads, [_row(one, limits) for one in shown], numeric=(1, 2)),
        more(len(ordered), len(shown), "table", "drill.json"),
        _named("Differences of the schema", drill.schema, limits),
        _named("Left out of the comparison", drill.left_out, limits),
    )


def _named(title: str, pairs: Sequence[tuple[str, str]], limits: Limits) -> Content:
    """Things with what is to be said of them."""
    if not pairs:
        return None
    shown = pairs[: limits.rows // 4 + 1]
    rows = [(element("code", None, clipped(name, limits)), clipped(said, limits)) for name, said in shown]
    listing = table(("What", "Why"), rows)
    return (element("h3", None, title), listing, more(len(pairs), len(shown), "entry", "drill.json", "entries"))


def _row(one: Table, limits: Limits) -> tuple[Content, ...]:
    word = chip(verdicts.SUCCEEDED, "Equal") if one.status == "equal" else _bad(one.status)
    shown = one.differences[: limits.lines // 3 + 1]
    named = [
        element("div", {"class": "diff"}, f"{kind or 'different'}: row ", element("code", None, clipped(key, limits)))
        for key, kind in shown
    ]
    return (
        (one.name, named, more(len(one.differences), len(shown), "row", "drill.json"), _remark(one, limits)),
        units.count(one.rows_source),
        units.count(one.rows_copy),
        short(one.checksum_source),
        short(one.checksum_copy),
        word,
    )


def _remark(one: Table, limits: Limits) -> Content:
    more_rows = "More rows differ than are named." if one.more else ""
    said = " ".join(filter(None, (clipped(one.message, limits), more_rows)))
    return element("div", {"class": "more"}, said) if said else None


def _bad(status: str) -> Markup:
    verdict = _TABLES.get(status, verdicts.INCONCLUSIVE)
    return mark(verdict, _BAD.get(status, "Unknown"))


def _settings(drill: Drill, limits: Limits) -> Content:
    if not drill.settings:
        return None
    order = {"different": 0, "expected": 2, "equal": 3}
    ordered = sorted(drill.settings, key=lambda one: (order.get(one.status, 1), one.name))
    shown = ordered[: limits.rows]
    listing = table(("Setting", "Source", "Copy", "Result"), [_setting(one, limits) for one in shown])
    tail = more(len(ordered), len(shown), "setting", "drill.json")
    bad = any(one.status not in ("equal", "expected") for one in ordered)
    summary = element("span", {"class": "name"}, f"Settings of source and copy ({len(ordered)})")
    return element("div", {"class": "list"}, fold(summary, listing, tail, opened=bad))


def _setting(one: Setting, limits: Limits) -> tuple[Content, ...]:
    word = {"equal": "Equal", "expected": "Differs as expected"}.get(one.status)
    sign = chip(_SETTINGS[one.status], word) if word else _bad(one.status)
    name = (one.name, element("div", {"class": "more"}, clipped(one.reason, limits)) if one.reason else None)
    return (name, clipped(one.source, limits), clipped(one.copy, limits), sign)


def _removal(drill: Drill, limits: Limits) -> Content:
    if not drill.removed and not drill.left:
        return None
    rows = [(name, mark(verdicts.FAILED, "Left behind")) for name in drill.left] + [
        (name, chip(verdicts.SUCCEEDED, "Removed")) for name in drill.removed if name not in drill.left
    ]
    shown = rows[: limits.rows]
    summary = element("span", {"class": "name"}, f"What the drill made and removed ({len(rows)})")
    listing = table(("Resource", "Now"), shown)
    return element(
        "div",
        {"class": "list"},
        fold(summary, listing, more(len(rows), len(shown), "resource", "drill.json"), opened=bool(drill.left)),
    )
