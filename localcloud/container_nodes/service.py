"""Which cluster has the container nodes, and what is said of them: the part that the emulated EKS talks to.

One cluster at a time has them: the first that comes up, until it is deleted. The others have kwok nodes only.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud import control
from localcloud.cloud import Cloud
from localcloud.container_nodes import ContainerNodesError, machine
from localcloud.container_nodes.side import NodeSide, Target
from localcloud.kubernetes.api import ApiError
from localcloud.places import atomic

log = logging.getLogger("localcloud.kubernetes")
POLL_SECONDS = 2.0
#: Ports of the databases that run now.
Databases = Callable[[], tuple[int, ...]]


class ContainerNodes:
    """One per local cloud. `reason`: why there are none although they were asked for, None where there is no such reason."""

    def __init__(self, cloud: Cloud, databases: Databases) -> None:
        self._cloud, self._databases = cloud, databases
        self._side: NodeSide | None = None
        self._target: Target | None = None
        #: Of the last look: whoever asks for the status does not wait for the API server.
        self._ready: dict[str, bool] = {}
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self.reason = machine.obstacle(cloud.state) if cloud.container_nodes else None
        cloud.on_stopping.append(self.stop)

    @property
    def possible(self) -> bool:
        """Whether nodes were asked for and can be."""
        return self._cloud.container_nodes > 0 and self.reason is None

    def claim(self, name: str) -> bool:
        """Whether the nodes are those of the cluster of that (unique) name: nobody had them, or it did. Kept with the state."""
        if not self.possible:
            return False
        with self._lock:
            owner = self.owner
            if owner in {None, name}:
                self._claim_file.parent.mkdir(parents=True, exist_ok=True)
                atomic(self._claim_file, name.encode())
                return True
            return False

    def start(self, target: Target) -> None:
        """Start the nodes of the cluster that claimed them; a failure is logged, and is the reason in the status."""
        with self._lock:
            if self._ending.is_set() or self._side is not None:
                return
            side = NodeSide(self._cloud, machine.found_parts(), self._ending)
            try:
                side.start(target)
            except (ContainerNodesError, ApiError, OSError) as error:
                self.reason = f"they did not start: {error}"
                log.error("container nodes of %s: %s", target.name, error)
                side.stop()
                return
            self._side, self._target = side, target
            self._ready = {node.name: True for node in side.nodes}
        log.info("container nodes of %s: %d", target.name, self._cloud.container_nodes)
        threading.Thread(target=self._follow, name="container nodes", daemon=True).start()

    def release(self, name: str) -> None:
        """The cluster of that name is deleted: its nodes go, and another one may have them. Raises ContainerNodesError."""
        with self._lock:
            if self.owner != name:
                return
            if self._side is not None:
                self._side.remove()
            self._side = self._target = None
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
        """{"wanted": how many were asked for, "cluster": whose they are or None, "reason": why there are none, or None}."""
        target = self._target
        return {
            "wanted": self._cloud.container_nodes,
            "cluster": target.name if target else None,
            "reason": self.reason,
        }

    def load(self, archive: Path) -> None:
        """Import an image archive into all nodes. Raises ContainerNodesError."""
        side = self._side
        if side is None:
            raise ContainerNodesError(f"no container node runs{f': {self.reason}' if self.reason else ''}")
        if not archive.is_file():
            raise ContainerNodesError(f"{archive} is not a file: give the path of an image archive")
        side.load(archive)

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
        while not self._ending.wait(POLL_SECONDS):
            with self._lock:
                side, target = self._side, self._target
                if side is None or target is None:
                    return
                try:
                    side.open_databases(self._databases())
                    self._ready = side.ready(target.api)
                except ApiError:
                    self._ready = dict.fromkeys(self._ready, False)
                except OSError as error:
                    log.warning("databases for pods: %s", error)
