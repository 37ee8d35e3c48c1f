"""Which cluster has the container nodes, and what is said of them: the part that the emulated EKS talks to.

One cluster at a time has them: the first whose node group asks for some, until its last such group is deleted.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from localcloud import control
from localcloud.cloud import Cloud
from localcloud.container_nodes import ContainerNodesError, machine
from localcloud.container_nodes.instance import Target
from localcloud.container_nodes.objects import Launch
from localcloud.container_nodes.side import NodeSide
from localcloud.kubernetes import nodes
from localcloud.kubernetes.api import ApiError
from localcloud.places import atomic

log = logging.getLogger("localcloud.kubernetes")
POLL_SECONDS = 2.0
#: Seconds after which nodes get new credentials of their role. A kubelet keeps what it got with them for six hours, and they
#: are good for twelve: see kubernetes.eks.instance_profiles.
REFRESH_SECONDS = 5 * 3600
#: Ports of the databases that run now.
Databases = Callable[[], tuple[int, ...]]
#: A node -> credentials of a session of its role
Profile = Callable[[Launch], Mapping[str, str]]


class ContainerNodes:
    """One per local cloud. `reason`: why there are none although they were asked for, None where there is no such reason."""

    def __init__(self, cloud: Cloud, databases: Databases, profile: Profile) -> None:
        self._cloud, self._databases, self._profile = cloud, databases, profile
        self._side: NodeSide | None = None
        self._target: Target | None = None
        #: Of the last look: whoever asks for the status does not wait for the API server.
        self._ready: dict[str, bool] = {}
        self._refresh_at = 0.0
        self._lock = threading.RLock()
        self._ending = threading.Event()
        self.reason = machine.obstacle(cloud.state) if cloud.container_nodes else None
        cloud.on_stopping.append(self.stop)

    @property
    def possible(self) -> bool:
        """Whether they are wanted and can be."""
        return self._cloud.container_nodes and self.reason is None

    def take(self, target: Target) -> bool:
        """Whether the nodes are those of this cluster, from now on if nobody had them: then what they share is started.

        A failure is logged, and is the reason in the status.
        """
        with self._lock:
            if not self.possible or self._ending.is_set() or self.owner not in {None, target.name}:
                return False
            if self._side is not None:
                return True
            self._claim_file.parent.mkdir(parents=True, exist_ok=True)
            atomic(self._claim_file, target.name.encode())
            side = NodeSide(self._cloud, machine.found_parts(), self._ending, target)
            try:
                side.start()
            except (ContainerNodesError, ApiError, OSError) as error:
                self.reason = f"they did not start: {error}"
                log.error("container nodes of %s: %s", target.name, error)
                side.stop()
                return False
            self._side, self._target = side, target
            self._refresh_at = time.monotonic() + REFRESH_SECONDS
        threading.Thread(target=self._follow, name="container nodes", daemon=True).start()
        return True

    def running(self) -> set[str]:
        """Names of the nodes that run."""
        return set(self._side.nodes) if self._side is not None else set()

    def profile_of(self, name: str) -> tuple[str, str] | None:
        """ARN of the role of a node that runs, and its instance id; None for any other node."""
        instance = self._side.nodes.get(name) if self._side is not None else None
        return (instance.launch.role, instance.launch.instance) if instance is not None else None

    def launch(self, launches: list[tuple[str | None, Launch]]) -> list[str]:
        """Start nodes of the cluster that has them, those of before by name; their names. They may not be Ready yet.

        Raises ContainerNodesError, ApiError, and what the profile raises.
        """
        credentials = {launch.instance: self._profile(launch) for _, launch in launches}
        with self._lock:
            names = self._there().add(launches, credentials)
            self._ready |= dict.fromkeys(names, False)
        log.info("container nodes launched: %s", ", ".join(names))
        return names

    def check(self, names: list[str]) -> None:
        """Raises ContainerNodesError where a process of these nodes has ended."""
        self._there().check(names)

    def terminate(self, names: list[str]) -> None:
        """End nodes, whatever runs there, and remove them from the cluster. Raises ContainerNodesError, ApiError."""
        with self._lock:
            self._there().remove(names)
            self._ready = {name: there for name, there in self._ready.items() if name not in names}
        log.info("container nodes terminated: %s", ", ".join(names))

    def _there(self) -> NodeSide:
        if self._side is None:
            raise ContainerNodesError(f"the container nodes do not run{f': {self.reason}' if self.reason else ''}")
        return self._side

    def release(self, name: str) -> None:
        """The cluster of that name has no container node any more: another one may have some. Raises ContainerNodesError."""
        with self._lock:
            if self.owner != name:
                return
            if self._side is not None:
                self._side.destroy()
            self._side = self._target = None
            self._ready = {}
            self._claim_file.unlink(missing_ok=True)

    def settle(self, names: set[str]) -> None:
        """After a start with kept state: whoever had the nodes and is not among these clusters has them no longer."""
        owner = self.owner
        if owner is not None and owner not in names:
            self.release(owner)

    def stop(self) -> None:
        """The cloud stops. Raises ContainerNodesError."""
        self._ending.set()
        with self._lock:
            if self._side is not None:
                self._side.stop()
            self._side = self._target = None

    def rows(self) -> list[dict[str, Any]]:
        """Rows of `localcloud status`."""
        target = self._target
        return [
            {"kind": "container node", "name": name, "region": target.region, "state": "Ready" if there else "NotReady"}
            for name, there in self._ready.items()
            if target is not None
        ]

    def status(self) -> dict[str, Any]:
        """See Cloud.container_nodes_status."""
        target, side = self._target, self._side
        instances = list(side.nodes.values()) if side is not None else []
        resources = side.resources if side is not None else machine.Resources(0, 0)
        short = {
            f"{instance.launch.instance_type} is {text}"
            for instance in instances
            if (text := nodes.shortage(instance.launch.size, resources.cpus, resources.memory)) is not None
        }
        return {
            "wanted": self._cloud.container_nodes,
            "cluster": target.name if target else None,
            "nodes": len(instances),
            "reason": self.reason,
            "short": sorted(short),
        }

    def load(self, archive: Path) -> None:
        """Import an image archive into all nodes. Raises ContainerNodesError."""
        if not self.running():
            raise ContainerNodesError(f"no container node runs{f': {self.reason}' if self.reason else ''}")
        if not archive.is_file():
            raise ContainerNodesError(f"{archive} is not a file: give the path of an image archive")
        self._there().load(archive)

    def control_path(self) -> None:
        """Add `POST /_localcloud/container-nodes/images` with {"archive": path}."""

        @control.route("POST", "/_localcloud/container-nodes/images")
        def load(request: control.ControlRequest) -> dict[str, str]:
            archive = request.body.get("archive") if isinstance(request.body, dict) else None
            if not isinstance(archive, str):
                raise control.ControlError('expected {"archive": path of an image archive}')
            try:
                self.load(Path(archive))
            except ContainerNodesError as error:
                raise control.ControlError(str(error)) from error
            return {"status": "loaded"}

    @property
    def _claim_file(self) -> Path:
        return self._cloud.state / "container-nodes" / "cluster"

    @property
    def owner(self) -> str | None:
        """Unique name of the cluster that has the nodes, None where none has."""
        try:
            return self._claim_file.read_text()
        except FileNotFoundError:
            return None

    def _follow(self) -> None:
        side = self._side
        while not self._ending.wait(POLL_SECONDS):
            with self._lock:
                if side is None or self._side is not side or self._target is None:
                    return
                try:
                    side.open_databases(self._databases())
                    self._ready = side.ready(self._target.api)
                    self._refresh(side)
                except ApiError:
                    self._ready = dict.fromkeys(self._ready, False)
                except Exception:  # the next look may go better; the log is where it is seen
                    log.exception("container nodes of %s", self._target.name)

    def _refresh(self, side: NodeSide) -> None:
        if time.monotonic() > self._refresh_at:
            self._refresh_at = time.monotonic() + REFRESH_SECONDS
            for instance in side.nodes.values():
                instance.keep_credentials(self._profile(instance.launch))
