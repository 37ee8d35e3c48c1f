# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pod identity associations of EKS. Named `<cluster>/<namespace>/<service account>`.

https://docs.aws.amazon.com/eks/latest/APIReference/API_PodIdentityAssociation.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.pod_identity import project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds.eks_cluster import ours
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Associations of the environment's clusters that are named or tagged as the component's."""
    pairs: list[tuple[str, str]] = []
    for cluster in ours(client, scope):
        summaries = pages(client, "list_pod_identity_associations", "associations", clusterName=cluster)
        pairs += [(cluster, summary["associationId"]) for summary in summaries]

    def one(pair: tuple[str, str]) -> Resource | None:
        cluster, identifier = pair
        place = {"clusterName": cluster, "associationId": identifier}
        answer = optional(client, "describe_pod_identity_association", ("ResourceNotFoundException",), **place)
        if answer is None:
            return None
        found = answer["association"]
        name = f"{cluster}/{found['namespace']}/{found['serviceAccount']}"
        properties = project(found)
        if name not in scope.names and not is_ours(properties["tags"], scope):
            return None
        return Resource("eks_pod_identity_association", name, properties, scope.region)

    return [resource for resource in at_once(one, pairs) if resource is not None]


KIND = Kind("eks_pod_identity_association", "eks", read)
