# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2's networking answers in the vocabulary of the plan: names instead of ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Resource, Scope


def split_name(item: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The tag Name (or "") and the other tags."""
    tags = tags_of(item)
    return tags.pop("Name", ""), tags


def names(items: Iterable[Mapping[str, Any]], identifier: str) -> dict[str, str]:
    """Name by id, of the items that have one; what has none is called by its id."""
    return {item[identifier]: split_name(item)[0] or item[identifier] for item in items}


def ours(items: Iterable[Mapping[str, Any]], scope: Scope) -> list[tuple[str, dict[str, str], Mapping[str, Any]]]:
    """(name, other tags, item) of the items that bear a name of the scope or its component's tags, nameless ones by id."""
    found = []
    for item in items:
        name, tags = split_name(item)
        if name in scope.names or is_ours(tags, scope):
            found.append((name, tags, item))
    return found


def vpc_names(client: Any) -> dict[str, str]:
    """VPC name by id, of the client's region."""
    return names(listing(client, "describe_vpcs", "Vpcs"), "VpcId")


def subnet_names(client: Any) -> dict[str, str]:
    """Subnet name by id, of the client's region."""
    return names(listing(client, "describe_subnets", "Subnets"), "SubnetId")


def found(kind: str, scope: Scope, name: str, identifier: str, properties: Mapping[str, Any], **facts: Any) -> Resource:
    """A found resource; one without a name is called by its id."""
    return Resource(kind, name or identifier, properties, scope.region, {"id": identifier, **facts})
