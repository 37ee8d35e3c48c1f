# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of EC2's resources, whose names are a tag themselves. Standard library only.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call, tag_changes
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list, tag_mapping


def split(item: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The tag Name (or "") and the other tags, without AWS's own, of an item with a list of Tags."""
    tags = tag_mapping(item.get("Tags"))
    return tags.pop("Name", ""), tags


def specification(resource: str, name: str, tags: Mapping[str, str] | None) -> list[dict[str, Any]]:
    """TagSpecifications of a creation, so that no run leaves anything behind that has no owner."""
    return [{"ResourceType": resource, "Tags": tag_list({**(tags or {}), "Name": name})}]


def tag_calls(identifier: str, found: Mapping[str, str], desired: Mapping[str, str] | None, purge: bool) -> list[Call]:
    """What changes the tags but Name; nothing when `desired` is None."""
    add, gone = tag_changes(found, desired, purge)
    calls: list[Call] = []
    if add:
        calls.append(("create_tags", {"Resources": [identifier], "Tags": tag_list(add)}))
    if gone:
        calls.append(("delete_tags", {"Resources": [identifier], "Tags": [{"Key": key} for key in gone]}))
    return calls
