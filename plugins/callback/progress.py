# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: aggregate
short_description: Show which component does what and for how long
version_added: 0.1.0
author:
  - creator.platform contributors (@creator-platform)
description:
  - While a run goes on, a block of lines at the foot of the terminal tells what each component is doing or waiting for, and
    since when. It gives way to every other output. Nothing at all is printed when standard output is not a terminal or is a
    dumb one.
  - Writes C(timeline.json) into the evidence folder, for the report; during the run, and when it ends or fails.
  - It knows the names of plays, hosts, roles and tasks, and times. It never looks at arguments or results of a task.
  - A play with the variable C(platform_timeline) set to false is shown, but not recorded. In check mode nothing is recorded;
    plays that ask for check mode are recorded once the run does more than that or fails.
  - A fault of this plugin ends its own work with a warning, never the run.
requirements:
  - enabled in configuration
options:
  evidence_dir:
    description:
      - Folder for C(timeline.json). Default is the variable C(platform_evidence_dir) of the hosts; without it nothing is written.
    type: path
    env:
      - name: CREATOR_PLATFORM_EVIDENCE_DIR
    ini:
      - section: callback_progress
        key: evidence_dir
  live:
    description:
      - Whether the block of lines is shown on a terminal.
    type: bool
    default: true
    env:
      - name: CREATOR_PLATFORM_PROGRESS
    ini:
      - section: callback_progress
        key: live
  interval:
    description:
      - Seconds between two updates of the block.
    type: float
    default: 1.0
    env:
      - name: CREATOR_PLATFORM_PROGRESS_INTERVAL
    ini:
      - section: callback_progress
        key: interval
"""

import atexit
import functools
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible import context
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar
from ansible_collections.creator.platform.plugins.module_utils.report.live import Live
from ansible_collections.creator.platform.plugins.module_utils.report.recorder import Recorder

# Seconds between two writes of an unfinished run: what a killed run leaves is at most this old.
_SAVE_EVERY = 5.0


def _harmless(hook: Callable[..., None]) -> Callable[..., None]:
    """A hook that ends the plugin's work, with a warning, instead of raising into the run."""

    @functools.wraps(hook)
    def guarded(self: CallbackModule, *args: Any, **kwargs: Any) -> None:
        if self.off:
            return
        try:
            hook(self, *args, **kwargs)
        except Exception as error:
            self.off = True
            self.stop()
            self._display.warning(f"progress callback stopped: {type(error).__name__}: {error}")

    return guarded


def _is_rescued(task: Any) -> bool:
    """Whether the task stands in the main section of a block, at any depth, that has a rescue section."""
    child, parent = task, getattr(task, "_parent", None)
    while parent is not None:
        main = getattr(parent, "block", None) or ()
        if getattr(parent, "rescue", None) and any(one._uuid == child._uuid for one in main):
            return True
        child, parent = parent, getattr(parent, "_parent", None)
    return False


def _waits(task: Any) -> str:
    """What a task waits for that asks until something is so; "" for any other. Taken from its name, or that of a block around it.

    "Wait until the instance is available" and "Join the cluster" are what roles call these.
    """
    if not getattr(task, "until", None):
        return ""
    child = task
    while child is not None:
        name = str(getattr(child, "name", None) or "")
        for begins, reads in (("Wait ", "waits "), ("Join ", "waits for ")):
            if name.startswith(begins):
                return reads + name.removeprefix(begins)
        child = getattr(child, "_parent", None)
    return f"waits: {task.name or task.action}"


class CallbackModule(CallbackBase):
    """Feeds the recorder and the live block with Ansible's events."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "creator.platform.progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, display: Any = None, options: Any = None) -> None:
        super().__init__(display=display, options=options)
        self.off = False
        self.now: Callable[[], float] = time.time
        self.recorder = Recorder()
        self._live: Live | None = None
        self._play: Any = None
        self._folder: Path | None = None
        self._saved = 0.0
        # A run that only looked, as a plan does, leaves the record of the last one that did something.
        self._real = False
        self._pid = os.getpid()

    @_harmless
    def v2_playbook_on_start(self, playbook: Any) -> None:
        name = os.path.basename(getattr(playbook, "_file_name", "") or "")
        if not self.recorder.playbook:
            atexit.register(self._leave)
        self.recorder.begin(name)

    @_harmless
    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._play = play
        recorded = play.get_vars().get("platform_timeline", True) is not False and not context.CLIARGS.get("check")
        self._real = self._real or (recorded and getattr(play, "check_mode", None) is not True)
        with self._lock():
            self.recorder.begin_play(play.get_name(), record=recorded)
        # What follows a recorded run without being part of it, the report above all, finds the record closed.
        ended = "failed" if self.recorder.failed else "ok"
        self._save("running" if recorded else ended)

    @_harmless
    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        if self._folder is None:
            self._folder, self.recorder.environment = self._places(host)
        role = getattr(task, "_role", None)
        with self._lock():
            self.recorder.start(
                host.get_name(),
                task.name or task.action,
                identity=task._uuid,
                role=role.get_name(include_role_fqcn=False) if role else "",
                now=self.now(),
                waits=_waits(task),
            )
        self._show()

    @_harmless
    def v2_runner_retry(self, result: Any) -> None:
        with self._lock():
            self.recorder.asked(result.host.get_name(), result.task._uuid)

    @_harmless
    def v2_runner_on_ok(self, result: Any) -> None:
        # The one thing that is read of a result.
        self._finish(result, "changed" if result.is_changed() else "ok")

    @_harmless
    def v2_runner_on_skipped(self, result: Any) -> None:
        self._finish(result, "skipped")

    @_harmless
    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._finish(result, "ok" if ignore_errors else "failed")

    @_harmless
    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._finish(result, "failed")

    @_harmless
    def v2_playbook_on_stats(self, stats: Any) -> None:
        self.stop()
        self._save("failed" if stats.failures or stats.dark else "ok", closing=True)
        self.off = True

    def stop(self) -> None:
        """Takes the block away for good."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _finish(self, result: Any, status: str) -> None:
        task = result.task
        with self._lock():
            self.recorder.finish(
                result.host.get_name(),
                task._uuid,
                status,
                self.now(),
                rescued=status == "failed" and _is_rescued(task),
            )
        if self.recorder.record and self.now() - self._saved >= _SAVE_EVERY:
            self._save("running")

    @_harmless
    def _leave(self) -> None:
        """The process ends without statistics: the run was interrupted."""
        if os.getpid() == self._pid:
            self.stop()
            self._save("failed", closing=True)

    def _show(self) -> None:
        if self._live is None and self.get_option("live") and Live.possible(sys.stdout, self._display):
            self._live = Live(self._display, sys.stdout, self.recorder, self.now, float(self.get_option("interval")))
            self._live.start()

    def _lock(self) -> Any:
        # The display's own lock: forks wait for it, so no child is born while the block's thread writes.
        return self._display._lock

    def _places(self, host: Any) -> tuple[Path | None, str]:
        """The evidence folder and the environment as the host's variables name them."""
        variables = self._play.get_variable_manager().get_vars(play=self._play, host=host)
        templar = Templar(loader=self._play.get_loader(), variables=variables)
        given = self.get_option("evidence_dir") or templar.template(variables.get("platform_evidence_dir"))
        environment = templar.template(variables.get("platform_environment"))
        return Path(given).absolute() if given else None, str(environment or "")

    def _save(self, status: str, *, closing: bool = False) -> None:
        self._saved = self.now()
        recorder = self.recorder
        worth = (self._real or recorder.failed) and recorder.began is not None and not (closing and not recorder.rows)
        if self._folder is None or not worth:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".timeline.json.", dir=self._folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(recorder.document(status), stream, ensure_ascii=False, indent=1)
                stream.write("\n")
            os.chmod(name, 0o644)
            os.replace(name, self._folder / "timeline.json")
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
