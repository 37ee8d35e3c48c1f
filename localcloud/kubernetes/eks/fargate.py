"""Fargate: pods that a profile selects wait for the scheduler `fargate-scheduler`, which gives each a node of its own.

https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html
For profiles whose pods run in containers see fargate_nodes. Thin: sizes are not rounded to Fargate's steps, and a node goes when
the next pod is placed, not with its pod.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from localcloud.kubernetes import nodes
from localcloud.kubernetes.api import Api, ApiError
from localcloud.kubernetes.eks.model import Cluster, Record

if TYPE_CHECKING:
    from localcloud.kubernetes.eks.service import Eks

SCHEDULER = "fargate-scheduler"
COMPUTE_LABEL = "eks.amazonaws.com/compute-type"
#: CEL: the pod has not chosen a scheduler of its own.
FREE = "!has(object.spec.schedulerName) || object.spec.schedulerName == 'default-scheduler'"
BASE = "/apis/admissionregistration.k8s.io/v1"
#: Names a profile on a pod that is only asked about, never made (`marks`).
PROBE_LABEL = "localcloud/fargate-probe"


def _condition(profile: Record) -> str:
    """CEL: does one of the selectors match the pod, or is it the question whether the policy is in force."""
    probe = _quoted(profile["fargateProfileName"])
    alternatives = [
        "(has(request.dryRun) && request.dryRun && has(object.metadata.labels)"
        f" && object.metadata.labels[?{_quoted(PROBE_LABEL)}].orValue('') == {probe})"
    ]
    for selector in profile["selectors"]:
        terms = [f"request.namespace == {_quoted(selector['namespace'])}"]
        terms += [
            f"has(object.metadata.labels) && object.metadata.labels[?{_quoted(key)}].orValue('') == {_quoted(value)}"
            for key, value in (selector.get("labels") or {}).items()
        ]
        alternatives.append("(" + " && ".join(terms) + ")")
    return " || ".join(alternatives)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _name(profile: Record) -> str:
    return f"localcloud-fargate-{hashlib.sha256(profile['fargateProfileName'].encode()).hexdigest()[:16]}"


def install(api: Api, profile: Record) -> None:
    """Have the API server mark new pods of the profile. Raises ApiError."""
    name = _name(profile)
    label = f"{_quoted(nodes.PROFILE_LABEL)}: {_quoted(profile['fargateProfileName'])}"
    spec = f"Object.spec{{schedulerName: {_quoted(SCHEDULER)}}}"
    mutation = f"Object{{metadata: Object.metadata{{labels: {{{label}}}}}, spec: {spec}}}"
    api.apply(
        f"{BASE}/mutatingadmissionpolicies/{name}",
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "MutatingAdmissionPolicy",
            "metadata": {"name": name},
            "spec": {
                "failurePolicy": "Fail",
                "reinvocationPolicy": "Never",
                "matchConstraints": {
                    "resourceRules": [
                        {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
                    ]
                },
                "matchConditions": [
                    {"name": "selected", "expression": _condition(profile)},
                    {"name": "free", "expression": FREE},
                ],
                "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": mutation}}],
            },
        },
    )
    api.apply(
        f"{BASE}/mutatingadmissionpolicybindings/{name}",
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "MutatingAdmissionPolicyBinding",
            "metadata": {"name": name},
            "spec": {"policyName": name},
        },
    )


def marks(api: Api, profile: Record) -> bool:
    """Whether the API server marks pods of the profile by now: it learns of a policy some time after the policy is stored.

    Raises ApiError when the server is not there; a refusal of the pod that is asked about is a no.
    """
    container = {"name": "probe", "image": "registry.k8s.io/pause:3.10"}
    pod = {
        "metadata": {"generateName": "fargate-probe-", "labels": {PROBE_LABEL: profile["fargateProfileName"]}},
        "spec": {"automountServiceAccountToken": False, "containers": [container]},
    }
    try:
        answer = api.create("/api/v1/namespaces/kube-system/pods?dryRun=All", pod)
    except ApiError as error:
        if error.status in {403, 500, 504}:
            return False
        raise
    return bool(answer["spec"].get("schedulerName") == SCHEDULER)


def uninstall(api: Api, profile: Record) -> None:
    """No longer mark pods. Raises ApiError."""
    for kind in ("mutatingadmissionpolicybindings", "mutatingadmissionpolicies"):
        api.delete(f"{BASE}/{kind}/{_name(profile)}")


def place(eks: Eks, cluster: Cluster, pod: dict[str, Any]) -> None:
    """Give a pod that waits for Fargate's scheduler a node, and bind it. Raises ApiError."""
    meta, profile = pod["metadata"], profile_of(cluster, pod)
    if profile is None:
        return
    api = eks.api(cluster)
    _sweep(api, profile)
    subnets = cluster.subnets(profile["subnets"]) or cluster.subnets(cluster.record["resourcesVpcConfig"]["subnetIds"])
    subnet = subnets[int(hashlib.sha256(meta["uid"].encode()).hexdigest()[:8], 16) % len(subnets)]
    labels = {COMPUTE_LABEL: "fargate", nodes.PROFILE_LABEL: profile["fargateProfileName"]}
    taint = {"key": COMPUTE_LABEL, "value": "fargate", "effect": "NoSchedule"}
    node = nodes.node(
        cluster.name,
        cluster.region,
        subnet,
        meta["uid"],
        instance_type="fargate",
        labels=labels,
        taints=[taint],
        version=cluster.record["version"],
        kubelet_port=eks.kubelet_port(cluster),
        size=nodes.Capacity(4, 30.0, 1),
    )
    name = node["metadata"]["name"]
    if api.find(f"/api/v1/nodes/{name}") is None:
        api.create("/api/v1/nodes", node)
    bind(api, pod, name)


def profile_of(cluster: Cluster, pod: dict[str, Any]) -> Record | None:
    """The profile of a pod that waits for Fargate's scheduler; None for any other pod."""
    name = (pod["metadata"].get("labels") or {}).get(nodes.PROFILE_LABEL, "")
    return cluster.fargate_profiles.get(name) if pod["spec"].get("schedulerName") == SCHEDULER else None


def bind(api: Api, pod: dict[str, Any], name: str) -> None:
    """Put a pod on a node. Raises ApiError."""
    meta = pod["metadata"]
    api.create(
        f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/binding",
        {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": meta["name"], "uid": meta["uid"]},
            "target": {"apiVersion": "v1", "kind": "Node", "name": name},
        },
    )


def _sweep(api: Api, profile: Record) -> None:
    used = {pod["spec"].get("nodeName") for pod in api.get("/api/v1/pods")["items"]}
    selector = f"{nodes.PROFILE_LABEL}%3D{profile['fargateProfileName']},{nodes.PLAYED}"
    for node in api.get(f"/api/v1/nodes?labelSelector={selector}")["items"]:
        if node["metadata"]["name"] not in used:
            api.delete(f"/api/v1/nodes/{node['metadata']['name']}")
