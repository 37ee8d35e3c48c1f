"""What a kubelet would say of a pod, without a container behind it. Pure: a pod and the time in, a status and events out.

Wording of reasons, messages and events follows the kubelet's, so that whoever reads them in tests reads the real thing:
https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/images/image_manager.go
https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/kuberuntime/kuberuntime_manager.go

What steers a pod: see pod_memory.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localcloud.kubernetes.pod_memory import (
    PULL_RETRY_SECONDS,
    Container,
    Event,
    Image,
    Pod,
    backoff,
    fault_of,
    number,
    pull_error,
    seconds,
    terminated_state,
)
from localcloud.kubernetes.pod_status import render


@dataclass(frozen=True)
class Step:
    """What to do now.

    status: merge patch of the pod's status, None when nothing changed; again_in: seconds until the next look.
    """

    status: dict[str, Any] | None
    events: list[Event]
    again_in: float | None


def remember(pod: dict[str, Any], images: dict[str, Image], now: float) -> Pod:
    """The memory of a pod seen for the first time, from its status where another kubelet (or an earlier run) had it before."""
    known = {status["name"]: status for status in pod.get("status", {}).get("containerStatuses", [])}
    containers = []
    for spec in pod["spec"]["containers"]:
        status = known.get(spec["name"], {})
        container = Container(spec["name"], images[spec["name"]], since=now, restarts=status.get("restartCount", 0))
        state = status.get("state", {})
        container.last = status.get("lastState", {}).get("terminated")
        if "running" in state:
            container.state, container.started = "running", seconds(state["running"]["startedAt"])
            container.since, container.ready = container.started, status.get("ready", False)
        elif "terminated" in state and pod["spec"].get("restartPolicy", "Always") != "Always":
            container.state, container.exit_code = "ended", state["terminated"]["exitCode"]
            container.started = seconds(state["terminated"]["startedAt"])
        elif "terminated" in state or state.get("waiting", {}).get("reason") == "CrashLoopBackOff":
            container.state, container.last = "crashed", state.get("terminated", container.last)
        containers.append(container)
    first = pod.get("status", {}).get("startTime")
    init_images = {spec["name"]: images[spec["name"]].id for spec in pod["spec"].get("initContainers", [])}
    return Pod(pod["metadata"]["uid"], seconds(first) if first else now, containers, init_images=init_images)


def advance(memory: Pod, pod: dict[str, Any], now: float) -> Step:
    """Let time pass for a pod that has a node: changes `memory`, tells the status, the events and when to look again."""
    before = render(memory, pod)
    events: list[Event] = []
    waits = [_advance(container, pod, now, events) for container in memory.containers]
    after = render(memory, pod)
    if memory.was_ready is not (ready := all(container.ready for container in memory.containers)):
        memory.was_ready, memory.ready_since = ready, now
        after = render(memory, pod)
    changed = (
        after != before or "containerStatuses" not in pod.get("status", {}) or _ready(pod["status"]) != _ready(after)
    )
    due = [wait for wait in waits if wait is not None]
    return Step(after if changed else None, events, max(0.02, min(due)) if due else None)


def _ready(status: dict[str, Any]) -> str | None:
    """Status of the condition Ready, which readiness gates change from outside."""
    return next((each["status"] for each in status.get("conditions", []) if each["type"] == "Ready"), None)


def _advance(container: Container, pod: dict[str, Any], now: float, events: list[Event]) -> float | None:
    """Move one container on; the seconds until its next change, None when only an outside change moves it."""
    if container.state == "pulling":
        return _pull(container, pod, now, events)
    if container.state == "unpullable":
        return _retry_pull(container, pod, now, events)
    if container.state == "crashed":
        pause = backoff(container, pod)
        if now < container.since + pause:
            return container.since + pause - now
        container.restarts += 1
        _start(container, now, events, pulled=False)
    if container.state == "running":
        return _run(container, pod, now, events)
    return None


def _pull(container: Container, pod: dict[str, Any], now: float, events: list[Event]) -> float | None:
    reference = container.image.reference
    if container.attempts == 0:
        container.attempts, container.since = 1, now
        events.append(Event("Normal", "Pulling", f'Pulling image "{reference}"', container.name))
    error = pull_error(container, pod)
    if error:
        events.append(Event("Warning", "Failed", f'Failed to pull image "{reference}": {error}', container.name))
        events.append(Event("Warning", "Failed", "Error: ErrImagePull", container.name))
        container.state, container.since = "unpullable", now
        return 1.0
    due = container.since + number(container, pod, "start-seconds", 0.3)
    if now < due:
        return due - now
    _start(container, now, events, pulled=True)
    return _run(container, pod, now, events)


def _retry_pull(container: Container, pod: dict[str, Any], now: float, events: list[Event]) -> float:
    """First ErrImagePull for a second, then ImagePullBackOff; looked at again every few seconds."""
    if container.attempts == 1 and now >= container.since + 1.0:
        container.attempts = 2
        events.append(
            Event("Normal", "BackOff", f'Back-off pulling image "{container.image.reference}"', container.name)
        )
        events.append(Event("Warning", "Failed", "Error: ImagePullBackOff", container.name))
    if now >= container.since + PULL_RETRY_SECONDS:
        container.since = now
        if not pull_error(container, pod):
            container.state, container.attempts = "pulling", 0
            return 0.02
        events.append(
            Event("Normal", "BackOff", f'Back-off pulling image "{container.image.reference}"', container.name)
        )
    return PULL_RETRY_SECONDS if container.attempts > 1 else 1.0


def _start(container: Container, now: float, events: list[Event], *, pulled: bool) -> None:
    reference = container.image.reference
    text = (
        f'Successfully pulled image "{reference}" in 300ms (300ms including waiting). Image size: 52428800 bytes.'
        if pulled
        else f'Container image "{reference}" already present on machine'
    )
    events.append(Event("Normal", "Pulled", text, container.name))
    events.append(Event("Normal", "Created", f"Created container: {container.name}", container.name))
    events.append(Event("Normal", "Started", f"Started container {container.name}", container.name))
    container.state, container.since, container.started, container.ready = "running", now, now, False


def _run(container: Container, pod: dict[str, Any], now: float, events: list[Event]) -> float | None:
    fault = fault_of(container, pod)
    if fault in {"crash-loop", "oom"}:
        due = container.since + number(container, pod, "crash-seconds", 0.5)
        return due - now if now < due else _crash(container, pod, now, events, fault)
    if pod["spec"].get("restartPolicy", "Always") != "Always":
        due = container.since + number(container, pod, "complete-seconds", 1.0)
        if now >= due:
            container.state, container.exit_code, container.ready, container.since = "ended", 0, False, now
            return None
        return due - now
    return _probe(container, pod, now, events, fault)


def _probe(container: Container, pod: dict[str, Any], now: float, events: list[Event], fault: str) -> float | None:
    due = container.since + number(container, pod, "ready-seconds", 0.3)
    if now < due:
        return due - now
    if fault == "never-ready":
        events.append(_unhealthy(container))
        return 10.0
    if fault == "ready-flap":
        period = max(0.2, number(container, pod, "flap-seconds", 2.0))
        turn = int((now - due) / period)
        ready = turn % 2 == 0
        if container.ready and not ready:
            events.append(_unhealthy(container))
        container.ready = ready
        return due + (turn + 1) * period - now
    container.ready = True
    return None


def _unhealthy(container: Container) -> Event:
    return Event(
        "Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", container.name
    )


def _crash(container: Container, pod: dict[str, Any], now: float, events: list[Event], fault: str) -> float | None:
    container.exit_code = 137 if fault == "oom" else int(number(container, pod, "exit-code", 1))
    container.ready = False
    terminated = terminated_state(container, now, "OOMKilled" if fault == "oom" else "Error")
    if pod["spec"].get("restartPolicy", "Always") == "Never":
        container.state, container.last, container.since = "ended", None, now
        return None
    container.state, container.last, container.since = "crashed", terminated, now
    if container.restarts:
        events.append(_backing_off(container, pod))
    return backoff(container, pod)


def _backing_off(container: Container, pod: dict[str, Any]) -> Event:
    meta = pod["metadata"]
    where = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
    return Event(
        "Warning", "BackOff", f"Back-off restarting failed container {container.name} in pod {where}", container.name
    )
