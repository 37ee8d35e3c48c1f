"""What is remembered of a simulated pod, and what steers it. Pure.

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


def pull_error(container: Container, pod: dict[str, Any]) -> str:
    """Why the image of a container cannot be pulled now, or the empty string."""
    if container.image.error:
        return container.image.error
    return not_found(container.image.reference) if fault_of(container, pod) == "image-unpullable" else ""


def not_found(reference: str) -> str:
    """containerd's words for a manifest that the registry does not have."""
    return (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{reference}": '
        f'failed to resolve reference "{reference}": {reference}: not found'
    )


def backoff(container: Container, pod: dict[str, Any]) -> float:
    """Seconds until the next start: at once after the first crash, then longer each time, as the kubelet does it."""
    base = number(container, pod, "backoff-seconds", 1.0)
    return (
        float(min(base * 2 ** (container.restarts - 1), base * MAX_BACKOFFS))
        if container.restarts
        else FIRST_RESTART_SECONDS
    )


def terminated_state(container: Container, now: float, reason: str) -> dict[str, Any]:
    """`state.terminated` of a container that ended at `now`."""
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
