# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exit codes: a task's own, that of a play, and Ansible's when a failure says nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.callback.outcome import CallbackModule


def code_of(
    events: list[tuple[str, int | None, bool]], *, error: int | None = None, rescued: tuple[str, ...] = ()
) -> Any:
    """What the process ends with after failures of (host, code, ignored); None when the callback leaves that to Ansible."""
    callback = CallbackModule()
    callback.v2_playbook_on_play_start(
        SimpleNamespace(get_vars=lambda: {} if error is None else {"platform_exit_error": error})
    )
    for name, code, ignored in events:
        result = {"failed": True} | ({} if code is None else {"platform_exit_code": code})
        callback.v2_runner_on_failed(
            SimpleNamespace(result=result, host=SimpleNamespace(get_name=lambda name=name: name)), ignore_errors=ignored
        )
    failures = {name: 1 for name, _code, ignored in events if not ignored and name not in rescued}
    try:
        callback.v2_playbook_on_stats(SimpleNamespace(failures=failures, dark={}))
    except SystemExit as ended:
        return ended.code
    return None


@pytest.mark.parametrize(
    ("events", "options", "code"),
    [
        ([], {}, None),
        ([], {"error": 1}, None),
        ([("a", None, False)], {}, None),
        ([("a", None, False)], {"error": 1}, 1),
        ([("a", 10, False)], {}, 10),
        ([("a", 2, False)], {"error": 1}, 2),
        ([("a", 2, False), ("b", None, False)], {"error": 1}, 1),
        ([("a", 10, False), ("b", None, False)], {}, None),
        ([("a", 10, False), ("b", 11, False)], {}, 11),
        ([("a", 10, True)], {}, None),
        ([("a", 10, False)], {"rescued": ("a",)}, None),
    ],
)
def test_exit_code(events: list[tuple[str, int | None, bool]], options: dict[str, Any], code: int | None) -> None:
    assert code_of(events, **options) == code
