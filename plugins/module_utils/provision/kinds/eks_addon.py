# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add-ons of EKS. https://docs.aws.amazon.com/eks/latest/APIReference/API_Addon.html

Named `<cluster>/<add-on>`.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.addon import project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Add-ons of the clusters that are named: those named themselves and those tagged as the component's."""
    pairs: list[tuple[str, str]] = []
    for cluster in sorted({name.partition("/")[0] for name in scope.names}):
        if optional(client, "describe_cluster", ("ResourceNotFoundException",), name=cluster) is not None:
            pairs += [(cluster, item) for item in pages(client, "list_addons", "addons", clusterName=cluster)]

    def one(pair: tuple[str, str]) -> Resource | None:
        cluster, item = pair
        answer = client.describe_addon(clusterName=cluster, addonName=item)["addon"]
        properties = project(answer)
        name = f"{cluster}/{item}"
        if answer.get("status") == "DELETING" or (name not in scope.names and not is_ours(properties["tags"], scope)):
            return None
        return Resource("eks_addon", name, properties, scope.region, {"status": answer.get("status", "")})

    return [resource for resource in at_once(one, pairs) if resource is not None]


KIND = Kind(
    "eks_addon",
    "eks",
    read,
    Rules(ignored={"health": "an add-on without nodes is DEGRADED until they come"}),
)
