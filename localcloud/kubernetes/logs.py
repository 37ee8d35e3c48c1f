"""The log lines that a simulated container would have written. Pure."""

from __future__ import annotations

import json
from typing import Any

from localcloud.kubernetes import pod_memory

CRASHES = {"oom": "simulated growth of memory"}


def lines(pod: dict[str, Any], memory: pod_memory.Pod, container_name: str, previous: bool) -> list[str] | None:
    """Log of the container's present start, or of the one before; None when the pod has no such container."""
    for container in memory.containers:
        if container.name == container_name:
            return _lines(pod, container, previous)
    return None


def _lines(pod: dict[str, Any], container: pod_memory.Container, previous: bool) -> list[str]:
    if container.state in {"pulling", "unpullable"} or (previous and container.last is None):
        return []
    fault = pod_memory.fault_of(container, pod)
    begun = [
        _line(container.started, "info", "starting", image=container.image.id),
        _line(container.started, "info", "listening", port=8080),
    ]
    if previous or container.state == "crashed":
        ended = pod_memory.seconds(container.last["finishedAt"]) if container.last else container.since
        return [
            *begun[:1],
            _line(
                ended,
                "fatal",
                CRASHES.get(fault, "simulated crash"),
                fault=fault or "healed",
                exit_code=container.last["exitCode"] if container.last else container.exit_code,
            ),
        ]
    if container.state == "ended":
        return [*begun[:1], _line(container.since, "info", "finished", exit_code=container.exit_code)]
    if fault in {"never-ready", "ready-flap"} and not container.ready:
        return [*begun, _line(container.started, "error", "readiness check failed", status=503, fault=fault)]
    return begun


def _line(when: float, level: str, message: str, **more: Any) -> str:
    return json.dumps({"time": pod_memory.stamp(when), "level": level, "message": message, **more})
