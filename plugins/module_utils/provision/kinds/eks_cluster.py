# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EKS clusters. https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.cluster import project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, listing, once
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def facts(cluster: Mapping[str, Any]) -> dict[str, Any]:
    """arn, status, deletion_protection; endpoint, certificate_authority (base64) and oidc_issuer, empty until it is ACTIVE."""
    return {
        "arn": cluster.get("arn", ""),
        "status": cluster.get("status", ""),
        "deletion_protection": bool(cluster.get("deletionProtection", False)),
        "endpoint": cluster.get("endpoint") or "",
        "certificate_authority": (cluster.get("certificateAuthority") or {}).get("data") or "",
        "oidc_issuer": ((cluster.get("identity") or {}).get("oidc") or {}).get("issuer") or "",
    }


def ours(client: Any, scope: Scope) -> list[str]:
    """Names of the clusters that there are of the environment, or that what is wanted belongs to (`<cluster>/…`)."""
    environment = f"{scope.platform}-{scope.environment}"
    named = {name.partition("/")[0] for name in scope.names}
    return sorted(name for name in listing(client, "list_clusters", "clusters") if name == environment or name in named)


def described(client: Any, name: str) -> Mapping[str, Any] | None:
    """The cluster as EKS describes it, read once per client; None for one that is gone."""
    return once(client, _describe, name)


def _describe(client: Any, name: str) -> Mapping[str, Any] | None:
    answer = optional(client, "describe_cluster", ("ResourceNotFoundException",), name=name)
    return answer["cluster"] if answer else None


def read(client: Any, scope: Scope) -> list[Resource]:
    """Clusters that are named or tagged as the component's; one that is being deleted is no more."""
    names = ours(client, scope)

    def one(name: str) -> Resource | None:
        cluster = described(client, name)
        if cluster is None or cluster.get("status") == "DELETING":
            return None
        properties = project(cluster)
        if name not in scope.names and not is_ours(properties["tags"], scope):
            return None
        return Resource("eks_cluster", name, properties, scope.region, facts(cluster))

    return [resource for resource in at_once(one, names) if resource is not None]


KIND = Kind(
    "eks_cluster",
    "eks",
    read,
    Rules(
        unordered=frozenset({"subnets", "security_groups", "public_access_cidrs", "log_types"}),
        immutable=frozenset({"role_arn", "service_cidr"}),
        # Locked by EKS or not: all that runs in it goes with it, and a lock met half way leaves half an environment.
        protected=True,
        unsettled=frozenset({"CREATING", "FAILED"}),
    ),
)
