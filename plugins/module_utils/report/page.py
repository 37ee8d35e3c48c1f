# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML file: no script, no external load, at most 300 KB. Standard library only."""

from __future__ import annotations

from ansible_collections.creator.platform.plugins.module_utils.report import charts, units, verdicts
from ansible_collections.creator.platform.plugins.module_utils.report.checks import check_section
from ansible_collections.creator.platform.plugins.module_utils.report.html import Content, Markup, element, escaped
from ansible_collections.creator.platform.plugins.module_utils.report.page_recovery import backup_section, drill_section
from ansible_collections.creator.platform.plugins.module_utils.report.page_rollout import (
    VERIFIED,
    history_section,
    rollout_section,
)
from ansible_collections.creator.platform.plugins.module_utils.report.page_uses import use_section
from ansible_collections.creator.platform.plugins.module_utils.report.parts import (
    SYMBOLS,
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
from ansible_collections.creator.platform.plugins.module_utils.report.provision import ACTIONS, Change, Component
from ansible_collections.creator.platform.plugins.module_utils.report.style import CSS
from ansible_collections.creator.platform.plugins.module_utils.report.summary import Report
from ansible_collections.creator.platform.plugins.module_utils.report.values import moment

LARGEST = 300 * 1000
HEADLINES = {
    verdicts.SUCCEEDED: "Proved",
    verdicts.INCONCLUSIVE: "Not proved",
    verdicts.TIMED_OUT: "Timed out",
    verdicts.FAILED: "Failed",
}
_DONE = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
    "unknown": "unknown",
}
_WAYS = {"api": "by the services, through their API", "sql": "by SQL, as no service ran"}
_BRAND = Markup(
    '<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="3" y="13" width="18" height="7" rx="2.4" fill="currentColor"/>'
    '<rect x="6" y="7.5" width="12" height="4" rx="1.6" fill="currentColor" opacity=".55"/>'
    '<rect x="9" y="3.5" width="6" height="2.6" rx="1.2" fill="currentColor" opacity=".3"/></svg>'
)


def page(report: Report, generated: str) -> str:
    """The page. Long lists are shortened until it fits into 300 KB; what is left out is named by its count."""
    limits = Limits()
    found = _page(report, generated, limits)
    while len(found.encode()) > LARGEST and limits.rows > 1:
        limits = limits.shrunk()
        found = _page(report, generated, limits)
    return found


def _page(report: Report, generated: str, limits: Limits) -> str:
    title = f"{HEADLINES[report.verdict]}: {report.platform} {report.environment}"
    body = (
        element("a", {"class": "skip", "href": "#main"}, "To the report"),
        SYMBOLS,
        element(
            "div",
            {"class": "page"},
            _top(report, generated),
            element(
                "main",
                {"id": "main"},
                _hero(report, limits),
                _steps(report),
                _timeline(report, limits),
                _provision(report, limits),
                [check_section(one, limits) for one in report.checks],
                rollout_section(report.rollout, limits),
                [use_section(one, limits) for one in report.uses],
                history_section(report.history, limits),
                backup_section(report.backup, limits),
                drill_section(report.drill, limits),
                _sources(report, limits),
            ),
            element(
                "p",
                {"class": "foot"},
                "Times are UTC. Everything shown here, and what long lists leave out, stands in report.json beside this page.",
            ),
        ),
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="color-scheme" content="light dark"><title>{escaped(title)}</title><style>{CSS}</style></head>'
        f"<body>{element('div', None, *body)}</body></html>\n"
    )


def _top(report: Report, generated: str) -> Markup:
    return element(
        "header",
        {"class": "top"},
        element("span", {"class": "brand"}, _BRAND, f"{report.platform}.platform"),
        element("span", {"class": "tag"}, report.environment),
        element("time", {"datetime": generated}, units.clock(moment(generated))),
    )


def _hero(report: Report, limits: Limits) -> Markup:
    facts: list[tuple[str, Content]] = []
    if report.run.source == "timeline":
        facts = [
            ("Playbook", report.run.playbook or units.UNKNOWN),
            ("Began", units.clock(moment(report.run.started))),
            ("Took", units.duration(report.run.seconds)),
        ]
    if report.seed:
        rows = sum(rows or 0 for rows in report.seed.tables.values())
        facts.append(("Data set", f"{units.plural(rows, 'row')} in {units.plural(len(report.seed.tables), 'table')}"))
        if report.seed.way in _WAYS:
            new = sum(made or 0 for made in report.seed.created.values())
            facts.append(
                ("Written", f"{_WAYS[report.seed.way]}, {units.plural(new, 'row') if new else 'none'} in this run")
            )
    tone = TONES[report.verdict]
    return element(
        "section",
        {"class": f"card hero {tone}"},
        element("div", {"class": "seal"}, icon(report.verdict)),
        element("h1", None, HEADLINES[report.verdict]),
        element("p", {"class": "lead"}, clipped(report.sentence, limits)),
        figures(facts, "facts") if facts else None,
    )


def _steps(report: Report) -> Markup:
    components, drill = report.provision.components, report.drill
    pods = sum(len(workload.pods) for workload in report.rollout.workloads)
    workloads = units.plural(len(report.rollout.workloads), "workload")
    standing = sum(1 for one in components if one.verdict == verdicts.SUCCEEDED)
    stand = units.plural(len(components), "component")
    stand = stand if standing == len(components) else f"{standing} of {stand}"
    resources = units.plural(sum(len(one.resources) for one in components), "resource")
    rows = units.plural(sum(table.rows_copy or 0 for table in drill.tables), "row")
    recovered = f"{rows}, back in {units.duration(drill.rto)}" if drill.tables else "no table compared"
    cards = (
        (
            "provision",
            "Provision",
            report.provision.verdict,
            "Stands",
            stand,
            resources,
        ),
        (
            "rollout",
            "Rollout",
            report.rollout.verdict,
            VERIFIED,
            report.rollout.release or "No release",
            f"{workloads}, {units.plural(pods, 'pod')}",
        ),
        (
            "backup",
            "Backup",
            report.backup.verdict,
            "Available",
            _snapshot(report),
            units.clock(moment(report.backup.created)) if report.backup.created else "no snapshot on record",
        ),
        ("drill", "Restore drill", drill.verdict, "Proved", _equal(report), recovered),
    )
    return element(
        "nav",
        {"class": "steps", "aria-label": "Parts of the report"},
        [
            element(
                "a",
                {"href": f"#{target}"},
                element("span", {"class": "what"}, name, chip(verdict, word)),
                element("span", {"class": "big"}, big),
                element("span", {"class": "small"}, small),
            )
            for target, name, verdict, word, big, small in cards
        ],
    )


def _snapshot(report: Report) -> str:
    if report.backup.verdict == verdicts.MISSING:
        return "No backup"
    return {True: "Encrypted", False: "Not encrypted", None: "Encryption unknown"}[report.backup.encrypted]


def _equal(report: Report) -> str:
    tables = report.drill.tables
    if not tables:
        return "No drill" if report.drill.verdict == verdicts.MISSING else "Nothing compared"
    bad = sum(1 for one in tables if one.status in ("different", "missing"))
    if bad:
        return f"{units.plural(bad, 'table')} not equal"
    unsure = sum(1 for one in tables if one.status != "equal")
    return f"{units.plural(unsure, 'table')} unknown" if unsure else f"{units.plural(len(tables), 'table')} equal"


def _timeline(report: Report, limits: Limits) -> Markup | None:
    chart = charts.gantt(report.run, limits)
    if chart is None:
        return section("timeline", "Timeline", report.run.verdict, "Went through", paragraph(report.run.sentence))
    words = f"{report.run.sentence} " if report.run.verdict != verdicts.SUCCEEDED else ""
    lead = f"{words}Who worked when, from the first task to the last: {units.duration(report.run.seconds)}."
    key = element(
        "p",
        {"class": "key"},
        element("span", None, charts.swatch("c1"), "a task at work"),
        element(
            "span",
            None,
            Markup('<svg aria-hidden="true"><rect width="100%" height="12" rx="3" class="c1 faint"/></svg>'),
            "waiting for others",
        ),
    )
    return section("timeline", "Timeline", report.run.verdict, "Went through", paragraph(lead), chart, key)


def _provision(report: Report, limits: Limits) -> Markup:
    found = report.provision
    longest = max((one.seconds or 0 for one in found.components), default=0)
    shown = found.components[: limits.rows]
    return section(
        "provision",
        "Provision",
        found.verdict,
        "Stands",
        paragraph(found.sentence),
        element("div", {"class": "list"}, [_component(one, longest, limits) for one in shown]) if shown else None,
        more(len(found.components), len(shown), "component", "report.json"),
    )


def _component(component: Component, longest: float, limits: Limits) -> Markup:
    word = "Changed" if component.changed else "No change"
    summary = (
        element("span", {"class": "name"}, component.name),
        chip(component.verdict, word),
        element("span", {"class": "sum"}, charts.meter(component.seconds, longest)),
        element("span", {"class": "num"}, units.duration(component.seconds)),
    )
    if component.verdict == verdicts.MISSING:
        return fold(summary, paragraph(clipped(component.sentence, limits)), css="comp")
    return fold(
        summary,
        figures(
            [
                ("Plan", short(component.digest)),
                ("Changes", _counts(component)),
                ("Resources", units.count(len(component.resources))),
                ("Began", units.clock(moment(component.started))),
            ]
        ),
        _changes(component, limits),
        _resources(component, limits),
        _outputs(component, limits),
        css="comp",
    )


def _counts(component: Component) -> str:
    counts = component.counts or {}
    said = [f"{counts[action]} {_DONE[action]}" for action in ACTIONS if counts.get(action)]
    return ", ".join(said) or "none"


def _changes(component: Component, limits: Limits) -> Content:
    if not component.changes:
        return None
    shown = component.changes[: limits.rows // 2 + 1]
    rows = [(one.action, one.kind, one.name, _attributes(one, limits)) for one in shown]
    return (
        element("h3", None, "Plan that was applied"),
        table(("Action", "Kind", "Name", "Attributes"), rows),
        more(len(component.changes), len(shown), "change", f"provision/{component.name}.json"),
    )


def _attributes(change: Change, limits: Limits) -> Content:
    if change.reason:
        return clipped(change.reason, limits)
    if change.action == "create":
        return units.plural(len(change.attributes), "attribute")
    shown = change.attributes[: limits.lines]
    parts: list[Content] = [
        element(
            "div",
            None,
            element("code", None, f"{one.name}: {clipped(one.before, limits)} → {clipped(one.after, limits)}"),
        )
        for one in shown
    ]
    return [*parts, more(len(change.attributes), len(shown), "attribute", "report.json")]


def _resources(component: Component, limits: Limits) -> Content:
    if not component.resources:
        return None
    shown = component.resources[: limits.rows // 2 + 1]
    return (
        element("h3", None, "Resources"),
        table(
            ("Kind", "Name", "Region"), [(kind, element("code", None, name), region) for kind, name, region in shown]
        ),
        more(len(component.resources), len(shown), "resource", f"provision/{component.name}.json"),
    )


def _outputs(component: Component, limits: Limits) -> Content:
    outputs = list((component.outputs or {}).items())
    if not outputs:
        return None
    shown = outputs[: limits.rows // 2 + 1]
    return (
        element("h3", None, "Published outputs"),
        table(("Key", "Value"), [(key, element("code", None, clipped(value, limits))) for key, value in shown]),
        more(len(outputs), len(shown), "output", f"provision/{component.name}.json"),
    )


def _sources(report: Report, limits: Limits) -> Markup:
    states = {"read": verdicts.SUCCEEDED, "missing": verdicts.MISSING, "unreadable": verdicts.FAILED}
    shown = report.sources[: limits.rows]
    rows = [
        (
            element("code", None, one.path),
            mark(states[one.state], one.state.capitalize()),
            f"{units.count(one.size)} bytes" if one.size else clipped(one.reason, limits),
            short(one.sha256),
        )
        for one in shown
    ]
    read = sum(1 for one in report.sources if one.state == "read")
    return section(
        "evidence",
        "Evidence",
        "",
        "",
        paragraph(f"{read} of {units.plural(len(report.sources), 'file')} read. What is missing proves nothing."),
        element(
            "div",
            {"class": "list"},
            fold(
                element("span", {"class": "name"}, "Files and their digests"),
                table(("File", "State", "Size", "SHA-256"), rows),
                more(len(report.sources), len(shown), "file", "the evidence folder"),
            ),
        ),
    )
