"""Managed node groups and Fargate profiles of a cluster.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateFargateProfile.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from moto.ec2.models import ec2_backends
from moto.eks.exceptions import InvalidRequestException, ResourceInUseException
from moto.eks.utils import validate_role_arn

from localcloud.kubernetes.eks import instances, updates
from localcloud.kubernetes.eks.model import VERSIONS, Call, Cluster, Record, find, invalid, new_id, now, page

if TYPE_CHECKING:
    from localcloud.kubernetes.eks.service import Eks

CREATE_SECONDS, UPDATE_SECONDS, VERSION_SECONDS, DELETE_SECONDS = 180, 60, 600, 180
FARGATE_CREATE_SECONDS, FARGATE_DELETE_SECONDS = 90, 120


def _find(eks: Eks, call: Call) -> tuple[Cluster, Record]:
    cluster = eks.cluster(call)
    return cluster, find(cluster.nodegroups, call["nodegroupName"], "node group", cluster.name, "nodegroupName")


def create_nodegroup(eks: Eks, call: Call) -> Record:
    """CreateNodegroup. ACTIVE when its nodes are Ready in the real API server."""
    cluster = eks.cluster(call)
    name = call["nodegroupName"]
    if name in cluster.nodegroups:
        raise ResourceInUseException(
            clusterName=cluster.name,
            nodegroupName=name,
            message=f"NodeGroup already exists with name {name} and cluster name {cluster.name}",
        )
    cluster.require_active()
    validate_role_arn(call["nodeRole"])
    if call.get("launchTemplate") and (call.get("diskSize") or call.get("remoteAccess")):
        what = "Disk size" if call.get("diskSize") else "Remote access configuration"
        raise invalid(
            f"{what} must be specified within the launch template.", clusterName=cluster.name, nodegroupName=name
        )
    _require_subnets(cluster, call["subnets"], name)
    record = _record(call, cluster)
    _check_scaling(record["scalingConfig"], cluster, name)
    cluster.nodegroups[name] = record
    eks.later(
        cluster, CREATE_SECONDS, lambda: instances.activate_nodegroup(eks, cluster, record), f"create node group {name}"
    )
    return {"nodegroup": record}


def _require_subnets(cluster: Cluster, subnets: list[str], name: str) -> None:
    known = {subnet.id for subnet in ec2_backends[cluster.account][cluster.region].describe_subnets()}
    missing = [subnet for subnet in subnets if subnet not in known]
    if missing:
        raise invalid(f"The subnet ID '{missing[0]}' does not exist", clusterName=cluster.name, nodegroupName=name)


def _record(call: Call, cluster: Cluster) -> Record:
    name, identity = call["nodegroupName"], new_id()
    version = call.get("version", cluster.record["version"])
    if version not in VERSIONS or VERSIONS.index(version) > VERSIONS.index(cluster.record["version"]):
        raise invalid(
            f"Nodegroup Kubernetes version {version} is not compatible with that of the cluster, {cluster.record['version']}",
            clusterName=cluster.name,
            nodegroupName=name,
        )
    template = call.get("launchTemplate")
    record = {
        "nodegroupName": name,
        "nodegroupArn": cluster.arn_of("nodegroup", name, identity),
        "clusterName": cluster.name,
        "version": version,
        "releaseVersion": call.get("releaseVersion", f"{version}.0-20261001"),
        "createdAt": now(),
        "modifiedAt": now(),
        "status": "CREATING",
        "capacityType": call.get("capacityType", "ON_DEMAND"),
        "scalingConfig": {"minSize": 1, "maxSize": 2, "desiredSize": 2, **call.get("scalingConfig", {})},
        "subnets": list(call["subnets"]),
        "amiType": call.get("amiType", "AL2023_x86_64_STANDARD"),
        "nodeRole": call["nodeRole"],
        "labels": dict(call.get("labels", {})),
        "taints": list(call.get("taints", [])),
        "resources": {"autoScalingGroups": [{"name": f"eks-{name}-{identity}"}]},
        "health": {"issues": []},
        "updateConfig": call.get("updateConfig", {"maxUnavailable": 1}),
        "nodeRepairConfig": {"enabled": False, **call.get("nodeRepairConfig", {})},
        "tags": dict(call.get("tags", {})),
    }
    if template:
        record["launchTemplate"] = _template(template, cluster, name)
    else:
        record["diskSize"] = call.get("diskSize", 20)
    if not template or call.get("instanceTypes"):
        record["instanceTypes"] = call.get("instanceTypes", ["t3.medium"])
    if call.get("remoteAccess"):
        record["remoteAccess"] = call["remoteAccess"]
    return record


def _template(asked: Record, cluster: Cluster, name: str) -> Record:
    """The launch template with both id and name, as the API shows it."""
    for template in ec2_backends[cluster.account][cluster.region].describe_launch_templates():
        if template.id == asked.get("id") or template.name == asked.get("name"):
            return {
                "name": template.name,
                "id": template.id,
                "version": asked.get("version", str(template.default_version_number)),
            }
    raise invalid(
        f"Launch template {asked.get('id') or asked.get('name')} does not exist",
        clusterName=cluster.name,
        nodegroupName=name,
    )


def _check_scaling(scaling: Record, cluster: Cluster, name: str) -> None:
    least, most, desired = scaling["minSize"], scaling["maxSize"], scaling["desiredSize"]
    if most < 1 or least > most:
        raise invalid(
            f"Minimum capacity {least} can't be greater than maximum size {most}",
            clusterName=cluster.name,
            nodegroupName=name,
        )
    if not least <= desired <= most:
        wrong = f"less than minimum size {least}" if desired < least else f"greater than maximum size {most}"
        raise invalid(f"desired capacity {desired} can't be {wrong}", clusterName=cluster.name, nodegroupName=name)


def describe_nodegroup(eks: Eks, call: Call) -> Record:
    """DescribeNodegroup."""
    return {"nodegroup": _find(eks, call)[1]}


def list_nodegroups(eks: Eks, call: Call) -> Record:
    """ListNodegroups."""
    return page(list(eks.cluster(call).nodegroups), call, "nodegroups")


def _require_active(cluster: Cluster, record: Record) -> None:
    if record["status"] != "ACTIVE":
        raise ResourceInUseException(
            clusterName=cluster.name,
            nodegroupName=record["nodegroupName"],
            message=f"Nodegroup cannot be updated as it is currently not in Active State (it is {record['status']})",
        )


def update_nodegroup_config(eks: Eks, call: Call) -> Record:
    """UpdateNodegroupConfig: labels, taints, scaling, update config."""
    cluster, record = _find(eks, call)
    _require_active(cluster, record)
    parameters: list[Record] = []
    if call.get("scalingConfig"):
        scaling = {**record["scalingConfig"], **call["scalingConfig"]}
        _check_scaling(scaling, cluster, record["nodegroupName"])
        record["scalingConfig"] = scaling
        parameters += [
            updates.parameter(f"{key[0].upper()}{key[1:]}", str(value)) for key, value in call["scalingConfig"].items()
        ]
    if call.get("labels"):
        _relabel(record, call["labels"])
        parameters += [
            updates.parameter("LabelsToAdd" if key == "addOrUpdateLabels" else "LabelsToRemove", value)
            for key, value in call["labels"].items()
        ]
    if call.get("taints"):
        _retaint(record, call["taints"])
        parameters += [
            updates.parameter("TaintsToAdd" if key == "addOrUpdateTaints" else "TaintsToRemove", value)
            for key, value in call["taints"].items()
        ]
    for name, kind in (("updateConfig", "MaxUnavailable"), ("nodeRepairConfig", "NodeRepairEnabled")):
        if call.get(name):
            record[name] = call[name]
            parameters.append(updates.parameter(kind, call[name]))
    change = updates.Change("ConfigUpdate", parameters, UPDATE_SECONDS)
    return {
        "update": _started(eks, cluster, record, change, lambda: instances.sync_nodes(eks, cluster, record)),
    }


def _started(eks: Eks, cluster: Cluster, record: Record, change: updates.Change, after: Callable[[], None]) -> Record:
    change = replace(change, about={"nodegroupName": record["nodegroupName"]}, after=after)
    return updates.start(eks, cluster, record, change)


def _relabel(record: Record, asked: Record) -> None:
    record["labels"] = {
        key: value
        for key, value in {**record["labels"], **asked.get("addOrUpdateLabels", {})}.items()
        if key not in asked.get("removeLabels", [])
    }


def _retaint(record: Record, asked: Record) -> None:
    def identity(taint: Record) -> tuple[str, str]:
        return taint["key"], taint["effect"]

    gone = {identity(taint) for key in ("addOrUpdateTaints", "removeTaints") for taint in asked.get(key, [])}
    record["taints"] = [taint for taint in record["taints"] if identity(taint) not in gone] + list(
        asked.get("addOrUpdateTaints", [])
    )


def update_nodegroup_version(eks: Eks, call: Call) -> Record:
    """UpdateNodegroupVersion: to the cluster's version or one below it, never back; the nodes are replaced."""
    cluster, record = _find(eks, call)
    _require_active(cluster, record)
    version = call.get("version", cluster.record["version"])
    if version not in VERSIONS or not VERSIONS.index(record["version"]) <= VERSIONS.index(version) <= VERSIONS.index(
        cluster.record["version"]
    ):
        raise invalid(
            f"Nodegroup version {version} is not possible: it has {record['version']}, "
            f"its cluster {cluster.record['version']}",
            clusterName=cluster.name,
            nodegroupName=record["nodegroupName"],
        )
    release = call.get("releaseVersion", f"{version}.0-20261001")
    parameters = [updates.parameter("Version", version), updates.parameter("ReleaseVersion", release)]
    values = {"version": version, "releaseVersion": release}
    if call.get("launchTemplate"):
        values["launchTemplate"] = _template(
            {**record.get("launchTemplate", {}), **call["launchTemplate"]}, cluster, record["nodegroupName"]
        )
        parameters.append(updates.parameter("LaunchTemplateVersion", values["launchTemplate"]["version"]))
    change = updates.Change("VersionUpdate", parameters, VERSION_SECONDS, values)
    before = {name: record[name] for name in (*values, "launchTemplate") if name in record}
    force = bool(call.get("force"))

    def replaced() -> None:
        instances.replace_nodes(eks, cluster, record, before, force=force)

    return {"update": _started(eks, cluster, record, change, replaced)}


def delete_nodegroup(eks: Eks, call: Call) -> Record:
    """DeleteNodegroup: its nodes leave, then it does."""
    cluster, record = _find(eks, call)
    if record["status"] == "DELETING":
        raise ResourceInUseException(
            clusterName=cluster.name,
            nodegroupName=record["nodegroupName"],
            message="Nodegroup is being deleted already",
        )
    record["status"] = "DELETING"
    eks.later(
        cluster,
        DELETE_SECONDS,
        lambda: instances.retire_nodegroup(eks, cluster, record),
        f"delete node group {record['nodegroupName']}",
    )
    return {"nodegroup": record}


def create_fargate_profile(eks: Eks, call: Call) -> Record:
    """CreateFargateProfile; one at a time changes in a cluster, as on EKS."""
    cluster = eks.cluster(call)
    name = call["fargateProfileName"]
    if name in cluster.fargate_profiles:
        raise ResourceInUseException(
            clusterName=cluster.name, message="A Fargate Profile already exists with this name in this cluster."
        )
    cluster.require_active()
    _require_settled(cluster)
    validate_role_arn(call["podExecutionRoleArn"])
    _require_subnets(cluster, call.get("subnets", []), name)
    selectors = call.get("selectors", [])
    if not selectors:
        raise invalid(
            "Fargate Profile requires at least one selector.", clusterName=cluster.name, fargateProfileName=name
        )
    for selector in selectors:
        if not selector.get("namespace"):
            raise invalid(
                "Fargate Profile must have at least one selector with at least one namespace value.",
                clusterName=cluster.name,
                fargateProfileName=name,
            )
        if len(selector.get("labels") or {}) > 5:
            raise invalid(
                "Request contains Selector with more than 5 Label pairs",
                clusterName=cluster.name,
                fargateProfileName=name,
            )
    record = {
        "fargateProfileName": name,
        "fargateProfileArn": cluster.arn_of("fargateprofile", name, new_id()),
        "clusterName": cluster.name,
        "createdAt": now(),
        "podExecutionRoleArn": call["podExecutionRoleArn"],
        "subnets": list(call.get("subnets", [])),
        "selectors": selectors,
        "status": "CREATING",
        "tags": dict(call.get("tags", {})),
        "health": {"issues": []},
    }
    cluster.fargate_profiles[name] = record
    eks.later(
        cluster,
        FARGATE_CREATE_SECONDS,
        lambda: instances.activate_profile(eks, cluster, record),
        f"create Fargate profile {name}",
    )
    return {"fargateProfile": record}


def _require_settled(cluster: Cluster) -> None:
    busy = [name for name, record in cluster.fargate_profiles.items() if record["status"] in {"CREATING", "DELETING"}]
    if busy:
        raise InvalidRequestException(
            clusterName=cluster.name,
            message=f"Cannot change Fargate profiles while {busy[0]} is being created or deleted",
        )


def _profile(eks: Eks, call: Call) -> tuple[Cluster, Record]:
    cluster = eks.cluster(call)
    return cluster, find(
        cluster.fargate_profiles, call["fargateProfileName"], "Fargate Profile", cluster.name, "fargateProfileName"
    )


def describe_fargate_profile(eks: Eks, call: Call) -> Record:
    """DescribeFargateProfile."""
    return {"fargateProfile": _profile(eks, call)[1]}


def list_fargate_profiles(eks: Eks, call: Call) -> Record:
    """ListFargateProfiles."""
    return page(list(eks.cluster(call).fargate_profiles), call, "fargateProfileNames")


def delete_fargate_profile(eks: Eks, call: Call) -> Record:
    """DeleteFargateProfile: its pods and nodes go with it."""
    cluster, record = _profile(eks, call)
    _require_settled(cluster)
    record["status"] = "DELETING"
    eks.later(
        cluster,
        FARGATE_DELETE_SECONDS,
        lambda: instances.retire_profile(eks, cluster, record),
        f"delete Fargate profile {record['fargateProfileName']}",
    )
    return {"fargateProfile": record}
