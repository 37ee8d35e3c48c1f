# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says of the platform's use: nothing that is claimed without evidence counts as good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.report.collect import collect
from ansible_collections.creator.platform.plugins.module_utils.report.page import page
from ansible_collections.creator.platform.plugins.module_utils.report.summary import build

STEP = {
    "name": "Its row in PostgreSQL",
    "state": "found",
    "message": "has <it>",
    "seconds": 0.1,
    "facts": {"title": "T"},
}
LOAD = {
    "verdict": "failed",
    "message": "2 of 200 requests were lost",
    "rate": 100,
    "sent": 200,
    "failed": 2,
    "latency": {"p50": 0.01, "p90": 0.02, "p99": 0.1, "max": 0.2},
    "by_second": [
        {"second": 0, "sent": 100, "failed": 0, "slowest": 0.1},
        {"second": 1, "sent": 100, "failed": 2, "slowest": 0.2},
    ],
    "marks": {"applied": 1.0},
    "failures": [{"second": 1, "path": "/", "status": 502, "error": "", "pod": "web-abc", "target": "198.18.1.5:8080"}],
    "note": "1 of the lost requests is not in the log",
}


def report(folder: Path, **documents: Any) -> Any:
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(document if isinstance(document, str) else json.dumps(document))
    return build(collect(folder), platform="creator", environment="local")


def test_without_documents_there_are_no_sections(tmp_path: Path) -> None:
    found = report(tmp_path)
    assert found.uses == ()
    assert len(found.sections) == 5


@pytest.mark.parametrize(
    ("name", "document", "verdict"),
    [
        ("journey", {"verdict": "succeeded", "message": "m", "steps": [STEP]}, "succeeded"),
        ("journey", {"verdict": "succeeded", "message": "m", "steps": []}, "inconclusive"),
        ("journey", {"verdict": "succeeded", "message": "m"}, "inconclusive"),
        ("journey", {"verdict": "succeeded", "message": "m", "steps": [{**STEP, "state": "missing"}]}, "failed"),
        ("journey", {"message": "m", "steps": [STEP]}, "inconclusive"),
        ("journey", "not JSON", "inconclusive"),
        ("smoke", {"verdict": "succeeded", "message": "m", "checks": [{"name": "a page", "ok": True}]}, "succeeded"),
        ("smoke", {"verdict": "succeeded", "message": "m", "checks": [{"name": "a page"}]}, "failed"),
        ("load", LOAD, "failed"),
        ("load", {**LOAD, "verdict": "succeeded", "by_second": []}, "inconclusive"),
        ("load", {**LOAD, "verdict": "succeeded", "failed": 0, "failures": []}, "succeeded"),
        ("migration", {"verdict": "succeeded", "message": "m", "migrations": []}, "succeeded"),
        ("migration", {"verdict": "succeeded", "migrations": [{"job": "j", "verdict": "failed"}]}, "failed"),
    ],
)
def test_a_success_has_to_be_borne_out(tmp_path: Path, name: str, document: Any, verdict: str) -> None:
    found = report(tmp_path, **{name: document})
    assert [(each.name, each.verdict, each.counted) for each in found.uses] == [(name, verdict, True)]
    assert len(found.sections) == 6


def test_what_was_skipped_says_why_and_is_not_counted(tmp_path: Path) -> None:
    found = report(tmp_path, journey={"verdict": "skipped", "message": "there are no container nodes", "steps": []})
    assert len(found.sections) == 5
    text = page(found, "2026-11-24T12:00:00Z")
    assert "Not done: there are no container nodes." in text


def test_the_page_shows_seconds_losses_and_steps(tmp_path: Path) -> None:
    journey = {"verdict": "succeeded", "message": "m", "correlation_id": "journey-1", "steps": [STEP]}
    text = page(report(tmp_path, load=LOAD, journey=journey), "2026-11-24T12:00:00Z")
    for wanted in ("web-abc", "second 1: 100 sent, 2 lost", "applied at 1 s", "has &lt;it&gt;", "journey-1", "502"):
        assert wanted in text
