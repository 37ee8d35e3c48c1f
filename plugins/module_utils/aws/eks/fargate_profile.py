# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Fargate profile: which pods run without nodes of ours. Standard library only.

https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html: it cannot change but for its tags, and a cluster makes or
removes one at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.eks.tagging import tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found, Steps, with_tags

FIXED = ("pod_role_arn", "subnets", "selectors")
BUSY = ("CREATING", "DELETING")


def project(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a FargateProfile as DescribeFargateProfile answers it."""
    return {
        "pod_role_arn": profile.get("podExecutionRoleArn", ""),
        "subnets": sorted(profile.get("subnets") or []),
        "selectors": selectors(profile.get("selectors") or []),
        "tags": {name: value for name, value in (profile.get("tags") or {}).items() if not name.startswith("aws:")},
    }


def selectors(rows: Any) -> list[dict[str, Any]]:
    """Selectors with a namespace and labels each, in one order."""
    whole = [{"namespace": row.get("namespace", ""), "labels": dict(row.get("labels") or {})} for row in rows]
    return sorted(whole, key=lambda row: (row["namespace"], sorted(row["labels"].items())))


def present(params: Mapping[str, Any], desired: Mapping[str, Any], found: Found | None) -> Steps:
    """Steps towards the desired profile. While another profile of the cluster is made or removed, all of it is pending.

    Raises ChangeError for what only a new profile can have.
    """
    cluster, name = params["cluster"], params["name"]
    wanted = {**desired, **({"selectors": selectors(desired["selectors"])} if "selectors" in desired else {})}
    if found is None or not found.properties:
        missing = [option for option in FIXED if not wanted.get(option)]
        if missing:
            raise ChangeError(f"Fargate profile {name} of cluster {cluster} does not exist: give {', '.join(missing)}")
        if found is not None:
            return Steps([], {}, wanted, sorted(wanted))
        request = {
            "clusterName": cluster,
            "fargateProfileName": name,
            "podExecutionRoleArn": wanted["pod_role_arn"],
            "subnets": wanted["subnets"],
            "selectors": wanted["selectors"],
            "tags": dict(wanted.get("tags") or {}),
        }
        return Steps([("create_fargate_profile", request)], {}, wanted)
    before = found.properties
    fixed = [option for option in FIXED if option in wanted and _plain(wanted[option]) != _plain(before[option])]
    if fixed:
        raise ChangeError(
            f"EKS cannot change {', '.join(fixed)} of Fargate profile {name} in cluster {cluster}: remove it and make it anew, "
            "or make one of another name first"
        )
    calls = tag_calls(found.facts["arn"], before["tags"], wanted.get("tags"), params["purge_tags"])
    return Steps(calls, before, {**before, "tags": with_tags(before["tags"], wanted.get("tags"), params["purge_tags"])})


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else value


def absent(params: Mapping[str, Any], found: Found) -> Steps:
    """Steps that remove the profile; pending until it, or another that is made or removed before, is gone or there."""
    if not found.properties:
        return Steps()
    place = {"clusterName": params["cluster"], "fargateProfileName": params["name"]}
    if found.facts["busy"]:
        return Steps([], found.properties, found.properties, ["deletion"])
    return Steps([("delete_fargate_profile", place)], found.properties, {}, ["deletion"])
