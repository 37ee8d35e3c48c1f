"""The parts of the node side at work for one cluster: containerd and kubelet of each node, kube-proxy, proxy."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import socket
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import boto3.session

from localcloud import certificates
from localcloud.cloud import Cloud
from localcloud.container_nodes import busybox, files, namespace, objects
from localcloud.container_nodes.addressing import (
    APISERVER_PORT,
    AWS_PORT,
    BRIDGE,
    REGISTRY_PORT,
    Node,
    dns_address,
    local_addresses,
)
from localcloud.container_nodes.files import Forward
from localcloud.container_nodes.namespace import Namespace
from localcloud.container_nodes.parts import Parts
from localcloud.kubernetes.api import Api
from localcloud.kubernetes.pod_identity import AGENT_ADDRESS, AGENT_PORT
from localcloud.places import REPOSITORY, atomic

NODE_PATIENCE = 60.0
PROXY = "container-proxy"


@dataclass(frozen=True)
class Target:
    """The cluster that the nodes join.

    authority: folder with its `ca.pem`; zones: of its subnets; agent_port: of the pod identity agent on loopback.
    """

    name: str
    api: Api
    authority: Path
    region: str
    zones: tuple[str, ...]
    agent_port: int


class NodeSide:
    """Container nodes of one cluster. Not safe for threads: one start or stop at a time.

    ending: set when nobody wants to wait any more.
    """

    def __init__(self, cloud: Cloud, parts: Parts, ending: threading.Event) -> None:
        self._state, self._processes, self._parts = cloud.state, cloud.processes, parts
        self._aws_port = _port(cloud.endpoint)
        self._account, self._registry = cloud.account_id, cloud.registry_endpoint()
        self._folder = cloud.state / "container-nodes"
        self._space = Namespace(cloud.state, cloud.processes, parts, ending)
        self.nodes = [Node(index, port) for index, port in enumerate(_free_ports(cloud.container_nodes))]
        self._databases: tuple[int, ...] = ()
        self._apiserver_port = self._agent_port = 0
        self._dns = ""

    def start(self, target: Target) -> None:
        """Start everything and wait until the nodes are Ready. Raises ContainerNodesError, ApiError."""
        self._apiserver_port, self._agent_port = _port(target.api.endpoint), target.agent_port
        self._space.open([*local_addresses(len(self.nodes)), AGENT_ADDRESS], [node.name for node in self.nodes])
        self._start_proxy()
        kubernetes = target.api.get("/api/v1/namespaces/default/services/kubernetes")
        self._dns = dns_address(kubernetes["spec"]["clusterIP"])
        for path, content in objects.cluster_objects(self._dns).items():
            target.api.apply(quote(path), content)
        for node in self.nodes:
            self._start_containerd(node)
        for node in self.nodes:
            self._import(node, self._pause_archive())
            self._register(node, target)
            self._start_kubelet(node, target)
        self._start_kube_proxy(target)
        self._start_dns(target)
        self._await_ready(target)

    def stop(self) -> None:
        """End everything inside at once, then the proxy, then remove namespace and control groups. Raises ContainerNodesError."""
        names = [name for name in self._processes.names() if name.startswith("container-")]
        self._processes.stop_many([namespace.HOLDER, PROXY])
        self._processes.stop_many(names)
        namespace.clean(self._state)

    def remove(self) -> None:
        """As `stop`, and remove images, volumes and logs as well. Raises ContainerNodesError."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def load(self, archive: Path) -> str:
        """Import an image archive into every node; what containerd said. Raises ContainerNodesError."""
        return "".join(self._import(node, archive) for node in self.nodes)

    def open_databases(self, ports: tuple[int, ...]) -> None:
        """Let pods reach these ports of the machine's loopback, and those of before no longer. Raises ContainerNodesError."""
        if ports != self._databases and self._processes.alive(PROXY):
            self._databases = ports
            self._write_proxy()
            record = self._processes.record(PROXY)
            if record is not None:
                os.kill(record.pid, signal.SIGUSR2)  # the new configuration for new connections; the others live on

    def _node_ready(self, api: Api, name: str) -> bool:
        return self.ready(api)[name]

    def ready(self, api: Api) -> dict[str, bool]:
        """Name of each node -> whether it is Ready. Raises ApiError."""
        found = {node["metadata"]["name"]: node for node in api.get("/api/v1/nodes")["items"]}
        return {
            node.name: any(
                condition["type"] == "Ready" and condition["status"] == "True"
                for condition in found.get(node.name, {}).get("status", {}).get("conditions", [])
            )
            for node in self.nodes
        }

    # -- parts

    def _node_folder(self, node: Node) -> Path:
        return self._folder / str(node.index)

    @staticmethod
    def _run_folder(node: Node) -> Path:
        """Inside, on memory: short, as paths of sockets have to be, and empty after each start."""
        return Path("/run/localcloud") / str(node.index)

    def _spawn(self, name: str, argv: list[str]) -> None:
        self._processes.spawn(
            name, self._space.entering(argv), stop_signal=signal.SIGKILL, cwd=Path("/"), env=self._environ()
        )

    def _environ(self) -> dict[str, str]:
        own = {str(path.parent): None for path in self._parts.programs.values()}
        usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {"PATH": ":".join([*own, usual]), "HOME": "/root", "TMPDIR": "/run"}

    def _write_proxy(self) -> None:
        forwards = [
            Forward("apiserver", f"{BRIDGE}:{APISERVER_PORT}", f"127.0.0.1:{self._apiserver_port}", listen_inside=True),
            Forward("aws", f"{BRIDGE}:{AWS_PORT}", f"127.0.0.1:{self._aws_port}", listen_inside=True),
            Forward("agent", f"{AGENT_ADDRESS}:{AGENT_PORT}", f"127.0.0.1:{self._agent_port}", listen_inside=True),
            *self._registry_forwards(),
            *(
                Forward(
                    node.name, f"127.0.0.1:{node.kubelet_port}", f"{node.address}:{node.kubelet_port}", to_inside=True
                )
                for node in self.nodes
            ),
            *(
                Forward(f"database-{port}", f"{BRIDGE}:{port}", f"127.0.0.1:{port}", listen_inside=True)
                for port in self._databases
            ),
        ]
        atomic(self._folder / "haproxy.cfg", files.haproxy(forwards, self._space.name).encode())

    def _registry_forwards(self) -> list[Forward]:
        if self._registry is None:
            return []
        return [
            Forward("registry", f"{BRIDGE}:{REGISTRY_PORT}", f"127.0.0.1:{_port(self._registry)}", listen_inside=True)
        ]

    def _lead_to_registry(self, registries: Path) -> None:
        """Have images of this account's ECR pulled from the emulated one, in whichever region."""
        shutil.rmtree(registries, ignore_errors=True)
        registries.mkdir()
        if self._registry is None:
            return
        for region in boto3.session.Session().get_available_regions("ecr"):
            folder = registries / f"{self._account}.dkr.ecr.{region}.amazonaws.com"
            folder.mkdir()
            atomic(folder / "hosts.toml", files.hosts(f"http://{BRIDGE}:{REGISTRY_PORT}").encode())

    def _start_proxy(self) -> None:
        self._write_proxy()
        argv = [self._parts["haproxy"], "-W", "-db", "-f", str(self._folder / "haproxy.cfg")]
        self._processes.spawn(PROXY, argv, cwd=Path("/"), stop_signal=signal.SIGTERM)
        self._space.await_("the way to loopback", lambda: _listens(self.nodes[0].kubelet_port), PROXY)

    def _start_containerd(self, node: Node) -> None:
        folder, run = self._node_folder(node), self._run_folder(node)
        networks, registries = folder / "networks", folder / "registries"
        for made in (folder, networks):
            made.mkdir(parents=True, exist_ok=True)
        self._lead_to_registry(registries)
        # Addresses given out to pods of the start before: none of them lives.
        shutil.rmtree(folder / "addresses", ignore_errors=True)
        atomic(networks / "pods.conflist", files.network(node, addresses=folder / "addresses").encode())
        configuration = files.containerd(
            node, root=folder / "containerd", run=run, runc=self._parts.programs["runc"], plugins=self._parts.cni,
            networks=networks, registries=registries,
        )  # fmt: skip
        atomic(folder / "containerd.toml", configuration.encode())
        name = f"container-{node.index}-containerd"
        self._spawn(name, [self._parts["containerd"], "--config", str(folder / "containerd.toml")])
        socket_path = self._space.inside(str(run / "containerd.sock"))
        self._space.await_("containerd", socket_path.exists, name)

    def _pause_archive(self) -> Path:
        archive = self._folder / "pause.tar"
        content = busybox.archive(self._parts.programs["busybox"].read_bytes(), files.PAUSE_IMAGE, platform.machine())
        atomic(archive, content)
        return archive

    def _import(self, node: Node, archive: Path) -> str:
        argv = [
            *(self._parts["ctr"], "--address", str(self._run_folder(node) / "containerd.sock")),
            *("--namespace", "k8s.io", "images", "import", str(archive)),
        ]
        return namespace.run(self._space.entering(argv), f"import {archive} into {node.name}", timeout=300)

    def _register(self, node: Node, target: Target) -> None:
        path = f"/api/v1/nodes/{node.name}"
        wanted = objects.node_object(node, target.region, target.zones[node.index % len(target.zones)], target.name)
        if target.api.find(path) is None:
            target.api.create("/api/v1/nodes", wanted)
        target.api.patch(path, {"metadata": wanted["metadata"], "spec": wanted["spec"]})
        target.api.patch(f"{path}/status", {"status": wanted["status"]})

    def _kubeconfig(self, target: Target, user: str, group: str | None, path: Path) -> Path:
        certificate, key = certificates.issue(target.authority, user, [], [], client=True, organization=group)
        content = files.kubeconfig(
            f"https://{BRIDGE}:{APISERVER_PORT}", ca=target.authority / "ca.pem", certificate=certificate, key=key
        )
        atomic(path, content.encode())
        return path

    def _start_kubelet(self, node: Node, target: Target) -> None:
        folder, run = self._node_folder(node), self._run_folder(node)
        certificate, key = certificates.issue(
            target.authority, f"kubelet-{node.name}", ["localhost", node.name], [node.address]
        )
        atomic(folder / "resolv.conf", b"", 0o644)
        kubeconfig = self._kubeconfig(target, f"system:node:{node.name}", "system:nodes", folder / "kubelet.kubeconfig")
        zone = target.zones[node.index % len(target.zones)]
        configuration = files.kubelet(
            node, run=run, folder=folder, ca=target.authority / "ca.pem", certificate=certificate, key=key,
            cgroup=self._space.group(node.name), provider_id=objects.provider_id(node, zone, target.name), dns=self._dns,
        )  # fmt: skip
        atomic(folder / "kubelet.yaml", configuration.encode())
        python, endpoint = Path(sys.executable), f"http://{BRIDGE}:{AWS_PORT}"
        provider = files.credential_provider(python, state=self._state, repository=REPOSITORY, endpoint=endpoint)
        atomic(folder / "credential-provider.yaml", provider.encode())
        self._spawn(
            f"container-{node.index}-kubelet",
            [
                self._parts["kubelet"],
                f"--config={folder / 'kubelet.yaml'}",
                f"--kubeconfig={kubeconfig}",
                f"--root-dir={folder / 'kubelet'}",
                f"--cert-dir={folder / 'pki'}",
                f"--hostname-override={node.name}",
                f"--node-ip={node.address}",
                f"--image-credential-provider-config={folder / 'credential-provider.yaml'}",
                f"--image-credential-provider-bin-dir={python.parent}",
                # The addresses of the Node object are ours.
                "--cloud-provider=external",
                "--v=1",
            ],
        )

    def _start_kube_proxy(self, target: Target) -> None:
        kubeconfig = self._kubeconfig(target, "system:kube-proxy", None, self._folder / "kube-proxy.kubeconfig")
        path = self._folder / "kube-proxy.yaml"
        atomic(path, files.proxy(self.nodes[0], kubeconfig=kubeconfig).encode())
        self._spawn("container-kube-proxy", [self._parts["kube-proxy"], f"--config={path}", "--v=1"])

    def _start_dns(self, target: Target) -> None:
        kubeconfig = self._kubeconfig(target, objects.DNS_USER, None, self._folder / "coredns.kubeconfig")
        path = self._folder / "Corefile"
        atomic(path, files.corefile(kubeconfig).encode())
        self._spawn("container-dns", [self._parts["coredns"], "-conf", str(path)])

    def _await_ready(self, target: Target) -> None:
        for node in self.nodes:
            self._space.await_(
                f"node {node.name}",
                partial(self._node_ready, target.api, node.name),
                f"container-{node.index}-kubelet",
                NODE_PATIENCE,
            )


def _port(endpoint: str) -> int:
    return int(endpoint.rpartition(":")[2])


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [int(listener.getsockname()[1]) for listener in listeners]
