"""The EKS extension at work: which control plane belongs to which cluster, what runs for it, what happens behind a request."""

from __future__ import annotations

import datetime
import logging
import shutil
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from moto.eks.exceptions import ResourceNotFoundException
from moto.eks.models import eks_backends
from moto.rds.models import rds_backends

from localcloud import certificates, issuers, principals
from localcloud.cloud import Cloud
from localcloud.container_nodes.service import ContainerNodes
from localcloud.kubernetes import authenticator, endpoints, logs, pod_memory, registry
from localcloud.kubernetes.api import Api, ApiError
from localcloud.kubernetes.control_plane import ControlPlane, ControlPlaneError, Settings
from localcloud.kubernetes.eks import access, fargate_nodes, instance_profiles, instances, pod_identities, updates
from localcloud.kubernetes.eks.doors import Doors
from localcloud.kubernetes.eks.model import Call, Cluster
from localcloud.kubernetes.pods import Pods
from localcloud.rds.records import is_ours, record_of
from localcloud.target_groups.controller import Controller

log = logging.getLogger("localcloud.kubernetes")
RESTART_PATIENCE = 45.0


class Running:
    """What runs in this process for one cluster. Never pickled."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.ready = threading.Event()
        self.api: Api | None = None
        self.pods: Pods | None = None
        self.target_groups: Controller | None = None
        self.kubelet_port = 0
        self.kubelets: Any = None
        #: one change of bindings at a time
        self.lock = threading.Lock()
        #: one change of nodes at a time, which may wait for pods to leave
        self.nodes_lock = threading.Lock()
        #: uids of pods whose Fargate nodes are being started
        self.placing: set[str] = set()


def running_databases() -> tuple[int, ...]:
    """Ports of the PostgreSQL servers on loopback."""
    found = (record_of(db).port for regions in rds_backends.values() for backend in regions.values()
             for db in list(backend.databases.values()) if is_ours(db))  # fmt: skip
    return tuple(sorted(port for port in found if port is not None))


class Eks:
    """One per local cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.container_nodes = ContainerNodes(cloud, running_databases, partial(instance_profiles.credentials, cloud))
        self._running: dict[str, Running] = {}
        self._doors = Doors(cloud.state, self.review, self._patch_pod, self._credentials)
        issuers.set_finder(lambda issuer: pod_identities.issuer_key(self, issuer))

    # -- what requests ask for

    def clusters(self, call: Call) -> dict[str, Cluster]:
        """The clusters of the caller's account and region."""
        return eks_backends[call.account][call.region].clusters  # type: ignore[return-value]

    def cluster(self, call: Call) -> Cluster:
        """The cluster that the request names. Raises ResourceNotFoundException."""
        name = call.get("clusterName") or call.get("name")
        clusters = self.clusters(call)
        if name not in clusters:
            raise ResourceNotFoundException(clusterName=name, message=f"No cluster found for name: {name}.")
        return clusters[name]

    def all_clusters(self) -> list[Cluster]:
        """Those of all regions."""
        found: list[Any] = []
        for regions in eks_backends.values():
            for backend in regions.values():
                found += backend.clusters.values()
        return found

    @staticmethod
    def principal(access_key: str) -> str | None:
        """ARN of who sent a request."""
        return principals.principal_of(access_key)

    def touched(self) -> None:
        """EKS state changed outside a request."""
        self.cloud.touched("eks")

    def later(self, cluster: Cluster, aws_seconds: float, job: Callable[[], None], name: str) -> None:
        """Run `job` after the scaled time, then have the state kept. The job takes the lock for what it changes."""

        def run() -> None:
            try:
                job()
            finally:
                self.touched()

        self.cloud.later(aws_seconds, run, f"eks {cluster.name}: {name}")

    # -- control planes

    def bring_up(self, cluster: Cluster, aws_seconds: float) -> None:
        """Start the control plane of a new cluster; ACTIVE after the scaled time and not before the API server is ready."""
        running = self._running[cluster.plane_name] = Running(
            ControlPlane(self.cloud.state, cluster.plane_name, self.cloud.processes)
        )
        began = time.monotonic()

        def job() -> None:
            try:
                self._start(cluster, running)
            except (ControlPlaneError, ApiError, OSError) as error:
                log.error("control plane of %s: %s", cluster.name, error)
                with self.cloud.lock:
                    cluster.record["status"] = "FAILED"
                    cluster.record["health"] = {
                        "issues": [{"code": "InternalFailure", "message": str(error), "resourceIds": [cluster.arn]}]
                    }
                running.ready.set()
                return
            time.sleep(max(0.0, self.cloud.seconds(aws_seconds) - (time.monotonic() - began)))
            with self.cloud.lock:
                if cluster.record["status"] in {"CREATING", "FAILED"}:
                    cluster.record["status"] = "ACTIVE"

        self.later(cluster, 0, job, "control plane")

    def _start(self, cluster: Cluster, running: Running) -> None:
        with running.lock:
            settings = Settings(
                issuer=cluster.record["identity"]["oidc"]["issuer"],
                service_cidr=cluster.record["kubernetesNetworkConfig"]["serviceIpv4Cidr"],
                webhook_url=self._doors.reviews(cluster.plane_name),
            )
            admission = self._doors.admission(cluster.plane_name)
            running.plane.start(settings)
            running.api = running.plane.client()
            running.api.apply(*pod_identities.webhook(admission, certificates.ensure_ca(self.cloud.state)))
            self._serve_kubelets(cluster, running)
            running.pods = Pods(
                running.api, self._is_simulated, self._image, lambda pod: fargate_nodes.place(self, cluster, pod)
            )
            running.pods.start()
            running.target_groups = Controller(
                self.cloud, running.api, running.plane.folder, cluster.account, cluster.region
            )
            running.target_groups.start()
        self.sync_access_now(cluster)
        with self.cloud.lock:
            cluster.record["endpoint"] = running.plane.endpoint
            cluster.record["certificateAuthority"] = {"data": running.plane.authority}
        running.ready.set()

    def _serve_kubelets(self, cluster: Cluster, running: Running) -> None:
        certificate = certificates.issue(running.plane.folder, "kubelet", ["localhost"], ["127.0.0.1"])

        def container_logs(namespace: str, pod: str, container: str, previous: bool) -> list[str] | None:
            known = running.pods.pod(namespace, pod) if running.pods else None
            if known is None or known[1] is None:
                return None
            return logs.lines(known[0], known[1], container, previous)

        running.kubelets = endpoints.serve_logs(container_logs, running.plane.folder / "ca.pem", *certificate)
        running.kubelet_port = running.kubelets.server_address[1]

    def take_down(self, cluster: Cluster, aws_seconds: float) -> None:
        """Stop and remove the control plane, then the cluster."""

        def job() -> None:
            running = self._running.pop(cluster.plane_name, None)
            self._stop(running)
            self.container_nodes.release(cluster.plane_name)
            (
                running.plane if running else ControlPlane(self.cloud.state, cluster.plane_name, self.cloud.processes)
            ).remove()
            with self.cloud.lock:
                eks_backends[cluster.account][cluster.region].clusters.pop(cluster.name, None)

        self.later(cluster, aws_seconds, job, "delete cluster")

    @staticmethod
    def _stop(running: Running | None) -> None:
        if running is None:
            return
        if running.target_groups is not None:
            running.target_groups.stop()
        if running.pods is not None:
            running.pods.stop()
        if running.kubelets is not None:
            running.kubelets.shutdown()
            running.kubelets.server_close()

    def stop(self) -> None:
        """The cloud stops: no more writes to control planes that are about to end."""
        for running in list(self._running.values()):
            self._stop(running)

    def restore(self) -> None:
        """After a start with kept state: remove what belongs to no cluster, start the control planes of the others."""
        clusters = {cluster.plane_name: cluster for cluster in self.all_clusters()}
        folder = self.cloud.state / "kubernetes"
        for left in folder.iterdir() if folder.is_dir() else ():
            if left.name not in clusters:
                ControlPlane(self.cloud.state, left.name, self.cloud.processes).stop()
                shutil.rmtree(left, ignore_errors=True)
        self.container_nodes.settle(set(clusters))
        for cluster in clusters.values():
            if cluster.record["status"] == "DELETING":
                self.take_down(cluster, 0)
            else:
                self._bring_back(cluster)

    def _bring_back(self, cluster: Cluster) -> None:
        with self.cloud.lock:
            updates.resume(cluster)
            for addon in list(cluster.addons.values()):
                if addon["status"] == "DELETING":
                    del cluster.addons[addon["addonName"]]
                else:
                    addon["status"] = "ACTIVE"
            for name, provider in list(cluster.identity_providers.items()):
                if provider["status"] == "DELETING":
                    del cluster.identity_providers[name]
                else:
                    provider["status"] = "ACTIVE"
        self.bring_up(cluster, 0)
        self.later(cluster, 0, lambda: self._settle_nodes(cluster), "nodes after restart")

    def _settle_nodes(self, cluster: Cluster) -> None:
        for nodegroup in list(cluster.nodegroups.values()):
            if nodegroup["status"] == "DELETING":
                instances.retire_nodegroup(self, cluster, nodegroup)
            else:
                instances.activate_nodegroup(self, cluster, nodegroup)
        for profile in list(cluster.fargate_profiles.values()):
            if profile["status"] == "DELETING":
                instances.retire_profile(self, cluster, profile)
            else:
                instances.activate_profile(self, cluster, profile)
                fargate_nodes.resume(self, cluster, profile)

    def await_restart(self, cluster: Cluster) -> None:
        """Wait until the control plane of an active cluster is ready (it is not for some seconds after a restart)."""
        running = self._running.get(cluster.plane_name)
        if running is not None and cluster.record["status"] in {"ACTIVE", "UPDATING"}:
            running.ready.wait(RESTART_PATIENCE)

    def api(self, cluster: Cluster) -> Api:
        """A client with all rights. Raises ControlPlaneError when the control plane does not run."""
        running = self._running.get(cluster.plane_name)
        if running is not None:
            running.ready.wait(RESTART_PATIENCE)
        if running is None or running.api is None:
            raise ControlPlaneError(f"the control plane of {cluster.name} does not run")
        return running.api

    # -- authentication

    def _patch_pod(self, plane_name: str, namespace: str, pod: dict[str, Any]) -> list[dict[str, Any]]:
        cluster = self._of_plane(plane_name)
        return pod_identities.patch(self, cluster, namespace, pod) if cluster is not None else []

    def _credentials(self, token: str | None) -> tuple[int, dict[str, str] | str]:
        owner = self.container_nodes.owner
        return pod_identities.answer(self, self._of_plane(owner) if owner else None, token)

    def agent_port(self) -> int:
        """Port of the pod identity agent on loopback."""
        return self._doors.agent()

    def _of_plane(self, plane_name: str) -> Cluster | None:
        return next((cluster for cluster in self.all_clusters() if cluster.plane_name == plane_name), None)

    def review(self, plane_name: str, token: str) -> dict[str, Any]:
        """`status` of a TokenReview: who the token speaks for in the cluster of that control plane."""
        cluster = self._of_plane(plane_name)
        if cluster is None:
            return {"authenticated": False, "error": f"no cluster {plane_name}"}
        host = self.cloud.endpoint.split("//", 1)[1]
        hosts = {host, host.replace("127.0.0.1", "localhost")}
        try:
            caller = authenticator.check(
                token, cluster.name, hosts, principals.find, datetime.datetime.now(datetime.UTC)
            )
        except authenticator.RefusedError as error:
            log.info("token for cluster %s refused: %s", cluster.name, error)
            return {"authenticated": False}
        user = access.user_of(cluster, caller.arn)
        if user is None:
            log.info("token for cluster %s refused: %s has no access entry", cluster.name, caller.arn)
            return {"authenticated": False}
        try:
            self._bind_namespaces(cluster)
        except ApiError as error:  # who comes is who they are all the same; their rights in it come with a later token
            log.warning("access policies of cluster %s were not bound in their namespaces: %s", cluster.name, error)
        name, groups = user
        extra = {
            "accessKeyId": [caller.access_key_id],
            "arn": [caller.arn],
            "canonicalArn": [access.lasting_principal(caller.arn)],
        }
        uid = f"aws-iam-authenticator:{cluster.account}:{caller.arn.rsplit(':', 1)[1]}"
        return {"authenticated": True, "user": {"username": name, "uid": uid, "groups": groups, "extra": extra}}

    def sync_access(self, cluster: Cluster) -> None:
        """Have the role bindings of the access policies follow, behind the request."""
        self.later(cluster, 0, lambda: self.sync_access_now(cluster), "access policies")

    def sync_access_now(self, cluster: Cluster) -> None:
        """Make the role bindings of our label those of the access policies. Raises ApiError."""
        running = self._running[cluster.plane_name]
        api = running.api
        if api is None:
            return
        with running.lock:
            wanted = access.bindings(cluster)
            if any(binding["roleRef"]["name"].startswith("localcloud:") for binding in wanted.values()):
                api.apply(*access.admin_view_role())
            for path in self._bindings(api) - set(wanted):
                api.delete(path)
            for path, binding in wanted.items():
                namespace = binding["metadata"].get("namespace")
                # A policy may name a namespace that comes later, or comes again: it is bound when somebody comes in then.
                if namespace is None or self._takes_objects(api, namespace):
                    api.apply(path, binding)

    def _bind_namespaces(self, cluster: Cluster) -> None:
        """Bind the policies of namespaces that were made, or made anew, since access was changed last."""
        api = self._running[cluster.plane_name].api
        paths = [path for path, binding in access.bindings(cluster).items() if "namespace" in binding["metadata"]]
        if api is not None and any(api.find(path) is None for path in paths):
            self.sync_access_now(cluster)

    @staticmethod
    def _takes_objects(api: Api, namespace: str) -> bool:
        """Whether there is such a namespace, and it is not about to go."""
        found = api.find(f"/api/v1/namespaces/{namespace}")
        return found is not None and found.get("status", {}).get("phase") != "Terminating"

    @staticmethod
    def _bindings(api: Api) -> set[str]:
        base = "/apis/rbac.authorization.k8s.io/v1"
        found = set()
        for kind in ("clusterrolebindings", "rolebindings"):
            for item in api.get(f"{base}/{kind}?labelSelector={access.LABEL}%3Dpolicy")["items"]:
                meta = item["metadata"]
                within = f"namespaces/{meta['namespace']}/" if "namespace" in meta else ""
                found.add(f"{base}/{within}{kind}/{meta['name']}")
        return found

    # -- nodes and images

    def running(self, cluster: Cluster) -> Running:
        """What runs for the cluster. Raises ControlPlaneError when its control plane does not run."""
        self.api(cluster)
        return self._running[cluster.plane_name]

    def kubelet_port(self, cluster: Cluster) -> int:
        """Port at which the logs of the cluster's pods are served."""
        return self._running[cluster.plane_name].kubelet_port

    @staticmethod
    def _is_simulated(node: str) -> bool:
        return node.startswith(("ip-", "fargate-ip-"))

    def _image(self, reference: str) -> pod_memory.Image:
        return registry.resolve(reference, self._look_up)

    def _look_up(
        self, account: str, region: str, name: str, tag: str | None, digest: str | None
    ) -> registry.Found | None:
        from moto.ecr.models import ecr_backends  # noqa: PLC0415 - loaded with the first pod, not with the cloud

        if account != self.cloud.account_id:
            return None
        repository = ecr_backends[account][region].repositories.get(name)
        for image in repository.images if repository is not None else ():
            if digest == image.get_image_digest() if digest else tag in image.image_tags:
                return registry.Found(image.get_image_digest(), image.image_manifest)
        return None
