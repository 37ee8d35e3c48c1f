# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the report beside the evidence: both files or the old ones, nothing when nothing changed. Standard library only."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.report.page import page
from ansible_collections.creator.platform.plugins.module_utils.report.summary import Report, document


class ReportError(Exception):
    """The report could not be written; the message names the file and the cause."""


@dataclass(frozen=True)
class Written:
    """Where the report stands and whether it differs from what stood there, apart from the time it was made."""

    html: Path
    json: Path
    changed: bool


def write(report: Report, folder: Path, generated: str, *, check: bool = False) -> Written:
    """Writes report.html and report.json into `folder`, each in one step. With `check`, only tells what would change.

    Raises ReportError when the folder or a file cannot be written.
    """
    html, data = folder / "report.html", folder / "report.json"
    earlier = _earlier(data)
    fresh = document(report, earlier.get("generated", generated) if earlier else generated)
    # Through JSON and back, so that tuples and lists are the same.
    same = earlier is not None and json.loads(json.dumps(fresh)) == earlier
    if same and _content(html) == page(report, fresh["generated"]):
        return Written(html, data, False)
    if not check:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _replace(html, page(report, generated))
            _replace(data, json.dumps(document(report, generated), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        except OSError as error:
            raise ReportError(f"cannot write the report into {folder}: {error.strerror or error}") from error
    return Written(html, data, True)


def _content(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _earlier(path: Path) -> Mapping[str, Any] | None:
    try:
        found = json.loads(_content(path) or "null")
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("generated"), str) else None


def _replace(path: Path, content: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes files that only their owner reads; a report is to be read.
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
