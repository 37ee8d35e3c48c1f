"""What a kubelet would say of a pod, without a container behind it. Pure: a pod and the time in, a status and events out.

Wording of reasons, messages and events follows the kubelet's, so that whoever reads them in tests reads the real thing:
https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/images/image_manager.go
https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/kuberuntime/kuberuntime_manager.go

Annotations of a pod (and of the manifest of an image in the emulated ECR, so that a release can be bad in itself) steer it,
all under `localcloud.creator.platform/`:

    fault            image-unpullable | crash-loop | never-ready | ready-flap | oom
    fault-container  name of the container that has the fault (default: the first one)
    fault-count      how often it crashes before it heals (default: for ever)
    start-seconds    until the containers run (default 0.3)
    ready-seconds    until a running container is ready (default 0.3)
    crash-seconds    from start to crash (default 0.5)
    backoff-seconds  pause before the second restart, doubled each time up to 30 times of it (default 1)
    flap-seconds     period of ready-flap (default 2)
    exit-code        of crash-loop (default 1)
    complete-seconds how long a pod with restartPolicy other than Always runs before it has succeeded (default 1)
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass, field
from typing import Any

ANNOTATION = "localcloud.creator.platform/"
FAULTS = ("image-unpullable", "crash-loop", "never-ready", "ready-flap", "oom")
PULL_RETRY_SECONDS = 5.0
MAX_BACKOFFS = 30
FIRST_RESTART_SECONDS = 0.2


@dataclass(frozen=True)
class Image:
    """An image that a registry answered for. id: `<repository>@<digest>`; error: the runtime's words where there is none."""

    reference: str
    id: str = ""
    error: str = ""
    annotations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """An event about the pod. container: the one it is about, None for the pod."""

    type: str
    reason: str
    message: str
    container: str | None = None


@dataclass
class Container:
    """Where one container stands. state: pulling, unpullable, running, crashed (waits for its restart), ended."""

    name: str
    image: Image
    state: str = "pulling"
    since: float = 0.0
    attempts: int = 0
    restarts: int = 0
    ready: bool = False
    exit_code: int = 0
    last: dict[str, Any] | None = None
    started: float = 0.0


@dataclass
class Pod:
    """The kubelet's memory of a pod. Times are seconds since the epoch."""

    uid: str
    born: float
    containers: list[Container]
    ready_since: float = 0.0
    was_ready: bool | None = None
    #: name of an init container -> its imageID
    init_images: dict[str, str] = field(default_factory=dict)


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
    before = _render(memory, pod)
    events: list[Event] = []
    waits = [_advance(container, pod, now, events) for container in memory.containers]
    after = _render(memory, pod)
    if memory.was_ready is not (ready := all(container.ready for container in memory.containers)):
        memory.was_ready, memory.ready_since = ready, now
        after = _render(memory, pod)
    changed = after != before or "containerStatuses" not in pod.get("status", {})
    due = [wait for wait in waits if wait is not None]
    return Step(after if changed else None, events, max(0.02, min(due)) if due else None)


def option(container: Container, pod: dict[str, Any], name: str, default: str = "") -> str:
    """An annotation for this container: the pod's, else the image's."""
    annotations = pod["metadata"].get("annotations") or {}
    return str(annotations.get(ANNOTATION + name, container.image.annotations.get(ANNOTATION + name, default)))


def number(container: Container, pod: dict[str, Any], name: str, default: float) -> float:
    """A numeric annotation; the default where it is none."""
    try:
        return float(option(container, pod, name, str(default)))
    except ValueError:
        return default


def fault_of(container: Container, pod: dict[str, Any]) -> str:
    """The fault that this container has now, or the empty string."""
    fault = option(container, pod, "fault")
    first = pod["spec"]["containers"][0]["name"]
    of_image = ANNOTATION + "fault" in container.image.annotations
    named = option(container, pod, "fault-container", container.name if of_image else first)
    count = option(container, pod, "fault-count")
    healed = count.isdigit() and container.restarts >= int(count)
    return fault if fault in FAULTS and named == container.name and not healed else ""


def _advance(container: Container, pod: dict[str, Any], now: float, events: list[Event]) -> float | None:
    """Move one container on; the seconds until its next change, None when only an outside change moves it."""
    if container.state == "pulling":
        return _pull(container, pod, now, events)
    if container.state == "unpullable":
        return _retry_pull(container, pod, now, events)
    if container.state == "crashed":
        pause = _backoff(container, pod)
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
    error = _pull_error(container, pod)
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


def _pull_error(container: Container, pod: dict[str, Any]) -> str:
    if container.image.error:
        return container.image.error
    return not_found(container.image.reference) if fault_of(container, pod) == "image-unpullable" else ""


def not_found(reference: str) -> str:
    """containerd's words for a manifest that the registry does not have."""
    return (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{reference}": '
        f'failed to resolve reference "{reference}": {reference}: not found'
    )


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
        if not _pull_error(container, pod):
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
    terminated = _terminated(container, now, "OOMKilled" if fault == "oom" else "Error")
    if pod["spec"].get("restartPolicy", "Always") == "Never":
        container.state, container.last, container.since = "ended", None, now
        return None
    container.state, container.last, container.since = "crashed", terminated, now
    if container.restarts:
        events.append(_backing_off(container, pod))
    return _backoff(container, pod)


def _backing_off(container: Container, pod: dict[str, Any]) -> Event:
    meta = pod["metadata"]
    where = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
    return Event(
        "Warning", "BackOff", f"Back-off restarting failed container {container.name} in pod {where}", container.name
    )


def _backoff(container: Container, pod: dict[str, Any]) -> float:
    """Seconds until the next start: at once after the first crash, then longer each time, as the kubelet does it."""
    base = number(container, pod, "backoff-seconds", 1.0)
    return (
        float(min(base * 2 ** (container.restarts - 1), base * MAX_BACKOFFS))
        if container.restarts
        else FIRST_RESTART_SECONDS
    )


def _terminated(container: Container, now: float, reason: str) -> dict[str, Any]:
    return {
        "exitCode": container.exit_code,
        "reason": reason,
        "startedAt": stamp(container.started),
        "finishedAt": stamp(now),
        "containerID": container_id(container),
    }


def container_id(container: Container) -> str:
    """An id that is stable for one start of the container."""
    return (
        "containerd://"
        + hashlib.sha256(f"{container.name} {container.image.id} {container.started}".encode()).hexdigest()
    )


def stamp(when: float) -> str:
    """RFC 3339 with whole seconds, as the API has it."""
    return datetime.datetime.fromtimestamp(int(when), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> float:
    """Seconds since the epoch of an RFC 3339 time."""
    return datetime.datetime.fromisoformat(text).timestamp()


def _render(memory: Pod, pod: dict[str, Any]) -> dict[str, Any]:
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
            {"type": "Ready", **readiness},
            {"type": "ContainersReady", **readiness},
        ],
        "containerStatuses": [_container_status(container, pod) for container in containers],
        **_init_statuses(memory, pod),
    }


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
        return {"terminated": _terminated(container, container.since, "Error" if container.exit_code else "Completed")}
    if container.state == "crashed" and not container.restarts:
        return {"terminated": container.last}
    return {"waiting": _waiting(container, pod)}


def _waiting(container: Container, pod: dict[str, Any]) -> dict[str, str]:
    if container.state == "crashed":
        pause, meta = _backoff(container, pod), pod["metadata"]
        message = (
            f"back-off {pause:.0f}s restarting failed container={container.name} "
            f"pod={meta['name']}_{meta['namespace']}({meta['uid']})"
        )
        return {"reason": "CrashLoopBackOff", "message": message}
    if container.state == "unpullable":
        error = _pull_error(container, pod)
        if container.attempts == 1:
            return {"reason": "ErrImagePull", "message": error}
        message = f'Back-off pulling image "{container.image.reference}": ErrImagePull: {error}'
        return {"reason": "ImagePullBackOff", "message": message}
    return {"reason": "ContainerCreating"}
