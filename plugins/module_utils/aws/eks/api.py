# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of EKS for the modules: the answer, or None when there is no such thing. Errors are AnsibleAWSError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.creator.platform.plugins.module_utils.aws.handling import error_handler

EksErrors = error_handler(["ResourceNotFoundException"])


@EksErrors.list_error_handler("describe the cluster")
@AWSRetry.jittered_backoff()
def find_cluster(client: Any, name: str) -> Any:
    """The Cluster, or None."""
    return client.describe_cluster(name=name)["cluster"]


@EksErrors.list_error_handler("describe the node group")
@AWSRetry.jittered_backoff()
def find_nodegroup(client: Any, cluster: str, name: str) -> Any:
    """The Nodegroup, or None."""
    return client.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]


@EksErrors.list_error_handler("describe the add-on")
@AWSRetry.jittered_backoff()
def find_addon(client: Any, cluster: str, name: str) -> Any:
    """The Addon, or None."""
    return client.describe_addon(clusterName=cluster, addonName=name)["addon"]


@EksErrors.list_error_handler("describe the access entry")
@AWSRetry.jittered_backoff()
def find_access_entry(client: Any, cluster: str, principal_arn: str) -> Any:
    """The AccessEntry, or None."""
    return client.describe_access_entry(clusterName=cluster, principalArn=principal_arn)["accessEntry"]


@EksErrors.list_error_handler("list the policies of the access entry", [])
@AWSRetry.jittered_backoff()
def access_policies(client: Any, cluster: str, principal_arn: str) -> Any:
    """The associated access policies of an entry."""
    paginator = client.get_paginator("list_associated_access_policies")
    pages = paginator.paginate(clusterName=cluster, principalArn=principal_arn)
    return pages.build_full_result().get("associatedAccessPolicies", [])


@EksErrors.list_error_handler("look for the pod identity association")
@AWSRetry.jittered_backoff()
def find_association(client: Any, cluster: str, namespace: str, service_account: str) -> Any:
    """The PodIdentityAssociation of a service account (there is at most one), or None."""
    found = client.list_pod_identity_associations(
        clusterName=cluster, namespace=namespace, serviceAccount=service_account
    )["associations"]
    if not found:
        return None
    identifier = found[0]["associationId"]
    return client.describe_pod_identity_association(clusterName=cluster, associationId=identifier)["association"]


@EksErrors.common_error_handler("read the Fargate profiles of the cluster")
@AWSRetry.jittered_backoff()
def fargate_profiles(client: Any, cluster: str) -> Any:
    """All FargateProfiles of a cluster. One that goes while it is asked for is left out."""
    pages = client.get_paginator("list_fargate_profiles").paginate(clusterName=cluster)
    found = []
    for name in pages.build_full_result().get("fargateProfileNames", []):
        try:
            answer = client.describe_fargate_profile(clusterName=cluster, fargateProfileName=name)
        except client.exceptions.ResourceNotFoundException:
            continue
        found.append(answer["fargateProfile"])
    return found


@EksErrors.list_error_handler("list what belongs to the cluster", [])
@AWSRetry.jittered_backoff()
def attached(client: Any, cluster: str) -> Any:
    """Names of node groups and Fargate profiles, without which EKS does not remove a cluster; [] when it is gone."""
    groups = client.get_paginator("list_nodegroups").paginate(clusterName=cluster).build_full_result()
    profiles = client.get_paginator("list_fargate_profiles").paginate(clusterName=cluster).build_full_result()
    return [*groups.get("nodegroups", []), *profiles.get("fargateProfileNames", [])]


@EksErrors.common_error_handler("read what decides on an upgrade")
@AWSRetry.jittered_backoff()
def upgrade_facts(client: Any, cluster: str, version: str) -> Any:
    """What `upgrade.judge` asks of EKS for the way to `version`, by its parameter names."""
    offered = client.get_paginator("describe_cluster_versions").paginate().build_full_result()
    chosen = {"categories": ["UPGRADE_READINESS"], "kubernetesVersions": [version]}
    insights = client.get_paginator("list_insights").paginate(clusterName=cluster, filter=chosen).build_full_result()
    groups = client.get_paginator("list_nodegroups").paginate(clusterName=cluster).build_full_result()["nodegroups"]
    installed = client.get_paginator("list_addons").paginate(clusterName=cluster).build_full_result()["addons"]
    nodes = [client.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"] for name in groups]
    addons = {}
    for name in installed:
        fitting = client.describe_addon_versions(addonName=name, kubernetesVersion=version)["addons"]
        addons[name] = {
            row["addonVersion"]: any(fit.get("defaultVersion") for fit in row.get("compatibilities", []))
            for addon in fitting
            for row in addon["addonVersions"]
        }
    return {
        "offered": [row["clusterVersion"] for row in offered["clusterVersions"]],
        "insights": insights.get("insights", []),
        "node_groups": {group["nodegroupName"]: str(group["version"]) for group in nodes},
        "addons": addons,
    }
