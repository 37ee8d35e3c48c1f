# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback with Ansible's events in its hands: what it records, and that it never harms a run."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import context
from ansible.utils.context_objects import CLIArgs
from ansible_collections.creator.platform.plugins.callback import progress
from ansible_collections.creator.platform.plugins.module_utils.report.live import Live

TOLD_TO_NOBODY = "correct-horse"


class Clock:
    def __init__(self) -> None:
        self.now = 1795508323.0

    def __call__(self) -> float:
        return self.now


class Templar:
    """Variables of the tests hold no templates."""

    def __init__(self, loader: Any, variables: Any) -> None:
        self.variables = variables

    def template(self, value: Any) -> Any:
        return value


class Warnings:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.verbosity = 0
        self._lock = threading.RLock()

    def warning(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def callback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> progress.CallbackModule:
    monkeypatch.setattr(progress, "Templar", Templar)
    monkeypatch.setattr(progress.atexit, "register", lambda _function: None)
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"check": False}))
    found = progress.CallbackModule(display=Warnings())
    monkeypatch.setattr(found, "get_option", {"evidence_dir": None, "live": True, "interval": 1.0}.__getitem__)
    found.now = Clock()
    found.v2_playbook_on_start(SimpleNamespace(_file_name="/somewhere/site.yml"))
    return found


def play(name: str, folder: Path | None, **variables: Any) -> Any:
    given = {"platform_evidence_dir": str(folder) if folder else None, "platform_environment": "local"}
    manager = SimpleNamespace(get_vars=lambda play, host: given)
    return SimpleNamespace(
        get_vars=lambda: variables,
        get_name=lambda: name,
        get_variable_manager=lambda: manager,
        get_loader=lambda: None,
    )


def task(name: str, identity: str, parent: Any = None) -> Any:
    role = SimpleNamespace(get_name=lambda include_role_fqcn: "network")
    arguments = {"anything": TOLD_TO_NOBODY}
    return SimpleNamespace(name=name, action="x", _uuid=identity, _role=role, _parent=parent, args=arguments)


HOST = SimpleNamespace(get_name=lambda: "network")


def run(callback: Any, one: Any, hook: str, seconds: float = 1.0, changed: bool = False) -> None:
    callback.v2_runner_on_start(HOST, one)
    callback.now.now += seconds
    result = SimpleNamespace(host=HOST, task=one, is_changed=lambda: changed, result={"msg": TOLD_TO_NOBODY})
    getattr(callback, hook)(result)


def stats(failures: Any = (), dark: Any = ()) -> Any:
    return SimpleNamespace(failures=dict.fromkeys(failures, 1), dark=dict.fromkeys(dark, 1))


def timeline(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "timeline.json").read_text())


def test_a_run_becomes_a_timeline_without_secrets(callback: Any, tmp_path: Path, capsys: Any) -> None:
    callback.v2_playbook_on_play_start(play("Foundation", tmp_path / "evidence"))
    run(callback, task("Plan", "1"), "v2_runner_on_ok")
    run(callback, task("Apply", "2"), "v2_runner_on_ok", 12.5, changed=True)
    run(callback, task("Override", "3"), "v2_runner_on_skipped")
    callback.v2_playbook_on_stats(stats())
    found = timeline(tmp_path / "evidence")
    assert (found["playbook"], found["environment"], found["status"]) == ("site.yml", "local", "ok")
    assert [(one["task"], one["seconds"], one["status"]) for one in found["tasks"]] == [
        ("Plan", 1.0, "ok"),
        ("Apply", 12.5, "changed"),
        ("Override", 1.0, "skipped"),
    ]
    assert TOLD_TO_NOBODY not in (tmp_path / "evidence" / "timeline.json").read_text()
    assert [path.name for path in (tmp_path / "evidence").iterdir()] == ["timeline.json"]
    assert capsys.readouterr() == ("", "")
    assert callback._display.said == []


@pytest.mark.parametrize("ended", [stats(failures=["network"]), stats(dark=["network"])])
def test_a_failed_run_says_so(callback: Any, tmp_path: Path, ended: Any) -> None:
    callback.v2_playbook_on_play_start(play("Foundation", tmp_path))
    run(callback, task("Apply", "1"), "v2_runner_on_failed")
    callback.v2_playbook_on_stats(ended)
    found = timeline(tmp_path)
    assert found["status"] == "failed"
    assert found["tasks"][0]["status"] == "failed"


def test_a_killed_run_leaves_an_unfinished_record(callback: Any, tmp_path: Path) -> None:
    callback.v2_playbook_on_play_start(play("Foundation", tmp_path))
    run(callback, task("Apply", "1"), "v2_runner_on_ok", 60.0)
    assert timeline(tmp_path)["status"] == "running"


def test_an_interrupted_run_failed(callback: Any, tmp_path: Path) -> None:
    callback.v2_playbook_on_play_start(play("Foundation", tmp_path))
    run(callback, task("Plan", "1"), "v2_runner_on_ok")
    callback.v2_runner_on_start(HOST, task("Apply", "2"))
    callback._leave()
    assert timeline(tmp_path)["status"] == "failed"


def test_the_report_finds_the_record_closed_and_is_no_part_of_it(callback: Any, tmp_path: Path) -> None:
    callback.v2_playbook_on_play_start(play("Foundation", tmp_path))
    run(callback, task("Plan", "1"), "v2_runner_on_ok")
    callback.v2_playbook_on_play_start(play("Report", tmp_path, platform_timeline=False))
    assert timeline(tmp_path)["status"] == "ok"
    run(callback, task("Write", "2"), "v2_runner_on_ok")
    callback.v2_playbook_on_stats(stats())
    assert [one["play"] for one in timeline(tmp_path)["tasks"]] == ["Foundation"]


def test_a_report_on_its_own_leaves_the_record_of_the_run(callback: Any, tmp_path: Path) -> None:
    (tmp_path / "timeline.json").write_text("{}")
    callback.v2_playbook_on_play_start(play("Report", tmp_path, platform_timeline=False))
    run(callback, task("Write", "1"), "v2_runner_on_ok", 60.0)
    callback.v2_playbook_on_stats(stats())
    assert timeline(tmp_path) == {}


def test_check_mode_records_nothing(callback: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"check": True}))
    callback.v2_playbook_on_play_start(play("Foundation", tmp_path))
    run(callback, task("Plan", "1"), "v2_runner_on_ok", 60.0)
    callback.v2_playbook_on_stats(stats())
    assert not list(tmp_path.iterdir())


def test_a_run_that_only_looks_leaves_the_record_of_the_last_one(callback: Any, tmp_path: Path) -> None:
    (tmp_path / "timeline.json").write_text("{}")
    preflight = play("Preflight", tmp_path)
    preflight.check_mode = True
    callback.v2_playbook_on_play_start(preflight)
    run(callback, task("Check", "1"), "v2_runner_on_ok", 60.0)
    callback.v2_playbook_on_stats(stats())
    assert timeline(tmp_path) == {}


@pytest.mark.parametrize(("hook", "status"), [("v2_runner_on_ok", "ok"), ("v2_runner_on_failed", "failed")])
def test_a_check_before_a_run_belongs_to_it(callback: Any, tmp_path: Path, hook: str, status: str) -> None:
    preflight = play("Preflight", tmp_path)
    preflight.check_mode = True
    callback.v2_playbook_on_play_start(preflight)
    run(callback, task("Check", "1"), hook)
    if status == "ok":
        callback.v2_playbook_on_play_start(play("Foundation", tmp_path))
        run(callback, task("Plan", "2"), "v2_runner_on_ok")
    callback.v2_playbook_on_stats(stats(failures=["network"] if status == "failed" else []))
    assert timeline(tmp_path)["status"] == status
    assert timeline(tmp_path)["tasks"][0]["play"] == "Preflight"


def test_without_a_folder_nothing_is_written(callback: Any) -> None:
    callback.v2_playbook_on_play_start(play("Foundation", None))
    run(callback, task("Plan", "1"), "v2_runner_on_ok", 60.0)
    callback.v2_playbook_on_stats(stats())
    assert callback._display.said == []


def test_a_failure_that_a_block_rescues_is_marked(callback: Any, tmp_path: Path) -> None:
    inner = SimpleNamespace(block=[], rescue=[], _uuid="b", _parent=None)
    outer = SimpleNamespace(block=[inner], rescue=["something"], _uuid="c", _parent=None)
    inner._parent = outer
    callback.v2_playbook_on_play_start(play("Deploy", tmp_path))
    run(callback, task("Verify", "1", parent=inner), "v2_runner_on_failed")
    callback.v2_playbook_on_play_start(play("Report", tmp_path, platform_timeline=False))
    found = timeline(tmp_path)
    assert found["status"] == "ok"
    assert found["tasks"][0]["rescued"] is True


def test_a_folder_that_cannot_be_written_ends_the_record_not_the_run(callback: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    callback.v2_playbook_on_play_start(play("Foundation", tmp_path / "file"))
    run(callback, task("Plan", "1"), "v2_runner_on_ok", 60.0)
    run(callback, task("Plan", "2"), "v2_runner_on_ok", 60.0)
    callback.v2_playbook_on_stats(stats())
    assert len(callback._display.said) == 1
    assert "progress callback stopped" in callback._display.said[0]


@pytest.mark.parametrize(
    "hook",
    [
        "v2_playbook_on_play_start",
        "v2_runner_on_ok",
        "v2_runner_on_failed",
        "v2_runner_on_skipped",
        "v2_playbook_on_stats",
    ],
)
def test_events_that_make_no_sense_do_no_harm(callback: Any, hook: str) -> None:
    getattr(callback, hook)(object())
    assert callback.off
    assert len(callback._display.said) == 1


def test_no_thread_and_no_output_without_a_terminal(
    callback: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Live, "start", lambda self: pytest.fail("started without a terminal"))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: False))
    callback.v2_playbook_on_play_start(play("Foundation", tmp_path))
    run(callback, task("Plan", "1"), "v2_runner_on_ok")
    assert not callback.off


@pytest.mark.parametrize(
    ("name", "around", "until", "expected"),
    [
        ("Wait until EKS is ready", "", ["x"], "waits until EKS is ready"),
        ("Ask RDS", "Wait until the instance is available", ["x"], "waits until the instance is available"),
        ("Join", "Join the cluster", ["x"], "waits for the cluster"),
        ("Ask", "", ["x"], "waits: Ask"),
        ("Wait until EKS is ready", "", [], ""),
    ],
)
def test_what_is_waited_for_is_said(name: str, around: str, until: list[str], expected: str) -> None:
    block = SimpleNamespace(name=around, _parent=None)
    one = SimpleNamespace(name=name, action="x", until=until, _parent=block)
    assert progress._waits(one) == expected


def test_every_question_of_a_wait_is_counted(callback: progress.CallbackModule) -> None:
    callback.v2_playbook_on_play_start(play("Stateful", None))
    one = task("Wait until EKS is ready", "1")
    one.until = ["x"]
    callback.v2_runner_on_start(HOST, one)
    for _question in range(3):
        callback.v2_runner_retry(SimpleNamespace(host=HOST, task=one))
    assert callback.recorder.active["network"].asked == 3
    assert callback.recorder.active["network"].waits == "waits until EKS is ready"
