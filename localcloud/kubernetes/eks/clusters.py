"""EKS clusters: create, describe, change, upgrade, delete.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html and its neighbours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends
from moto.eks.exceptions import InvalidRequestException, ResourceInUseException
from moto.eks.utils import validate_role_arn

from localcloud.kubernetes.eks import access, updates
from localcloud.kubernetes.eks.model import DEFAULT_VERSION, VERSIONS, Call, Cluster, Record, invalid, new_id, now, page

if TYPE_CHECKING:
    from localcloud.kubernetes.eks.service import Eks

NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9\-_]{0,99}")
LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
#: Seconds of AWS time: provisioning.md, section 6.
CREATE_SECONDS, CHANGE_SECONDS, UPGRADE_SECONDS, DELETE_SECONDS = 600, 180, 900, 300
#: Set by UpdateClusterConfig one kind at a time: request member -> type of the update.
CONFIG_KINDS = {
    "resourcesVpcConfig": "VpcConfigUpdate",
    "logging": "LoggingUpdate",
    "accessConfig": "AccessConfigUpdate",
    "upgradePolicy": "UpgradePolicyUpdate",
    "zonalShiftConfig": "ZonalShiftConfigUpdate",
    "deletionProtection": "DeletionProtectionUpdate",
    "computeConfig": "AutoModeUpdate",
    "storageConfig": "AutoModeUpdate",
    "kubernetesNetworkConfig": "AutoModeUpdate",
    "remoteNetworkConfig": "RemoteNetworkConfigUpdate",
}
#: What a cluster tells nothing of when it was not asked for it.
_UNASKED = ("zonalShiftConfig", "computeConfig", "storageConfig", "remoteNetworkConfig", "clientRequestToken")
MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")


def create_cluster(eks: Eks, call: Call) -> Record:
    """CreateCluster. The real control plane starts behind it; ACTIVE only when its API server is ready."""
    name = call["name"]
    if not NAME.fullmatch(name):
        raise invalid(f"The cluster name {name!r} must match [0-9A-Za-z][A-Za-z0-9-_]{{0,99}}", clusterName=name)
    clusters = eks.clusters(call)
    if name in clusters:
        raise ResourceInUseException(clusterName=name, message=f"Cluster already exists with name: {name}")
    validate_role_arn(call["roleArn"])
    version = call.get("version", DEFAULT_VERSION)
    if version not in VERSIONS:
        raise invalid(f"unsupported Kubernetes version {version}; supported: {', '.join(VERSIONS)}", clusterName=name)
    cluster = Cluster(_record(call, version), call.region, call.account)
    principal = eks.principal(call.access_key)
    access_config = cluster.record["accessConfig"]
    if access_config["bootstrapClusterCreatorAdminPermissions"] and principal:
        cluster.creator = principal
        if access_config["authenticationMode"] != "CONFIG_MAP":
            access.grant_creator(cluster, principal)
    clusters[name] = cluster
    eks.bring_up(cluster, CREATE_SECONDS)
    return {"cluster": cluster.record}


def _record(call: Call, version: str) -> Record:
    name = call["name"]
    access_config = call.get("accessConfig", {})
    network = call.get("kubernetesNetworkConfig", {})
    return {
        "name": name,
        "arn": f"arn:aws:eks:{call.region}:{call.account}:cluster/{name}",
        "createdAt": now(),
        "version": version,
        "roleArn": call["roleArn"],
        "resourcesVpcConfig": _vpc(call, {}, call["resourcesVpcConfig"]),
        "kubernetesNetworkConfig": {
            "serviceIpv4Cidr": network.get("serviceIpv4Cidr", "172.20.0.0/16"),
            "ipFamily": network.get("ipFamily", "ipv4"),
            "elasticLoadBalancing": network.get("elasticLoadBalancing", {"enabled": False}),
        },
        "logging": _logging({}, call.get("logging", {})),
        "identity": {
            "oidc": {"issuer": f"https://oidc.eks.{call.region}.amazonaws.com/id/{new_id().replace('-', '').upper()}"}
        },
        "status": "CREATING",
        "platformVersion": "eks.1",
        "tags": dict(call.get("tags", {})),
        "encryptionConfig": call.get("encryptionConfig", []),
        "health": {"issues": []},
        "accessConfig": {
            "bootstrapClusterCreatorAdminPermissions": access_config.get(
                "bootstrapClusterCreatorAdminPermissions", True
            ),
            # The API's default, unlike the console's: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessConfigRequest.html
            "authenticationMode": access_config.get("authenticationMode", "CONFIG_MAP"),
        },
        "upgradePolicy": {"supportType": "EXTENDED", **call.get("upgradePolicy", {})},
        "deletionProtection": call.get("deletionProtection", False),
        **{name: call[name] for name in _UNASKED if call.get(name)},
    }


def _vpc(call: Call, before: Record, asked: Record) -> Record:
    vpc = {
        "subnetIds": [],
        "securityGroupIds": [],
        "clusterSecurityGroupId": f"sg-{new_id().replace('-', '')[:17]}",
        "endpointPublicAccess": True,
        "endpointPrivateAccess": False,
        "publicAccessCidrs": ["0.0.0.0/0"],
        **before,
        **{key: value for key, value in asked.items() if value is not None},
    }
    known = ec2_backends[call.account][call.region]
    subnets = {subnet.id: subnet for subnet in known.describe_subnets()}
    missing = [subnet for subnet in vpc["subnetIds"] if subnet not in subnets]
    if missing:
        raise invalid(f"The subnet ID '{missing[0]}' does not exist", clusterName=call["name"])
    groups = {group.id for group in known.describe_security_groups()}
    missing = [group for group in vpc["securityGroupIds"] if group not in groups]
    if missing:
        raise invalid(f"The security group ID '{missing[0]}' does not exist", clusterName=call["name"])
    zones = {subnets[subnet].availability_zone for subnet in vpc["subnetIds"]}
    if len(zones) < 2:
        raise invalid("Subnets specified must be in at least two different AZs", clusterName=call["name"])
    if not vpc["endpointPublicAccess"] and not vpc["endpointPrivateAccess"]:
        raise invalid("Private and public endpoint access cannot be false", clusterName=call["name"])
    vpc["vpcId"] = subnets[vpc["subnetIds"][0]].vpc_id
    return vpc


def _logging(before: Record, asked: Record) -> Record:
    enabled = {kind for entry in before.get("clusterLogging", []) if entry["enabled"] for kind in entry["types"]}
    for entry in asked.get("clusterLogging", []):
        enabled = (
            enabled | set(entry.get("types", [])) if entry.get("enabled") else enabled - set(entry.get("types", []))
        )
    groups = (
        (True, [kind for kind in LOG_TYPES if kind in enabled]),
        (False, [kind for kind in LOG_TYPES if kind not in enabled]),
    )
    return {"clusterLogging": [{"types": kinds, "enabled": flag} for flag, kinds in groups if kinds]}


def describe_cluster(eks: Eks, call: Call) -> Record:
    """DescribeCluster. Waits while the control plane of an active cluster comes up again after a restart of the local cloud."""
    cluster = eks.cluster(call)
    eks.await_restart(cluster)
    return {"cluster": cluster.record}


def list_clusters(eks: Eks, call: Call) -> Record:
    """ListClusters."""
    return page(list(eks.clusters(call)), call, "clusters")


def delete_cluster(eks: Eks, call: Call) -> Record:
    """DeleteCluster: refused while node groups or Fargate profiles exist, and under deletion protection."""
    cluster = eks.cluster(call)
    if cluster.record["deletionProtection"]:
        raise InvalidRequestException(
            clusterName=cluster.name, message="Cluster deletion protection is enabled; disable it and try again"
        )
    for records, field, text in (
        (cluster.nodegroups, "nodegroupName", "Cluster has nodegroups attached"),
        (cluster.fargate_profiles, None, "Cannot delete because the cluster has Fargate profiles"),
    ):
        if records:
            about = {field: ",".join(records)} if field else {}
            raise ResourceInUseException(clusterName=cluster.name, **about, message=text)
    if cluster.record["status"] not in {"ACTIVE", "FAILED"}:
        raise ResourceInUseException(
            clusterName=cluster.name,
            message=f"Cluster status is {cluster.record['status']}; it must be ACTIVE or FAILED to be deleted",
        )
    cluster.record["status"] = "DELETING"
    eks.take_down(cluster, DELETE_SECONDS)
    return {"cluster": cluster.record}


def update_cluster_config(eks: Eks, call: Call) -> Record:
    """UpdateClusterConfig: one kind of change in one request, as on EKS; the change is visible when the update is Successful."""
    cluster = eks.cluster(call)
    cluster.require_active()
    asked = {kind: call[kind] for kind in CONFIG_KINDS if call.get(kind) is not None}
    kinds = {CONFIG_KINDS[name] for name in asked}
    if not asked:
        raise invalid("No changes needed for the cluster config provided", clusterName=cluster.name)
    if len(kinds) > 1:
        raise invalid("Only one type of update can be allowed in one request", clusterName=cluster.name)
    changed = {name: _changed(call, cluster, name, value) for name, value in asked.items()}
    if all(cluster.record.get(name) == value for name, value in changed.items()):
        raise invalid("No changes needed for the cluster config provided", clusterName=cluster.name)
    kind = _kind(asked, kinds.pop())

    change = updates.Change(kind, _parameters(asked), CHANGE_SECONDS, changed)
    return {"update": updates.start(eks, cluster, cluster.record, change)}


def _kind(asked: Record, kind: str) -> str:
    endpoint_members = {"endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs"}
    if kind == "VpcConfigUpdate" and set(asked["resourcesVpcConfig"]) <= endpoint_members:
        return "EndpointAccessUpdate"
    return kind


def _changed(call: Call, cluster: Cluster, name: str, value: Any) -> Any:
    before = cluster.record.get(name)
    if name == "resourcesVpcConfig":
        return _vpc(call, before or {}, value)
    if name == "logging":
        return _logging(before or {}, value)
    if name == "accessConfig":
        mode, old = value.get("authenticationMode"), (before or {})["authenticationMode"]
        if mode not in MODES or MODES.index(mode) < MODES.index(old):
            raise InvalidRequestException(
                clusterName=cluster.name, message=f"Unsupported authentication mode update from {old} to {mode}"
            )
        return {**(before or {}), "authenticationMode": mode}
    return {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value


def _parameters(asked: Record) -> list[Record]:
    names = {
        "endpointPublicAccess": "EndpointPublicAccess",
        "endpointPrivateAccess": "EndpointPrivateAccess",
        "publicAccessCidrs": "PublicAccessCidrs",
        "subnetIds": "Subnets",
        "securityGroupIds": "SecurityGroups",
        "logging": "ClusterLogging",
        "upgradePolicy": "UpgradePolicy",
        "zonalShiftConfig": "ZonalShiftConfig",
        "deletionProtection": "DeletionProtection",
        "computeConfig": "ComputeConfig",
        "storageConfig": "StorageConfig",
        "kubernetesNetworkConfig": "KubernetesNetworkConfig",
        "remoteNetworkConfig": "RemoteNetworkConfig",
        "authenticationMode": "AuthenticationMode",
    }
    flat = {**asked, **asked.get("resourcesVpcConfig", {}), **asked.get("accessConfig", {})}
    return [updates.parameter(names[name], value) for name, value in flat.items() if name in names]


def update_cluster_version(eks: Eks, call: Call) -> Record:
    """UpdateClusterVersion: one minor version up at a time, never back."""
    cluster = eks.cluster(call)
    cluster.require_active()
    have, want = cluster.record["version"], call["version"]
    if want not in VERSIONS:
        raise invalid(
            f"unsupported Kubernetes version {want}; supported: {', '.join(VERSIONS)}", clusterName=cluster.name
        )
    step = VERSIONS.index(want) - VERSIONS.index(have)
    if step == 0:
        raise invalid(f"Cluster is already at the desired configuration with version {want}", clusterName=cluster.name)
    if step != 1:
        raise invalid(f"Unsupported Kubernetes minor version update from {have} to {want}", clusterName=cluster.name)
    parameters = [updates.parameter("Version", want), updates.parameter("PlatformVersion", "eks.1")]
    change = updates.Change("VersionUpdate", parameters, UPGRADE_SECONDS, {"version": want})
    return {"update": updates.start(eks, cluster, cluster.record, change)}


def associate_encryption_config(eks: Eks, call: Call) -> Record:
    """AssociateEncryptionConfig: once for a cluster."""
    cluster = eks.cluster(call)
    cluster.require_active()
    if cluster.record["encryptionConfig"]:
        raise ResourceInUseException(
            clusterName=cluster.name, message="Cluster already has encryption config associated"
        )
    values = {"encryptionConfig": call["encryptionConfig"]}
    parameters = [updates.parameter("EncryptionConfig", call["encryptionConfig"])]
    change = updates.Change("AssociateEncryptionConfig", parameters, CHANGE_SECONDS, values)
    return {"update": updates.start(eks, cluster, cluster.record, change)}


def describe_cluster_versions(eks: Eks, call: Call) -> Record:
    """DescribeClusterVersions: what CreateCluster accepts, newest first."""
    wanted = call.get("clusterVersions") or VERSIONS
    return {
        "clusterVersions": [
            {
                "clusterVersion": version,
                "clusterType": "eks",
                "defaultPlatformVersion": "eks.1",
                "defaultVersion": version == DEFAULT_VERSION,
                "status": "STANDARD_SUPPORT" if index >= len(VERSIONS) - 3 else "EXTENDED_SUPPORT",
                "versionStatus": "STANDARD_SUPPORT" if index >= len(VERSIONS) - 3 else "EXTENDED_SUPPORT",
            }
            for index, version in reversed(list(enumerate(VERSIONS)))
            if version in wanted and (not call.get("defaultOnly") or version == DEFAULT_VERSION)
        ]
    }
