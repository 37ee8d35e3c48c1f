# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An analyzer of IAM Access Analyzer. Standard library only.

https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_AnalyzerSummary.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Found,
    Steps,
    tag_changes,
    with_tags,
)


def project(analyzer: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of an AnalyzerSummary."""
    tags = {key: value for key, value in (analyzer.get("tags") or {}).items() if not key.startswith("aws:")}
    return {"type": analyzer["type"], "status": analyzer["status"], "tags": tags}


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Make the analyzer, or set its tags. Raises ChangeError: its type is settled at creation."""
    name = params["name"]
    if found is None:
        request: dict[str, Any] = {"analyzerName": name, "type": desired["type"]}
        request |= {"tags": dict(desired["tags"])} if desired.get("tags") else {}
        return Steps([("create_analyzer", request)], {}, dict(desired))
    have, arn = found.properties, found.facts["arn"]
    if desired.get("type", have["type"]) != have["type"]:
        raise ChangeError(f"analyzer {name} is of type {have['type']}, and none can change: remove it first")
    add, gone = tag_changes(have["tags"], desired.get("tags"), params["purge_tags"])
    calls: list[Call] = []
    if add:
        calls.append(("tag_resource", {"resourceArn": arn, "tags": add}))
    if gone:
        calls.append(("untag_resource", {"resourceArn": arn, "tagKeys": gone}))
    return Steps(calls, have, {**have, "tags": with_tags(have["tags"], desired.get("tags"), params["purge_tags"])})


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Remove the analyzer and its findings."""
    return Steps([("delete_analyzer", {"analyzerName": params["name"]})], found.properties, {})
