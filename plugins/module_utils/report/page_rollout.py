# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the page about rollouts. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.creator.platform.plugins.module_utils.report import units, verdicts
from ansible_collections.creator.platform.plugins.module_utils.report.html import Content, Markup, element
from ansible_collections.creator.platform.plugins.module_utils.report.parts import (
    TONES,
    Limits,
    chip,
    clipped,
    figures,
    fold,
    mark,
    more,
    paragraph,
    section,
    short,
    table,
)
from ansible_collections.creator.platform.plugins.module_utils.report.rollout import Image, Pod, Rollout, Workload
from ansible_collections.creator.platform.plugins.module_utils.report.values import moment

VERIFIED = "Verified"
_IMAGES = {"yes": verdicts.SUCCEEDED, "no": verdicts.FAILED, "unknown": verdicts.INCONCLUSIVE}
_WORDS = {"yes": "As expected", "no": "Another image", "unknown": "Unknown"}


def rollout_section(rollout: Rollout, limits: Limits) -> Markup:
    """The last rollout with all its evidence."""
    return section(
        "rollout",
        "Rollout",
        rollout.verdict,
        VERIFIED,
        paragraph(clipped(rollout.sentence, limits)),
        _about(rollout),
        _workloads(rollout, limits, "rollout.json"),
        _rollback(rollout, limits),
    )


def history_section(history: Sequence[Rollout], limits: Limits) -> Markup | None:
    """The rollouts that were stopped, one fold each; None when there are none."""
    if not history:
        return None
    shown = history[: limits.rows // 8 + 1]
    caught = sum(1 for one in history if one.rollback and one.rollback.verdict == verdicts.SUCCEEDED)
    return section(
        "history",
        "Releases that were stopped",
        "",
        "",
        paragraph(f"{units.plural(len(history), 'rollout')} on record, {caught} rolled back to a verified release."),
        element("div", {"class": "list"}, [_past(one, limits) for one in shown]),
        more(len(history), len(shown), "rollout", "rollouts/"),
    )


def _past(rollout: Rollout, limits: Limits) -> Markup:
    summary = (
        element("span", {"class": "name"}, rollout.release or units.UNKNOWN),
        chip(rollout.verdict, VERIFIED),
        element("code", None, rollout.reason) if rollout.reason else None,
        element("span", {"class": "soft"}, f"after {units.duration(rollout.seconds)}"),
    )
    return fold(
        summary,
        paragraph(clipped(rollout.message, limits)) if rollout.message else None,
        _rollback(rollout, limits),
        _about(rollout),
        _workloads(rollout, limits, f"rollouts/{rollout.release}.json"),
    )


def _about(rollout: Rollout) -> Markup | None:
    if not rollout.release:
        return None
    pairs: list[tuple[str, Content]] = [
        ("Release", rollout.release),
        ("Began", units.clock(moment(rollout.started))),
        ("Time to the verdict", units.duration(rollout.seconds)),
    ]
    if rollout.reason:
        pairs.append(("Reason", element("code", None, rollout.reason)))
    return figures(pairs)


def _rollback(rollout: Rollout, limits: Limits) -> Markup | None:
    back = rollout.rollback
    if back is None:
        return None
    took = f" in {units.duration(back.seconds)}" if back.seconds is not None else ""
    return element(
        "div",
        {"class": f"note {TONES[back.verdict]}"},
        element("strong", None, f"Rolled back to {back.release or units.UNKNOWN}{took} "),
        chip(back.verdict, VERIFIED),
        paragraph(clipped(back.message or back.reason, limits)) if back.message or back.reason else None,
    )


def _workloads(rollout: Rollout, limits: Limits, where: str) -> Content:
    shown = rollout.workloads[: limits.rows // 4 + 1]
    if not shown:
        return None
    rows = [_workload(one, limits, where) for one in shown]
    return (element("div", {"class": "list"}, rows), more(len(rollout.workloads), len(shown), "workload", where))


def _workload(workload: Workload, limits: Limits, where: str) -> Markup:
    ready = sum(1 for pod in workload.pods if pod.ready)
    pods = f"{ready} of {units.plural(len(workload.pods), 'pod')} ready" if workload.pods else "no pod seen"
    summary = (
        element("span", {"class": "name"}, workload.name),
        element("span", {"class": "soft"}, workload.kind),
        chip(workload.verdict, VERIFIED),
        element("span", {"class": "soft"}, f"{pods} · {units.duration(workload.seconds)}"),
    )
    return fold(
        summary,
        _cause(workload, limits),
        _identity(workload),
        _images(workload.images, limits, where),
        _pods(workload.pods, limits, where),
        _events(workload, limits, where),
        _logs(workload, limits, where),
        _conditions(workload),
        opened=workload.verdict != verdicts.SUCCEEDED,
    )


def _cause(workload: Workload, limits: Limits) -> Markup | None:
    if not workload.message and not workload.reason:
        return None
    code = element("code", None, workload.reason) if workload.reason else None
    tone = TONES[workload.verdict]
    return element("p", {"class": f"note {tone}"}, code, " " if code else None, clipped(workload.message, limits))


def _identity(workload: Workload) -> Content:
    pairs: list[tuple[str, Content]] = [("namespace", element("code", None, workload.namespace))]
    pairs += [
        (key.replace("_", " "), element("code", None, value)) for key, value in workload.identity.items() if value
    ]
    return (element("h3", None, "Identity"), figures(pairs))


def _images(images: Sequence[Image], limits: Limits, where: str) -> Content:
    if not images:
        return (element("h3", None, "Images"), paragraph("No image was compared.", css="soft"))
    # One row for each pair of digests: 300 pods that run the same image are one statement.
    grouped: dict[tuple[str, str, str, str], int] = {}
    for one in images:
        key = (one.container, one.expected, one.running, one.match)
        grouped[key] = grouped.get(key, 0) + 1
    rows = [
        (
            container,
            short(expected),
            short(running),
            mark(_IMAGES[match], _WORDS[match]),
            pods,
        )
        for (container, expected, running, match), pods in list(grouped.items())[: limits.rows]
    ]
    return (
        element("h3", None, "Images"),
        table(("Container", "Expected", "Running", "Same", "Pods"), rows, numeric=(4,)),
        more(len(grouped), len(rows), "image", where),
    )


def _pods(pods: Sequence[Pod], limits: Limits, where: str) -> Content:
    if not pods:
        return None
    ordered = sorted(pods, key=lambda pod: (pod.ready is True, pod.name))
    shown = ordered[: limits.rows]
    dots = [element("i", {"class": _dot(pod), "title": pod.name}) for pod in shown]
    rows = [
        (
            element("code", None, pod.name),
            pod.phase or units.UNKNOWN,
            _ready(pod),
            units.count(pod.restarts),
            pod.node or units.UNKNOWN,
        )
        for pod in shown
    ]
    listing = table(("Pod", "Phase", "Ready", "Restarts", "Node"), rows, numeric=(3,))
    long = fold(element("span", None, f"All {len(rows)} pods"), listing) if len(rows) > 12 else listing
    return (
        element("h3", None, "Pods"),
        element("div", {"class": "dots", "aria-hidden": "true"}, dots) if len(rows) > 12 else None,
        long,
        more(len(pods), len(shown), "pod", where),
    )


def _dot(pod: Pod) -> str | None:
    return {True: None, False: "b"}.get(pod.ready, "u") if pod.ready is not None else "u"


def _ready(pod: Pod) -> Markup:
    if pod.ready is None:
        return element("span", {"class": "none"}, units.UNKNOWN)
    return element("span", {"class": "good" if pod.ready else "bad"}, "yes" if pod.ready else "no")


def _events(workload: Workload, limits: Limits, where: str) -> Content:
    if not workload.events:
        return None
    shown = workload.events[-limits.lines :]
    rows = [
        (
            units.clock(moment(one.time)),
            element("code", None, one.reason),
            clipped(one.message, limits),
            one.object,
            units.count(one.count),
        )
        for one in shown
    ]
    return (
        element("h3", None, "Events"),
        table(("Time", "Reason", "Message", "Object", "Times"), rows, numeric=(4,)),
        more(len(workload.events), len(shown), "earlier event", where),
    )


def _logs(workload: Workload, limits: Limits, where: str) -> Content:
    logs = [log for log in workload.logs if log.lines]
    parts: list[Content] = []
    for log in logs[: limits.lines // 10 + 1]:
        shown = log.lines[-limits.lines :]
        parts.append(element("h3", None, "Last lines of ", element("code", None, f"{log.pod} {log.container}")))
        parts.append(element("pre", None, "\n".join(clipped(line, limits) for line in shown)))
        parts.append(more(len(log.lines), len(shown), "earlier line", where))
    parts.append(more(len(logs), limits.lines // 10 + 1, "log", where))
    return parts


def _conditions(workload: Workload) -> Content:
    if not workload.conditions or workload.verdict == verdicts.SUCCEEDED:
        return None
    rows = [
        tuple(one.get(key, "") for key in ("object", "type", "status", "reason", "message"))
        for one in workload.conditions
    ]
    return (element("h3", None, "Conditions"), table(("Object", "Condition", "Status", "Reason", "Message"), rows))
