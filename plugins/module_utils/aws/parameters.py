# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and writing the parameters under one path of Systems Manager."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

BATCH = 10  # the most names that DeleteParameters takes


def read_path(client: Any, path: str) -> dict[str, str]:
    """Value by name of every parameter directly under `path`. Raises what boto3 raises."""
    paginator = client.get_paginator("get_parameters_by_path")
    return {row["Name"]: row["Value"] for page in paginator.paginate(Path=path) for row in page["Parameters"]}


def read_paths(client: Any, paths: Iterable[str]) -> dict[str, dict[str, str]]:
    """By path, value by name of every parameter directly under it. Raises what boto3 raises.

    Path by path, several at once: a page has ten parameters and must be there before the next one is asked for, so that one
    listing of all would take a way to AWS and back for each page.
    """
    asked = list(paths)
    return dict(zip(asked, at_once(lambda path: read_path(client, path), asked), strict=True))


class Parameters:
    """Parameters by path, read when first asked for; each ask for what was not read yet is a new look.

    `known`: as of `read_paths`, what was read before: nothing is asked about those paths.
    """

    def __init__(self, client: Callable[[], Any], known: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._make = client
        self._client: Any = None
        self._known = known or {}

    def under(self, path: str) -> dict[str, str]:
        """Value by name of every parameter directly under `path`. Raises what boto3 raises."""
        if path in self._known:
            return dict(self._known[path])
        if self._client is None:
            self._client = self._make()
        return read_path(self._client, path)


def write(client: Any, values: Mapping[str, str], existing: Mapping[str, str], tags: Mapping[str, str]) -> None:
    """Write parameters; those not `existing` are created with `tags` (AWS takes no tags with Overwrite).

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
    """
    rows = tag_list(tags)
    for name, value in values.items():
        options: dict[str, Any] = {"Overwrite": True} if name in existing else {"Tags": rows}
        # A value over 4096 characters (a certificate chain) needs the advanced tier; this picks it only then.
        client.put_parameter(Name=name, Value=value, Type="String", Tier="Intelligent-Tiering", **options)


def delete(client: Any, names: list[str]) -> None:
    """Delete parameters; those that are gone already are fine."""
    for start in range(0, len(names), BATCH):
        client.delete_parameters(Names=names[start : start + BATCH])
