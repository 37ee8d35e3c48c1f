"""The node side at work for one cluster: its nodes, and beside them kube-proxy, the DNS and the way to loopback."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from localcloud.cloud import Cloud
from localcloud.container_nodes import ContainerNodesError, busybox, files, machine, namespace, objects
from localcloud.container_nodes.addressing import (
    APISERVER_PORT,
    AWS_PORT,
    BRIDGE,
    REGISTRY_PORT,
    Node,
    dns_address,
    free_index,
    index_of,
)
from localcloud.container_nodes.files import Forward
from localcloud.container_nodes.instance import Instance, Site, Target
from localcloud.container_nodes.namespace import Namespace
from localcloud.container_nodes.objects import Launch
from localcloud.container_nodes.parts import Parts
from localcloud.kubernetes.api import Api, ApiError
from localcloud.kubernetes.pod_identity import AGENT_ADDRESS, AGENT_PORT
from localcloud.loopback import free_ports
from localcloud.places import atomic

PROXY = "container-proxy"
KUBE_PROXY = "container-kube-proxy"


class NodeSide:
    """Container nodes of one cluster. Not safe for threads: one change at a time.

    ending: set when nobody wants to wait any more.
    """

    def __init__(self, cloud: Cloud, parts: Parts, ending: threading.Event, target: Target) -> None:
        self._processes, self._parts, self._target = cloud.processes, parts, target
        self._aws_port = _port(cloud.pods_endpoint)
        registry = cloud.registry_endpoint()
        self._registry_port = _port(registry) if registry is not None else None
        self._space = Namespace(cloud.state, cloud.processes, parts, ending)
        self._site = Site(
            cloud.state,
            cloud.processes,
            parts,
            self._space,
            cloud.account_id,
            registry is not None,
            machine.resources(),
        )
        self._folder = self._site.folder
        self._databases: tuple[int, ...] = ()
        self._apiserver_port = _port(target.api.endpoint)
        self._dns = ""
        #: Number of the node that was launched last.
        self._last = -1
        #: The node in whose name kube-proxy works: it wants one that is there.
        self._proxied: str | None = None
        self.nodes: dict[str, Instance] = {}

    @property
    def resources(self) -> machine.Resources:
        """Size of the machine."""
        return self._site.machine

    def start(self) -> None:
        """Start what all nodes share. Raises ContainerNodesError, ApiError."""
        api = self._target.api
        self._space.open([BRIDGE, AGENT_ADDRESS])
        self._start_proxy()
        kubernetes = api.get("/api/v1/namespaces/default/services/kubernetes")
        self._dns = dns_address(kubernetes["spec"]["clusterIP"])
        for path, content in objects.cluster_objects(self._dns).items():
            api.apply(quote(path), content)
        self._start_dns()

    def add(self, launches: list[tuple[str | None, Launch]], credentials: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Start nodes; their names. They may not be Ready yet. Raises ContainerNodesError, ApiError.

        launches: each with the name of a node that was there before and comes again, None for a new one.
        credentials: instance id of each -> those of a session of its role.
        """
        kubelets = free_ports(*[0] * len(launches))
        made = []
        for (name, launch), port in zip(launches, kubelets, strict=True):
            instance = Instance(self._site, Node(self._index(name), port), launch)
            self.nodes[instance.node.name] = instance
            made.append(instance)
        try:
            self._bring_up(made, credentials)
        except (ContainerNodesError, ApiError, OSError):
            self.remove([instance.node.name for instance in made])
            raise
        return [instance.node.name for instance in made]

    def _bring_up(self, made: list[Instance], credentials: Mapping[str, Mapping[str, str]]) -> None:
        self._reload_proxy()
        for instance in made:
            instance.keep_credentials(credentials[instance.launch.instance])
            instance.start_runtime()
        for instance in made:
            instance.await_runtime()
            instance.import_image(self._pause_archive())
            instance.register(self._target)
            instance.start_kubelet(self._target, self._dns)
        self._keep_kube_proxy()

    def _index(self, name: str | None) -> int:
        known = index_of(name) if name else None
        self._last = (
            free_index({each.node.index for each in self.nodes.values()}, self._last) if known is None else known
        )
        return self._last

    def check(self, names: list[str]) -> None:
        """Raises ContainerNodesError, with the last line of its log, where a process of these nodes has ended."""
        for name in names:
            for part in ("containerd", "kubelet"):
                process = self.nodes[name].process(part)
                if not self._processes.alive(process):
                    self._space.await_(f"node {name}", lambda: False, process)

    def remove(self, names: list[str]) -> None:
        """Terminate nodes, whatever runs there. Raises ContainerNodesError, ApiError."""
        gone = [self.nodes.pop(name) for name in names if name in self.nodes]
        self._keep_kube_proxy()
        for instance in gone:
            instance.end()
        for instance in gone:
            self._target.api.delete(f"/api/v1/nodes/{instance.node.name}")
        if gone:
            self._reload_proxy()

    def stop(self) -> None:
        """End everything inside at once, then the proxy, then remove namespace and control groups. Raises ContainerNodesError."""
        names = [name for name in self._processes.names() if name.startswith("container-")]
        self._processes.stop_many([namespace.HOLDER, PROXY])
        self._processes.stop_many(names)
        namespace.clean(self._site.state)

    def destroy(self) -> None:
        """As `stop`, and remove images, volumes and logs as well. Raises ContainerNodesError."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def load(self, archive: Path) -> str:
        """Import an image archive into every node; what containerd said. Raises ContainerNodesError."""
        return "".join(instance.import_image(archive) for instance in self.nodes.values())

    def open_databases(self, ports: tuple[int, ...]) -> None:
        """Let pods reach these ports of the machine's loopback, and those of before no longer. Raises ContainerNodesError."""
        if ports != self._databases and self._processes.alive(PROXY):
            self._databases = ports
            self._reload_proxy()

    def ready(self, api: Api) -> dict[str, bool]:
        """Name of each node -> whether it is Ready. Raises ApiError."""
        found = {node["metadata"]["name"]: node for node in api.get("/api/v1/nodes")["items"]}
        return {
            name: any(
                condition["type"] == "Ready" and condition["status"] == "True"
                for condition in found.get(name, {}).get("status", {}).get("conditions", [])
            )
            for name in list(self.nodes)
        }

    # -- what the nodes share

    def _write_proxy(self) -> None:
        inward = {
            "apiserver": (f"{BRIDGE}:{APISERVER_PORT}", self._apiserver_port),
            "aws": (f"{BRIDGE}:{AWS_PORT}", self._aws_port),
            "agent": (f"{AGENT_ADDRESS}:{AGENT_PORT}", self._target.agent_port),
            **{f"database-{port}": (f"{BRIDGE}:{port}", port) for port in self._databases},
        }
        if self._registry_port is not None:
            inward["registry"] = (f"{BRIDGE}:{REGISTRY_PORT}", self._registry_port)
        forwards = [
            Forward(name, listen, f"127.0.0.1:{port}", listen_inside=True) for name, (listen, port) in inward.items()
        ]
        for name, instance in self.nodes.items():
            port = instance.node.kubelet_port
            forwards.append(Forward(name, f"127.0.0.1:{port}", f"{instance.node.address}:{port}", to_inside=True))
        atomic(self._folder / "haproxy.cfg", files.haproxy(forwards, self._space.name).encode())

    def _start_proxy(self) -> None:
        self._write_proxy()
        argv = [self._parts["haproxy"], "-W", "-db", "-f", str(self._folder / "haproxy.cfg")]
        self._processes.spawn(PROXY, argv, cwd=Path("/"), stop_signal=signal.SIGTERM)
        self._space.await_("the way to loopback", lambda: self._space.listens(BRIDGE, APISERVER_PORT), PROXY)

    def _reload_proxy(self) -> None:
        """The new configuration for new connections; the others live on."""
        self._write_proxy()
        record = self._processes.record(PROXY)
        if record is not None:
            os.kill(record.pid, signal.SIGUSR2)
        ports = [instance.node.kubelet_port for instance in self.nodes.values()]
        self._space.await_("the way to the kubelets", lambda: all(_listens(port) for port in ports), PROXY)

    def _pause_archive(self) -> Path:
        archive = self._folder / "pause.tar"
        content = busybox.archive(self._parts.programs["busybox"].read_bytes(), files.PAUSE_IMAGE, platform.machine())
        atomic(archive, content)
        return archive

    def _keep_kube_proxy(self) -> None:
        """One serves all nodes, for they share the namespace; it ends with the Node in whose name it works."""
        if self._proxied in self.nodes and self._processes.alive(KUBE_PROXY):
            return
        self._processes.stop(KUBE_PROXY)
        self._proxied = next(iter(self.nodes), None)
        if self._proxied is None:
            return
        kubeconfig = self._site.kubeconfig(
            self._target, "system:kube-proxy", None, self._folder / "kube-proxy.kubeconfig"
        )
        path = self._folder / "kube-proxy.yaml"
        atomic(path, files.proxy(self.nodes[self._proxied].node, kubeconfig=kubeconfig).encode())
        self._site.spawn(KUBE_PROXY, [self._parts["kube-proxy"], f"--config={path}", "--v=1"])

    def _start_dns(self) -> None:
        kubeconfig = self._site.kubeconfig(self._target, objects.DNS_USER, None, self._folder / "coredns.kubeconfig")
        path = self._folder / "Corefile"
        atomic(path, files.corefile(kubeconfig).encode())
        self._site.spawn("container-dns", [self._parts["coredns"], "-conf", str(path)])


def _port(endpoint: str) -> int:
    return int(endpoint.rpartition(":")[2])


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
