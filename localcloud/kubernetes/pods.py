"""Plays the kubelet for the pods on the simulated nodes of one cluster: watches them, lets time pass, writes their status."""

from __future__ import annotations

import hashlib
import heapq
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from localcloud.kubernetes import kubelet
from localcloud.kubernetes.api import STRATEGIC_PATCH, Api, ApiError
from localcloud.kubernetes.pod_memory import Event, Image, Pod, stamp

log = logging.getLogger("localcloud.kubernetes")
PODS = "/api/v1/pods"
ENDED = ("Succeeded", "Failed")
#: Events remembered, so that a repetition raises the count of the first one; then those of pods that are gone are forgotten.
MAX_TOLD = 5000
#: Pods have addresses of the range that no network routes (RFC 6598), so they collide with nothing.
POD_NETWORK = (100, 64)


def gates_of(pod: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Each readiness gate of a pod with the status of its condition, None where nobody has told it."""
    told = {each["type"]: each["status"] for each in pod.get("status", {}).get("conditions", [])}
    wanted = [gate["conditionType"] for gate in pod["spec"].get("readinessGates", [])]
    return [(each, told.get(each)) for each in wanted]


class Pods:
    """Threads that watch, act, and tell events. `simulated` says whether a node is played here, `image` resolves a reference."""

    def __init__(
        self,
        api: Api,
        simulated: Callable[[str], bool],
        image: Callable[[str], Image],
        unscheduled: Callable[[dict[str, Any]], None],
    ) -> None:
        self._api, self._simulated, self._image, self._unscheduled = api, simulated, image, unscheduled
        self._pods: dict[str, dict[str, Any]] = {}
        self._memories: dict[str, Pod] = {}
        self._told: dict[tuple[str, str, str], tuple[str, int]] = {}
        #: events wait here, so that a pod's status never waits for them
        self._events: queue.SimpleQueue[tuple[dict[str, Any], str, Event, float] | None] = queue.SimpleQueue()
        self._due: list[tuple[float, str]] = []
        self._changed = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=target, name=f"pods {target.__name__}", daemon=True)
            for target in (self._watch, self._act, self._tell_all)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask the threads to end; the watch ends with its server."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._events.put(None)

    def pod(self, namespace: str, name: str) -> tuple[dict[str, Any], Pod | None] | None:
        """A pod that is known, with its memory."""
        with self._changed:
            for uid, pod in self._pods.items():
                if (pod["metadata"]["namespace"], pod["metadata"]["name"]) == (namespace, name):
                    return pod, self._memories.get(uid)
        return None

    def _watch(self) -> None:
        while not self._stopping:
            try:
                for kind, pod in self._changes():
                    self._note(kind, pod)
            except ApiError as error:
                if not self._stopping:
                    log.debug("watch of pods ended: %s", error)
                    time.sleep(0.5)

    def _changes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        listed = self._api.get(PODS)
        present = {pod["metadata"]["uid"] for pod in listed["items"]}
        for uid in list(self._pods):
            if uid not in present:
                yield "DELETED", self._pods[uid]
        for pod in listed["items"]:
            yield "ADDED", pod
        version = listed["metadata"]["resourceVersion"]
        for change in self._api.watch(PODS, version):
            if change["type"] == "ERROR":
                return  # the version is too old: list again
            yield change["type"], change["object"]

    def _note(self, kind: str, pod: dict[str, Any]) -> None:
        uid = pod["metadata"]["uid"]
        with self._changed:
            if kind == "DELETED" or pod["status"].get("phase") in ENDED:
                self._forget(uid)
                return
            first = uid not in self._pods
            before = self._pods.get(uid)
            self._pods[uid] = pod
            moved = first or before is None or self._relevant(before) != self._relevant(pod)
            if moved:
                heapq.heappush(self._due, (time.time(), uid))
                self._changed.notify_all()

    @staticmethod
    def _relevant(pod: dict[str, Any]) -> tuple[Any, ...]:
        return (
            pod["spec"].get("nodeName"),
            pod["metadata"].get("annotations"),
            pod["metadata"].get("deletionTimestamp"),
            [container["image"] for container in pod["spec"]["containers"]],
            gates_of(pod),
        )

    def _forget(self, uid: str) -> None:
        self._pods.pop(uid, None)
        self._memories.pop(uid, None)

    def _act(self) -> None:
        while True:
            with self._changed:
                while not self._stopping and (not self._due or self._due[0][0] > time.time()):
                    self._changed.wait(max(0.0, self._due[0][0] - time.time()) if self._due else None)
                if self._stopping:
                    return
                uid = heapq.heappop(self._due)[1]
                pod = self._pods.get(uid)
            if pod is not None and "deletionTimestamp" not in pod["metadata"]:
                self._try(uid, pod)

    def _try(self, uid: str, pod: dict[str, Any]) -> None:
        again: float | None = 1.0
        try:
            again = self._step(uid, pod)
        except ApiError as error:
            if error.status == 404:
                again = None  # deleted meanwhile
            elif not self._stopping:
                log.warning("pod %s/%s: %s", pod["metadata"]["namespace"], pod["metadata"]["name"], error)
        except Exception:  # one strange pod must not stop the others; the log is where it is seen
            log.exception("pod %s/%s", pod["metadata"]["namespace"], pod["metadata"]["name"])
            again = None
        if again is not None:
            with self._changed:
                heapq.heappush(self._due, (time.time() + again, uid))

    def _step(self, uid: str, pod: dict[str, Any]) -> float | None:
        node = pod["spec"].get("nodeName")
        if node is None:
            self._unscheduled(pod)
            return None
        if not self._simulated(node):
            return None
        now = time.time()
        memory = self._memories.get(uid)
        images = {
            spec["name"]: self._image(spec["image"])
            for spec in [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]
        }
        if memory is None:
            memory = self._memories[uid] = kubelet.remember(pod, images, now)
        for container in memory.containers:
            if container.state in {"pulling", "unpullable"}:
                container.image = images[container.name]
        step = kubelet.advance(memory, pod, now)
        if step.status is not None:
            self._write(pod, step.status)
        for event in step.events:
            self._events.put((pod, node, event, now))
        return step.again_in

    def _write(self, pod: dict[str, Any], status: dict[str, Any]) -> None:
        address = pod["status"].get("podIP") or self._address(pod["metadata"]["uid"])
        # Strategic: conditions of others (the scheduler's, those of readiness gates) stay as they are.
        body = {**status, "podIP": address, "podIPs": [{"ip": address}]}
        meta = pod["metadata"]
        path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/status"
        patched = self._api.patch(path, {"metadata": {"uid": meta["uid"]}, "status": body}, STRATEGIC_PATCH)
        with self._changed:
            if meta["uid"] in self._pods and "deletionTimestamp" not in self._pods[meta["uid"]]["metadata"]:
                self._pods[meta["uid"]] = patched

    def _address(self, uid: str) -> str:
        taken = {pod["status"].get("podIP") for pod in list(self._pods.values())}
        number = int(hashlib.sha256(uid.encode()).hexdigest()[:8], 16)
        while True:
            number = number % (1 << 22)
            address = f"{POD_NETWORK[0]}.{POD_NETWORK[1] + (number >> 16)}.{(number >> 8) & 255}.{number & 255}"
            if address not in taken:
                return address
            number += 1

    def _tell_all(self) -> None:
        while (entry := self._events.get()) is not None:
            try:
                self._tell(*entry)
            except ApiError as error:
                log.debug("event not told: %s", error)  # the pod or its namespace is gone
            if len(self._told) > MAX_TOLD:
                known = set(self._pods)
                self._told = {key: value for key, value in self._told.items() if key[0] in known}

    def _tell(self, pod: dict[str, Any], node: str, event: Event, now: float) -> None:
        meta = pod["metadata"]
        key = (meta["uid"], event.reason, event.message)
        name, count = self._told.get(key, ("", 0))
        base = f"/api/v1/namespaces/{meta['namespace']}/events"
        moment = stamp(now)
        if count:
            self._api.patch(f"{base}/{name}", {"count": count + 1, "lastTimestamp": moment})
        else:
            name = f"{meta['name']}.{hashlib.sha256(f'{key}{now}'.encode()).hexdigest()[:16]}"
            self._api.create(
                base,
                {
                    "metadata": {"name": name, "namespace": meta["namespace"]},
                    "type": event.type,
                    "reason": event.reason,
                    "message": event.message,
                    "count": 1,
                    "firstTimestamp": moment,
                    "lastTimestamp": moment,
                    "source": {"component": "kubelet", "host": node},
                    "reportingComponent": "kubelet",
                    "reportingInstance": node,
                    "involvedObject": {
                        "apiVersion": "v1",
                        "kind": "Pod",
                        "name": meta["name"],
                        "namespace": meta["namespace"],
                        "uid": meta["uid"],
                        **({"fieldPath": f"spec.containers{{{event.container}}}"} if event.container else {}),
                    },
                },
            )
        self._told[key] = (name, count + 1)
