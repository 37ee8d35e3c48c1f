# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan for people: Markdown for a pull request, a diff for --diff. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.canonical import canonical
from ansible_collections.creator.platform.plugins.module_utils.provision.document import counts

SIGNS = {"create": "+", "update": "~", "replace": "-/+", "delete": "-", "unknown": "?"}
COLOURS = {"create": "green", "update": "yellow", "replace": "bright red", "delete": "red", "unknown": "purple"}
LONGEST = 160


def summary(changes: Sequence[Mapping[str, Any]]) -> str:
    """One line: "3 to create, 1 to update", "1 unknown" or "no changes"."""
    parts = [
        f"{total} unknown" if action == "unknown" else f"{total} to {action}"
        for action, total in counts(changes).items()
    ]
    return ", ".join(parts) or "no changes"


def markdown(plan: Mapping[str, Any]) -> str:
    """The plan of an environment (see document.environment_document) as Markdown, ending with its digest."""
    every = [change for document in plan["components"] for change in document["changes"]]
    lines = [
        f"# Plan for {plan['platform']}-{plan['environment']}",
        "",
        f"Account {plan['account'] or 'unknown'}: {summary(every)}.",
        "",
    ]
    lines += ["| component | changes |", "|---|---|"]
    lines += [f"| {document['component']} | {summary(document['changes'])} |" for document in plan["components"]]
    protected = [
        f"{document['component']}: {name}" for document in plan["components"] for name in document["protected"]
    ]
    if protected:
        lines += ["", "**Protected resources would be replaced or removed:**", ""]
        lines += [f"- {_cell(name)}" for name in protected]
    for document in plan["components"]:
        if document["changes"]:
            lines += ["", f"## {document['component']}", ""]
            for change in document["changes"]:
                lines += _change_markdown(change)
            lines += ["", "Applied when:", "", *(f"- {_cell(each)}" for each in document["preconditions"])]
    lines += ["", f"Digest: `{plan['digest']}`", ""]
    return "\n".join(lines)


def terminal(plan: Mapping[str, Any], *, whole: bool) -> list[tuple[str, str]]:
    """The plan of an environment as (line, colour by Ansible's names or "") for a terminal; `whole` with every attribute."""
    every = [change for document in plan["components"] for change in document["changes"]]
    lines = [(f"Plan for {plan['platform']}-{plan['environment']}: {summary(every)}", "bold" if every else "green")]
    for document in plan["components"]:
        changes = document["changes"]
        if not changes:
            continue
        lines.append((f"  {document['component']}: {summary(changes)}", ""))
        for change in changes if whole else ():
            mark = "  (protected)" if change.get("protected") else ""
            place = f"{change['kind']} {change['name']} ({change['region']})"
            lines.append((f"    {SIGNS[change['action']]:>3} {place}{mark}", COLOURS[change["action"]]))
            lines += [(f"        {line}", "") for line in _details(change)]
    protected = [name for document in plan["components"] for name in document["protected"]]
    if protected:
        lines.append((f"Protected resources would be replaced or removed: {', '.join(protected)}", "bright red"))
    return [*lines, (f"Digest {plan['digest']}", "")]


def _details(change: Mapping[str, Any]) -> list[str]:
    """What a terminal shows below a change: the Markdown without its marks."""
    return [line.strip().removeprefix("- ").replace("`", "") for line in _change_markdown(change)[1:]]


def diff(changes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What Ansible shows for --diff: `before` and `after` as text, a line per attribute."""
    return {side: "".join(_side(change, side) for change in changes) for side in ("before", "after")}


def failure(changes: Sequence[Mapping[str, Any]], limit: int = 8) -> str:
    """The changes as one sentence for an error: kind, name and attributes of at most `limit` of them."""
    told = [_told(change) for change in changes[:limit]]
    if len(changes) > limit:
        told.append(f"and {len(changes) - limit} more")
    return "; ".join(told)


def _told(change: Mapping[str, Any]) -> str:
    head = f"{change['action']} {change['kind']} {change['name']} ({change['region']})"
    if change.get("reason"):
        return f"{head}: {change['reason']}"
    if change["action"] in ("update", "replace"):
        attributes = change["attributes"]
        return f"{head}: " + ", ".join(
            f"{row['attribute']} {short(row['before'])} -> {short(row['after'])}" for row in attributes
        )
    return head


def _change_markdown(change: Mapping[str, Any]) -> list[str]:
    mark = " **protected**" if change.get("protected") else ""
    lines = [
        f"- `{SIGNS[change['action']]}` {change['action']} **{change['kind']}** `{change['name']}` ({change['region']}){mark}"
    ]
    if change.get("reason"):
        lines.append(f"  - {_cell(change['reason'])}")
    for row in change["attributes"]:
        if change["action"] == "create":
            lines.append(f"  - {row['attribute']}: `{short(row['after'])}`")
        else:
            lines += _attribute_markdown(row["attribute"], row["before"], row["after"])
    return lines


def _attribute_markdown(attribute: str, before: Any, after: Any) -> list[str]:
    """What differs and no more: of a list the items that go and come, of a mapping the keys."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
        return [f"  - {attribute}.{key}: {_side_of(before, key)} → {_side_of(after, key)}" for key in keys]
    if isinstance(before, list) and isinstance(after, list):
        olds, news = list(map(canonical, before)), list(map(canonical, after))
        gone = [f"  - {attribute}: removes `{short(item)}`" for item in olds if item not in news]
        come = [f"  - {attribute}: adds `{short(item)}`" for item in news if item not in olds]
        if gone or come:
            return gone + come
    return [f"  - {attribute}: `{short(before)}` → `{short(after)}`"]


def _side_of(values: Mapping[str, Any], key: str) -> str:
    return f"`{short(values[key])}`" if key in values else "nothing"


def _side(change: Mapping[str, Any], side: str) -> str:
    head = f"{change['kind']} {change['name']} ({change['region']})"
    if change["action"] == "unknown":
        return f"{head}: unknown, {change['reason']}\n" if side == "after" else ""
    if change["action"] == "delete":
        return f"{head}\n" if side == "before" else ""
    if change["action"] == "create" and side == "before":
        return ""
    return "".join([f"{head}\n", *(f"  {row['attribute']}: {canonical(row[side])}\n" for row in change["attributes"])])


def short(value: Any) -> str:
    """A value in one line of at most LONGEST characters."""
    text = value if isinstance(value, str) else canonical(value)
    text = text.replace("`", "'").replace("\n", " ")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
