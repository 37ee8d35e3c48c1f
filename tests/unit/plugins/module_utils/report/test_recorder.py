# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.creator.platform.plugins.module_utils.report.recorder import Recorder, iso

T0 = 1795508323.0


def test_parallel_tasks_and_plays_become_one_timeline() -> None:
    recorder = Recorder(environment="local")
    recorder.begin("site.yml")
    recorder.begin("more.yml")
    recorder.begin_play("Foundation", record=True)
    recorder.start("network", "Plan", identity="1", role="network", now=T0)
    recorder.start("keys", "Plan", identity="1", role="keys", now=T0 + 0.1)
    recorder.finish("keys", "1", "ok", T0 + 1)
    recorder.finish("network", "1", "changed", T0 + 2.5)
    recorder.begin_play("Seed", record=True)
    recorder.start("database", "Write", identity="2", role="seed", now=T0 + 3)
    recorder.finish("database", "2", "ok", T0 + 4)
    assert recorder.document("ok") == {
        "playbook": "site.yml",
        "environment": "local",
        "started": "2026-11-24T08:18:43.000Z",
        "finished": iso(T0 + 4),
        "status": "ok",
        "tasks": [
            {
                "play": "Foundation",
                "component": "keys",
                "role": "keys",
                "task": "Plan",
                "started": "2026-11-24T08:18:43.100Z",
                "seconds": 0.9,
                "status": "ok",
            },
            {
                "play": "Foundation",
                "component": "network",
                "role": "network",
                "task": "Plan",
                "started": "2026-11-24T08:18:43.000Z",
                "seconds": 2.5,
                "status": "changed",
            },
            {
                "play": "Seed",
                "component": "database",
                "role": "seed",
                "task": "Write",
                "started": iso(T0 + 3),
                "seconds": 1.0,
                "status": "ok",
            },
        ],
    }


def test_a_play_that_is_not_recorded_is_seen_at_work_only() -> None:
    recorder = Recorder()
    recorder.begin_play("Report", record=False)
    recorder.start("services", "Write", identity="1", role="report", now=T0)
    assert "services" in recorder.active
    recorder.finish("services", "1", "failed", T0 + 1)
    assert not recorder.active
    assert recorder.rows == []
    assert recorder.began is None
    assert not recorder.failed


def test_the_end_of_another_task_ends_nothing() -> None:
    recorder = Recorder()
    recorder.begin_play("Seed", record=True)
    recorder.finish("database", "0", "skipped", T0)
    recorder.start("database", "Write", identity="1", role="", now=T0)
    recorder.finish("database", "0", "ok", T0 + 1)
    assert "database" in recorder.active
    assert recorder.rows == []


def test_a_clock_that_is_set_back_gives_no_negative_time() -> None:
    recorder = Recorder()
    recorder.begin_play("Seed", record=True)
    recorder.start("database", "Write", identity="1", role="", now=T0)
    recorder.finish("database", "1", "ok", T0 - 3600)
    assert recorder.rows[0]["seconds"] == 0


def test_a_rescued_failure_does_not_fail_the_run() -> None:
    recorder = Recorder()
    recorder.begin_play("Deploy", record=True)
    for identity, rescued in (("1", True), ("2", False)):
        recorder.start("services", "Verify", identity=identity, role="", now=T0)
        recorder.finish("services", identity, "failed", T0 + 1, rescued=rescued)
        assert recorder.failed is not rescued
    assert [row.get("rescued") for row in recorder.rows] == [True, None]
