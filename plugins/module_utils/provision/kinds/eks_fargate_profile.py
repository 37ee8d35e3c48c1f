# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fargate profiles. https://docs.aws.amazon.com/eks/latest/APIReference/API_FargateProfile.html

Named `<cluster>/<profile>`.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.fargate_profile import project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds.eks_cluster import ours
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Profiles of the environment's clusters: those named themselves and those tagged as the component's."""
    pairs = [
        (cluster, item)
        for cluster in ours(client, scope)
        for item in pages(client, "list_fargate_profiles", "fargateProfileNames", clusterName=cluster)
    ]

    def one(pair: tuple[str, str]) -> Resource | None:
        cluster, item = pair
        place = {"clusterName": cluster, "fargateProfileName": item}
        answer = optional(client, "describe_fargate_profile", ("ResourceNotFoundException",), **place)
        profile = answer["fargateProfile"] if answer else {"status": "DELETING"}
        properties = project(profile)
        name = f"{cluster}/{item}"
        if profile["status"] == "DELETING" or (name not in scope.names and not is_ours(properties["tags"], scope)):
            return None
        return Resource("eks_fargate_profile", name, properties, scope.region, {"status": profile["status"]})

    return [resource for resource in at_once(one, pairs) if resource is not None]


KIND = Kind(
    "eks_fargate_profile",
    "eks",
    read,
    Rules(
        unordered=frozenset({"subnets", "selectors"}),
        immutable=frozenset({"pod_role_arn", "subnets", "selectors"}),
        unsettled=frozenset({"CREATING", "CREATE_FAILED", "DELETE_FAILED"}),
    ),
)
