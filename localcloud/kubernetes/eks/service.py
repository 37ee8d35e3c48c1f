"""The EKS extension at work: which control plane belongs to which cluster, what runs for it, what happens behind a request."""

from __future__ import annotations

import datetime
import logging
import shutil
import threading
import time
from collections.abc import Callable
from typing import Any

from moto.ec2.models import ec2_backends
from moto.eks.exceptions import ResourceNotFoundException
from moto.eks.models import eks_backends

from localcloud import certificates, principals
from localcloud.cloud import Cloud
from localcloud.kubernetes import authenticator, endpoints, kubelet, logs, nodes, registry
from localcloud.kubernetes.api import STRATEGIC_PATCH, Api, ApiError
from localcloud.kubernetes.control_plane import ControlPlane, ControlPlaneError, Settings
from localcloud.kubernetes.eks import access, fargate, updates
from localcloud.kubernetes.eks.model import Call, Cluster, Record, now
from localcloud.kubernetes.pods import Pods

log = logging.getLogger("localcloud.kubernetes")
NODE_PATIENCE = 30.0
RESTART_PATIENCE = 45.0


class Running:
    """What runs in this process for one cluster. Never pickled."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.ready = threading.Event()
        self.api: Api | None = None
        self.pods: Pods | None = None
        self.kubelet_port = 0
        self.kubelets: Any = None
        #: one change of nodes or bindings at a time
        self.lock = threading.Lock()


class Eks:
    """One per local cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._running: dict[str, Running] = {}
        self._webhook = ""
        self._webhook_lock = threading.Lock()

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
        return [
            cluster
            for regions in eks_backends.values()
            for backend in regions.values()
            for cluster in list(backend.clusters.values())
        ]  # type: ignore[misc]

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
                webhook_url=f"{self._webhook_url()}/{cluster.plane_name}",
            )
            running.plane.start(settings)
            running.api = running.plane.client()
            self._serve_kubelets(cluster, running)
            running.pods = Pods(
                running.api, self._is_simulated, self._image, lambda pod: fargate.place(self, cluster, pod)
            )
            running.pods.start()
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
        self.bring_up(cluster, 0)
        self.later(cluster, 0, lambda: self._settle_nodes(cluster), "nodes after restart")

    def _settle_nodes(self, cluster: Cluster) -> None:
        for nodegroup in list(cluster.nodegroups.values()):
            if nodegroup["status"] == "DELETING":
                self.retire_nodegroup(cluster, nodegroup)
            else:
                self.activate_nodegroup(cluster, nodegroup)
        for profile in list(cluster.fargate_profiles.values()):
            if profile["status"] == "DELETING":
                self.retire_profile(cluster, profile)
            else:
                self.activate_profile(cluster, profile)

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

    def _webhook_url(self) -> str:
        with self._webhook_lock:
            if not self._webhook:
                self._webhook = endpoints.serve_reviews(self.review)
            return self._webhook

    def review(self, plane_name: str, token: str) -> dict[str, Any]:
        """`status` of a TokenReview: who the token speaks for in the cluster of that control plane."""
        cluster = next((cluster for cluster in self.all_clusters() if cluster.plane_name == plane_name), None)
        if cluster is None:
            return {"authenticated": False, "error": f"no cluster {plane_name}"}
        host = self.cloud.endpoint.split("//", 1)[1]
        hosts = {host, host.replace("127.0.0.1", "localhost")}
        try:
            caller = authenticator.check(
                token, cluster.name, hosts, principals.find, datetime.datetime.now(datetime.timezone.utc)
            )
        except authenticator.Refused as error:
            log.info("token for cluster %s refused: %s", cluster.name, error)
            return {"authenticated": False}
        user = access.user_of(cluster, caller.arn)
        if user is None:
            log.info("token for cluster %s refused: %s has no access entry", cluster.name, caller.arn)
            return {"authenticated": False}
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
                if namespace and api.find(f"/api/v1/namespaces/{namespace}") is None:
                    continue  # on EKS a policy may name a namespace that comes later; it is bound at the next change of access
                api.apply(path, binding)

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

    # -- nodes

    def subnets(self, cluster: Cluster, ids: list[str]) -> list[nodes.Subnet]:
        """The subnets of the emulated VPC."""
        known = {subnet.id: subnet for subnet in ec2_backends[cluster.account][cluster.region].describe_subnets()}
        return [
            nodes.Subnet(known[name].id, known[name].availability_zone, known[name].cidr_block)
            for name in ids
            if name in known
        ]

    def sync_nodes(self, cluster: Cluster, nodegroup: Record) -> None:
        """Make the nodes of a group what it says; returns when all are Ready. Raises ControlPlaneError, ApiError."""
        api, running = self.api(cluster), self._running[cluster.plane_name]
        with running.lock:
            wanted = {node["metadata"]["name"]: node for node in nodes.wanted(
                cluster.name, cluster.region, nodegroup, self.subnets(cluster, nodegroup["subnets"]), running.kubelet_port)}  # fmt: skip
            present = {
                node["metadata"]["name"]: node
                for node in self._nodes(api, nodes.GROUP_LABEL, nodegroup["nodegroupName"])
            }
            for name, node in wanted.items():
                if name in present:
                    self._adjust(api, present[name], node)
                else:
                    api.create("/api/v1/nodes", node)
            self._await_nodes(api, set(wanted))
            for name in set(present) - set(wanted):
                self._remove_node(api, name)

    @staticmethod
    def _nodes(api: Api, label: str, value: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api.get(f"/api/v1/nodes?labelSelector={label}%3D{value}")["items"]
        return found

    @staticmethod
    def _adjust(api: Api, present: dict[str, Any], node: dict[str, Any]) -> None:
        name = node["metadata"]["name"]
        gone = dict.fromkeys(set(present["metadata"]["labels"]) - set(node["metadata"]["labels"]))
        taints = [
            taint for taint in present["spec"].get("taints", []) if taint["key"].startswith("node.kubernetes.io/")
        ]
        body = {
            "metadata": {"labels": {**gone, **node["metadata"]["labels"]}},
            "spec": {"taints": taints + node["spec"].get("taints", [])},
        }
        api.patch(f"/api/v1/nodes/{name}", body)
        api.patch(
            f"/api/v1/nodes/{name}/status",
            {"status": {"daemonEndpoints": node["status"]["daemonEndpoints"]}},
            STRATEGIC_PATCH,
        )

    @staticmethod
    def _await_nodes(api: Api, names: set[str]) -> None:
        deadline = time.monotonic() + NODE_PATIENCE
        while True:
            items = api.get("/api/v1/nodes")["items"]
            ready = {node["metadata"]["name"] for node in items
                     if any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"].get("conditions", []))}  # fmt: skip
            if names <= ready:
                return
            if time.monotonic() > deadline:
                raise ControlPlaneError(
                    f"nodes {', '.join(sorted(names - ready))} are not Ready after {NODE_PATIENCE:.0f} s (kwok's log tells more)"
                )
            time.sleep(0.1)

    @staticmethod
    def _remove_node(api: Api, name: str) -> None:
        api.patch(f"/api/v1/nodes/{name}", {"spec": {"unschedulable": True}})
        for pod in api.get(f"/api/v1/pods?fieldSelector=spec.nodeName%3D{name}")["items"]:
            api.delete(
                f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}",
                {"gracePeriodSeconds": 0},
            )
        api.delete(f"/api/v1/nodes/{name}")

    def activate_nodegroup(self, cluster: Cluster, nodegroup: Record) -> None:
        """Bring a node group's nodes up; ACTIVE, or CREATE_FAILED with the reason."""
        try:
            self.sync_nodes(cluster, nodegroup)
        except (ControlPlaneError, ApiError) as error:
            with self.cloud.lock:
                nodegroup["status"] = "CREATE_FAILED"
                nodegroup["health"] = {
                    "issues": [{"code": "NodeCreationFailure", "message": str(error), "resourceIds": []}]
                }
            raise
        with self.cloud.lock:
            if nodegroup["status"] == "CREATING":
                nodegroup["status"], nodegroup["modifiedAt"] = "ACTIVE", now()

    def retire_nodegroup(self, cluster: Cluster, nodegroup: Record) -> None:
        """Remove a node group's nodes, then the group."""
        api = self.api(cluster)
        with self._running[cluster.plane_name].lock:
            for node in self._nodes(api, nodes.GROUP_LABEL, nodegroup["nodegroupName"]):
                self._remove_node(api, node["metadata"]["name"])
        with self.cloud.lock:
            cluster.nodegroups.pop(nodegroup["nodegroupName"], None)

    def activate_profile(self, cluster: Cluster, profile: Record) -> None:
        """Have pods of the profile's selectors wait for their own nodes; ACTIVE."""
        fargate.install(self.api(cluster), profile)
        with self.cloud.lock:
            profile["status"] = "ACTIVE"

    def retire_profile(self, cluster: Cluster, profile: Record) -> None:
        """Remove the profile's pods and nodes, then the profile."""
        api = self.api(cluster)
        fargate.uninstall(api, profile)
        for node in self._nodes(api, nodes.PROFILE_LABEL, profile["fargateProfileName"]):
            self._remove_node(api, node["metadata"]["name"])
        with self.cloud.lock:
            cluster.fargate_profiles.pop(profile["fargateProfileName"], None)

    def kubelet_port(self, cluster: Cluster) -> int:
        """Port at which the logs of the cluster's pods are served."""
        return self._running[cluster.plane_name].kubelet_port

    @staticmethod
    def _is_simulated(node: str) -> bool:
        return node.startswith(("ip-", "fargate-ip-"))

    # -- images

    def _image(self, reference: str) -> kubelet.Image:
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
