# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An EKS cluster: what it is, what it should be, and the updates that lead there. Standard library only.

https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html: one kind of change a call, and only
while the cluster is ACTIVE. https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html: one minor version at a
time, never back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.tagging import tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Steps,
    merged,
    with_tags,
)

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
NETWORK = ("endpoint_public_access", "endpoint_private_access", "public_access_cidrs", "subnets", "security_groups")
SETS = ("public_access_cidrs", "subnets", "security_groups", "log_types")


def project(cluster: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a Cluster as DescribeCluster answers it."""
    network = cluster.get("resourcesVpcConfig") or {}
    access = cluster.get("accessConfig") or {}
    encryption = cluster.get("encryptionConfig") or []
    return {
        "version": str(cluster.get("version", "")),
        "role_arn": cluster.get("roleArn", ""),
        "subnets": sorted(network.get("subnetIds") or []),
        "security_groups": sorted(network.get("securityGroupIds") or []),
        "endpoint_public_access": bool(network.get("endpointPublicAccess", True)),
        "endpoint_private_access": bool(network.get("endpointPrivateAccess", False)),
        "public_access_cidrs": sorted(network.get("publicAccessCidrs") or []),
        "service_cidr": (cluster.get("kubernetesNetworkConfig") or {}).get("serviceIpv4Cidr", ""),
        "log_types": sorted(
            name
            for setup in (cluster.get("logging") or {}).get("clusterLogging") or []
            if setup.get("enabled")
            for name in setup.get("types") or []
        ),
        "secrets_key_arn": next((item["provider"]["keyArn"] for item in encryption if item.get("provider")), ""),
        "authentication_mode": access.get("authenticationMode", ""),
        "support_type": (cluster.get("upgradePolicy") or {}).get("supportType", ""),
        "deletion_protection": bool(cluster.get("deletionProtection", False)),
        "tags": {name: value for name, value in (cluster.get("tags") or {}).items() if not name.startswith("aws:")},
    }


def serves(cluster: Mapping[str, Any] | None) -> bool:
    """Whether the API server of a Cluster of DescribeCluster (None: EKS has none) ought to answer.

    One that is being created or deleted, or is not there, holds no objects that anybody could want to see or remove. A status
    that is not known is taken for one that serves, so that no answer stays an error.
    https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html#AmazonEKS-Type-Cluster-status
    """
    return cluster is not None and cluster.get("status") not in ("CREATING", "DELETING")


def differences(desired: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Names of the desired properties (None: leave alone) that differ, tags left out, in alphabetical order."""
    return sorted(
        name
        for name, value in desired.items()
        if name != "tags" and value is not None and _set(name, value) != _set(name, found.get(name))
    )


def _set(name: str, value: Any) -> Any:
    return sorted(value or []) if name in SETS else value


def create_request(name: str, desired: Mapping[str, Any], *, creator_is_admin: bool) -> dict[str, Any]:
    """Parameters of CreateCluster."""
    request: dict[str, Any] = {
        "name": name,
        "roleArn": desired["role_arn"],
        "resourcesVpcConfig": _network(desired),
        "accessConfig": {
            "bootstrapClusterCreatorAdminPermissions": creator_is_admin,
            "authenticationMode": desired.get("authentication_mode") or "API",
        },
        "tags": dict(desired.get("tags") or {}),
    }
    if desired.get("version"):
        request["version"] = desired["version"]
    if desired.get("log_types") is not None:
        request["logging"] = _logging(desired["log_types"])
    if desired.get("secrets_key_arn"):
        request["encryptionConfig"] = [{"resources": ["secrets"], "provider": {"keyArn": desired["secrets_key_arn"]}}]
    if desired.get("support_type"):
        request["upgradePolicy"] = {"supportType": desired["support_type"]}
    if desired.get("service_cidr"):
        request["kubernetesNetworkConfig"] = {"serviceIpv4Cidr": desired["service_cidr"]}
    if desired.get("deletion_protection") is not None:
        request["deletionProtection"] = desired["deletion_protection"]
    return request


def _network(desired: Mapping[str, Any]) -> dict[str, Any]:
    fields = {
        "subnets": "subnetIds",
        "security_groups": "securityGroupIds",
        "endpoint_public_access": "endpointPublicAccess",
        "endpoint_private_access": "endpointPrivateAccess",
        "public_access_cidrs": "publicAccessCidrs",
    }
    return {field: desired[name] for name, field in fields.items() if desired.get(name) is not None}


def _logging(types: list[str]) -> dict[str, Any]:
    off = [name for name in LOG_TYPES if name not in types]
    setups = [{"types": sorted(types), "enabled": True}, {"types": off, "enabled": False}]
    return {"clusterLogging": [setup for setup in setups if setup["types"]]}


def next_update(name: str, desired: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The one call to make now (boto3 method, parameters), or None when nothing differs.

    The version comes last, and one minor at a time. Raises ChangeError for what EKS cannot change.
    """
    changed = differences(desired, found)
    fixed = [item for item in ("role_arn", "service_cidr", "secrets_key_arn") if item in changed]
    if "secrets_key_arn" in fixed and not found.get("secrets_key_arn"):
        key = {"resources": ["secrets"], "provider": {"keyArn": desired["secrets_key_arn"]}}
        return "associate_encryption_config", {"clusterName": name, "encryptionConfig": [key]}
    if fixed:
        raise ChangeError(
            f"EKS cannot change {', '.join(fixed)} of cluster {name}: found "
            f"{', '.join(str(found.get(item)) for item in fixed)}; create a new cluster or keep the old value"
        )
    update = _config_update(desired, changed)
    if update:
        return "update_cluster_config", {"name": name, **update}
    if "version" in changed:
        version = next_version(name, found["version"], desired["version"])
        return "update_cluster_version", {"name": name, "version": version}
    return None


def _config_update(desired: Mapping[str, Any], changed: list[str]) -> dict[str, Any]:
    endpoint = [item for item in NETWORK[:3] if item in changed]
    placement = [item for item in NETWORK[3:] if item in changed]
    if endpoint:  # subnets and endpoint access are different kinds of update: EKS refuses both in one call
        return {"resourcesVpcConfig": _network({item: desired.get(item) for item in NETWORK[:3]})}
    if placement:
        return {"resourcesVpcConfig": _network({item: desired.get(item) for item in NETWORK[3:]})}
    updates: dict[str, Callable[[Any], dict[str, Any]]] = {
        "log_types": lambda value: {"logging": _logging(value)},
        "authentication_mode": lambda value: {"accessConfig": {"authenticationMode": value}},
        "support_type": lambda value: {"upgradePolicy": {"supportType": value}},
        "deletion_protection": lambda value: {"deletionProtection": value},
    }
    return next((make(desired[item]) for item, make in updates.items() if item in changed), {})


def next_version(name: str, found: str, desired: str) -> str:
    """The minor version to go to from `found` on the way to `desired`; ChangeError for a way back."""
    (old_major, old), (new_major, new) = _minor(found), _minor(desired)
    if (new_major, new) < (old_major, old) or new_major != old_major:
        raise ChangeError(
            f"cluster {name} runs Kubernetes {found} and EKS cannot take it to {desired}: "
            "set the version to what runs or to a later minor version"
        )
    return f"{old_major}.{old + 1}"


def _minor(version: str) -> tuple[int, int]:
    major, _dot, minor = version.partition(".")
    return int(major), int(minor)


def present(
    name: str, desired: Mapping[str, Any], found: Mapping[str, Any] | None, *, creator_is_admin: bool, purge_tags: bool
) -> Steps:
    """Steps towards the desired cluster; `found` as DescribeCluster answers it, None when there is none.

    At most one update is in it; while the cluster is not ACTIVE, none. Raises ChangeError.
    """
    if found is None:
        request = create_request(name, desired, creator_is_admin=creator_is_admin)
        given = {key: value for key, value in desired.items() if value is not None}
        return Steps([("create_cluster", request)], {}, given)
    before = project(found)
    changed = differences(desired, before)
    calls = tag_calls(found["arn"], before["tags"], desired.get("tags"), purge_tags)
    update = next_update(name, desired, before)
    made: list[str] = []
    if update and found.get("status") == "ACTIVE":
        calls.append(update)
        made = settled_by(update, changed)
        if update[0] == "update_cluster_version" and update[1]["version"] != desired["version"]:
            made = []
    after = merged(before, desired, changed)
    after["tags"] = with_tags(before["tags"], desired.get("tags"), purge_tags)
    return Steps(calls, before, after, [item for item in changed if item not in made])


def settled_by(update: Call, changed: list[str]) -> list[str]:
    """Which of the changed properties the update settles."""
    method, parameters = update
    if method != "update_cluster_config":
        return [item for item in changed if item == ("version" if "version" in method else "secrets_key_arn")]
    fields = {
        "subnetIds": "subnets",
        "securityGroupIds": "security_groups",
        "endpointPublicAccess": "endpoint_public_access",
        "endpointPrivateAccess": "endpoint_private_access",
        "publicAccessCidrs": "public_access_cidrs",
        "logging": "log_types",
        "accessConfig": "authentication_mode",
        "upgradePolicy": "support_type",
        "deletionProtection": "deletion_protection",
    }
    given = {**parameters, **parameters.get("resourcesVpcConfig", {})}
    return [item for item in changed if item in {fields[field] for field in given if field in fields}]


def absent(name: str, found: Mapping[str, Any] | None, attached: list[str]) -> Steps:
    """Steps that remove the cluster; pending until it is gone, and before that until nothing is attached to it.

    Raises ChangeError while deletion protection is on.
    """
    if found is None:
        return Steps()
    before = project(found)
    if before["deletion_protection"]:
        raise ChangeError(
            f"cluster {name} is protected from deletion: set deletion_protection to false first, if its removal is meant"
        )
    if attached or found.get("status") != "ACTIVE":
        return Steps([], before, before, sorted(attached) or ["deletion"])
    return Steps([("delete_cluster", {"name": name})], before, {}, ["deletion"])
