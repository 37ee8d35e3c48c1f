"""Pods on container nodes have the credentials of their role and no others: what the role may not do, they may not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud import cli
from tests.localcloud import container_support
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.container_support import (
    PLACE,
    REASON,
    container_cloud,
    container_group,
    core_of,
    imported,
    node_role,
)
from tests.localcloud.identities import ACCOUNT, document, trust
from tests.localcloud.kubernetes_access import active_cluster, wait

pytestmark = pytest.mark.skipif(REASON is not None, reason=f"no container nodes here: {REASON}")
NAME = "main"
IMAGE = "localcloud.creator.platform/empty:1"
SERVICE = {"Service": "pods.eks.amazonaws.com"}
#: What a pod prints: who it is, and how a write into the bucket ends.
SCRIPT = """
import json, boto3, botocore.exceptions
found = {}
try:
    found["arn"] = boto3.client("sts").get_caller_identity()["Arn"]
    boto3.client("s3").put_object(Bucket="media", Key="a", Body=b"a")
    found["put"] = "ok"
except botocore.exceptions.ClientError as error:
    found["put"] = error.response["Error"]["Code"]
except botocore.exceptions.BotoCoreError as error:
    found["put"] = str(error)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def cloud() -> Iterator[RunningCloud]:
    with container_cloud() as running:
        active_cluster(running, NAME)
        container_group(running, NAME, "platform", 1)
        yield running


@pytest.fixture(scope="module")
def core(cloud: RunningCloud) -> Any:
    imported(cloud, IMAGE)
    cloud.client("s3").create_bucket(
        Bucket="media", CreateBucketConfiguration={"LocationConstraint": cloud.content.region}
    )
    return core_of(cloud, NAME)


@pytest.fixture(scope="module")
def agent(cloud: RunningCloud, core: Any) -> None:
    """The add-on that is the agent."""
    eks = cloud.client("eks")
    eks.create_addon(clusterName=NAME, addonName="eks-pod-identity-agent")

    def active() -> bool:
        found = eks.describe_addon(clusterName=NAME, addonName="eks-pod-identity-agent")["addon"]
        return bool(found["status"] == "ACTIVE")

    wait("add-on", active)


def associated(cloud: RunningCloud, core: Any, name: str, *statements: dict[str, Any], **trusting: Any) -> None:
    """A service account whose association gives it a new role. trusting: of the statement of the role's trust policy."""
    iam = cloud.client("iam")
    statement = {"Effect": "Allow", "Principal": SERVICE, "Action": ["sts:AssumeRole", "sts:TagSession"], **trusting}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(statement))["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
    core.create_namespaced_service_account("default", {"metadata": {"name": name}})
    cloud.client("eks").create_pod_identity_association(
        clusterName=NAME, namespace="default", serviceAccount=name, roleArn=arn
    )


def said(core: Any, account: str, group: str = "platform") -> dict[str, str]:
    """What a pod of a service account, on a node of a node group, printed."""
    pod = container_support.python(SCRIPT, image=IMAGE)
    place = {**PLACE, "nodeSelector": {"eks.amazonaws.com/nodegroup": group}}
    spec = {**place, **pod, "serviceAccountName": account, "restartPolicy": "Never"}
    name = core.create_namespaced_pod("default", {"metadata": {"generateName": f"{account}-"}, "spec": spec})
    name = name.metadata.name

    def ended() -> bool:
        return core.read_namespaced_pod(name, "default").status.phase in {"Succeeded", "Failed"}

    wait(f"end of {name}", ended, 90)
    text = core.read_namespaced_pod_log(name, "default", _preload_content=False).data.decode()
    core.delete_namespaced_pod(name, "default", grace_period_seconds=0)
    return dict(json.loads(text.splitlines()[-1]))


def test_without_the_add_on_no_agent_gives_credentials(cloud: RunningCloud, core: Any) -> None:
    associated(cloud, core, "early", {"Action": "s3:PutObject"})
    assert "503" in said(core, "early")["put"]


@pytest.mark.usefixtures("agent")
def test_a_pod_does_what_its_role_may(cloud: RunningCloud, core: Any) -> None:
    condition = {
        "StringEquals": {"aws:RequestTag/kubernetes-service-account": "writer", "aws:SourceAccount": ACCOUNT},
    }
    tagged = {"StringEquals": {"aws:PrincipalTag/kubernetes-namespace": "default"}}
    associated(cloud, core, "writer", {"Action": "s3:PutObject", "Condition": tagged}, Condition=condition)
    found = said(core, "writer")
    assert found["put"] == "ok"
    assert found["arn"].startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/writer/eks-{NAME}-writer-")
    (asked, *_) = cloud.control.get("requests?service=eks-auth&limit=1")
    assert asked["parameters"]["serviceAccount"] == "writer"
    assert asked["decision"]["allowed"]


@pytest.mark.usefixtures("agent")
def test_a_pod_whose_role_may_not_is_denied(cloud: RunningCloud, core: Any) -> None:
    associated(cloud, core, "reader", {"Action": "s3:GetObject"})
    found = said(core, "reader")
    assert found["put"] == "AccessDenied"
    assert "assumed-role/reader/" in found["arn"]


@pytest.mark.usefixtures("agent")
def test_a_trust_policy_without_tagging_gives_no_credentials(cloud: RunningCloud, core: Any) -> None:
    associated(cloud, core, "untagged", {"Action": "s3:PutObject"}, Action="sts:AssumeRole")
    assert "AccessDeniedException" in said(core, "untagged")["put"]


@pytest.mark.usefixtures("agent")
def test_a_role_of_another_service_account_gives_no_credentials(cloud: RunningCloud, core: Any) -> None:
    condition = {"StringEquals": {"aws:RequestTag/kubernetes-service-account": "another"}}
    associated(cloud, core, "misplaced", {"Action": "s3:PutObject"}, Condition=condition)
    assert "AccessDeniedException" in said(core, "misplaced")["put"]


@pytest.mark.usefixtures("agent")
def test_a_node_role_without_eks_auth_gives_its_pods_no_credentials(cloud: RunningCloud, core: Any) -> None:
    associated(cloud, core, "elsewhere", {"Action": "s3:PutObject"})
    role = node_role(cloud, "bare", {"Action": "ecr:BatchGetImage"})
    container_group(cloud, NAME, "bare", 1, nodeRole=role)
    assert cli.main(["load-image", "--state", str(cloud.state), str(cloud.state / "empty.tar")]) == 0
    found = said(core, "elsewhere", "bare")["put"]
    assert "eks-auth:AssumeRoleForPodIdentity" in found
    eks = cloud.client("eks")
    eks.delete_nodegroup(clusterName=NAME, nodegroupName="bare")
    wait("no such group", lambda: "bare" not in eks.list_nodegroups(clusterName=NAME)["nodegroups"], 60)


@pytest.mark.usefixtures("agent")
def test_a_pod_without_a_role_has_no_credentials(core: Any) -> None:
    core.create_namespaced_service_account("default", {"metadata": {"name": "nobody"}})
    assert said(core, "nobody") == {"put": "Unable to locate credentials"}


@pytest.mark.usefixtures("agent")
def test_the_token_of_a_pod_opens_nothing_once_the_association_is_gone(cloud: RunningCloud, core: Any) -> None:
    associated(cloud, core, "former", {"Action": "s3:PutObject"})
    assert said(core, "former")["put"] == "ok"
    eks = cloud.client("eks")
    (found,) = eks.list_pod_identity_associations(clusterName=NAME, serviceAccount="former")["associations"]
    eks.delete_pod_identity_association(clusterName=NAME, associationId=found["associationId"])
    assert "put" in (after := said(core, "former"))
    assert after["put"] != "ok"


def test_web_identity_of_a_service_account(cloud: RunningCloud, core: Any) -> None:
    """IAM roles for service accounts: the SDK takes the token to STS itself."""
    issuer = cloud.client("eks").describe_cluster(name=NAME)["cluster"]["identity"]["oidc"]["issuer"]
    iam, host = cloud.client("iam"), issuer.removeprefix("https://")
    provider = iam.create_open_id_connect_provider(
        Url=issuer, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["f" * 40]
    )["OpenIDConnectProviderArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:sub": "system:serviceaccount:default:irsa"}},
    }
    for name in ("irsa", "stranger"):
        annotations = {"eks.amazonaws.com/role-arn": f"arn:aws:iam::{ACCOUNT}:role/irsa"}
        core.create_namespaced_service_account("default", {"metadata": {"name": name, "annotations": annotations}})
    iam.create_role(RoleName="irsa", AssumeRolePolicyDocument=trust(statement))
    iam.put_role_policy(RoleName="irsa", PolicyName="own", PolicyDocument=document({"Action": "s3:PutObject"}))
    assert said(core, "irsa")["put"] == "ok"
    assert said(core, "stranger")["put"] == "AccessDenied"
