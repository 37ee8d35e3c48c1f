"""Pods get what leads to the credentials of their role, as EKS's webhook does it; tokens of a cluster open only what they may."""

from __future__ import annotations

import base64
import json
from typing import Any

import kubernetes.client
import pytest

from tests.localcloud.identities import ACCOUNT, clients, document, refused, trust
from tests.localcloud.kubernetes_access import active_cluster, api, wait

NAME = "main"
TRUST_PODS = {
    "Effect": "Allow",
    "Principal": {"Service": "pods.eks.amazonaws.com"},
    "Action": ["sts:AssumeRole", "sts:TagSession"],
}


@pytest.fixture(scope="module")
def cluster(cloud: Any) -> dict[str, Any]:
    return active_cluster(cloud, NAME)


@pytest.fixture(scope="module")
def core(cloud: Any, cluster: dict[str, Any]) -> Any:
    found = kubernetes.client.CoreV1Api(api(cloud, NAME))
    wait("service account", lambda: found.list_namespaced_service_account("default").items)
    return found


def account(core: Any, name: str, annotations: dict[str, str] | None = None) -> None:
    core.create_namespaced_service_account("default", {"metadata": {"name": name, "annotations": annotations or {}}})


def created(core: Any, service_account: str, **container: Any) -> dict[str, Any]:
    """The pod, as the API server stored it, of a request for one with an init container."""
    spec = {
        "serviceAccountName": service_account,
        "initContainers": [{"name": "first", "image": "nginx:1"}],
        "containers": [{"name": "main", "image": "nginx:1", **container}],
    }
    made = core.create_namespaced_pod("default", {"metadata": {"generateName": "pod-"}, "spec": spec})
    core.delete_namespaced_pod(made.metadata.name, "default", grace_period_seconds=0)
    found: dict[str, Any] = core.api_client.sanitize_for_serialization(made)
    return found


def variables(pod: dict[str, Any], kind: str = "containers") -> dict[str, str]:
    return {each["name"]: each.get("value", "") for each in pod["spec"][kind][0].get("env", [])}


def test_a_pod_of_an_association_is_led_to_the_agent(cloud: Any, core: Any) -> None:
    account(core, "associated")
    eks = cloud.client("eks")
    eks.create_pod_identity_association(
        clusterName=NAME, namespace="default", serviceAccount="associated", roleArn=f"arn:aws:iam::{ACCOUNT}:role/any"
    )
    pod = created(core, "associated")
    folder = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
    expected = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": f"{folder}/eks-pod-identity-token",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
        "AWS_ENDPOINT_URL": "http://198.18.0.1:4566",
    }
    assert variables(pod) == variables(pod, "initContainers") == expected
    mounts = {mount["name"]: mount["mountPath"] for mount in pod["spec"]["containers"][0]["volumeMounts"]}
    assert mounts["eks-pod-identity-token"] == folder
    (volume,) = [volume for volume in pod["spec"]["volumes"] if volume["name"] == "eks-pod-identity-token"]
    assert volume["projected"]["sources"] == [
        {
            "serviceAccountToken": {
                "audience": "pods.eks.amazonaws.com",
                "expirationSeconds": 86400,
                "path": "eks-pod-identity-token",
            }
        }
    ]


def test_what_a_container_says_itself_stays(core: Any) -> None:
    own = [{"name": "AWS_ENDPOINT_URL", "value": "http://elsewhere"}, {"name": "AWS_REGION", "value": "eu-central-1"}]
    found = variables(created(core, "associated", env=own))
    assert (found["AWS_ENDPOINT_URL"], found["AWS_REGION"]) == ("http://elsewhere", "eu-central-1")
    assert "AWS_DEFAULT_REGION" not in found
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" in found


def test_other_pods_stay_as_they_are(core: Any) -> None:
    account(core, "plain")
    pod = created(core, "plain")
    assert not variables(pod)
    assert [volume["name"][:16] for volume in pod["spec"]["volumes"]] == ["kube-api-access-"]


def test_an_annotated_service_account_leads_to_web_identity(core: Any) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/any"
    account(core, "annotated", {"eks.amazonaws.com/role-arn": role})
    pod = created(core, "annotated")
    folder = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
    found = variables(pod)
    assert found["AWS_ROLE_ARN"] == role
    assert found["AWS_WEB_IDENTITY_TOKEN_FILE"] == f"{folder}/token"
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" not in found
    (volume,) = [volume for volume in pod["spec"]["volumes"] if volume["name"] == "aws-iam-token"]
    assert volume["projected"]["sources"][0]["serviceAccountToken"]["audience"] == "sts.amazonaws.com"


def test_a_target_role_knows_the_association_by_its_external_id(cloud: Any, core: Any) -> None:
    eks = cloud.client("eks")
    made = eks.create_pod_identity_association(
        clusterName=NAME, namespace="default", serviceAccount="chained", roleArn=f"arn:aws:iam::{ACCOUNT}:role/any",
        targetRoleArn=f"arn:aws:iam::{ACCOUNT}:role/other",
    )["association"]  # fmt: skip
    assert made["externalId"] == f"eu-west-1/{ACCOUNT}/{NAME}/default/chained"


def token(core: Any, service_account: str, *audiences: str) -> str:
    """A token of the cluster for a service account."""
    request = {"spec": {"audiences": list(audiences), "expirationSeconds": 3600}}
    return str(core.create_namespaced_service_account_token(service_account, "default", request).status.token)


@pytest.fixture(scope="module")
def irsa(cloud: Any, cluster: dict[str, Any]) -> str:
    """ARN of a role that trusts one service account of the cluster."""
    iam, issuer = cloud.client("iam"), cluster["identity"]["oidc"]["issuer"]
    provider = iam.create_open_id_connect_provider(
        Url=issuer, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["f" * 40]
    )["OpenIDConnectProviderArn"]
    host = issuer.removeprefix("https://")
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{host}:aud": "sts.amazonaws.com",
                f"{host}:sub": "system:serviceaccount:default:annotated",
            }
        },
    }
    arn = str(iam.create_role(RoleName="irsa", AssumeRolePolicyDocument=trust(statement))["Role"]["Arn"])
    iam.put_role_policy(RoleName="irsa", PolicyName="own", PolicyDocument=document({"Action": "s3:ListAllMyBuckets"}))
    return arn


def assume(cloud: Any, role: str, given: str) -> dict[str, Any]:
    answer = cloud.client("sts").assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="pod", WebIdentityToken=given
    )
    return dict(answer["Credentials"])


def test_a_token_of_the_cluster_opens_the_role_of_its_service_account(cloud: Any, core: Any, irsa: str) -> None:
    session = clients(cloud, assume(cloud, irsa, token(core, "annotated", "sts.amazonaws.com")))
    assert session("sts").get_caller_identity()["Arn"].endswith("assumed-role/irsa/pod")
    session("s3").list_buckets()
    assert refused(lambda: session("s3").create_bucket(Bucket="b"))["Error"]["Code"] == "AccessDenied"


def test_a_token_of_another_account_audience_or_issuer_is_refused(
    cloud: Any, core: Any, cluster: dict[str, Any], irsa: str
) -> None:
    def code(given: str) -> str:
        return str(refused(lambda: assume(cloud, irsa, given))["Error"]["Code"])

    good = token(core, "annotated", "sts.amazonaws.com")
    header, payload, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

    def forged(**changes: Any) -> str:
        content = base64.urlsafe_b64encode(json.dumps({**claims, **changes}).encode()).decode().rstrip("=")
        return f"{header}.{content}.{signature}"

    assert code(token(core, "plain", "sts.amazonaws.com")) == "AccessDenied"
    assert code(token(core, "annotated", "pods.eks.amazonaws.com")) == "InvalidIdentityToken"
    assert code(forged()) == "InvalidIdentityToken"
    assert code(forged(iss=f"{cluster['identity']['oidc']['issuer']}0")) == "InvalidIdentityToken"
    assert code(f"{header}.{payload}.") == "InvalidIdentityToken"


def test_a_deleted_cluster_vouches_for_nobody(cloud: Any) -> None:
    """Its provider is still registered: that is the account's, not the cluster's."""
    other = active_cluster(cloud, "other")
    core = kubernetes.client.CoreV1Api(api(cloud, "other"))
    wait("service account", lambda: core.list_namespaced_service_account("default").items)
    issuer = other["identity"]["oidc"]["issuer"]
    iam = cloud.client("iam")
    provider = iam.create_open_id_connect_provider(
        Url=issuer, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["f" * 40]
    )["OpenIDConnectProviderArn"]
    statement = {
        "Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
    }  # fmt: skip
    role = iam.create_role(RoleName="irsa-other", AssumeRolePolicyDocument=trust(statement))["Role"]["Arn"]
    held = token(core, "default", "sts.amazonaws.com")
    assume(cloud, role, held)
    eks = cloud.client("eks")
    eks.delete_cluster(name="other")
    wait("no cluster", lambda: "other" not in eks.list_clusters()["clusters"], 60)
    assert refused(lambda: assume(cloud, role, held))["Error"]["Code"] == "InvalidIdentityToken"
