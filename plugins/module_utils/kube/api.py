# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Kubernetes API through the official client's transport: dictionaries in and out, one exception.

The typed half of the client is left aside: it turns a field that it does not know or that is missing into an exception or a
default, where the rules of a rollout need "missing" to stay visible.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import ssl
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias

try:
    import urllib3
    from kubernetes.client import ApiClient, Configuration
    from kubernetes.client.exceptions import ApiException
except ImportError:  # `connect` tells; ansible-test imports every plugin without it
    HAS_KUBERNETES = False
else:
    HAS_KUBERNETES = True

#: What `connect` returns, for those who hand it on and need not know the library.
Client: TypeAlias = "ApiClient"

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
#: Names the owner of fields in `metadata.managedFields`.
FIELD_MANAGER = "creator.platform"
PAGE = 500
TIMEOUT = (5.0, 30.0)  # seconds to connect, to read

_REMOVED = re.compile(r"unable to retrieve container logs for \S+")

#: API group and plural of the kinds that a release consists of or a verdict reads.
RESOURCES = {
    "ConfigMap": ("api/v1", "configmaps"),
    "Deployment": ("apis/apps/v1", "deployments"),
    "Event": ("api/v1", "events"),
    "HorizontalPodAutoscaler": ("apis/autoscaling/v2", "horizontalpodautoscalers"),
    "Job": ("apis/batch/v1", "jobs"),
    "LimitRange": ("api/v1", "limitranges"),
    "Namespace": ("api/v1", "namespaces"),
    "NetworkPolicy": ("apis/networking.k8s.io/v1", "networkpolicies"),
    "Pod": ("api/v1", "pods"),
    "PodDisruptionBudget": ("apis/policy/v1", "poddisruptionbudgets"),
    "ReplicaSet": ("apis/apps/v1", "replicasets"),
    "ResourceQuota": ("api/v1", "resourcequotas"),
    "Role": ("apis/rbac.authorization.k8s.io/v1", "roles"),
    "RoleBinding": ("apis/rbac.authorization.k8s.io/v1", "rolebindings"),
    "Service": ("api/v1", "services"),
    "ServiceAccount": ("api/v1", "serviceaccounts"),
    "TargetGroupBinding": ("apis/elbv2.k8s.aws/v1beta1", "targetgroupbindings"),
}


#: Kinds that a cluster has only with a part that somebody installs.
FROM_OUTSIDE = {
    "TargetGroupBinding": "the AWS Load Balancer Controller is not installed in this cluster, and without it no pod becomes a "
    "target of a load balancer: https://docs.aws.amazon.com/eks/latest/userguide/aws-load-balancer-controller.html",
}


class KubeError(Exception):
    """The API server refused or did not answer. status: HTTP status, 0 when there was no answer; reason: Kubernetes' word."""

    def __init__(self, message: str, status: int = 0, reason: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.retry_after = retry_after

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later: no answer, throttled, a server error, a token that must be renewed."""
        return self.status in (0, 401, 408, 409, 410, 429) or self.status >= 500


@dataclass(frozen=True)
class Listing:
    """All pages of a list: what was there, as of which version, and the server's time in seconds since the epoch."""

    items: list[dict[str, Any]]
    resource_version: str
    server_time: float | None


def connect(endpoint: str, certificate_authority: str, token: str | Callable[[], str]) -> ApiClient:
    """A client for one API server. Does not talk to it yet.

    certificate_authority: base64 of the PEM, as EKS's DescribeCluster returns it. token: a bearer token, or a function that
    returns one and is asked before each request, so that it can be renewed. Raises KubeError when the CA is not base64
    or the library is missing.
    """
    if not HAS_KUBERNETES:
        raise KubeError(f"{sys.executable} lacks the library kubernetes: install requirements/runtime.txt for it")
    configuration = Configuration(host=endpoint)
    configuration.retries = urllib3.Retry(0)
    if callable(token):
        source = token
        configuration.refresh_api_key_hook = lambda config: config.api_key.update(BearerToken=f"Bearer {source()}")
        configuration.api_key = {"BearerToken": ""}
    else:
        configuration.api_key = {"BearerToken": f"Bearer {token}"}
    client = ApiClient(configuration)
    client.rest_client.pool_manager.connection_pool_kw["ssl_context"] = _trust(certificate_authority)
    return client


def path_of(kind: str, namespace: str = "", name: str = "", subresource: str = "") -> str:
    """URL path of an object, or of all of a kind in a namespace. Raises KubeError for a kind that is not known here."""
    if kind not in RESOURCES:
        raise KubeError(f"kind {kind} is not supported; known are {', '.join(sorted(RESOURCES))}")
    group, plural = RESOURCES[kind]
    scope = f"/namespaces/{namespace}" if namespace and kind != "Namespace" else ""
    return f"/{group}{scope}/{plural}" + (f"/{name}" if name else "") + (f"/{subresource}" if subresource else "")


def list_objects(client: ApiClient, kind: str, namespace: str, *, labels: str = "", fields: str = "") -> Listing:
    """Every object of a kind in a namespace, page by page. Raises KubeError, also when a page expires in between (410)."""
    found: list[dict[str, Any]] = []
    query: dict[str, str] = {"limit": str(PAGE)}
    query.update({key: value for key, value in (("labelSelector", labels), ("fieldSelector", fields)) if value})
    while True:
        answer, headers = _request(client, "GET", path_of(kind, namespace), query)
        body = _object(answer)
        items = body.get("items")
        found.extend(items if isinstance(items, list) else [])
        meta = body.get("metadata") or {}
        if not meta.get("continue"):
            return Listing(found, str(meta.get("resourceVersion", "")), _server_time(headers))
        query["continue"] = meta["continue"]


def read(client: ApiClient, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
    """The object, None when there is none. Raises KubeError for any other answer."""
    try:
        return _object(_request(client, "GET", path_of(kind, namespace, name))[0])
    except KubeError as error:
        if error.status == 404:
            return None
        raise


def apply(client: ApiClient, manifest: Mapping[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
    """Server-side apply of one object; returns it as it then stands. Raises KubeError.

    force: fields of this platform that someone else took over are taken back.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/
    """
    query = {"fieldManager": FIELD_MANAGER, "force": "true", "fieldValidation": "Strict"}
    if dry_run:
        query["dryRun"] = "All"
    meta = manifest["metadata"]
    kind = str(manifest["kind"])
    path = path_of(kind, meta.get("namespace", ""), meta["name"])
    try:
        return _object(_request(client, "PATCH", path, query, body=dict(manifest), content_type=APPLY)[0])
    except KubeError as error:
        if error.status == 404 and kind in FROM_OUTSIDE:
            raise KubeError(f"{kind} {meta['name']}: {FROM_OUTSIDE[kind]}", error.status, error.reason) from None
        raise


def merge(
    client: ApiClient, kind: str, namespace: str, name: str, change: Mapping[str, Any], *, manager: str
) -> dict[str, Any]:
    """Merge patch of one object, its fields owned by `manager`. Raises KubeError."""
    query = {"fieldManager": manager}
    return _object(
        _request(client, "PATCH", path_of(kind, namespace, name), query, body=dict(change), content_type=MERGE)[0]
    )


def delete(client: ApiClient, kind: str, namespace: str, name: str, *, uid: str) -> bool:
    """Delete one object if it still has that uid; False when it is gone already. Raises KubeError."""
    body = {
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "preconditions": {"uid": uid},
        "propagationPolicy": "Background",
    }
    try:
        _request(client, "DELETE", path_of(kind, namespace, name), body=body)
    except KubeError as error:
        if error.status == 404:
            return False
        raise
    return True


def logs(client: ApiClient, namespace: str, pod: str, container: str, *, previous: bool, lines: int) -> list[str]:
    """The last lines that a container wrote, or its previous instance. Raises KubeError (kwok's nodes have none).

    A kubelet that has removed the container says so in the place of the log, under status 200: GetContainerLogs in
    https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/kuberuntime/kuberuntime_container.go.
    """
    query = {"container": container, "tailLines": str(lines), "previous": str(previous).lower()}
    path = path_of("Pod", namespace, pod, "log")
    answer, _headers = _request(client, "GET", path, query)
    found = answer.decode("utf-8", errors="replace").splitlines()
    if found and _REMOVED.fullmatch(found[-1]):
        told = found.pop()
        if not found:
            raise KubeError(f"GET {path}: {told}", 200, "Removed")
    return found


def _request(
    client: ApiClient,
    method: str,
    path: str,
    query: Mapping[str, str] | None = None,
    *,
    body: Any = None,
    content_type: str = "application/json",
) -> tuple[bytes, Mapping[str, str]]:
    headers = {"Accept": "application/json, */*", "Content-Type": content_type}
    try:
        answer = client.call_api(
            path,
            method,
            query_params=list((query or {}).items()),
            header_params=headers,
            body=body,
            auth_settings=["BearerToken"],
            _preload_content=False,
            _request_timeout=TIMEOUT,
        )
        return answer.read(), answer.headers
    except ApiException as error:
        raise _refused(method, path, error) from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise KubeError(f"no answer from {client.configuration.host} to {method} {path}: {error}") from None


def _refused(method: str, path: str, error: ApiException) -> KubeError:
    status = _status(error.body)
    told = status.get("message") or error.reason or "no reason given"
    retry: float | None = None
    with suppress(TypeError, ValueError):
        retry = float((error.headers or {}).get("Retry-After", ""))
    return KubeError(f"{method} {path}: {told}", error.status or 0, str(status.get("reason", "")), retry)


def _status(body: Any) -> dict[str, Any]:
    try:
        found = json.loads(body or "")
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _object(answer: bytes) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except ValueError as error:
        raise KubeError(f"the API server did not answer with JSON: {error}") from None
    if not isinstance(found, dict):
        raise KubeError("the API server answered with JSON that is no object")
    return found


def _server_time(headers: Mapping[str, str]) -> float | None:
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (TypeError, ValueError):
        return None


def _trust(certificate_authority: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(
            cadata=base64.b64decode(certificate_authority, validate=True).decode("ascii")
        )
    except (binascii.Error, UnicodeDecodeError, ssl.SSLError, ValueError) as error:
        raise KubeError(f"the cluster's certificate authority is not base64 of a PEM certificate: {error}") from None
    # Strict checks, on by default from Python 3.13, refuse the CA of EKS: it has no Authority Key Identifier.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
