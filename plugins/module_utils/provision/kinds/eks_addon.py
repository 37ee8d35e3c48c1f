# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add-ons of EKS. https://docs.aws.amazon.com/eks/latest/APIReference/API_Addon.html

Named `<cluster>/<add-on>`. `compatible`: whether EKS offers its version for the Kubernetes version that the cluster has.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.addon import project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds.eks_cluster import described, ours
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, pages
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Add-ons of the environment's clusters: those named themselves and those tagged as the component's."""
    pairs: list[tuple[str, str]] = []
    for cluster in ours(client, scope):
        pairs += [(cluster, item) for item in pages(client, "list_addons", "addons", clusterName=cluster)]

    def fitting(cluster: str) -> set[str]:
        found = described(client, cluster)
        if found is None:
            return set()
        offers = listing(client, "describe_addon_versions", "addons", kubernetesVersion=found["version"])
        return {f"{offer['addonName']} {row['addonVersion']}" for offer in offers for row in offer["addonVersions"]}

    fits = {cluster: fitting(cluster) for cluster in {cluster for cluster, _item in pairs}}

    def one(pair: tuple[str, str]) -> Resource | None:
        cluster, item = pair
        found = optional(client, "describe_addon", ("ResourceNotFoundException",), clusterName=cluster, addonName=item)
        answer = found["addon"] if found else {"status": "DELETING"}
        properties = project(answer)
        properties["compatible"] = f"{item} {answer.get('addonVersion')}" in fits[cluster]
        name = f"{cluster}/{item}"
        if answer.get("status") == "DELETING" or (name not in scope.names and not is_ours(properties["tags"], scope)):
            return None
        return Resource("eks_addon", name, properties, scope.region, {"status": answer.get("status", "")})

    return [resource for resource in at_once(one, pairs) if resource is not None]


KIND = Kind(
    "eks_addon",
    "eks",
    read,
    Rules(unsettled=frozenset({"CREATING", "CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED", "DEGRADED"})),
)
