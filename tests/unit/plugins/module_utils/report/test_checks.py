# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last plan and the last check for drift in the report."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.creator.platform.plugins.module_utils.report.collect import collect
from ansible_collections.creator.platform.plugins.module_utils.report.page import page
from ansible_collections.creator.platform.plugins.module_utils.report.summary import build

CHANGE = {
    "action": "update",
    "kind": "rds_instance",
    "name": "creator-dev-<database>",
    "region": "eu-west-1",
    "attributes": [{"attribute": "class", "before": "small", "after": "large"}],
}
PLAN = {"digest": "sha256:" + "a" * 64, "components": [{"component": "database", "changes": [CHANGE]}]}
DRIFT = {
    "digest": "sha256:" + "b" * 64,
    "checked": "2026-11-24T12:00:00Z",
    "resources": [
        {
            **CHANGE,
            "component": "database",
            "events": [{"event": "Modify", "who": "arn:eve", "when": "2026-11-24T11:00:00Z"}],
            "unknown": "",
        }
    ],
}


def shown(folder: Path, **documents: object) -> str:
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(document if isinstance(document, str) else json.dumps(document))
    report = build(collect(folder), platform="creator", environment="dev")
    return page(report, "2026-11-24T12:00:00Z")


def test_without_a_look_there_is_no_section(tmp_path: Path) -> None:
    text = shown(tmp_path)
    assert "Last plan" not in text
    assert "Last check for drift" not in text


def test_what_differed_stands_in_the_page_with_its_author(tmp_path: Path) -> None:
    text = shown(tmp_path, plan=PLAN, drift=DRIFT)
    assert "1 resource of 1 component would be changed." in text
    assert "1 resource of 1 component differed." in text
    assert "arn:eve, 2026-11-24T11:00:00Z" in text
    assert "creator-dev-&lt;database&gt;" in text


def test_no_drift_is_said(tmp_path: Path) -> None:
    assert "Nothing differed from the variables." in shown(tmp_path, drift={**DRIFT, "resources": []})


def test_what_cannot_be_read_is_no_success(tmp_path: Path) -> None:
    assert "Its evidence is unreadable" in shown(tmp_path, drift="{")


def test_the_verdict_does_not_depend_on_a_look(tmp_path: Path) -> None:
    before = build(collect(tmp_path), platform="creator", environment="dev")
    shown(tmp_path, drift=DRIFT)
    after = build(collect(tmp_path), platform="creator", environment="dev")
    assert (before.verdict, before.sentence) == (after.verdict, after.sentence)
