"""The status of a simulated pod, from what is remembered of it. Pure."""

from __future__ import annotations

from typing import Any

from localcloud.kubernetes.pod_memory import Container, Pod, backoff, container_id, pull_error, stamp, terminated_state


def render(memory: Pod, pod: dict[str, Any]) -> dict[str, Any]:
    """The status of a pod as a kubelet writes it, without addresses."""
    containers = memory.containers
    started = [container for container in containers if container.state in {"running", "ended", "crashed"}]
    ended = [container for container in containers if container.state == "ended"]
    phase = "Running" if len(started) == len(containers) else "Pending"
    if len(ended) == len(containers):
        phase = "Failed" if any(container.exit_code for container in ended) else "Succeeded"
    unready = [container.name for container in containers if not container.ready]
    born, turned = stamp(memory.born), stamp(memory.ready_since or memory.born)
    done = phase == "Succeeded"
    readiness: dict[str, Any] = {"status": "False" if unready else "True", "lastTransitionTime": turned}
    if done:
        readiness["reason"] = "PodCompleted"
    elif unready:
        readiness |= {
            "reason": "ContainersNotReady",
            "message": f"containers with unready status: [{' '.join(unready)}]",
        }
    return {
        "phase": phase,
        "startTime": born,
        "qosClass": pod.get("status", {}).get("qosClass", "BestEffort"),
        "conditions": [
            {
                "type": "PodReadyToStartContainers",
                "status": "False" if ended and phase != "Running" else "True",
                "lastTransitionTime": born,
            },
            {"type": "Initialized", "status": "True", "lastTransitionTime": born},
            {"type": "Ready", **(readiness if unready or done else _gated(pod, readiness))},
            {"type": "ContainersReady", **readiness},
        ],
        "containerStatuses": [_container_status(container, pod) for container in containers],
        **_init_statuses(memory, pod),
    }


def _gated(pod: dict[str, Any], readiness: dict[str, Any]) -> dict[str, Any]:
    """Ready only once every readiness gate of the pod is True.

    https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/status/generate.go
    """
    told = {each["type"]: each for each in pod.get("status", {}).get("conditions", [])}
    gates = [told.get(gate["conditionType"], {}) for gate in pod["spec"].get("readinessGates", [])]
    turned = max([readiness["lastTransitionTime"], *(gate.get("lastTransitionTime") or "" for gate in gates)])
    if all(gate.get("status") == "True" for gate in gates):
        return {**readiness, "lastTransitionTime": turned}
    return {"status": "False", "lastTransitionTime": turned, "reason": "ReadinessGatesNotReady"}


def _init_statuses(memory: Pod, pod: dict[str, Any]) -> dict[str, Any]:
    """Init containers have always done their work (sidecars always run) by the time the others are looked at."""
    statuses = []
    for spec in pod["spec"].get("initContainers", []):
        sidecar = spec.get("restartPolicy") == "Always"
        born = stamp(memory.born)
        ended = {"exitCode": 0, "reason": "Completed", "startedAt": born, "finishedAt": born}
        statuses.append(
            {
                "name": spec["name"],
                "image": spec["image"],
                "imageID": memory.init_images.get(spec["name"], ""),
                "ready": True,
                "restartCount": 0,
                "started": sidecar,
                "lastState": {},
                "state": {"running": {"startedAt": born}} if sidecar else {"terminated": ended},
            }
        )
    return {"initContainerStatuses": statuses} if statuses else {}


def _container_status(container: Container, pod: dict[str, Any]) -> dict[str, Any]:
    status: dict[str, Any] = {
        "name": container.name,
        "image": container.image.reference,
        "imageID": "",
        "ready": container.ready,
        "restartCount": container.restarts,
        "started": container.state == "running",
        "state": _state(container, pod),
        "lastState": {},
    }
    if container.state in {"running", "crashed", "ended"}:
        status |= {"imageID": container.image.id, "containerID": container_id(container)}
    if container.last is not None and "terminated" not in status["state"]:
        status["lastState"] = {"terminated": container.last}
    return status


def _state(container: Container, pod: dict[str, Any]) -> dict[str, Any]:
    if container.state == "running":
        return {"running": {"startedAt": stamp(container.started)}}
    if container.state == "ended":
        return {
            "terminated": terminated_state(container, container.since, "Error" if container.exit_code else "Completed")
        }
    if container.state == "crashed" and not container.restarts:
        return {"terminated": container.last}
    return {"waiting": _waiting(container, pod)}


def _waiting(container: Container, pod: dict[str, Any]) -> dict[str, str]:
    if container.state == "crashed":
        pause, meta = backoff(container, pod), pod["metadata"]
        message = (
            f"back-off {pause:.0f}s restarting failed container={container.name} "
            f"pod={meta['name']}_{meta['namespace']}({meta['uid']})"
        )
        return {"reason": "CrashLoopBackOff", "message": message}
    if container.state == "unpullable":
        error = pull_error(container, pod)
        if container.attempts == 1:
            return {"reason": "ErrImagePull", "message": error}
        message = f'Back-off pulling image "{container.image.reference}": ErrImagePull: {error}'
        return {"reason": "ImagePullBackOff", "message": message}
    return {"reason": "ContainerCreating"}
