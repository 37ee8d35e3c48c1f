"""Access entries and access policies of a cluster, and what they mean inside Kubernetes.

https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from moto.eks.exceptions import InvalidRequestException, ResourceInUseException, ResourceNotFoundException

from localcloud.kubernetes.eks.model import Call, Cluster, Record, invalid, new_id, now, page

if TYPE_CHECKING:
    from localcloud.kubernetes.eks.service import Eks

POLICY_PREFIX = "arn:aws:eks::aws:cluster-access-policy/"
#: Access policy -> ClusterRole that gives about the same rights; for AmazonEKSAdminViewPolicy see admin_view_role().
POLICY_ROLES = {
    "AmazonEKSClusterAdminPolicy": "cluster-admin",
    "AmazonEKSAdminPolicy": "admin",
    "AmazonEKSEditPolicy": "edit",
    "AmazonEKSViewPolicy": "view",
    "AmazonEKSAdminViewPolicy": "localcloud:eks:admin-view",
}
LABEL = "localcloud.creator.platform/access"
ENTRY_TYPES = ("STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX")
PRINCIPAL = re.compile(r"arn:aws:iam::\d{12}:(root|user/.+|role/(?:.+/)?(?P<role>[^/]+))")
SESSION = re.compile(r"arn:aws:sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/(?P<session>.+)")


def grant_creator(cluster: Cluster, principal: str) -> None:
    """The entry that EKS makes for the creator of a cluster: cluster administrator."""
    arn = lasting_principal(principal)
    cluster.access_entries[arn] = _entry(cluster, arn, "STANDARD", [], {})
    _associate(cluster, arn, f"{POLICY_PREFIX}AmazonEKSClusterAdminPolicy", {"type": "cluster", "namespaces": []})


def lasting_principal(arn: str) -> str:
    """The IAM principal behind an ARN: the role of an assumed-role session (its path is not in it), else the ARN itself."""
    session = SESSION.fullmatch(arn)
    return f"arn:aws:iam::{session['account']}:role/{session['role']}" if session else arn


def entry_of(cluster: Cluster, arn: str) -> Record | None:
    """The access entry that applies to a caller: by its ARN, for a role session by the role's name."""
    session = SESSION.fullmatch(arn)
    if session is None:
        return cluster.access_entries.get(arn)
    for principal, entry in cluster.access_entries.items():
        found = PRINCIPAL.fullmatch(principal)
        if found and found["role"] == session["role"] and f"::{session['account']}:" in principal:
            return entry
    return None


def user_of(cluster: Cluster, arn: str) -> tuple[str, list[str]] | None:
    """Kubernetes user name and groups of a caller, None when the cluster lets it not in.

    Besides the groups of the entry there is one of ours that stands for the entry: its access policies are bound to it.
    """
    session = SESSION.fullmatch(arn)
    entry = entry_of(cluster, arn) if cluster.record["accessConfig"]["authenticationMode"] != "CONFIG_MAP" else None
    if entry is not None:
        name = entry["username"].replace("{{SessionName}}", session["session"] if session else "")
        name = name.replace("{{SessionNameRaw}}", session["session"] if session else "")
        return name, [*entry["kubernetesGroups"], group_of(entry["principalArn"])]
    by_map = cluster.record["accessConfig"]["authenticationMode"] == "CONFIG_MAP"
    if by_map and cluster.creator is not None and lasting_principal(arn) == lasting_principal(cluster.creator):
        return "kubernetes-admin", ["system:masters"]
    return None


def group_of(principal: str) -> str:
    """The group that stands for an access entry in role bindings."""
    return f"localcloud:eks:access-entry:{hashlib.sha256(principal.encode()).hexdigest()[:16]}"


def bindings(cluster: Cluster) -> dict[str, Record]:
    """API path -> role binding, for every associated access policy."""
    found = {}
    for principal, policies in cluster.access_policies.items():
        for arn, association in policies.items():
            role = POLICY_ROLES.get(arn.removeprefix(POLICY_PREFIX))
            if role is None:
                continue
            scope = association["accessScope"]
            name = f"localcloud-eks-{hashlib.sha256(f'{principal} {arn}'.encode()).hexdigest()[:16]}"
            for namespace in scope["namespaces"] if scope["type"] == "namespace" else [None]:
                path, binding = _binding(name, namespace, role, group_of(principal))
                found[path] = binding
    return found


def _binding(name: str, namespace: str | None, role: str, group: str) -> tuple[str, Record]:
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    base = "/apis/rbac.authorization.k8s.io/v1"
    path = f"{base}/namespaces/{namespace}/rolebindings/{name}" if namespace else f"{base}/clusterrolebindings/{name}"
    return path, {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": name, "labels": {LABEL: "policy"}, **({"namespace": namespace} if namespace else {})},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
    }


def admin_view_role() -> tuple[str, Record]:
    """API path and object of the ClusterRole for AmazonEKSAdminViewPolicy: read everything, secrets included."""
    name = POLICY_ROLES["AmazonEKSAdminViewPolicy"]
    return f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{name}", {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "labels": {LABEL: "policy"}},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}],
    }


def _require_api(cluster: Cluster) -> None:
    cluster.require_active()
    mode = cluster.record["accessConfig"]["authenticationMode"]
    if mode == "CONFIG_MAP":
        raise InvalidRequestException(
            clusterName=cluster.name,
            message="The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] "
            "to perform this operation.",
        )


def _find(cluster: Cluster, principal: str) -> Record:
    if principal not in cluster.access_entries:
        raise ResourceNotFoundException(
            clusterName=cluster.name,
            message=f"The specified principalArn could not be found: {principal}. You can view your available "
            "access entries with 'list-access-entries'.",
        )
    return cluster.access_entries[principal]


def _entry(cluster: Cluster, principal: str, kind: str, groups: list[str], asked: Record) -> Record:
    return {
        "clusterName": cluster.name,
        "principalArn": principal,
        "kubernetesGroups": groups,
        "accessEntryArn": cluster.arn_of("access-entry", principal.split(":")[5].replace("/", "/", 1), new_id()),
        "createdAt": now(),
        "modifiedAt": now(),
        "tags": dict(asked.get("tags") or {}),
        "username": asked.get("username") or _default_username(principal, kind),
        "type": kind,
    }


def _default_username(principal: str, kind: str) -> str:
    if kind in {"EC2_LINUX", "EC2_WINDOWS"}:
        return "system:node:{{EC2PrivateDNSName}}"
    if kind == "FARGATE_LINUX":
        return "system:node:{{SessionName}}"
    role = PRINCIPAL.fullmatch(principal)
    if role and role["role"]:
        return f"arn:aws:sts::{principal.split(':')[4]}:assumed-role/{role['role']}/{{{{SessionName}}}}"
    return principal


def create_access_entry(eks: Eks, call: Call) -> Record:
    """CreateAccessEntry."""
    cluster = eks.cluster(call)
    _require_api(cluster)
    principal, kind = call["principalArn"], call.get("type", "STANDARD")
    if not PRINCIPAL.fullmatch(principal):
        raise invalid(f"The principalArn parameter format is not valid: {principal}", clusterName=cluster.name)
    if kind not in ENTRY_TYPES:
        raise invalid(
            f"Unsupported access entry type {kind}; one of {', '.join(ENTRY_TYPES)}", clusterName=cluster.name
        )
    if principal in cluster.access_entries:
        raise ResourceInUseException(
            clusterName=cluster.name,
            message=f"The specified access entry resource is already in use on this cluster: {principal}",
        )
    groups = list(call.get("kubernetesGroups", []))
    if kind != "STANDARD" and groups:
        raise invalid(f"kubernetesGroups cannot be set for access entries of type {kind}", clusterName=cluster.name)
    _refuse_system(cluster, groups, call.get("username"))
    if kind in {"EC2_LINUX", "EC2_WINDOWS"}:
        groups = ["system:nodes"]
    entry = _entry(cluster, principal, kind, groups, call.params)
    cluster.access_entries[principal] = entry
    return {"accessEntry": entry}


def _refuse_system(cluster: Cluster, groups: list[str], username: str | None) -> None:
    for group in groups:
        if group.startswith(("system:", "eks:", "aws:", "amazon:", "iam:")):
            raise invalid(
                f"The kubernetes group name {group} is invalid, it cannot start with system:", clusterName=cluster.name
            )
    if username and username.startswith(("system:", "eks:", "aws:", "amazon:", "iam:")):
        raise invalid(f"The username {username} is invalid, it cannot start with system:", clusterName=cluster.name)


def describe_access_entry(eks: Eks, call: Call) -> Record:
    """DescribeAccessEntry."""
    cluster = eks.cluster(call)
    _require_api(cluster)
    return {"accessEntry": _find(cluster, call["principalArn"])}


def list_access_entries(eks: Eks, call: Call) -> Record:
    """ListAccessEntries, all or those with one associated policy."""
    cluster = eks.cluster(call)
    _require_api(cluster)
    policy = call.get("associatedPolicyArn")
    principals = [arn for arn in cluster.access_entries if not policy or policy in cluster.access_policies.get(arn, {})]
    return page(principals, call, "accessEntries")


def update_access_entry(eks: Eks, call: Call) -> Record:
    """UpdateAccessEntry."""
    cluster = eks.cluster(call)
    _require_api(cluster)
    entry = _find(cluster, call["principalArn"])
    groups = call.get("kubernetesGroups")
    _refuse_system(cluster, groups or [], call.get("username"))
    if groups is not None:
        entry["kubernetesGroups"] = list(groups)
    if call.get("username"):
        entry["username"] = call["username"]
    entry["modifiedAt"] = now()
    return {"accessEntry": entry}


def delete_access_entry(eks: Eks, call: Call) -> Record:
    """DeleteAccessEntry, with its policies."""
    cluster = eks.cluster(call)
    _require_api(cluster)
    _find(cluster, call["principalArn"])
    del cluster.access_entries[call["principalArn"]]
    cluster.access_policies.pop(call["principalArn"], None)
    eks.sync_access(cluster)
    return {}


def associate_access_policy(eks: Eks, call: Call) -> Record:
    """AssociateAccessPolicy; again with another scope it replaces the scope."""
    cluster = eks.cluster(call)
    _require_api(cluster)
    entry, policy = _find(cluster, call["principalArn"]), call["policyArn"]
    if policy.removeprefix(POLICY_PREFIX) not in POLICY_ROLES:
        raise invalid(f"The policyArn parameter format is not valid: {policy}", clusterName=cluster.name)
    if entry["type"] != "STANDARD":
        raise InvalidRequestException(
            clusterName=cluster.name,
            message=f"Access policies cannot be associated with access entries of type {entry['type']}",
        )
    scope = {"type": "cluster", "namespaces": [], **call["accessScope"]}
    if (scope["type"] == "namespace") != bool(scope["namespaces"]):
        raise invalid(
            "namespaces must be given for the access scope type namespace, and only for it", clusterName=cluster.name
        )
    association = _associate(cluster, entry["principalArn"], policy, scope)
    eks.sync_access(cluster)
    return {"clusterName": cluster.name, "principalArn": entry["principalArn"], "associatedAccessPolicy": association}


def _associate(cluster: Cluster, principal: str, policy: str, scope: Record) -> Record:
    policies = cluster.access_policies.setdefault(principal, {})
    before = policies.get(policy)
    policies[policy] = {
        "policyArn": policy,
        "accessScope": scope,
        "associatedAt": before["associatedAt"] if before else now(),
        "modifiedAt": now(),
    }
    return policies[policy]


def disassociate_access_policy(eks: Eks, call: Call) -> Record:
    """DisassociateAccessPolicy."""
    cluster = eks.cluster(call)
    _require_api(cluster)
    _find(cluster, call["principalArn"])
    if cluster.access_policies.get(call["principalArn"], {}).pop(call["policyArn"], None) is None:
        raise ResourceNotFoundException(
            clusterName=cluster.name,
            message=f"The access policy {call['policyArn']} is not associated with {call['principalArn']}",
        )
    eks.sync_access(cluster)
    return {}


def list_associated_access_policies(eks: Eks, call: Call) -> Record:
    """ListAssociatedAccessPolicies."""
    cluster = eks.cluster(call)
    _require_api(cluster)
    _find(cluster, call["principalArn"])
    policies = cluster.access_policies.get(call["principalArn"], {})
    return {
        "clusterName": cluster.name,
        "principalArn": call["principalArn"],
        "associatedAccessPolicies": list(policies.values()),
    }


def list_access_policies(eks: Eks, call: Call) -> Record:
    """ListAccessPolicies: those that the local cloud knows a role for."""
    return {"accessPolicies": [{"name": name, "arn": POLICY_PREFIX + name} for name in sorted(POLICY_ROLES)]}
