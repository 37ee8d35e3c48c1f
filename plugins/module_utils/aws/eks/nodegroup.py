# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A managed node group: what it is, what it should be, and the updates that lead there. Standard library only.

https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupConfig.html
https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupVersion.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.tagging import tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Steps, merged, with_tags

FIXED = ("node_role_arn", "subnets", "ami_type", "instance_types", "capacity_type", "disk_size")
SETS = ("subnets", "instance_types")
#: DescribeNodegroup and CreateNodegroup write effects in capitals, Kubernetes does not.
EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}


def project(group: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a Nodegroup as DescribeNodegroup answers it."""
    scaling = group.get("scalingConfig") or {}
    update = group.get("updateConfig") or {}
    return {
        "node_role_arn": group.get("nodeRole", ""),
        "subnets": sorted(group.get("subnets") or []),
        "ami_type": group.get("amiType", ""),
        "instance_types": sorted(group.get("instanceTypes") or []),
        "capacity_type": group.get("capacityType", "ON_DEMAND"),
        "disk_size": int(group.get("diskSize") or 0),
        "launch_template": _template(group.get("launchTemplate") or {}),
        "min_size": int(scaling.get("minSize", 0)),
        "max_size": int(scaling.get("maxSize", 0)),
        "desired_size": int(scaling.get("desiredSize", 0)),
        "version": str(group.get("version", "")),
        "release_version": str(group.get("releaseVersion", "")),
        "labels": dict(group.get("labels") or {}),
        "taints": [_taint(taint) for taint in group.get("taints") or []],
        "max_unavailable": int(update.get("maxUnavailable") or 0),
        "max_unavailable_percentage": int(update.get("maxUnavailablePercentage") or 0),
        "tags": {name: value for name, value in (group.get("tags") or {}).items() if not name.startswith("aws:")},
    }


def _template(template: Mapping[str, Any]) -> dict[str, str]:
    return {"name": template.get("name", ""), "version": str(template.get("version", ""))} if template else {}


def _taint(taint: Mapping[str, Any]) -> dict[str, str]:
    return {
        "key": taint.get("key", ""),
        "value": taint.get("value") or "",
        "effect": EFFECTS.get(taint.get("effect", ""), taint.get("effect", "")),
    }


def _taint_to_aws(taint: Mapping[str, Any]) -> dict[str, str]:
    effects = {ours: theirs for theirs, ours in EFFECTS.items()}
    return {"key": taint["key"], "value": taint.get("value") or "", "effect": effects[taint["effect"]]}


def differences(desired: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Names of the desired properties (None: leave alone) that differ, tags and desired size left out.

    The autoscaler moves the desired size between the bounds: a module that set it back would fight it.
    """
    return sorted(
        name
        for name, value in desired.items()
        if name not in ("tags", "desired_size") and value is not None and not _same(name, value, found.get(name))
    )


def _same(name: str, desired: Any, found: Any) -> bool:
    if name in SETS:
        return sorted(desired) == sorted(found or [])
    if name == "taints":
        return _taint_set(desired) == _taint_set(found or [])
    return bool(desired == found)


def _taint_set(taints: Any) -> set[tuple[str, str, str]]:
    return {(taint["key"], taint.get("value") or "", taint["effect"]) for taint in taints}


def create_request(cluster: str, name: str, desired: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of CreateNodegroup."""
    request: dict[str, Any] = {
        "clusterName": cluster,
        "nodegroupName": name,
        "nodeRole": desired["node_role_arn"],
        "subnets": desired["subnets"],
        "scalingConfig": _scaling(desired, desired.get("desired_size")),
        "labels": dict(desired.get("labels") or {}),
        "taints": [_taint_to_aws(taint) for taint in desired.get("taints") or []],
        "tags": dict(desired.get("tags") or {}),
    }
    fields = {
        "ami_type": "amiType",
        "instance_types": "instanceTypes",
        "capacity_type": "capacityType",
        "disk_size": "diskSize",
        "version": "version",
        "release_version": "releaseVersion",
    }
    request.update({field: desired[ours] for ours, field in fields.items() if desired.get(ours)})
    if desired.get("launch_template"):
        request["launchTemplate"] = dict(desired["launch_template"])
    if _update_config(desired):
        request["updateConfig"] = _update_config(desired)
    return request


def _scaling(desired: Mapping[str, Any], size: int | None) -> dict[str, int]:
    low, high = int(desired["min_size"]), int(desired["max_size"])
    return {"minSize": low, "maxSize": high, "desiredSize": min(max(low if size is None else int(size), low), high)}


def _update_config(desired: Mapping[str, Any]) -> dict[str, int]:
    if desired.get("max_unavailable_percentage"):
        return {"maxUnavailablePercentage": int(desired["max_unavailable_percentage"])}
    return {"maxUnavailable": int(desired["max_unavailable"])} if desired.get("max_unavailable") else {}


def next_update(
    cluster: str, name: str, desired: Mapping[str, Any], found: Mapping[str, Any]
) -> tuple[str, dict[str, Any]] | None:
    """The one call to make now (boto3 method, parameters), or None when nothing differs.

    Raises ChangeError for what only a new node group can have.
    """
    changed = differences(desired, found)
    fixed = [item for item in FIXED if item in changed]
    template = desired.get("launch_template")
    if template and template["name"] != found["launch_template"].get("name"):
        fixed.append("launch_template")
    if fixed:
        raise ChangeError(
            f"EKS cannot change {', '.join(fixed)} of node group {name} in cluster {cluster} (found "
            f"{', '.join(str(found.get(item)) for item in fixed)}): add a node group of another name, move the pods, "
            "remove the old one"
        )
    place = {"clusterName": cluster, "nodegroupName": name}
    update: dict[str, Any] = {}
    if {"min_size", "max_size"} & set(changed):
        whole = {key: found[key] if desired.get(key) is None else desired[key] for key in ("min_size", "max_size")}
        update["scalingConfig"] = _scaling(whole, found["desired_size"])
    if "labels" in changed:
        update["labels"] = _changes(desired["labels"], found["labels"])
    if "taints" in changed:
        update["taints"] = _taint_changes(desired["taints"], found["taints"])
    if {"max_unavailable", "max_unavailable_percentage"} & set(changed):
        update["updateConfig"] = _update_config(desired)
    if update:
        return "update_nodegroup_config", {**place, **update}
    rolled = _rolled(desired, found, changed)
    return ("update_nodegroup_version", {**place, **rolled}) if rolled else None


def _rolled(desired: Mapping[str, Any], found: Mapping[str, Any], changed: list[str]) -> dict[str, Any]:
    """What replaces the nodes: image and template in one update, so that they are replaced once."""
    update: dict[str, Any] = {}
    if "version" in changed:
        update["version"] = desired["version"]
    if "release_version" in changed:
        update["releaseVersion"] = desired["release_version"]
    if "launch_template" in changed:
        update["launchTemplate"] = dict(desired["launch_template"])
        # Without it EKS would take the cluster's version.
        update.setdefault("version", desired.get("version") or found["version"])
    return update


def _changes(desired: Mapping[str, str], found: Mapping[str, str]) -> dict[str, Any]:
    return {
        "addOrUpdateLabels": {name: value for name, value in desired.items() if found.get(name) != value},
        "removeLabels": sorted(name for name in found if name not in desired),
    }


def _taint_changes(desired: Any, found: Any) -> dict[str, Any]:
    wanted, have = _taint_set(desired), _taint_set(found)
    kept = {(key, effect) for key, _value, effect in wanted}

    def rows(taints: set[tuple[str, str, str]]) -> list[dict[str, str]]:
        return [_taint_to_aws({"key": key, "value": value, "effect": effect}) for key, value, effect in sorted(taints)]

    return {
        "addOrUpdateTaints": rows(wanted - have),
        "removeTaints": rows({taint for taint in have - wanted if (taint[0], taint[2]) not in kept}),
    }


def present(
    cluster: str, name: str, desired: Mapping[str, Any], found: Mapping[str, Any] | None, *, purge_tags: bool
) -> Steps:
    """Steps towards the desired node group; one update at a time, none while it is not ACTIVE.

    Raises ChangeError.
    """
    if found is None:
        given = {key: value for key, value in desired.items() if value is not None}
        return Steps([("create_nodegroup", create_request(cluster, name, desired))], {}, given)
    before = project(found)
    changed = differences(desired, before)
    calls = tag_calls(found["nodegroupArn"], before["tags"], desired.get("tags"), purge_tags)
    update = next_update(cluster, name, desired, before)
    made: list[str] = []
    if update and found.get("status") == "ACTIVE":
        calls.append(update)
        rolled = ("version", "release_version", "launch_template")
        made = [item for item in changed if (item in rolled) == (update[0] == "update_nodegroup_version")]
    after = merged(before, desired, changed)
    after["tags"] = with_tags(before["tags"], desired.get("tags"), purge_tags)
    return Steps(calls, before, after, [item for item in changed if item not in made])


def absent(cluster: str, name: str, found: Mapping[str, Any] | None) -> Steps:
    """Steps that remove the node group; pending until it is gone."""
    if found is None:
        return Steps()
    before = project(found)
    if found.get("status") == "DELETING":
        return Steps([], before, before, ["deletion"])
    call = ("delete_nodegroup", {"clusterName": cluster, "nodegroupName": name})
    return Steps([call], before, {}, ["deletion"])
