"""What EKS puts into pods whose service account has a role, and how it names the session of such a pod. Pure.

https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
https://docs.aws.amazon.com/eks/latest/userguide/pod-configuration.html
https://github.com/aws/amazon-eks-pod-identity-webhook (variables, annotations, what a container's own values mean)
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Where the agent listens on every node: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
AGENT_ADDRESS, AGENT_PORT = "169.254.170.23", 80
CREDENTIALS_PATH = "/v1/credentials"
POD_AUDIENCE = "pods.eks.amazonaws.com"
#: Who assumes the role; the role's trust policy has to name it.
SERVICE = "pods.eks.amazonaws.com"
ROLE_ANNOTATION = "eks.amazonaws.com/role-arn"
AUDIENCE_ANNOTATION = "eks.amazonaws.com/audience"
SKIPPED_ANNOTATION = "eks.amazonaws.com/skip-containers"
EXPIRATION_ANNOTATION = "eks.amazonaws.com/token-expiration"
#: Seconds. Kubernetes takes nothing shorter than the second: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/
TOKEN_SECONDS, LEAST_TOKEN_SECONDS = 86400, 600
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")


@dataclass(frozen=True)
class Grant:
    """How the containers of a pod come by the credentials of a role.

    audience, volume, folder, file: of the projected token. variables: where an SDK looks. A container that has one of them
    itself gets none of them.
    """

    audience: str
    volume: str
    folder: str
    file: str
    variables: Mapping[str, str]


def association() -> Grant:
    """That of a pod identity association."""
    folder, file = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount", "eks-pod-identity-token"
    variables = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{AGENT_ADDRESS}{CREDENTIALS_PATH}",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": f"{folder}/{file}",
    }
    return Grant(POD_AUDIENCE, "eks-pod-identity-token", folder, file, variables)


def web_identity(annotations: Mapping[str, str]) -> Grant | None:
    """That of a service account with these annotations (IAM roles for service accounts); None where they name no role."""
    role = annotations.get(ROLE_ANNOTATION)
    if not role:
        return None
    folder, file = "/var/run/secrets/eks.amazonaws.com/serviceaccount", "token"
    variables = {"AWS_ROLE_ARN": role, "AWS_WEB_IDENTITY_TOKEN_FILE": f"{folder}/{file}"}
    return Grant(annotations.get(AUDIENCE_ANNOTATION, "sts.amazonaws.com"), "aws-iam-token", folder, file, variables)


def patch(pod: Mapping[str, Any], grant: Grant, region: str, endpoint: str) -> list[dict[str, Any]]:
    """The JSON patch that gives a new pod its variables and its token.

    endpoint: URL of the emulated AWS API for pods. On AWS there is no such variable; without it a pod would ask AWS itself.
    """
    meta, spec = pod.get("metadata") or {}, pod["spec"]
    annotations = meta.get("annotations") or {}
    skipped = _names(annotations.get(SKIPPED_ANNOTATION, ""))
    operations = []
    for kind in ("initContainers", "containers"):
        if spec.get(kind):
            containers = [
                container if container["name"] in skipped else _granted(container, grant, region, endpoint)
                for container in spec[kind]
            ]
            operations.append({"op": "add", "path": f"/spec/{kind}", "value": containers})
    volumes = spec.get("volumes") or []
    if grant.volume not in {volume["name"] for volume in volumes}:
        volume = _volume(grant, _seconds(annotations.get(EXPIRATION_ANNOTATION)))
        operations.append({"op": "add", "path": "/spec/volumes", "value": [volume, *volumes]})
    return operations


def _granted(container: Mapping[str, Any], grant: Grant, region: str, endpoint: str) -> dict[str, Any]:
    own = container.get("env") or []
    held = {variable["name"] for variable in own}
    added: dict[str, str] = {}
    for variables in (
        {"AWS_STS_REGIONAL_ENDPOINTS": "regional"},
        dict.fromkeys(REGIONS, region),
        grant.variables,
        {"AWS_ENDPOINT_URL": endpoint},
    ):
        if not held & set(variables):
            added |= variables
    mounts = container.get("volumeMounts") or []
    if grant.volume not in {mount["name"] for mount in mounts}:
        mounts = [*mounts, {"name": grant.volume, "mountPath": grant.folder, "readOnly": True}]
    env = [*own, *({"name": name, "value": value} for name, value in added.items())]
    return {**container, "env": env, "volumeMounts": mounts}


def _volume(grant: Grant, seconds: int) -> dict[str, Any]:
    token = {"audience": grant.audience, "expirationSeconds": seconds, "path": grant.file}
    return {"name": grant.volume, "projected": {"sources": [{"serviceAccountToken": token}]}}


def _names(text: str) -> set[str]:
    return {name.strip() for row in csv.reader([text]) for name in row}


def _seconds(text: str | None) -> int:
    """As the webhook: what is no number does not count."""
    return max(LEAST_TOKEN_SECONDS, int(text)) if text and text.isdigit() else TOKEN_SECONDS


@dataclass(frozen=True)
class Bearer:
    """The pod that a token was made for, and the node that it is on."""

    namespace: str
    service_account: str
    pod: str
    uid: str
    node: str


def bearer(status: Mapping[str, Any]) -> Bearer | None:
    """Whom the `status` of a TokenReview of audience POD_AUDIENCE speaks for; None for anybody but a pod.

    https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#schema-for-service-account-private-claims
    """
    if status.get("authenticated") is not True or POD_AUDIENCE not in (status.get("audiences") or []):
        return None
    user = status.get("user") or {}
    parts = str(user.get("username", "")).split(":")
    extra = user.get("extra") or {}
    pod = extra.get("authentication.kubernetes.io/pod-name") or []
    uid = extra.get("authentication.kubernetes.io/pod-uid") or []
    node = extra.get("authentication.kubernetes.io/node-name") or []
    bound = all(len(values) == 1 for values in (pod, uid, node))
    if len(parts) != 4 or parts[:2] != ["system", "serviceaccount"] or not bound:
        return None
    return Bearer(parts[2], parts[3], str(pod[0]), str(uid[0]), str(node[0]))


def session_name(cluster: str, pod: str, unique: str) -> str:
    """`eks-<cluster>-<pod>-<UUID>`, with the names cut to the 64 characters that STS takes.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumedRoleUser.html
    """
    return f"eks-{cluster[:10]}-{pod[:10]}-{unique}"


def session_tags(arn: str, cluster: str, held: Bearer) -> dict[str, str]:
    """https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html#pod-id-abac-tags"""
    return {
        "eks-cluster-arn": arn,
        "eks-cluster-name": cluster,
        "kubernetes-namespace": held.namespace,
        "kubernetes-service-account": held.service_account,
        "kubernetes-pod-name": held.pod,
        "kubernetes-pod-uid": held.uid,
    }


def external_id(region: str, account: str, cluster: str, namespace: str, service_account: str) -> str:
    """By which a target role knows the association: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html"""
    return f"{region}/{account}/{cluster}/{namespace}/{service_account}"
