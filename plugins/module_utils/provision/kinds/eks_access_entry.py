# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access entries of EKS: who may enter a cluster, and as what. Named `<cluster>/<principal ARN>`.

https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessEntry.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.access_entry import project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds.eks_cluster import ours
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages, tags_of
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Entries of the environment's clusters that are named or tagged as the component's.

    EKS makes entries of its own (node roles, Fargate, the creator of the cluster): they have no tags of ours.
    """
    pairs: list[tuple[str, str]] = []
    for cluster in ours(client, scope):
        pairs += [(cluster, arn) for arn in pages(client, "list_access_entries", "accessEntries", clusterName=cluster)]

    def one(pair: tuple[str, str]) -> Resource | None:
        cluster, principal = pair
        place = {"clusterName": cluster, "principalArn": principal}
        found = optional(client, "describe_access_entry", ("ResourceNotFoundException",), **place)
        name = f"{cluster}/{principal}"
        if found is None or not (name in scope.names or is_ours(tags_of(found["accessEntry"], "tags"), scope)):
            return None
        policies = pages(client, "list_associated_access_policies", "associatedAccessPolicies", **place)
        properties = project(found["accessEntry"], policies)
        return Resource("eks_access_entry", name, properties, scope.region)

    return [resource for resource in at_once(one, pairs) if resource is not None]


KIND = Kind(
    "eks_access_entry",
    "eks",
    read,
    Rules(unordered=frozenset({"kubernetes_groups", "policies"}), immutable=frozenset({"type"})),
)
