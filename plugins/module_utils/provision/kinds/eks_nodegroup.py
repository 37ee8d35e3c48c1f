# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed node groups of EKS. https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html

Named `<cluster>/<node group>`. `machine` is what the version of the launch template says that its nodes were made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.launch_template import project_data
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.nodegroup import project
from ansible_collections.creator.platform.plugins.module_utils.aws.reading import at_once, optional
from ansible_collections.creator.platform.plugins.module_utils.provision.kinds.eks_cluster import ours
from ansible_collections.creator.platform.plugins.module_utils.provision.listing import is_ours, pages
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Kind, Resource, Rules, Scope


def read(client: Any, scope: Scope) -> list[Resource]:
    """Node groups of the environment's clusters: those named themselves and those tagged as the component's."""
    pairs: list[tuple[str, str]] = []
    for cluster in ours(client, scope):
        pairs += [(cluster, item) for item in pages(client, "list_nodegroups", "nodegroups", clusterName=cluster)]

    def machine(template: Mapping[str, str]) -> dict[str, Any]:
        if not template:
            return {}
        answer = scope.clients["ec2"].describe_launch_template_versions(
            LaunchTemplateName=template["name"], Versions=[template["version"]]
        )
        return project_data(answer["LaunchTemplateVersions"][0]["LaunchTemplateData"])

    def one(pair: tuple[str, str]) -> Resource | None:
        cluster, item = pair
        place = {"clusterName": cluster, "nodegroupName": item}
        found = optional(client, "describe_nodegroup", ("ResourceNotFoundException",), **place)
        answer = found["nodegroup"] if found else {"status": "DELETING"}
        properties = project(answer)
        name = f"{cluster}/{item}"
        if answer.get("status") == "DELETING" or (name not in scope.names and not is_ours(properties["tags"], scope)):
            return None
        properties["machine"] = machine(properties["launch_template"])
        return Resource("eks_nodegroup", name, properties, scope.region, {"status": answer.get("status", "")})

    return [resource for resource in at_once(one, pairs) if resource is not None]


KIND = Kind(
    "eks_nodegroup",
    "eks",
    read,
    Rules(
        unordered=frozenset({"subnets", "instance_types", "taints"}),
        immutable=frozenset({"node_role_arn", "subnets", "ami_type", "instance_types", "capacity_type", "disk_size"}),
        unsettled=frozenset({"CREATING", "CREATE_FAILED", "DELETE_FAILED", "DEGRADED"}),
        ignored={
            "desired_size": "the cluster autoscaler sets it; min_size and max_size are compared",
            "release_version": "AMI releases are rolled by an update of their own",
        },
    ),
    also=("ec2",),
)
