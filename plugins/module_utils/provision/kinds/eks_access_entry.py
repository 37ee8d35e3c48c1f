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
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Entries of the named clusters that are named or tagged as the component's.

    EKS makes entries of its own (node roles, Fargate, the creator of the cluster): they have no tags of ours.
    """
    pairs: list[tuple[str, str]] = []
    for cluster in sorted({name.partition("/")[0] for name in scope.names}):
        if optional(client, "describe_cluster", ("ResourceNotFoundException",), name=cluster) is not None:
            pairs += [
                (cluster, arn) for arn in pages(client, "list_access_entries", "accessEntries", clusterName=cluster)
            ]

    def one(pair: tuple[str, str]) -> Resource | None:
        cluster, principal = pair
        entry = client.describe_access_entry(clusterName=cluster, principalArn=principal)["accessEntry"]
        policies = pages(
            client,
            "list_associated_access_policies",
            "associatedAccessPolicies",
            clusterName=cluster,
            principalArn=principal,
        )
        properties = project(entry, policies)
        name = f"{cluster}/{principal}"
        if name not in scope.names and not is_ours(properties["tags"], scope):
            return None
        return Resource("eks_access_entry", name, properties, scope.region)

    return [resource for resource in at_once(one, pairs) if resource is not None]


KIND = Kind(
    "eks_access_entry",
    "eks",
    read,
    Rules(unordered=frozenset({"kubernetes_groups", "policies"}), immutable=frozenset({"type"})),
)
