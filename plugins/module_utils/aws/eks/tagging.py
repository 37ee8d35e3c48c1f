# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that tag an EKS resource. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call, tag_changes


def tag_calls(arn: str, found: Mapping[str, str], desired: Mapping[str, str] | None, purge: bool) -> list[Call]:
    """The calls that lead from the tags found to those desired (None: leave them alone)."""
    add, gone = tag_changes(found, desired, purge)
    calls: list[Call] = []
    if add:
        calls.append(("tag_resource", {"resourceArn": arn, "tags": add}))
    if gone:
        calls.append(("untag_resource", {"resourceArn": arn, "tagKeys": gone}))
    return calls
