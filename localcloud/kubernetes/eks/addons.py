"""Add-ons, identity provider configurations and tags.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from moto.eks.exceptions import ResourceInUseException, ResourceNotFoundException

from localcloud.kubernetes.eks import updates
from localcloud.kubernetes.eks.model import VERSIONS, Call, Cluster, Record, find, invalid, new_id, now, page

if TYPE_CHECKING:
    from localcloud.kubernetes.eks.service import Eks

CREATE_SECONDS, UPDATE_SECONDS, DELETE_SECONDS = 60, 60, 40
#: Add-on -> versions on offer, newest first, and the namespace it runs in. Nothing of it runs in the local cluster.
CATALOGUE = {
    "vpc-cni": (["v1.21.1-eksbuild.1", "v1.20.4-eksbuild.1"], "kube-system", "networking"),
    "coredns": (["v1.13.1-eksbuild.1", "v1.12.4-eksbuild.1"], "kube-system", "networking"),
    "kube-proxy": ([f"v{version}.0-eksbuild.1" for version in reversed(VERSIONS)], "kube-system", "networking"),
    "aws-ebs-csi-driver": (["v1.55.0-eksbuild.1", "v1.54.0-eksbuild.1"], "kube-system", "storage"),
    "eks-pod-identity-agent": (["v1.3.10-eksbuild.1", "v1.3.9-eksbuild.1"], "kube-system", "security"),
    "metrics-server": (["v0.8.0-eksbuild.5", "v0.8.0-eksbuild.4"], "kube-system", "observability"),
    "amazon-cloudwatch-observability": (
        ["v4.8.0-eksbuild.1", "v4.7.0-eksbuild.1"],
        "amazon-cloudwatch",
        "observability",
    ),
    "aws-efs-csi-driver": (["v2.3.0-eksbuild.1", "v2.2.0-eksbuild.1"], "kube-system", "storage"),
    "snapshot-controller": (["v8.4.0-eksbuild.1", "v8.3.0-eksbuild.1"], "kube-system", "storage"),
}


def fits(addon: str, version: str, cluster_version: str) -> bool:
    return addon != "kube-proxy" or version.startswith(f"v{cluster_version}.")


def _versions(addon: str, cluster_version: str) -> list[str]:
    return [version for version in CATALOGUE[addon][0] if fits(addon, version, cluster_version)]


def _choose(cluster: Cluster, call: Call) -> str:
    name, asked = call["addonName"], call.get("addonVersion")
    if name not in CATALOGUE:
        raise invalid(f"Addon {name} specified is not supported", clusterName=cluster.name, addonName=name)
    offered = _versions(name, cluster.record["version"])
    if asked and asked not in offered:
        raise invalid(
            f"Addon version specified is not supported: {asked}; with Kubernetes {cluster.record['version']}: "
            f"{', '.join(offered)}",
            clusterName=cluster.name,
            addonName=name,
        )
    return asked or offered[0]


def _check_values(cluster: Cluster, call: Call) -> None:
    values = call.get("configurationValues")
    if values is None:
        return
    try:
        json.loads(values)
    except ValueError as error:
        raise invalid(
            f"ConfigurationValue provided in request is not supported: {error}",
            clusterName=cluster.name,
            addonName=call["addonName"],
        ) from error


def create_addon(eks: Eks, call: Call) -> Record:
    """CreateAddon: CREATING, after a while ACTIVE."""
    cluster = eks.cluster(call)
    name = call["addonName"]
    cluster.require_active()
    if name in cluster.addons:
        raise ResourceInUseException(clusterName=cluster.name, addonName=name, message="Addon already exists.")
    version = _choose(cluster, call)
    _check_values(cluster, call)
    record = {
        "addonName": name,
        "clusterName": cluster.name,
        "status": "CREATING",
        "addonVersion": version,
        "health": {"issues": []},
        "addonArn": cluster.arn_of("addon", name, new_id()),
        "createdAt": now(),
        "modifiedAt": now(),
        "tags": dict(call.get("tags", {})),
        "namespaceConfig": {"namespace": CATALOGUE[name][1]},
        "podIdentityAssociations": _identities(cluster, name, call.get("podIdentityAssociations", [])),
    }
    for member in ("serviceAccountRoleArn", "configurationValues"):
        if call.get(member):
            record[member] = call[member]
    cluster.addons[name] = record

    def finish() -> None:
        record["status"], record["modifiedAt"] = "ACTIVE", now()

    eks.later(cluster, CREATE_SECONDS, finish, f"create add-on {name}")
    return {"addon": record}


def _identities(cluster: Cluster, addon: str, asked: list[Record]) -> list[str]:
    arns = []
    for entry in asked:
        identity = f"a-{new_id().replace('-', '')[:17]}"
        arn = cluster.arn_of("podidentityassociation", identity)
        cluster.pod_identities[identity] = {
            "clusterName": cluster.name,
            "namespace": CATALOGUE[addon][1],
            "serviceAccount": entry["serviceAccount"],
            "roleArn": entry["roleArn"],
            "associationArn": arn,
            "associationId": identity,
            "tags": {},
            "createdAt": now(),
            "modifiedAt": now(),
            "disableSessionTags": False,
            "ownerArn": cluster.arn_of("addon", addon),
        }
        arns.append(arn)
    return arns


def _find(eks: Eks, call: Call) -> tuple[Cluster, Record]:
    cluster = eks.cluster(call)
    return cluster, find(cluster.addons, call["addonName"], "addon", cluster.name, "addonName")


def describe_addon(eks: Eks, call: Call) -> Record:
    """DescribeAddon."""
    return {"addon": _find(eks, call)[1]}


def list_addons(eks: Eks, call: Call) -> Record:
    """ListAddons."""
    return page(list(eks.cluster(call).addons), call, "addons")


def update_addon(eks: Eks, call: Call) -> Record:
    """UpdateAddon."""
    cluster, record = _find(eks, call)
    if record["status"] not in {"ACTIVE", "DEGRADED", "UPDATE_FAILED"}:
        raise ResourceInUseException(
            clusterName=cluster.name,
            addonName=record["addonName"],
            message=f"Addon cannot be updated as it is currently in {record['status']} state",
        )
    changes: Record = {"addonVersion": _choose(cluster, call)} if call.get("addonVersion") else {}
    _check_values(cluster, call)
    for member in ("serviceAccountRoleArn", "configurationValues"):
        if call.get(member) is not None:
            changes[member] = call[member]
    names = {
        "addonVersion": "AddonVersion",
        "serviceAccountRoleArn": "ServiceAccountRoleArn",
        "configurationValues": "ConfigurationValues",
    }
    parameters = [updates.parameter(names[key], value) for key, value in changes.items()]
    about = {"addonName": record["addonName"]}
    change = updates.Change("AddonUpdate", parameters, UPDATE_SECONDS, changes, about)
    update = updates.start(eks, cluster, record, change)
    return {"update": update}


def delete_addon(eks: Eks, call: Call) -> Record:
    """DeleteAddon, with the pod identity associations that it owns."""
    cluster, record = _find(eks, call)
    record["status"] = "DELETING"

    def finish() -> None:
        cluster.addons.pop(record["addonName"], None)
        for arn in record["podIdentityAssociations"]:
            cluster.pod_identities.pop(arn.rsplit("/", 1)[1], None)

    eks.later(cluster, DELETE_SECONDS, finish, f"delete add-on {record['addonName']}")
    return {"addon": record}


def describe_addon_versions(eks: Eks, call: Call) -> Record:
    """DescribeAddonVersions: the catalogue of the local cloud."""
    wanted = [call["addonName"]] if call.get("addonName") else sorted(CATALOGUE)
    clusters = [call["kubernetesVersion"]] if call.get("kubernetesVersion") else list(VERSIONS)
    unknown = [name for name in wanted if name not in CATALOGUE]
    if unknown:
        raise invalid(f"Addon {unknown[0]} specified is not supported", addonName=unknown[0])
    return {"addons": [_offer(name, clusters) for name in wanted]}


def _offer(name: str, clusters: list[str]) -> Record:
    versions = []
    for version in CATALOGUE[name][0]:
        fitting = [cluster for cluster in clusters if fits(name, version, cluster)]
        if fitting:
            versions.append(
                {
                    "addonVersion": version,
                    "architecture": ["amd64", "arm64"],
                    "computeTypes": ["ec2", "fargate"],
                    "compatibilities": [
                        {
                            "clusterVersion": cluster,
                            "platformVersions": ["*"],
                            "defaultVersion": _versions(name, cluster)[0] == version,
                        }
                        for cluster in fitting
                    ],
                    "requiresConfiguration": False,
                    "requiresIamPermissions": name in {"aws-ebs-csi-driver", "aws-efs-csi-driver", "vpc-cni"},
                }
            )
    return {
        "addonName": name,
        "type": CATALOGUE[name][2],
        "addonVersions": versions,
        "publisher": "eks",
        "owner": "aws",
        "defaultNamespace": CATALOGUE[name][1],
    }


def describe_addon_configuration(eks: Eks, call: Call) -> Record:
    """DescribeAddonConfiguration: a schema that accepts every object."""
    name, version = call["addonName"], call["addonVersion"]
    if name not in CATALOGUE or version not in CATALOGUE[name][0]:
        raise invalid(f"Addon {name} {version} is not supported", addonName=name)
    schema = {"$schema": "http://json-schema.org/draft-06/schema#", "type": "object", "additionalProperties": True}
    return {
        "addonName": name,
        "addonVersion": version,
        "configurationSchema": json.dumps(schema),
        "podIdentityConfiguration": [],
    }


def associate_identity_provider_config(eks: Eks, call: Call) -> Record:
    """AssociateIdentityProviderConfig (OIDC), kept and shown; the API server is not reconfigured."""
    cluster = eks.cluster(call)
    cluster.require_active()
    asked = call["oidc"]
    if cluster.identity_providers:
        raise ResourceInUseException(
            clusterName=cluster.name, message="Identity provider config is already associated with cluster"
        )
    name = asked["identityProviderConfigName"]
    record = {
        **asked,
        "clusterName": cluster.name,
        "tags": dict(call.get("tags", {})),
        "status": "CREATING",
        "identityProviderConfigArn": cluster.arn_of("identityproviderconfig", "oidc", name, new_id()),
    }
    cluster.identity_providers[name] = record
    parameters = [updates.parameter("IdentityProviderConfig", asked)]
    update = updates.start(
        eks, cluster, record, updates.Change("AssociateIdentityProviderConfig", parameters, UPDATE_SECONDS)
    )
    record["status"] = "CREATING"
    return {"update": update, "tags": record["tags"]}


def describe_identity_provider_config(eks: Eks, call: Call) -> Record:
    """DescribeIdentityProviderConfig."""
    cluster = eks.cluster(call)
    record = find(
        cluster.identity_providers, call["identityProviderConfig"]["name"], "identity provider config", cluster.name
    )
    return {"identityProviderConfig": {"oidc": record}}


def list_identity_provider_configs(eks: Eks, call: Call) -> Record:
    """ListIdentityProviderConfigs."""
    return {
        "identityProviderConfigs": [{"type": "oidc", "name": name} for name in eks.cluster(call).identity_providers]
    }


def disassociate_identity_provider_config(eks: Eks, call: Call) -> Record:
    """DisassociateIdentityProviderConfig."""
    cluster = eks.cluster(call)
    name = call["identityProviderConfig"]["name"]
    record = find(cluster.identity_providers, name, "identity provider config", cluster.name)
    change = updates.Change(
        "DisassociateIdentityProviderConfig",
        [updates.parameter("IdentityProviderConfig", name)],
        UPDATE_SECONDS,
        after=lambda: cluster.identity_providers.pop(name, None),
    )
    update = updates.start(eks, cluster, record, change)
    record["status"] = "DELETING"
    return {"update": update}


def _tagged(eks: Eks, call: Call) -> Record:
    arn = call["resourceArn"]
    for cluster in eks.clusters(call).values():
        if arn in cluster.tagged():
            return cluster.tagged()[arn]
    raise ResourceNotFoundException(message=f"The specified resource could not be found: {arn}")


def tag_resource(eks: Eks, call: Call) -> Record:
    """TagResource, for everything that has an ARN."""
    _tagged(eks, call)["tags"].update(call["tags"])
    return {}


def untag_resource(eks: Eks, call: Call) -> Record:
    """UntagResource."""
    tags = _tagged(eks, call)["tags"]
    for key in call["tagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags_for_resource(eks: Eks, call: Call) -> Record:
    """ListTagsForResource."""
    return {"tags": _tagged(eks, call)["tags"]}
