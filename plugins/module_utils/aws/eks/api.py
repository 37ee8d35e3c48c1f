# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of EKS for the modules: the answer, or None when there is no such thing. Errors are EksError."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry


class EksError(AnsibleAWSError):
    """EKS refused a read or did not answer."""


class EksErrorHandler(AWSErrorHandler):
    """Turns botocore's exceptions into EksError and absence into None."""

    _CUSTOM_EXCEPTION = EksError

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code("ResourceNotFoundException")


@EksErrorHandler.list_error_handler("describe the cluster")
@AWSRetry.jittered_backoff()
def find_cluster(client: Any, name: str) -> Any:
    """The Cluster, or None."""
    return client.describe_cluster(name=name)["cluster"]


@EksErrorHandler.list_error_handler("describe the node group")
@AWSRetry.jittered_backoff()
def find_nodegroup(client: Any, cluster: str, name: str) -> Any:
    """The Nodegroup, or None."""
    return client.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]


@EksErrorHandler.list_error_handler("describe the add-on")
@AWSRetry.jittered_backoff()
def find_addon(client: Any, cluster: str, name: str) -> Any:
    """The Addon, or None."""
    return client.describe_addon(clusterName=cluster, addonName=name)["addon"]


@EksErrorHandler.list_error_handler("describe the access entry")
@AWSRetry.jittered_backoff()
def find_access_entry(client: Any, cluster: str, principal_arn: str) -> Any:
    """The AccessEntry, or None."""
    return client.describe_access_entry(clusterName=cluster, principalArn=principal_arn)["accessEntry"]


@EksErrorHandler.list_error_handler("list the policies of the access entry", [])
@AWSRetry.jittered_backoff()
def access_policies(client: Any, cluster: str, principal_arn: str) -> Any:
    """The associated access policies of an entry."""
    paginator = client.get_paginator("list_associated_access_policies")
    pages = paginator.paginate(clusterName=cluster, principalArn=principal_arn)
    return pages.build_full_result().get("associatedAccessPolicies", [])


@EksErrorHandler.list_error_handler("look for the pod identity association")
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
