"""Upgrade insights: what of a cluster does not fit a later Kubernetes version.

https://docs.aws.amazon.com/eks/latest/APIReference/API_ListInsights.html
https://docs.aws.amazon.com/eks/latest/userguide/cluster-insights.html
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from localcloud.kubernetes.eks import addons
from localcloud.kubernetes.eks.model import VERSIONS, Call, Cluster, Record, find, invalid, now

if TYPE_CHECKING:
    from localcloud.kubernetes.eks.service import Eks

SKEW = 3


def list_insights(eks: Eks, call: Call) -> Record:
    """ListInsights: kubelet skew and add-ons for every later version, filtered as asked."""
    chosen = call.get("filter", {})
    rows = [
        row
        for row in _insights(eks.cluster(call))
        if row["category"] in chosen.get("categories", [row["category"]])
        and row["kubernetesVersion"] in chosen.get("kubernetesVersions", [row["kubernetesVersion"]])
        and row["insightStatus"]["status"] in chosen.get("statuses", [row["insightStatus"]["status"]])
    ]
    return {"insights": rows}


def describe_insight(eks: Eks, call: Call) -> Record:
    """DescribeInsight."""
    cluster = eks.cluster(call)
    rows = {row["id"]: row for row in _insights(cluster)}
    return {"insight": find(rows, call["id"], "insight", cluster.name)}


def _insights(cluster: Cluster) -> list[Record]:
    version = cluster.record["version"]
    if version not in VERSIONS:
        raise invalid(f"unsupported version {version}", clusterName=cluster.name)
    later = VERSIONS[VERSIONS.index(version) + 1 :]
    return [row for target in later for row in (_skew(cluster, target), _addons(cluster, target))]


def _skew(cluster: Cluster, target: str) -> Record:
    behind = sorted(
        name
        for name, group in cluster.nodegroups.items()
        if VERSIONS.index(target) - VERSIONS.index(group["version"]) > SKEW
    )
    reason = f"node groups too old for {target}: {', '.join(behind)}" if behind else "No node is too old."
    return _row(cluster, "Kubelet version skew", target, "ERROR" if behind else "PASSING", reason)


def _addons(cluster: Cluster, target: str) -> Record:
    behind = sorted(
        name for name, record in cluster.addons.items() if not addons.fits(name, record["addonVersion"], target)
    )
    reason = f"add-ons to update after it: {', '.join(behind)}" if behind else "All add-on versions fit."
    return _row(cluster, "EKS add-on version compatibility", target, "WARNING" if behind else "PASSING", reason)


def _row(cluster: Cluster, name: str, target: str, status: str, reason: str) -> Record:
    digest = hashlib.sha256(f"{cluster.arn} {name} {target}".encode()).hexdigest()
    return {
        "id": f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}",
        "name": name,
        "category": "UPGRADE_READINESS",
        "kubernetesVersion": target,
        "lastRefreshTime": now(),
        "lastTransitionTime": cluster.record["createdAt"],
        "description": f"Checks {name} for Kubernetes {target}.",
        "insightStatus": {"status": status, "reason": reason},
    }
