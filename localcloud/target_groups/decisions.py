"""What follows from a TargetGroupBinding, its Service, pods and the health of targets. Pure.

Which pods are targets, and what their readiness gates are told:
https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/pkg/targetgroupbinding/resource_manager.go
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Object = Mapping[str, Any]
GATE = "target-health.elbv2.k8s.aws"
#: Label of a namespace whose new pods get readiness gates.
INJECT = "elbv2.k8s.aws/pod-readiness-gate-inject"
FINALIZER = "elbv2.k8s.aws/resources"
REGISTERING = ("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
#: A target: address and port.
Target = tuple[str, int]
#: State, reason and description of a target's health.
Health = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """What to do for a binding. conditions: path of a pod's status -> patch of it; waiting: whether a gate is not True yet."""

    register: list[Target]
    deregister: list[Target]
    conditions: dict[str, dict[str, Any]]
    waiting: bool


def gate(binding: Object) -> str:
    """Type of the condition by which pods wait for the binding's target group."""
    return f"{GATE}/{binding['metadata']['name']}"


def selected(service: Object | None, pods: Iterable[Object]) -> list[Object]:
    """Pods that a Service selects; none for a Service without selector."""
    wanted = ((service or {}).get("spec") or {}).get("selector") or {}
    return [
        pod
        for pod in pods
        if wanted and wanted.items() <= ((pod["metadata"].get("labels") or {}).items())
    ]  # fmt: skip


def targets(binding: Object, service: Object | None, pods: Iterable[Object]) -> dict[Target, Object]:
    """The targets that there should be, with their pods: those whose containers are ready, and that do not end."""
    found: dict[Target, Object] = {}
    for pod in selected(service, pods):
        address, port = pod.get("status", {}).get("podIP"), _port(binding, service or {}, pod)
        if address and port and "deletionTimestamp" not in pod["metadata"] and _containers_ready(pod):
            found[address, port] = pod
    return found


def _port(binding: Object, service: Object, pod: Object) -> int | None:
    wanted = binding["spec"]["serviceRef"]["port"]
    port = next((each for each in service["spec"].get("ports", []) if wanted in {each["port"], each.get("name")}), None)
    if port is None:
        return None
    target = port.get("targetPort", port["port"])
    if isinstance(target, int):
        return target
    named = (each for container in pod["spec"]["containers"] for each in container.get("ports", []))
    return next((each["containerPort"] for each in named if each.get("name") == target), None)


def _containers_ready(pod: Object) -> bool:
    return _status(pod, "ContainersReady") == "True"


def _status(pod: Object, kind: str) -> str | None:
    conditions = pod.get("status", {}).get("conditions", [])
    return next((each["status"] for each in conditions if each["type"] == kind), None)


def change(binding: Object, wanted: Mapping[Target, Object], registered: Mapping[Target, Health]) -> Change:
    """wanted: see `targets`. registered: the targets of the group that do not drain, with their health."""
    kind, conditions, waiting = gate(binding), {}, False
    for target, pod in wanted.items():
        if kind not in {each["conditionType"] for each in pod["spec"].get("readinessGates", [])}:
            continue
        state, reason, description = registered.get(target, REGISTERING)
        waiting = waiting or state != "healthy"
        patch = _condition(pod, kind, "True" if state == "healthy" else "False", reason, description)
        if patch is not None:
            conditions[status_path(pod)] = patch
    return Change(
        [each for each in wanted if each not in registered],
        [each for each in registered if each not in wanted],
        conditions,
        waiting or any(each not in registered for each in wanted),
    )


def released(binding: Object, pods: Iterable[Object]) -> dict[str, dict[str, Any]]:
    """Patches by path of pods' status once the binding goes: nobody waits for it any longer."""
    kind, found = gate(binding), {}
    for pod in pods:
        if kind in {each["conditionType"] for each in pod["spec"].get("readinessGates", [])}:
            patch = _condition(pod, kind, "True", "", "Target Group Binding is deleted")
            if patch is not None:
                found[status_path(pod)] = patch
    return found


def _condition(pod: Object, kind: str, status: str, reason: str, message: str) -> dict[str, Any] | None:
    """Strategic merge patch of a pod's condition, without its time; None where it says so already."""
    conditions = pod.get("status", {}).get("conditions", [])
    told: Mapping[str, Any] = next((each for each in conditions if each["type"] == kind), {})
    if (told.get("status"), told.get("reason") or "", told.get("message") or "") == (status, reason, message):
        return None
    moved = {} if told.get("status") == status else {"lastTransitionTime": None}
    condition = {"type": kind, "status": status, "reason": reason, "message": message, **moved}
    return {"metadata": {"uid": pod["metadata"]["uid"]}, "status": {"conditions": [condition]}}


def status_path(pod: Object) -> str:
    """API path of a pod's status."""
    meta = pod["metadata"]
    return f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/status"


def gates(pod: Object, bindings: Iterable[Object], services: Mapping[str, Object]) -> list[str]:
    """Readiness gates that a new pod is to get. services: by name, of the pod's namespace."""
    there = {each["conditionType"] for each in pod["spec"].get("readinessGates") or []}
    wanted = [
        gate(binding)
        for binding in bindings
        if binding["spec"].get("targetType", "ip") == "ip"
        and selected(services.get(binding["spec"]["serviceRef"]["name"]), [pod])
    ]
    return [each for each in wanted if each not in there]


def injection(pod: Object, kinds: list[str]) -> list[dict[str, Any]]:
    """JSON patch that adds readiness gates."""
    if not kinds:
        return []
    added = [{"conditionType": kind} for kind in kinds]
    there = list(pod["spec"].get("readinessGates") or [])
    return [{"op": "add", "path": "/spec/readinessGates", "value": there + added}]
