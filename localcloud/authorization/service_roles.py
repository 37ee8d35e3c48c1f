"""Service-linked roles: made in the caller's name, and with the caller's permission, by the first use of a service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from localcloud.authorization import lookup
from localcloud.authorization.checks import Check
from localcloud.cloud import ACCOUNT_ID

ACTION = "iam:CreateServiceLinkedRole"
_RDS = ("rds.amazonaws.com", "AWSServiceRoleForRDS")
#: (service, operation) -> (the service that gets the role, name of the role).
_ROLES: dict[tuple[str, str], tuple[str, str]] = {
    ("accessanalyzer", "CreateAnalyzer"): ("access-analyzer.amazonaws.com", "AWSServiceRoleForAccessAnalyzer"),
    ("ecr", "PutReplicationConfiguration"): ("replication.ecr.amazonaws.com", "AWSServiceRoleForECRReplication"),
    ("eks", "CreateCluster"): ("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS"),
    ("eks", "CreateFargateProfile"): ("eks-fargate.amazonaws.com", "AWSServiceRoleForAmazonEKSForFargate"),
    ("eks", "CreateNodegroup"): ("eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup"),
    ("elbv2", "CreateLoadBalancer"): (
        "elasticloadbalancing.amazonaws.com",
        "AWSServiceRoleForElasticLoadBalancing",
    ),
    ("guardduty", "CreateDetector"): ("guardduty.amazonaws.com", "AWSServiceRoleForAmazonGuardDuty"),
    ("kms", "CreateKey"): ("mrk.kms.amazonaws.com", "AWSServiceRoleForKeyManagementServiceMultiRegionKeys"),
    ("opensearch", "CreateDomain"): (
        "opensearchservice.amazonaws.com",
        "AWSServiceRoleForAmazonOpenSearchService",
    ),
    ("rds", "CreateDBInstance"): _RDS,
    ("rds", "RestoreDBInstanceFromDBSnapshot"): _RDS,
    ("rds", "RestoreDBInstanceToPointInTime"): _RDS,
    ("wafv2", "PutLoggingConfiguration"): ("wafv2.amazonaws.com", "AWSServiceRoleForWAFV2Logging"),
}
#: Parameters without which the operation needs no role: only some keys are of several regions, some domains in a VPC.
_ONLY_WITH = {("kms", "CreateKey"): "MultiRegion", ("opensearch", "CreateDomain"): "VPCOptions"}


def of(service: str, operation: str, parameters: Mapping[str, Any]) -> list[Check]:
    """The check on the role that the request makes the service need; nothing where the account has it already."""
    found = _role(service, operation, parameters)
    if found is None or found[1] in {role.name for role in list(lookup.iam().roles.values())}:
        return []
    receiver, name = found
    arn = f"arn:aws:iam::{ACCOUNT_ID}:role/aws-service-role/{receiver}/{name}"
    return [Check(ACTION, (arn,), {"iam:awsservicename": (receiver,)})]


def make(service: str, operation: str, parameters: Mapping[str, Any]) -> None:
    """Make the role of a request that was allowed to."""
    found = _role(service, operation, parameters)
    if found is None:
        return
    receiver, name = found
    trust = {"Effect": "Allow", "Principal": {"Service": receiver}, "Action": "sts:AssumeRole"}
    lookup.iam().create_role(
        name,
        json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        f"/aws-service-role/{receiver}/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
        linked_service=receiver,
    )


def _role(service: str, operation: str, parameters: Mapping[str, Any]) -> tuple[str, str] | None:
    needed = _ONLY_WITH.get((service, operation))
    return None if needed and not parameters.get(needed) else _ROLES.get((service, operation))
