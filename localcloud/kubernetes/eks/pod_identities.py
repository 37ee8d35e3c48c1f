"""Pod identity associations, what the webhook puts into pods, and what the agent and EKS Auth answer to their tokens.

https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html
"""

from __future__ import annotations

import base64
import datetime
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from moto.eks.exceptions import ResourceInUseException

from localcloud import principals
from localcloud.authorization import enforcement
from localcloud.container_nodes.addressing import AWS_PORT, BRIDGE
from localcloud.kubernetes import pod_identity
from localcloud.kubernetes.api import ApiError
from localcloud.kubernetes.control_plane import ControlPlaneError
from localcloud.kubernetes.eks.model import Call, Cluster, Record, find, new_id, now
from localcloud.kubernetes.pod_identity import Bearer
from localcloud.services import sts

if TYPE_CHECKING:
    from localcloud.kubernetes.eks.service import Eks

WEBHOOK = "pod-identity-webhook"
ADDON = "eks-pod-identity-agent"
#: How long the credentials are good for, whatever the role's longest session is. Of chained roles an hour is the longest:
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
SESSION_SECONDS, CHAINED_SECONDS = 21600, 3600
#: Where pods on container nodes reach the emulated AWS API.
ENDPOINT = f"http://{BRIDGE}:{AWS_PORT}"


class RefusedError(Exception):
    """EKS Auth refuses: its error code, and the status of the answer."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


def create_pod_identity_association(eks: Eks, call: Call) -> Record:
    """CreatePodIdentityAssociation: one for a service account."""
    cluster = eks.cluster(call)
    cluster.require_active()
    for existing in cluster.pod_identities.values():
        if (existing["namespace"], existing["serviceAccount"]) == (call["namespace"], call["serviceAccount"]):
            raise ResourceInUseException(
                clusterName=cluster.name, message=f"Association already exists: {existing['associationId']}"
            )
    identity = f"a-{new_id().replace('-', '')[:17]}"
    record = {
        "clusterName": cluster.name,
        "namespace": call["namespace"],
        "serviceAccount": call["serviceAccount"],
        "roleArn": call["roleArn"],
        "associationArn": cluster.arn_of("podidentityassociation", identity),
        "associationId": identity,
        "tags": dict(call.get("tags", {})),
        "createdAt": now(),
        "modifiedAt": now(),
        "disableSessionTags": call.get("disableSessionTags", False),
    }
    for name in ("targetRoleArn", "policy"):
        if call.get(name):
            record[name] = call[name]
    _name_externally(cluster, record)
    cluster.pod_identities[identity] = record
    return {"association": record}


def _name_externally(cluster: Cluster, record: Record) -> None:
    if record.get("targetRoleArn"):
        place = (record["namespace"], record["serviceAccount"])
        record["externalId"] = pod_identity.external_id(cluster.region, cluster.account, cluster.name, *place)


def _found(eks: Eks, call: Call) -> tuple[Cluster, Record]:
    cluster = eks.cluster(call)
    return cluster, find(cluster.pod_identities, call["associationId"], "pod identity association", cluster.name)


def describe_pod_identity_association(eks: Eks, call: Call) -> Record:
    """DescribePodIdentityAssociation."""
    return {"association": _found(eks, call)[1]}


def list_pod_identity_associations(eks: Eks, call: Call) -> Record:
    """ListPodIdentityAssociations, by namespace and service account where given."""
    cluster = eks.cluster(call)
    short = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId")
    return {
        "associations": [
            {name: record[name] for name in short}
            for record in cluster.pod_identities.values()
            if all(call.get(name) in (None, record[name]) for name in ("namespace", "serviceAccount"))
        ]
    }


def update_pod_identity_association(eks: Eks, call: Call) -> Record:
    """UpdatePodIdentityAssociation."""
    cluster, record = _found(eks, call)
    for name in ("roleArn", "targetRoleArn", "disableSessionTags", "policy"):
        if call.get(name) is not None:
            record[name] = call[name]
    _name_externally(cluster, record)
    record["modifiedAt"] = now()
    return {"association": record}


def delete_pod_identity_association(eks: Eks, call: Call) -> Record:
    """DeletePodIdentityAssociation."""
    cluster, record = _found(eks, call)
    del cluster.pod_identities[record["associationId"]]
    return {"association": record}


def webhook(url: str, authority: Path) -> tuple[str, dict[str, Any]]:
    """Path and content of the object that has the API server ask about new pods. authority: its CA certificate.

    Without an answer a pod starts without credentials, as on EKS: no pod has to wait for a webhook that is not there.
    """
    name = WEBHOOK
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    return f"/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/{name}", {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [
            {
                "name": "iam-for-pods.amazonaws.com",
                "admissionReviewVersions": ["v1"],
                "clientConfig": {"url": url, "caBundle": base64.b64encode(authority.read_bytes()).decode()},
                "rules": [rule],
                "failurePolicy": "Ignore",
                "reinvocationPolicy": "IfNeeded",
                "sideEffects": "None",
                "timeoutSeconds": 5,
            }
        ],
    }


def patch(eks: Eks, cluster: Cluster, namespace: str, pod: dict[str, Any]) -> list[dict[str, Any]]:
    """What a new pod gets: nothing where its service account has no role. Raises ApiError, ControlPlaneError.

    Takes no lock: whoever holds it may be waiting for the API server that asks.
    """
    account = pod["spec"].get("serviceAccountName") or "default"
    grant: pod_identity.Grant | None
    if _association(cluster, namespace, account) is not None:
        grant = pod_identity.association()  # comes before the annotation
    else:
        found = eks.api(cluster).find(f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}")
        grant = pod_identity.web_identity(found["metadata"].get("annotations") or {}) if found else None
    return pod_identity.patch(pod, grant, cluster.region, ENDPOINT) if grant else []


def _association(cluster: Cluster, namespace: str, account: str) -> Record | None:
    return next(
        (
            record
            for record in list(cluster.pod_identities.values())
            if (record["namespace"], record["serviceAccount"]) == (namespace, account)
        ),
        None,
    )


def answer(eks: Eks, cluster: Cluster | None, token: str | None) -> tuple[int, dict[str, str] | str]:
    """What the agent of a cluster's nodes answers to a pod: credentials, or why there are none."""
    if cluster is None or cluster.addons.get(ADDON, {}).get("status") != "ACTIVE":
        where = f" on cluster {cluster.name}" if cluster else ""
        return 503, f"the add-on {ADDON} is not ACTIVE{where}: without it no agent is there to give credentials\n"
    if not token:
        return 400, "Service account token cannot be empty\n"
    began = time.time()
    record: Record = {"parameters": {"clusterName": cluster.name}, "decision": None, "code": None, "status": 200}
    try:
        return 200, _credentials(eks, cluster, token, record)
    except RefusedError as error:
        record |= {"code": error.code, "status": error.status}
        return error.status, f"({error.code}): {error}\n"
    finally:
        _write_down(eks, cluster, record, began)


def _write_down(eks: Eks, cluster: Cluster, record: Record, began: float) -> None:
    moment = datetime.datetime.fromtimestamp(began, datetime.UTC)
    eks.cloud.on_requested({
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "service": "eks-auth",
        "action": "AssumeRoleForPodIdentity", "mutating": False, "region": cluster.region, "fault": None,
        "seconds": round(time.time() - began, 6), "principal": pod_identity.SERVICE, **record,
    })  # fmt: skip


def _credentials(eks: Eks, cluster: Cluster, token: str, record: Record) -> dict[str, str]:
    held = _bearer(eks, cluster, token)
    record["parameters"] |= {"namespace": held.namespace, "serviceAccount": held.service_account, "pod": held.pod}
    with eks.cloud.lock:
        _permit_agent(eks, cluster, held, record)
        association = _association(cluster, held.namespace, held.service_account)
        if association is None:
            raise RefusedError(
                "ResourceNotFoundException",
                f"no pod identity association for service account {held.namespace}/{held.service_account} in {cluster.name}",
                404,
            )
        record["parameters"]["roleArn"] = association["roleArn"]
        opened = _session(eks, cluster, association, held, record)
    expires: datetime.datetime = opened["Expiration"]
    return {
        "AccessKeyId": opened["AccessKeyId"],
        "SecretAccessKey": opened["SecretAccessKey"],
        "Token": opened["SessionToken"],
        "AccountId": cluster.account,
        "Expiration": expires.replace(microsecond=0).isoformat().replace("+00:00", "Z"),
    }


def _bearer(eks: Eks, cluster: Cluster, token: str) -> Bearer:
    spec = {"token": token, "audiences": [pod_identity.POD_AUDIENCE]}
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": spec}
    try:
        status = eks.api(cluster).create("/apis/authentication.k8s.io/v1/tokenreviews", review)["status"]
    except (ApiError, ControlPlaneError) as error:
        raise RefusedError("ServiceUnavailableException", str(error), 503) from error
    held = pod_identity.bearer(status)
    if held is None:
        raise RefusedError(
            "InvalidTokenException",
            f"the token is not one of a pod of cluster {cluster.name} for {pod_identity.POD_AUDIENCE}, or it has expired",
        )
    return held


def _permit_agent(eks: Eks, cluster: Cluster, held: Bearer, record: Record) -> None:
    """The agent asks EKS Auth in the name of its node's role: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html"""
    profile = eks.container_nodes.profile_of(held.node)
    if profile is None:
        raise RefusedError("InvalidRequestException", f"no instance {held.node} runs in cluster {cluster.name}")
    role, instance = profile
    arn = f"arn:aws:sts::{cluster.account}:assumed-role/{role.rpartition('/')[2]}/{instance}"
    record["principal"] = arn
    principal = principals.Principal(arn, instance, "", token="", role_arn=role)
    try:
        asked = enforcement.Asked("eks-auth", "AssumeRoleForPodIdentity", cluster.region)
        enforcement.permit(asked, principal, {"clusterName": cluster.name})
    except enforcement.RefusedError as error:
        record["decision"] = error.record
        raise RefusedError("AccessDeniedException", error.message) from error


def _session(eks: Eks, cluster: Cluster, association: Record, held: Bearer, record: Record) -> Record:
    role, name = association["roleArn"], pod_identity.session_name(cluster.name, held.pod, str(uuid.uuid4()))
    tags = {} if association["disableSessionTags"] else pod_identity.session_tags(cluster.arn, cluster.name, held)
    asked = {
        "RoleSessionName": name,
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "TransitiveTagKeys": list(tags),
    }
    try:
        record["decision"] = enforcement.permit_service(pod_identity.SERVICE, role, asked, cluster.arn)
        policies = (
            (association["policy"],) if association.get("policy") and not association.get("targetRoleArn") else None
        )
        opened = sts.open_session(eks.cloud, role, name, SESSION_SECONDS, tags=tags, policies=policies)
        if association.get("targetRoleArn"):
            opened = _chained(eks, cluster, association, name, tags, first=opened)
    except enforcement.RefusedError as error:
        record["decision"] = error.record
        message = (
            f"Unauthorized Exception! EKS does not have permissions to assume the associated role: {error.message}"
        )
        raise RefusedError("AccessDeniedException", message) from error
    except sts.AccessDenied as error:
        raise RefusedError("AccessDeniedException", error.message) from error
    return opened


def _chained(
    eks: Eks, cluster: Cluster, association: Record, name: str, tags: dict[str, str], *, first: Record
) -> Record:
    """The session of the target role, which that of the role assumes. Raises enforcement.RefusedError."""
    target = association["targetRoleArn"]
    principal = principals.find(first["AccessKeyId"])
    if principal is None:
        raise RefusedError("InternalServerException", "the session of the role is not there", 500)
    asked = {"RoleArn": target, "RoleSessionName": name, "ExternalId": association["externalId"]}
    enforcement.permit(enforcement.Asked("sts", "AssumeRole", cluster.region), principal, asked)
    policies = (association["policy"],) if association.get("policy") else None
    return sts.open_session(eks.cloud, target, name, CHAINED_SECONDS, tags=tags, policies=policies)


def issuer_key(eks: Eks, issuer: str) -> RSAPublicKey | None:
    """The key with which the cluster of that issuer signs the tokens of its service accounts; None for no cluster."""
    for cluster in eks.all_clusters():
        path = eks.cloud.state / "kubernetes" / cluster.plane_name / "service-account.key"
        if cluster.record["identity"]["oidc"]["issuer"] == issuer and path.exists():
            key = serialization.load_pem_private_key(path.read_bytes(), None)
            return key.public_key() if isinstance(key, RSAPrivateKey) else None
    return None
