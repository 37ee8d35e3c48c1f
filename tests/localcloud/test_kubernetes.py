"""The real Kubernetes behind EKS: who gets in, what pods do, what faults do, and that all is there after a kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import kubernetes.client
import pytest

from localcloud import images
from localcloud.kubernetes import authenticator, kubeconfig
from localcloud.processes import Processes
from tests.localcloud.kubernetes_access import active_cluster, active_nodegroup, api, api_with_token, deployment, wait

NAME = "main"
REPOSITORY = "creator/web"


@pytest.fixture(scope="module")
def cluster(cloud: Any) -> dict[str, Any]:
    began = time.monotonic()
    found = active_cluster(cloud, NAME)
    active_nodegroup(cloud, NAME, "general", 3, instanceTypes=["m5.large"])
    print(f"cluster with node group after {time.monotonic() - began:.1f} s")
    return found


@pytest.fixture
def client(cloud: Any, cluster: dict[str, Any]) -> Any:
    return api(cloud, NAME)


@pytest.fixture
def namespace(client: Any, request: pytest.FixtureRequest) -> Any:
    core = kubernetes.client.CoreV1Api(client)
    name = request.node.name.split("[")[0].replace("_", "-")[:60].strip("-")
    core.create_namespace({"metadata": {"name": name}})
    wait("service account", lambda: core.list_namespaced_service_account(name).items)
    yield name
    core.delete_namespace(name)


@pytest.fixture(scope="module")
def image(cloud: Any) -> tuple[str, str]:
    """Repository URI and digest of an image that the emulated ECR has."""
    ecr = cloud.client("ecr")
    made = ecr.create_repository(repositoryName=REPOSITORY)["repository"]
    return made["repositoryUri"], images.push_placeholder(ecr, REPOSITORY, "1", "web 1")


def pods(client: Any, namespace: str) -> list[Any]:
    return list(kubernetes.client.CoreV1Api(client).list_namespaced_pod(namespace).items)


def created(client: Any, namespace: str, *arguments: Any, **named: Any) -> None:
    kubernetes.client.AppsV1Api(client).create_namespaced_deployment(namespace, deployment("web", *arguments, **named))


def container(client: Any, namespace: str) -> Any:
    """Status of the one container of the one pod, None while there is none."""
    found = pods(client, namespace)
    return found[0].status.container_statuses[0] if found and found[0].status.container_statuses else None


def waiting(client: Any, namespace: str) -> str:
    found = container(client, namespace)
    return found.state.waiting.reason if found and found.state.waiting else ""


def events(client: Any, namespace: str, reason: str) -> list[Any]:
    listed = kubernetes.client.CoreV1Api(client).list_namespaced_event(namespace).items
    return [event for event in listed if event.reason == reason]


def user(cloud: Any, name: str) -> tuple[tuple[str, str, None], str]:
    """Keys and ARN of a new IAM user."""
    iam = cloud.client("iam")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return (key["AccessKeyId"], key["SecretAccessKey"], None), arn


def status_of(call: Any, *arguments: Any) -> int:
    try:
        call(*arguments)
    except kubernetes.client.ApiException as error:
        return int(error.status)
    return 200


def test_the_creator_is_administrator(client: Any) -> None:
    who = kubernetes.client.AuthenticationV1Api(client).create_self_subject_review({}).status.user_info
    assert who.username == "arn:aws:iam::123456789012:root"
    assert who.extra["arn"] == ["arn:aws:iam::123456789012:root"]
    assert kubernetes.client.CoreV1Api(client).list_secret_for_all_namespaces() is not None
    assert kubernetes.client.VersionApi(client).get_code().git_version.startswith("v1.36.")


def test_only_valid_tokens_get_in(cloud: Any, cluster: dict[str, Any]) -> None:
    content = cloud.content

    def token(access_key_id: str, secret: str, cluster_name: str) -> str:
        return authenticator.make(
            access_key_id, secret, None, cluster=cluster_name, region=content.region, sts_endpoint=cloud.endpoint
        )

    wrong = [
        "nonsense",
        token(content.access_key_id, "not the secret", NAME),
        token(content.access_key_id, content.secret_access_key, "other"),
        token("AKIAUNKNOWN00EXAMPLE", "x", NAME),
    ]
    for token in wrong:
        assert status_of(kubernetes.client.CoreV1Api(api_with_token(cloud, NAME, token)).list_namespace) == 401


def test_access_entries_decide_who_may_what(cloud: Any, cluster: dict[str, Any], namespace: str) -> None:
    eks = cloud.client("eks")
    keys, arn = user(cloud, "viewer")
    core = kubernetes.client.CoreV1Api(api(cloud, NAME, keys))
    assert status_of(core.list_namespaced_pod, namespace) == 401  # no entry
    eks.create_access_entry(clusterName=NAME, principalArn=arn, kubernetesGroups=["readers"])
    wait("known", lambda: status_of(core.list_namespaced_pod, namespace) == 403)  # an entry, no rights
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    eks.associate_access_policy(
        clusterName=NAME,
        principalArn=arn,
        policyArn=policy,
        accessScope={"type": "namespace", "namespaces": [namespace]},
    )
    wait("view", lambda: status_of(core.list_namespaced_pod, namespace) == 200)
    assert status_of(core.list_namespaced_pod, "kube-system") == 403
    assert status_of(core.delete_namespaced_pod, "x", namespace) == 403
    who = kubernetes.client.AuthenticationV1Api(api(cloud, NAME, keys)).create_self_subject_review({}).status.user_info
    assert who.username == arn
    assert "readers" in who.groups
    eks.disassociate_access_policy(clusterName=NAME, principalArn=arn, policyArn=policy)
    wait("rights gone", lambda: status_of(core.list_namespaced_pod, namespace) == 403)
    eks.delete_access_entry(clusterName=NAME, principalArn=arn)
    wait("locked out", lambda: status_of(core.list_namespaced_pod, namespace) == 401)


def test_a_policy_may_name_a_namespace_that_comes_later(cloud: Any, client: Any) -> None:
    keys, arn = user(cloud, "early")
    eks, name = cloud.client("eks"), "comes-later"
    eks.create_access_entry(clusterName=NAME, principalArn=arn)
    eks.associate_access_policy(
        clusterName=NAME,
        principalArn=arn,
        policyArn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
        accessScope={"type": "namespace", "namespaces": [name]},
    )
    kubernetes.client.CoreV1Api(client).create_namespace({"metadata": {"name": name}})
    core = kubernetes.client.CoreV1Api(api(cloud, NAME, keys))
    wait("edit", lambda: status_of(core.list_namespaced_pod, name) == 200)
    assert status_of(core.read_namespace, name) == 200
    assert status_of(core.delete_namespace, name) == 403
    kubernetes.client.CoreV1Api(client).delete_namespace(name)


def test_a_namespace_that_goes_keeps_nobody_out(cloud: Any, client: Any) -> None:
    _keys, arn = user(cloud, "leaving")
    eks, core, name = cloud.client("eks"), kubernetes.client.CoreV1Api(client), "goes"
    core.create_namespace({"metadata": {"name": name}})
    # It holds the namespace in its end for as long as the test wants.
    core.create_namespaced_config_map(name, {"metadata": {"name": "held", "finalizers": ["example.com/held"]}})
    eks.create_access_entry(clusterName=NAME, principalArn=arn)
    eks.associate_access_policy(
        clusterName=NAME,
        principalArn=arn,
        policyArn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
        accessScope={"type": "namespace", "namespaces": [name]},
    )
    bindings = kubernetes.client.RbacAuthorizationV1Api(client)
    wait("bound", lambda: bindings.list_namespaced_role_binding(name).items)
    core.delete_namespace(name)
    wait("unbound", lambda: not bindings.list_namespaced_role_binding(name).items)
    try:
        # Each call with a token of its own, for the answer to one is remembered.
        met = [status_of(kubernetes.client.CoreV1Api(api(cloud, NAME)).list_namespace) for _time in range(3)]
    finally:
        core.patch_namespaced_config_map("held", name, {"metadata": {"finalizers": None}})
        eks.delete_access_entry(clusterName=NAME, principalArn=arn)
    assert met == [200, 200, 200]


def test_a_role_session_comes_in_by_its_role(cloud: Any, cluster: dict[str, Any]) -> None:
    iam, eks = cloud.client("iam"), cloud.client("eks")
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
    role = iam.create_role(RoleName="deployer", Path="/ci/", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    eks.create_access_entry(clusterName=NAME, principalArn=role)
    session = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="run-7")["Credentials"]
    keys = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    who = kubernetes.client.AuthenticationV1Api(api(cloud, NAME, keys)).create_self_subject_review({}).status.user_info
    assert who.username == "arn:aws:sts::123456789012:assumed-role/deployer/run-7"


def test_the_kubeconfig_works_without_the_aws_command(cloud: Any, cluster: dict[str, Any]) -> None:
    config = json.loads(kubeconfig.kubeconfig(cloud.state, NAME))
    assert config["clusters"][0]["cluster"]["server"] == cluster["endpoint"]
    assert cloud.content.secret_access_key not in json.dumps(config)
    execution = config["users"][0]["user"]["exec"]
    assert execution["args"][:3] == ["-m", "localcloud", "token"]
    credential = json.loads(kubeconfig.token(cloud.state, NAME, {}))
    assert credential["apiVersion"] == execution["apiVersion"]
    core = kubernetes.client.CoreV1Api(api_with_token(cloud, NAME, credential["status"]["token"]))
    assert core.list_namespace().items
    with pytest.raises(kubeconfig.AccessError, match="nowhere"):
        kubeconfig.kubeconfig(cloud.state, "nowhere")


def test_the_command_line_makes_tokens(cloud: Any, cluster: dict[str, Any]) -> None:
    execution = json.loads(kubeconfig.kubeconfig(cloud.state, NAME))["users"][0]["user"]["exec"]
    environ = {**os.environ, **{entry["name"]: entry["value"] for entry in execution["env"]}}
    answer = subprocess.run(
        [execution["command"], *execution["args"]], capture_output=True, text=True, env=environ, check=True, timeout=60
    )
    core = kubernetes.client.CoreV1Api(api_with_token(cloud, NAME, json.loads(answer.stdout)["status"]["token"]))
    assert core.list_namespace().items
    assert execution["command"] == sys.executable


def test_pods_run_the_digest_that_ecr_has(client: Any, namespace: str, image: tuple[str, str]) -> None:
    uri, digest = image
    created(client, namespace, f"{uri}@{digest}", 3)
    apps = kubernetes.client.AppsV1Api(client)
    wait("ready", lambda: apps.read_namespaced_deployment("web", namespace).status.ready_replicas == 3)
    assert {pod.status.container_statuses[0].image_id for pod in pods(client, namespace)} == {f"{uri}@{digest}"}
    assert len({pod.status.pod_ip for pod in pods(client, namespace)}) == 3
    log = kubernetes.client.CoreV1Api(client).read_namespaced_pod_log(
        pods(client, namespace)[0].metadata.name, namespace
    )
    assert "listening" in log


def test_a_tag_is_resolved_to_its_digest(client: Any, namespace: str, image: tuple[str, str]) -> None:
    uri, digest = image
    created(client, namespace, f"{uri}:1")
    wait("running", lambda: (found := container(client, namespace)) and found.ready)
    assert container(client, namespace).image_id == f"{uri}@{digest}"


def test_an_image_that_ecr_does_not_have(client: Any, namespace: str, image: tuple[str, str]) -> None:
    created(client, namespace, f"{image[0]}@sha256:{'0' * 64}")
    wait("back-off", lambda: waiting(client, namespace) == "ImagePullBackOff")
    assert "not found" in container(client, namespace).state.waiting.message
    wait("event", lambda: any("not found" in event.message for event in events(client, namespace, "Failed")))


def test_an_image_that_is_bad_in_itself(cloud: Any, client: Any, namespace: str, image: tuple[str, str]) -> None:
    digest = images.push_placeholder(
        cloud.client("ecr"), REPOSITORY, "bad", "web bad", annotations={"fault": "crash-loop"}
    )
    created(client, namespace, f"{image[0]}@{digest}")
    wait("crash loop", lambda: waiting(client, namespace) == "CrashLoopBackOff")
    assert container(client, namespace).image_id == f"{image[0]}@{digest}"


def test_a_crash_loop_by_annotation(client: Any, namespace: str) -> None:
    created(client, namespace, "registry.k8s.io/pause:3.10", annotations={"fault": "crash-loop", "exit-code": "3"})
    wait("restarts", lambda: (found := container(client, namespace)) and found.restart_count >= 2)
    wait("crash loop", lambda: waiting(client, namespace) == "CrashLoopBackOff")
    assert container(client, namespace).last_state.terminated.exit_code == 3
    wait("event", lambda: events(client, namespace, "BackOff"))
    core = kubernetes.client.CoreV1Api(client)
    assert "simulated crash" in core.read_namespaced_pod_log(
        pods(client, namespace)[0].metadata.name, namespace, previous=True
    )


def test_a_pod_that_asks_for_too_much(client: Any, namespace: str) -> None:
    created(client, namespace, "registry.k8s.io/pause:3.10", resources={"requests": {"cpu": "100"}})
    wait(
        "event",
        lambda: any("Insufficient cpu" in event.message for event in events(client, namespace, "FailedScheduling")),
    )


def test_never_ready_stays_unready(client: Any, namespace: str) -> None:
    created(client, namespace, "registry.k8s.io/pause:3.10", annotations={"fault": "never-ready"})
    wait("probe fails", lambda: events(client, namespace, "Unhealthy"))
    assert pods(client, namespace)[0].status.phase == "Running"
    assert not container(client, namespace).ready


def test_a_job_completes(client: Any, namespace: str) -> None:
    batch = kubernetes.client.BatchV1Api(client)
    spec = {"restartPolicy": "Never", "containers": [{"name": "migrate", "image": "registry.k8s.io/pause:3.10"}]}
    batch.create_namespaced_job(namespace, {"metadata": {"name": "migrate"}, "spec": {"template": {"spec": spec}}})
    wait("complete", lambda: batch.read_namespaced_job("migrate", namespace).status.succeeded == 1)


def test_a_pod_leaves_quickly(client: Any, namespace: str) -> None:
    created(client, namespace, "registry.k8s.io/pause:3.10")
    wait("ready", lambda: (found := container(client, namespace)) and found.ready)
    kubernetes.client.AppsV1Api(client).delete_namespaced_deployment("web", namespace)
    wait("gone", lambda: not pods(client, namespace), 10)


def test_all_is_there_after_a_kill(cloud: Any, client: Any, cluster: dict[str, Any], namespace: str) -> None:
    created(client, namespace, "registry.k8s.io/pause:3.10", 2)
    apps = kubernetes.client.AppsV1Api(client)
    wait("ready", lambda: apps.read_namespaced_deployment("web", namespace).status.ready_replicas == 2)
    before = {pod.metadata.uid for pod in pods(client, namespace)}
    cloud.kill()
    cloud.up()
    again = cloud.client("eks").describe_cluster(name=NAME)["cluster"]
    assert (again["status"], again["certificateAuthority"]) == ("ACTIVE", cluster["certificateAuthority"])
    client = api(cloud, NAME)
    assert {pod.metadata.uid for pod in pods(client, namespace)} == before
    kubernetes.client.AppsV1Api(client).patch_namespaced_deployment("web", namespace, {"spec": {"replicas": 3}})
    apps = kubernetes.client.AppsV1Api(client)
    wait("scaled", lambda: apps.read_namespaced_deployment("web", namespace).status.ready_replicas == 3)
    running = [name for name in Processes(cloud.state).names() if name.startswith(f"eks-{NAME}-")]
    assert len(running) == 5
