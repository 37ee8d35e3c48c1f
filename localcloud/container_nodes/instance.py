"""One container node at work: its containerd and its kubelet, from the first file to the last process."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3.session

from localcloud import certificates
from localcloud.container_nodes import files, namespace, objects
from localcloud.container_nodes.addressing import APISERVER_PORT, AWS_PORT, BRIDGE, REGISTRY_PORT, Node
from localcloud.container_nodes.machine import Resources
from localcloud.container_nodes.namespace import Namespace
from localcloud.container_nodes.objects import Launch
from localcloud.container_nodes.parts import Parts
from localcloud.kubernetes import nodes
from localcloud.kubernetes.api import Api
from localcloud.places import REPOSITORY, atomic
from localcloud.processes import Processes


@dataclass(frozen=True)
class Target:
    """The cluster that the nodes join.

    authority: folder with its `ca.pem`; agent_port: of the pod identity agent on loopback.
    """

    name: str
    api: Api
    authority: Path
    region: str
    agent_port: int


@dataclass(frozen=True)
class Site:
    """What all nodes of a state folder share. account: of AWS; registry: whether the emulated ECR has one; machine: its size."""

    state: Path
    processes: Processes
    parts: Parts
    space: Namespace
    account: str
    registry: bool
    machine: Resources

    @property
    def folder(self) -> Path:
        """Where everything is kept."""
        return self.state / "container-nodes"

    def spawn(self, name: str, argv: list[str]) -> None:
        """Start a process inside. Raises ContainerNodesError when the inside is gone."""
        own = {str(path.parent): None for path in self.parts.programs.values()}
        usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        environment = {"PATH": ":".join([*own, usual]), "HOME": "/root", "TMPDIR": "/run"}
        self.processes.spawn(
            name, self.space.entering(argv), stop_signal=signal.SIGKILL, cwd=Path("/"), env=environment
        )

    def kubeconfig(self, target: Target, user: str, group: str | None, path: Path) -> Path:
        """Write a kubeconfig with a certificate of its own for a user; its path."""
        certificate, key = certificates.issue(target.authority, user, [], [], client=True, organization=group)
        content = files.kubeconfig(
            f"https://{BRIDGE}:{APISERVER_PORT}", ca=target.authority / "ca.pem", certificate=certificate, key=key
        )
        atomic(path, content.encode())
        return path


class Instance:
    """A node of `site`. launch: what its node group says of it."""

    def __init__(self, site: Site, node: Node, launch: Launch) -> None:
        self.site, self.node, self.launch = site, node, launch
        self.folder = site.folder / str(node.index)
        #: Inside, on memory: short, as paths of sockets have to be, and empty after each start.
        self.run = Path("/run/localcloud") / str(node.index)

    def process(self, part: str) -> str:
        """Name of the process record of `kubelet` or `containerd`."""
        return f"container-{self.node.index}-{part}"

    def start_runtime(self) -> None:
        """Start containerd. Raises ContainerNodesError."""
        site, folder = self.site, self.folder
        networks, registries = folder / "networks", folder / "registries"
        for made in (folder, networks):
            made.mkdir(parents=True, exist_ok=True)
        site.space.add_address(self.node.address)
        self._lead_to_registry(registries)
        # Addresses given out to pods of the start before: none of them lives.
        shutil.rmtree(folder / "addresses", ignore_errors=True)
        atomic(networks / "pods.conflist", files.network(self.node, addresses=folder / "addresses").encode())
        configuration = files.containerd(
            self.node, root=folder / "containerd", run=self.run, runc=site.parts.programs["runc"],
            plugins=site.parts.cni, networks=networks, registries=registries,
        )  # fmt: skip
        atomic(folder / "containerd.toml", configuration.encode())
        script = files.in_group([str(procs) for procs in site.space.add_group(self.node.name)])
        argv = [site.parts["containerd"], "--config", str(folder / "containerd.toml")]
        site.spawn(self.process("containerd"), ["/bin/sh", "-c", script, "sh", *argv])

    def await_runtime(self) -> None:
        """Wait until containerd answers. Raises ContainerNodesError."""
        socket_path = self.site.space.inside(str(self.run / "containerd.sock"))
        self.site.space.await_("containerd", socket_path.exists, self.process("containerd"))

    def _lead_to_registry(self, registries: Path) -> None:
        """Have images of this account's ECR pulled from the emulated one, in whichever region."""
        shutil.rmtree(registries, ignore_errors=True)
        registries.mkdir()
        if not self.site.registry:
            return
        for region in boto3.session.Session().get_available_regions("ecr"):
            folder = registries / f"{self.site.account}.dkr.ecr.{region}.amazonaws.com"
            folder.mkdir()
            atomic(folder / "hosts.toml", files.hosts(f"http://{BRIDGE}:{REGISTRY_PORT}").encode())

    def import_image(self, archive: Path) -> str:
        """Import an image archive; what containerd said. Raises ContainerNodesError."""
        argv = [
            *(self.site.parts["ctr"], "--address", str(self.run / "containerd.sock")),
            *("--namespace", "k8s.io", "images", "import", str(archive)),
        ]
        return namespace.run(self.site.space.entering(argv), f"import {archive} into {self.node.name}", timeout=300)

    def register(self, target: Target) -> None:
        """Put the Node into the cluster, or make that of before what it says now. Raises ApiError."""
        path = f"/api/v1/nodes/{self.node.name}"
        wanted = objects.node_object(self.node, self.launch, target.region)
        if target.api.find(path) is None:
            target.api.create("/api/v1/nodes", wanted)
        target.api.patch(path, {"metadata": wanted["metadata"], "spec": wanted["spec"]})
        target.api.patch(f"{path}/status", {"status": wanted["status"]})

    def keep_credentials(self, credentials: Mapping[str, str]) -> None:
        """Give the node those of its role, as an instance profile does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        atomic(self.folder / "credentials", files.instance_credentials(credentials).encode())

    def start_kubelet(self, target: Target, dns: str) -> None:
        """Start the kubelet. dns: address of the cluster's DNS. Raises ContainerNodesError."""
        folder, run, node, size = self.folder, self.run, self.node, self.launch.size
        certificate, key = certificates.issue(
            target.authority, f"kubelet-{node.name}", ["localhost", node.name], [node.address]
        )
        atomic(folder / "resolv.conf", b"", 0o644)
        site = self.site
        kubeconfig = site.kubeconfig(target, f"system:node:{node.name}", "system:nodes", folder / "kubelet.kubeconfig")
        configuration = files.kubelet(
            node, run=run, folder=folder, ca=target.authority / "ca.pem", certificate=certificate, key=key,
            cgroup=site.space.group(node.name), provider_id=self.launch.provider_id, dns=dns, pods=size.pods,
            reserved=nodes.reserved(size, site.machine.cpus, site.machine.memory - files.EVICTION_MIB),
        )  # fmt: skip
        atomic(folder / "kubelet.yaml", configuration.encode())
        python = Path(sys.executable)
        provider = files.credential_provider(
            python, state=site.state, repository=REPOSITORY, endpoint=f"http://{BRIDGE}:{AWS_PORT}",
            credentials=folder / "credentials",
        )  # fmt: skip
        atomic(folder / "credential-provider.yaml", provider.encode())
        site.spawn(
            self.process("kubelet"),
            [
                site.parts["kubelet"],
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

    def end(self) -> None:
        """Terminate: processes and containers at once, then mounts, address and disk. Raises ContainerNodesError."""
        processes = self.site.processes
        processes.stop_many([self.process("kubelet"), self.process("containerd")])
        space = self.site.space
        space.end_group(self.node.name)
        space.unmount(str(self.run), str(self.folder))
        shutil.rmtree(space.inside(str(self.run)), ignore_errors=True)
        space.drop_address(self.node.address)
        shutil.rmtree(self.folder, ignore_errors=True)
        for part in ("kubelet", "containerd"):
            (processes.logs / f"{self.process(part)}.log").unlink(missing_ok=True)
