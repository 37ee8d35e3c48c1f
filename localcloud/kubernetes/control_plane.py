"""One real Kubernetes control plane for an EKS cluster: etcd, kube-apiserver, controller-manager, scheduler, kwok.

The components' flags: https://kubernetes.io/docs/reference/command-line-tools-reference/
All ports are on loopback; the cluster has a certificate authority of its own, as on EKS.
"""

from __future__ import annotations

import base64
import json
import shutil
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from localcloud import certificates
from localcloud.container_nodes import addressing
from localcloud.kubernetes import build
from localcloud.kubernetes.api import Api
from localcloud.kubernetes.nodes import PLAYED
from localcloud.loopback import free_ports
from localcloud.places import atomic
from localcloud.processes import Processes

STAGES = Path(__file__).with_name("stages.yaml")
#: Never routed: the address that the API server would tell pods. Container nodes reach it there, see container_nodes.
ADVERTISED = addressing.BRIDGE
COMPONENTS = ("etcd", "apiserver", "controller-manager", "scheduler", "kwok")
START_PATIENCE = 60.0


class ControlPlaneError(Exception):
    """The control plane cannot be started; the message says why and what to do."""


@dataclass(frozen=True)
class Ports:
    """Loopback ports of one control plane."""

    apiserver: int
    etcd: int
    etcd_peer: int
    controller_manager: int
    scheduler: int
    kwok: int


def pick_ports(preferred: Ports | None = None) -> Ports:
    """The preferred ports where they are free, else ones that the kernel picks; all different."""
    names = list(Ports.__dataclass_fields__)
    return Ports(**dict(zip(names, free_ports(*(getattr(preferred, name, 0) for name in names)), strict=True)))


@dataclass(frozen=True)
class Settings:
    """What the EKS API knows and the components are told."""

    issuer: str
    service_cidr: str
    webhook_url: str


class ControlPlane:
    """The processes and files of one cluster. `name` is unique in the state folder and names its processes `eks-<name>-…`."""

    def __init__(self, state: Path, name: str, processes: Processes) -> None:
        self.name, self.folder = name, state / "kubernetes" / name
        self._processes = processes

    def process(self, component: str) -> str:
        """Name of the process record of a component."""
        return f"eks-{self.name}-{component}"

    @property
    def ports(self) -> Ports | None:
        """The recorded ports, None before the first start."""
        try:
            return Ports(**json.loads((self.folder / "ports.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def endpoint(self) -> str:
        """`https://127.0.0.1:<port>` of the API server. Raises ControlPlaneError before the first start."""
        ports = self.ports
        if ports is None:
            raise ControlPlaneError(f"the control plane of {self.name} was never started")
        return f"https://127.0.0.1:{ports.apiserver}"

    @property
    def authority(self) -> str:
        """The cluster's CA certificate as DescribeCluster gives it: base64 of the PEM file."""
        return base64.b64encode((self.folder / "ca.pem").read_bytes()).decode()

    def client(self) -> Api:
        """A client with all rights (group system:masters), for the local cloud itself."""
        return Api(self.endpoint, self.folder / "ca.pem", *self._client_certificate("localcloud", "system:masters"))

    def start(self, settings: Settings) -> None:
        """Start what does not run and wait until the API server is ready. Raises ControlPlaneError, with nothing left running."""
        binaries = build.locate()
        missing = [name for name in build.PACKAGES if name not in binaries]
        if missing:
            raise ControlPlaneError(
                f"Kubernetes binaries are missing ({', '.join(missing)}): run `python -m localcloud build`"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        for attempt in (1, 2):  # a picked port can be taken by another process before its component binds it
            self.stop()
            ports = pick_ports(self.ports if attempt == 1 else None)
            atomic(self.folder / "ports.json", json.dumps(asdict(ports)).encode())
            self._write_files(ports, settings)
            try:
                self._spawn(binaries, ports, settings)
                return
            except ControlPlaneError:
                self.stop()
                if attempt == 2:
                    raise

    def stop(self) -> None:
        """Stop all components. The API server ends at once and before etcd: without etcd it would hold its port for minutes."""
        stateless = [self.process(component) for component in COMPONENTS if component != "etcd"]
        self._processes.stop_many(stateless)
        self._processes.stop(self.process("etcd"))

    def remove(self) -> None:
        """Stop the components and remove all data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        for component in COMPONENTS:
            (self._processes.logs / f"{self.process(component)}.log").unlink(missing_ok=True)

    def _spawn(self, binaries: Mapping[str, Path], ports: Ports, settings: Settings) -> None:
        self._start_one("etcd", [str(binaries["etcd"]), *self._etcd_flags(ports)])
        self._start_one("apiserver", [str(binaries["kube-apiserver"]), *self._apiserver_flags(ports, settings)])
        self._await_ready()
        self._start_one(
            "controller-manager", [str(binaries["kube-controller-manager"]), *self._controller_flags(ports, settings)]
        )
        self._start_one("scheduler", [str(binaries["kube-scheduler"]), *self._scheduler_flags(ports)])
        self._start_one("kwok", [str(binaries["kwok"]), *self._kwok_flags(ports)])

    def _start_one(self, component: str, argv: list[str]) -> None:
        # Only etcd has something to finish; the others keep nothing, and ending them at once frees their ports at once.
        sig = signal.SIGTERM if component == "etcd" else signal.SIGKILL
        self._processes.spawn(self.process(component), argv, cwd=self.folder, stop_signal=sig)

    def _await_ready(self) -> None:
        client = self.client()
        deadline = time.monotonic() + START_PATIENCE
        while not client.ready():
            for component in ("etcd", "apiserver"):
                if not self._processes.alive(self.process(component)):
                    raise ControlPlaneError(
                        f"{self.process(component)} ended while starting: {self._last_line(component)}"
                    )
            if time.monotonic() > deadline:
                raise ControlPlaneError(
                    f"the API server of {self.name} was not ready within {START_PATIENCE:.0f} s: "
                    f"{self._last_line('apiserver')}"
                )
            time.sleep(0.1)

    def _last_line(self, component: str) -> str:
        path = self._processes.logs / f"{self.process(component)}.log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return f"{lines[-1][:300] if lines else 'no output'} (log: {path})"

    def _client_certificate(self, name: str, group: str | None = None) -> tuple[Path, Path]:
        return certificates.issue(self.folder, name, [], [], client=True, organization=group)

    def _write_files(self, ports: Ports, settings: Settings) -> None:
        certificates.ensure_ca(self.folder)
        key = self.folder / "service-account.key"
        if not key.exists():
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            atomic(
                key,
                made.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.TraditionalOpenSSL,
                    serialization.NoEncryption(),
                ),
            )
        for name, group in (
            ("system:kube-controller-manager", None),
            ("system:kube-scheduler", None),
            ("kwok", "system:masters"),
        ):
            certificate, private = self._client_certificate(name, group)
            self._write_kubeconfig(
                name.rpartition(":")[2],
                f"https://127.0.0.1:{ports.apiserver}",
                {"client-certificate": str(certificate), "client-key": str(private)},
            )
        webhook = {"clusters": [{"name": "authenticator", "cluster": {"server": settings.webhook_url}}]}
        self._write_config("webhook", webhook, {})

    def _write_kubeconfig(self, name: str, server: str, user: dict[str, str]) -> None:
        cluster = {"server": server, "certificate-authority": str(self.folder / "ca.pem")}
        self._write_config(name, {"clusters": [{"name": "this", "cluster": cluster}]}, user)

    def _write_config(self, name: str, clusters: dict[str, Any], user: dict[str, str]) -> None:
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            **clusters,
            "users": [{"name": "user", "user": user}],
            "current-context": "this",
            "contexts": [{"name": "this", "context": {"cluster": clusters["clusters"][0]["name"], "user": "user"}}],
        }
        atomic(self.folder / f"{name}.kubeconfig", json.dumps(content).encode())

    def _etcd_flags(self, ports: Ports) -> list[str]:
        client, peer = f"http://127.0.0.1:{ports.etcd}", f"http://127.0.0.1:{ports.etcd_peer}"
        # No fsync: a crash of this machine may lose the last writes, a crash of a process does not.
        return [
            "--name=this",
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=this={peer}",
            "--unsafe-no-fsync",
            "--log-level=warn",
            "--auto-compaction-retention=1",
        ]

    def _apiserver_flags(self, ports: Ports, settings: Settings) -> list[str]:
        certificate, key = certificates.issue(
            self.folder,
            "kube-apiserver",
            ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"],
            ["127.0.0.1", ADVERTISED, addressing.first_service_address(settings.service_cidr)],
        )
        account_key = self.folder / "service-account.key"
        return [
            f"--etcd-servers=http://127.0.0.1:{ports.etcd}",
            "--bind-address=127.0.0.1",
            f"--secure-port={ports.apiserver}",
            f"--advertise-address={ADVERTISED}",
            "--endpoint-reconciler-type=none",
            f"--cert-dir={self.folder / 'certificates'}",
            f"--tls-cert-file={certificate}",
            f"--tls-private-key-file={key}",
            f"--client-ca-file={self.folder / 'ca.pem'}",
            f"--service-account-issuer={settings.issuer}",
            "--api-audiences=sts.amazonaws.com,https://kubernetes.default.svc",
            f"--service-account-key-file={account_key}",
            f"--service-account-signing-key-file={account_key}",
            f"--service-cluster-ip-range={settings.service_cidr}",
            "--authorization-mode=Node,RBAC",
            "--allow-privileged=true",
            f"--authentication-token-webhook-config-file={self.folder / 'webhook.kubeconfig'}",
            f"--requestheader-client-ca-file={self.folder / 'ca.pem'}",
            "--requestheader-allowed-names=front-proxy",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            *self._kubelet_flags(),
            "--authentication-token-webhook-version=v1",
            "--authentication-token-webhook-cache-ttl=2s",
            "--profiling=false",
            "--event-ttl=1h",
            "--v=0",
        ]

    def _kubelet_flags(self) -> list[str]:
        # The logs of the pods are served by the local cloud on loopback, which the nodes name as their external name.
        certificate, key = self._client_certificate("kube-apiserver-kubelet-client", "system:masters")
        return [
            f"--kubelet-client-certificate={certificate}",
            f"--kubelet-client-key={key}",
            f"--kubelet-certificate-authority={self.folder / 'ca.pem'}",
            "--kubelet-preferred-address-types=ExternalDNS",
        ]

    def _controller_flags(self, ports: Ports, settings: Settings) -> list[str]:
        config = self.folder / "kube-controller-manager.kubeconfig"
        return [
            f"--kubeconfig={config}",
            f"--authentication-kubeconfig={config}",
            f"--authorization-kubeconfig={config}",
            "--bind-address=127.0.0.1",
            f"--secure-port={ports.controller_manager}",
            f"--cert-dir={self.folder / 'certificates'}",
            "--leader-elect=false",
            "--use-service-account-credentials=true",
            "--profiling=false",
            f"--service-account-private-key-file={self.folder / 'service-account.key'}",
            f"--root-ca-file={self.folder / 'ca.pem'}",
            f"--cluster-signing-cert-file={self.folder / 'ca.pem'}",
            f"--cluster-signing-key-file={self.folder / 'ca-key.pem'}",
            f"--service-cluster-ip-range={settings.service_cidr}",
            "--v=0",
        ]

    def _scheduler_flags(self, ports: Ports) -> list[str]:
        config = self.folder / "kube-scheduler.kubeconfig"
        return [
            f"--kubeconfig={config}",
            f"--authentication-kubeconfig={config}",
            f"--authorization-kubeconfig={config}",
            "--bind-address=127.0.0.1",
            f"--secure-port={ports.scheduler}",
            f"--cert-dir={self.folder / 'certificates'}",
            "--leader-elect=false",
            "--profiling=false",
            "--v=0",
        ]

    def _kwok_flags(self, ports: Ports) -> list[str]:
        return [
            f"--kubeconfig={self.folder / 'kwok.kubeconfig'}",
            f"--config={STAGES}",
            "--manage-all-nodes=false",
            f"--manage-nodes-with-label-selector={PLAYED}=true",
            f"--server-address=127.0.0.1:{ports.kwok}",
            "--node-lease-duration-seconds=40",
            "--v=WARN",
        ]
