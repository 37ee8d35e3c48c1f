# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer must be for a smoke test to pass. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class CheckError(Exception):
    """A check that cannot be made as it is described."""


@dataclass(frozen=True)
class Check:
    """One request and what is expected of its answer. contains: text of its body. release: what X-Release must begin with."""

    name: str
    path: str
    status: int = 200
    contains: str = ""
    release: str = ""


def parse(wanted: Sequence[Mapping[str, Any]], release: str) -> list[Check]:
    """The checks. Raises CheckError for one that proves nothing or is misspelt, and when there is none."""
    if not wanted:
        raise CheckError("a smoke test without checks proves nothing: describe at least one, with name and path")
    known = {"name", "path", "status", "contains"}
    found = []
    for each in wanted:
        unknown = sorted(set(each) - known)
        if unknown or not each.get("name") or not str(each.get("path", "")).startswith("/"):
            raise CheckError(
                f"check {each.get('name', '?')}: expected name, path beginning with a slash, and any of status and contains; "
                f"found {', '.join(sorted(each))}"
            )
        found.append(
            Check(
                str(each["name"]),
                str(each["path"]),
                int(each.get("status", 200)),
                str(each.get("contains", "")),
                release,
            )
        )
    return found


def wrong(check: Check, status: int, headers: Mapping[str, str], body: bytes, correlation: str) -> str:
    """What is wrong with an answer, "" for nothing. headers: names in lower case."""
    if status != check.status:
        return f"answered {status}, expected {check.status}"
    if check.contains and check.contains.encode() not in body:
        return f"does not contain {check.contains!r}"
    told = headers.get("x-correlation-id", "")
    if told != correlation:
        return f"came back with correlation id {told or 'none'}, expected {correlation}"
    release = headers.get("x-release", "")
    if check.release and not release.startswith(check.release):
        return f"was answered by release {release or 'unknown'}, expected {check.release}"
    return ""
