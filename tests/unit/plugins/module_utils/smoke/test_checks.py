# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which answers pass a smoke test."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.smoke.checks import Check, CheckError, parse, wrong

CHECK = Check("a page", "/", 200, "<title>", "r1")
GOOD = {"x-correlation-id": "c", "x-release": "r1-modified"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "part"),
    [
        (200, GOOD, b"<title>", ""),
        (503, GOOD, b"<title>", "answered 503, expected 200"),
        (200, GOOD, b"<h1>", "does not contain '<title>'"),
        (200, {**GOOD, "x-correlation-id": "other"}, b"<title>", "correlation id other, expected c"),
        (200, {"x-release": "r1"}, b"<title>", "correlation id none"),
        (200, {**GOOD, "x-release": "r0"}, b"<title>", "by release r0, expected r1"),
        (200, {"x-correlation-id": "c"}, b"<title>", "by release unknown, expected r1"),
    ],
)
def test_answers(status: int, headers: dict[str, str], body: bytes, part: str) -> None:
    found = wrong(CHECK, status, headers, body, "c")
    assert part in found
    assert bool(found) == bool(part)


@pytest.mark.parametrize(
    "wanted",
    [
        [],
        [{"path": "/"}],
        [{"name": "a page"}],
        [{"name": "a page", "path": "without"}],
        [{"name": "a page", "path": "/", "state": 200}],
    ],
)
def test_what_proves_nothing_is_refused(wanted: list[dict[str, Any]]) -> None:
    with pytest.raises(CheckError):
        parse(wanted, "")


def test_checks_are_completed() -> None:
    assert parse([{"name": "a page", "path": "/"}], "r") == [Check("a page", "/", 200, "", "r")]
