"""The controller of one cluster: watches its bindings, Services and pods, registers targets, opens readiness gates.

Nothing is watched but bindings while there are none. It acts in the daemon's own name, not in that of a role.
"""

from __future__ import annotations

import base64
import datetime
import json
import logging
import threading
from collections.abc import Callable, Mapping
from http.server import HTTPServer
from pathlib import Path
from typing import Any

from moto.elbv2.models import elbv2_backends

from localcloud import certificates
from localcloud.cloud import Cloud
from localcloud.kubernetes import endpoints
from localcloud.kubernetes.api import STRATEGIC_PATCH, Api, ApiError
from localcloud.target_groups import decisions
from localcloud.target_groups.decisions import Health, Target

log = logging.getLogger("localcloud.kubernetes")
CRD = json.loads(Path(__file__).with_name("crd.json").read_text())
BINDINGS = "/apis/elbv2.k8s.aws/v1beta1/targetgroupbindings"
WEBHOOK = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/aws-load-balancer-webhook"
#: Seconds between looks while a gate waits, and until all is compared again; the pause after the API server failed.
LOOK, RESYNC, PAUSE = 0.2, 30.0, 0.5


class Watched:
    """Objects of one kind, kept up to date by a watch that starts with the first question."""

    def __init__(self, api: Api, path: str, changed: Callable[[], None], ending: threading.Event) -> None:
        self._api, self._path, self._changed, self._ending = api, path, changed, ending
        self._found: dict[str, dict[str, Any]] = {}
        self.known = threading.Event()
        threading.Thread(target=self._run, name=f"watch {path}", daemon=True).start()

    def all(self) -> list[dict[str, Any]]:
        """The objects as last seen."""
        return list(self._found.values())

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._follow()
            except (ApiError, ValueError) as error:  # ValueError: the server ended in the middle of a line
                log.debug("watch of %s ended: %s", self._path, error)
                self._ending.wait(PAUSE)

    def _follow(self) -> None:
        listed = self._api.get(self._path)
        self._found = {each["metadata"]["uid"]: each for each in listed["items"]}
        self.known.set()
        self._changed()
        for event in self._api.watch(self._path, listed["metadata"]["resourceVersion"]):
            if event["type"] == "ERROR":
                return  # the version is too old: list again
            if event["type"] == "DELETED":
                self._found.pop(event["object"]["metadata"]["uid"], None)
            else:
                self._found[event["object"]["metadata"]["uid"]] = event["object"]
            self._changed()


class Controller:
    """Threads of one cluster. folder: that of its control plane, where the webhook's certificate is kept."""

    def __init__(self, cloud: Cloud, api: Api, folder: Path, account: str, region: str) -> None:
        self._cloud, self._api, self._folder = cloud, api, folder
        self._account, self._region = account, region
        self._wake, self._ending = threading.Event(), threading.Event()
        self._bindings: Watched | None = None
        self._webhook: HTTPServer | None = None
        self._namespaces: dict[str, tuple[Watched, Watched]] = {}

    def start(self) -> None:
        """Install the custom resource and the webhook, then begin. Raises ApiError."""
        self._api.apply(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{CRD['metadata']['name']}", CRD)
        certificate = certificates.issue(self._folder, "load-balancer-controller", ["localhost"], ["127.0.0.1"])
        self._webhook = endpoints.serve_admission(lambda _path, *asked: self.admit(*asked), *certificate, 0)
        port = int(self._webhook.server_address[1])
        self._api.apply(WEBHOOK, _webhook(port, (self._folder / "ca.pem").read_bytes()))
        self._bindings = Watched(self._api, BINDINGS, self._wake.set, self._ending)
        threading.Thread(target=self._run, name="target group bindings", daemon=True).start()

    def stop(self) -> None:
        """End the webhook and ask the threads to end; the watches end with their server."""
        self._ending.set()
        self._wake.set()
        if self._webhook is not None:
            self._webhook.shutdown()
            self._webhook.server_close()

    # -- the webhook

    def admit(self, namespace: str, pod: Mapping[str, Any]) -> list[dict[str, Any]]:
        """JSON patch of a new pod: readiness gates for the bindings whose Service selects it. Raises ApiError."""
        base = f"/api/v1/namespaces/{namespace}"
        found = self._api.get(f"/apis/elbv2.k8s.aws/v1beta1/namespaces/{namespace}/targetgroupbindings")["items"]
        names = {each["spec"]["serviceRef"]["name"] for each in found}
        services = {name: self._api.find(f"{base}/services/{name}") for name in names}
        there = {name: service for name, service in services.items() if service is not None}
        return decisions.injection(pod, decisions.gates(pod, found, there))

    # -- what is done

    def _run(self) -> None:
        waiting = False
        while not self._ending.is_set():
            self._wake.wait(LOOK if waiting else RESYNC if self._namespaces else None)
            self._wake.clear()
            if self._ending.is_set():
                return
            try:
                waiting = self._reconcile()
            except ApiError as error:
                log.debug("target group bindings: %s", error)
                waiting = True
                self._ending.wait(PAUSE)
            except Exception:  # the thread has no caller: the log is where its failure is seen, and it goes on
                log.exception("target group bindings could not be followed")
                waiting = True
                self._ending.wait(PAUSE)

    def _reconcile(self) -> bool:
        """Whether to look again soon."""
        waiting = False
        for binding in self._bindings.all() if self._bindings else ():
            services, pods = self._watched(binding["metadata"]["namespace"])
            if not (services.known.is_set() and pods.known.is_set()):
                waiting = True
                continue
            name = binding["spec"]["serviceRef"]["name"]
            service = next((each for each in services.all() if each["metadata"]["name"] == name), None)
            if "deletionTimestamp" in binding["metadata"]:
                self._release(binding, pods.all())
            else:
                waiting = self._bind(binding, service, pods.all()) or waiting
        return waiting

    def _watched(self, namespace: str) -> tuple[Watched, Watched]:
        if namespace not in self._namespaces:
            base = f"/api/v1/namespaces/{namespace}"
            self._namespaces[namespace] = (
                Watched(self._api, f"{base}/services", self._wake.set, self._ending),
                Watched(self._api, f"{base}/pods", self._wake.set, self._ending),
            )
        return self._namespaces[namespace]

    def _bind(self, binding: dict[str, Any], service: dict[str, Any] | None, pods: list[dict[str, Any]]) -> bool:
        self._finalize(binding, decisions.FINALIZER)
        wanted = decisions.targets(binding, service, pods)
        with self._cloud.lock:
            group = self._group(binding)
            if group is None:
                return True
            registered = self._registered(group)
            found = decisions.change(binding, wanted, registered)
            if found.register:
                group.register([{"Id": address, "Port": port} for address, port in found.register])
            if found.deregister:
                group.deregister([{"Id": address, "Port": port} for address, port in found.deregister])
        if found.register or found.deregister:
            self._cloud.touched("elbv2")
            log.info(
                "targets of %s: registered %s, deregistered %s",
                binding["metadata"]["name"], found.register or "none", found.deregister or "none",
            )  # fmt: skip
        self._tell(found.conditions)
        self._observed(binding)
        return found.waiting

    def _release(self, binding: dict[str, Any], pods: list[dict[str, Any]]) -> None:
        if decisions.FINALIZER not in binding["metadata"].get("finalizers", []):
            return
        with self._cloud.lock:
            group = self._group(binding)
            left = list(self._registered(group)) if group is not None else []
            if group is not None and left:
                group.deregister([{"Id": address, "Port": port} for address, port in left])
        if left:
            self._cloud.touched("elbv2")
        self._tell(decisions.released(binding, pods))
        self._finalize(binding, None)

    def _group(self, binding: Mapping[str, Any]) -> Any | None:
        """Moto's target group, by ARN or by name."""
        groups = elbv2_backends[self._account][self._region].target_groups
        arn, name = binding["spec"].get("targetGroupARN"), binding["spec"].get("targetGroupName")
        return groups.get(arn) if arn else next((each for each in groups.values() if each.name == name), None)

    def _registered(self, group: Any) -> dict[Target, Health]:
        """With the cloud's lock held."""
        ec2 = elbv2_backends[self._account][self._region].ec2_backend
        found = {}
        for target in list(group.targets.values()):
            health = group.health_for(target, ec2)
            told = (health.status, health.reason or "", health.description or "")
            found[str(target["Id"]), int(target["Port"])] = told
        return found

    def _tell(self, conditions: Mapping[str, dict[str, Any]]) -> None:
        moment = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for path, patch in conditions.items():
            condition = patch["status"]["conditions"][0]
            if "lastTransitionTime" in condition:
                condition["lastTransitionTime"] = moment
            try:
                self._api.patch(path, patch, STRATEGIC_PATCH)
            except ApiError as error:
                if error.status not in {404, 409}:  # gone, or another pod of that name
                    raise

    def _finalize(self, binding: Mapping[str, Any], name: str | None) -> None:
        """Hold the binding until its targets are gone; None: no longer."""
        there = binding["metadata"].get("finalizers", [])
        wanted = [each for each in there if each != decisions.FINALIZER] + ([name] if name else [])
        if wanted != there and set(wanted) != set(there):
            self._api.patch(_path(binding), {"metadata": {"finalizers": wanted}})

    def _observed(self, binding: Mapping[str, Any]) -> None:
        generation = binding["metadata"]["generation"]
        if (binding.get("status") or {}).get("observedGeneration") != generation:
            self._api.patch(f"{_path(binding)}/status", {"status": {"observedGeneration": generation}})


def _path(binding: Mapping[str, Any]) -> str:
    meta = binding["metadata"]
    return f"/apis/elbv2.k8s.aws/v1beta1/namespaces/{meta['namespace']}/targetgroupbindings/{meta['name']}"


def _webhook(port: int, authority: bytes) -> dict[str, Any]:
    """As the controller's chart configures it; a daemon that is away keeps no pod from being made."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "aws-load-balancer-webhook"},
        "webhooks": [
            {
                "name": "mpod.elbv2.k8s.aws",
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": "Ignore",
                "timeoutSeconds": 10,
                "clientConfig": {
                    "url": f"https://127.0.0.1:{port}/mutate-v1-pod",
                    "caBundle": base64.b64encode(authority).decode(),
                },
                "namespaceSelector": {
                    "matchExpressions": [{"key": decisions.INJECT, "operator": "In", "values": ["enabled"]}]
                },
                "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
            }
        ],
    }
