# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence for the tests: the folders under fixtures/, and means to spoil them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.report.collect import Document, Evidence, collect
from ansible_collections.creator.platform.plugins.module_utils.report.summary import Report, build

FIXTURES = Path(__file__).parent / "fixtures"
COMPONENTS = ("network", "keys", "identity", "database", "storage", "cluster", "registry", "services")
GENERATED = "2026-11-24T08:15:11Z"


def good() -> dict[str, Any]:
    """All documents of a run in which everything went well, by path."""
    folder = FIXTURES / "good"
    return {str(path.relative_to(folder)): json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))}


def changed_row() -> dict[str, Any]:
    """The same run, with a drill that found a changed row."""
    return {**good(), "drill.json": json.loads((FIXTURES / "changed_row" / "drill.json").read_text())}


def report(documents: dict[str, Any]) -> Report:
    """The report of documents in memory."""
    single = {
        name: Document(f"{name}.json", "read", "", documents[f"{name}.json"])
        if f"{name}.json" in documents
        else Document(f"{name}.json", "missing", "no such file")
        for name in ("timeline", "seed", "rollout", "backup", "drill")
    }
    below = {
        folder: tuple(Document(path, "read", "", data) for path, data in documents.items() if path.startswith(folder))
        for folder in ("provision/", "rollouts/")
    }
    evidence = Evidence(single, below["provision/"], below["rollouts/"])
    return build(evidence, platform="creator", environment="local", components=COMPONENTS)


def from_folder(folder: Path) -> Report:
    """The report of a folder."""
    return build(collect(folder), platform="creator", environment="local", components=COMPONENTS)


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values that are no structures."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield at
        return
    for key, below in items:
        yield from leaves(below, (*at, key))


def put(documents: dict[str, Any], at: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A copy of the documents with `value` at the place."""
    fresh = copy.deepcopy(documents)
    target: Any = fresh
    for key in at[:-1]:
        target = target[key]
    target[at[-1]] = value
    return fresh
