# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: outcome
type: aggregate
short_description: Give a run an exit code that says why it ended
version_added: 0.1.0
author:
  - creator.platform contributors (@creator-platform)
description:
  - Ansible ends every run in which a task failed with 2. With this callback a failed task decides by its result, so that a
    pipeline can tell a stale plan (10), a locked environment (11), a plan that nobody approved (12) and drift (2) apart.
  - In plays with the variable C(platform_exit_error) any other failure ends the run with its value. C(drift.yml) sets it to 1,
    because there 2 means drift.
  - When several tasks failed, one without a code of its own counts most.
  - It also ends the keeper of the environment's lock, so that the lock is free when the command returns.
  - Name it last in C(callbacks_enabled), because it ends the process, and callbacks after it would not see the end of the run.
    AWX and ansible-runner take every code but 0 for a failure.
requirements:
  - enabled in configuration
"""

from typing import Any

from ansible import constants as C  # noqa: N812  # its name everywhere in Ansible
from ansible.plugins.callback import CallbackBase
from ansible_collections.creator.platform.plugins.module_utils.provision.exits import KEY
from ansible_collections.creator.platform.plugins.plugin_utils.lock_keeper import end as end_lock


class CallbackModule(CallbackBase):
    """Remembers why tasks failed, and ends the process accordingly."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "creator.platform.outcome"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, display: Any = None, options: Any = None) -> None:
        super().__init__(display=display, options=options)
        #: What each failed host ended with; None for Ansible's own code. A host that is rescued later is no failed host.
        self._codes: dict[str, int | None] = {}
        self._error: int | None = None

    def v2_playbook_on_play_start(self, play: Any) -> None:
        given = play.get_vars().get("platform_exit_error")
        self._error = given if isinstance(given, int) else self._error

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        code = result.result.get(KEY)
        if not ignore_errors:
            self._codes[result.host.get_name()] = code if isinstance(code, int) else None

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._codes[result.host.get_name()] = None

    def v2_playbook_on_stats(self, stats: Any) -> None:
        end_lock(C.DEFAULT_LOCAL_TMP)
        failed = [self._codes.get(host) for host in {**stats.failures, **stats.dark}]
        if not failed:
            return
        code = self._error if None in failed else max(each for each in failed if each is not None)
        if code is not None:
            raise SystemExit(code)
