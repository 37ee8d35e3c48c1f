"""EKS of the local cloud through boto3: states, refusals, updates, everything that hangs on a cluster."""

from __future__ import annotations

from typing import Any

import kubernetes.client
import pytest
from botocore.exceptions import ClientError

from localcloud.processes import Processes
from tests.localcloud.kubernetes_access import ROLE, active_cluster, active_nodegroup, api, nodegroup, subnets, wait

NAME = "creator-local"


@pytest.fixture(scope="module")
def eks(cloud: Any) -> Any:
    return cloud.client("eks")


@pytest.fixture(scope="module")
def cluster(cloud: Any, eks: Any) -> dict[str, Any]:
    return active_cluster(
        cloud,
        NAME,
        version="1.34",
        tags={"platform": "creator"},
        deletionProtection=True,
        upgradePolicy={"supportType": "STANDARD"},
        logging={"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]},
        encryptionConfig=[
            {"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:eu-west-1:123456789012:key/k"}}
        ],
    )


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def updated(eks: Any, update: dict[str, Any], **about: str) -> dict[str, Any]:
    def ended() -> Any:
        found = eks.describe_update(name=NAME, updateId=update["id"], **about)["update"]
        return found if found["status"] != "InProgress" else None

    found: dict[str, Any] = wait(f"update {update['type']}", ended)
    assert found["status"] == "Successful", found["errors"]
    return found


def test_what_was_asked_is_kept_and_shown(cluster: dict[str, Any]) -> None:
    assert cluster["version"] == "1.34"
    assert cluster["endpoint"].startswith("https://127.0.0.1:")
    assert cluster["certificateAuthority"]["data"]
    assert cluster["identity"]["oidc"]["issuer"].startswith("https://oidc.eks.eu-west-1.amazonaws.com/id/")
    assert cluster["accessConfig"] == {"bootstrapClusterCreatorAdminPermissions": True, "authenticationMode": "API"}
    assert cluster["deletionProtection"] is True
    assert cluster["upgradePolicy"] == {"supportType": "STANDARD"}
    assert cluster["encryptionConfig"][0]["resources"] == ["secrets"]
    assert {"types": ["api", "audit"], "enabled": True} in cluster["logging"]["clusterLogging"]
    assert cluster["resourcesVpcConfig"]["endpointPublicAccess"] is True
    assert cluster["tags"] == {"platform": "creator"}
    assert cluster.keys().isdisjoint({"computeConfig", "storageConfig", "zonalShiftConfig"})


@pytest.mark.usefixtures("cluster")
def test_what_a_cluster_needs_stays_and_what_it_does_not_need_goes(cloud: Any, cluster: dict[str, Any]) -> None:
    ec2 = cloud.client("ec2")
    vpc = cluster["resourcesVpcConfig"]["vpcId"]
    with pytest.raises(ClientError, match=f"EKS cluster {NAME}") as error:
        ec2.delete_subnet(SubnetId=cluster["resourcesVpcConfig"]["subnetIds"][0])
    assert code(error) == "DependencyViolation"
    # Somebody else's in the same account, while the cluster is there.
    group = ec2.create_security_group(GroupName="stray", Description="Nobody needs it", VpcId=vpc)["GroupId"]
    ec2.delete_security_group(GroupId=group)
    with pytest.raises(ClientError) as error:
        ec2.describe_security_groups(GroupIds=[group])
    assert code(error) == "InvalidGroup.NotFound"


def test_impossible_clusters_are_refused(cloud: Any, eks: Any) -> None:
    places = subnets(cloud)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"name": NAME}, "ResourceInUseException"),
        ({"name": "other", "version": "1.19"}, "InvalidParameterException"),
        ({"name": "other", "resourcesVpcConfig": {"subnetIds": ["subnet-0"]}}, "InvalidParameterException"),
        ({"name": "other", "resourcesVpcConfig": {"subnetIds": places[:1]}}, "InvalidParameterException"),
        ({"name": "other", "roleArn": "nobody"}, "InvalidParameterException"),
    ]
    for settings, expected in cases:
        with pytest.raises(ClientError) as error:
            eks.create_cluster(**{"roleArn": ROLE, "resourcesVpcConfig": {"subnetIds": places}, **settings})
        assert code(error) == expected, settings
    with pytest.raises(ClientError) as error:
        eks.describe_cluster(name="other")
    assert code(error) == "ResourceNotFoundException"
    assert eks.list_clusters()["clusters"] == [NAME]


@pytest.mark.usefixtures("cluster")
def test_configuration_changes_one_kind_at_a_time_and_keeps_the_rest(eks: Any) -> None:
    before = eks.describe_cluster(name=NAME)["cluster"]["resourcesVpcConfig"]
    with pytest.raises(ClientError) as error:
        eks.update_cluster_config(
            name=NAME, deletionProtection=False, resourcesVpcConfig={"endpointPrivateAccess": True}
        )
    assert code(error) == "InvalidParameterException"
    update = eks.update_cluster_config(name=NAME, resourcesVpcConfig={"endpointPrivateAccess": True})["update"]
    assert update["type"] == "EndpointAccessUpdate"
    assert eks.describe_cluster(name=NAME)["cluster"]["status"] == "UPDATING"
    updated(eks, update)
    after = eks.describe_cluster(name=NAME)["cluster"]
    assert after["status"] == "ACTIVE"
    assert after["resourcesVpcConfig"] == {**before, "endpointPrivateAccess": True}
    assert update["id"] in eks.list_updates(name=NAME)["updateIds"]
    with pytest.raises(ClientError) as error:
        eks.update_cluster_config(name=NAME, resourcesVpcConfig={"endpointPrivateAccess": True})
    assert code(error) == "InvalidParameterException"


@pytest.mark.usefixtures("cluster")
def test_versions_go_up_one_at_a_time(eks: Any) -> None:
    for version in ("1.36", "1.33", "1.34"):
        with pytest.raises(ClientError) as error:
            eks.update_cluster_version(name=NAME, version=version)
        assert code(error) == "InvalidParameterException"
    updated(eks, eks.update_cluster_version(name=NAME, version="1.35")["update"])
    assert eks.describe_cluster(name=NAME)["cluster"]["version"] == "1.35"


@pytest.mark.usefixtures("cluster")
def test_a_node_group_is_nodes(cloud: Any, eks: Any) -> None:
    made = active_nodegroup(
        cloud,
        NAME,
        "general",
        3,
        instanceTypes=["m5.xlarge"],
        labels={"tier": "web"},
        tags={"component": "cluster"},
        taints=[{"key": "dedicated", "value": "web", "effect": "NO_SCHEDULE"}],
    )
    assert made["amiType"] == "AL2023_x86_64_STANDARD"
    assert made["version"] == "1.35"
    assert made["updateConfig"] == {"maxUnavailable": 1}
    assert made["tags"] == {"component": "cluster"}
    core = kubernetes.client.CoreV1Api(api(cloud, NAME))

    def nodes() -> list[Any]:
        return list(core.list_node(label_selector="eks.amazonaws.com/nodegroup=general").items)

    assert {node.metadata.labels["topology.kubernetes.io/zone"] for node in nodes()} == {
        "eu-west-1a",
        "eu-west-1b",
        "eu-west-1c",
    }
    first = nodes()[0]
    assert first.metadata.labels["tier"] == "web"
    assert first.status.capacity["cpu"] == "4"
    assert first.spec.taints[0].key == "dedicated"
    about = {"nodegroupName": "general"}
    update = eks.update_nodegroup_config(
        clusterName=NAME,
        nodegroupName="general",
        scalingConfig={"desiredSize": 5},
        labels={"addOrUpdateLabels": {"tier": "api"}},
    )["update"]
    updated(eks, update, **about)
    assert len(nodes()) == 5
    assert {node.metadata.labels["tier"] for node in nodes()} == {"api"}
    updated(
        eks,
        eks.update_nodegroup_config(clusterName=NAME, nodegroupName="general", scalingConfig={"desiredSize": 1})[
            "update"
        ],
        **about,
    )
    assert len(nodes()) == 1
    with pytest.raises(ClientError) as error:
        eks.update_nodegroup_config(clusterName=NAME, nodegroupName="general", scalingConfig={"desiredSize": 9})
    assert code(error) == "InvalidParameterException"
    assert nodegroup(cloud, NAME, "general")["scalingConfig"]["desiredSize"] == 1


@pytest.mark.usefixtures("cluster")
def test_a_new_release_replaces_the_nodes(cloud: Any, eks: Any) -> None:
    core = kubernetes.client.CoreV1Api(api(cloud, NAME))
    active_nodegroup(cloud, NAME, "old", 1, version="1.34")
    before = core.list_node(label_selector="eks.amazonaws.com/nodegroup=old").items[0]
    assert before.status.node_info.kubelet_version.startswith("v1.34.")
    updated(eks, eks.update_nodegroup_version(clusterName=NAME, nodegroupName="old")["update"], nodegroupName="old")
    [after] = core.list_node(label_selector="eks.amazonaws.com/nodegroup=old").items
    assert after.status.node_info.kubelet_version.startswith("v1.35.")
    assert after.metadata.name != before.metadata.name
    with pytest.raises(ClientError) as error:
        eks.update_nodegroup_version(clusterName=NAME, nodegroupName="old", version="1.36")
    assert code(error) == "InvalidParameterException"


@pytest.mark.usefixtures("cluster")
def test_add_ons(eks: Any) -> None:
    [offer] = eks.describe_addon_versions(addonName="coredns", kubernetesVersion="1.35")["addons"]
    newest, older = (version["addonVersion"] for version in offer["addonVersions"])
    created = eks.create_addon(clusterName=NAME, addonName="coredns", addonVersion=older, tags={"a": "b"})["addon"]
    assert created["status"] == "CREATING"
    eks.get_waiter("addon_active").wait(
        clusterName=NAME, addonName="coredns", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    with pytest.raises(ClientError) as error:
        eks.create_addon(clusterName=NAME, addonName="coredns")
    assert code(error) == "ResourceInUseException"
    with pytest.raises(ClientError) as error:
        eks.create_addon(clusterName=NAME, addonName="vpc-cni", addonVersion="v0.0.1")
    assert code(error) == "InvalidParameterException"
    update = eks.update_addon(
        clusterName=NAME, addonName="coredns", addonVersion=newest, configurationValues='{"replicaCount": 3}'
    )["update"]
    updated(eks, update, addonName="coredns")
    found = eks.describe_addon(clusterName=NAME, addonName="coredns")["addon"]
    assert (found["addonVersion"], found["configurationValues"], found["tags"]) == (
        newest,
        '{"replicaCount": 3}',
        {"a": "b"},
    )
    eks.delete_addon(clusterName=NAME, addonName="coredns")
    wait("add-on gone", lambda: not eks.list_addons(clusterName=NAME)["addons"])


@pytest.mark.usefixtures("cluster")
def test_access_entries(eks: Any) -> None:
    principal = "arn:aws:iam::123456789012:role/platform/deployer"
    entry = eks.create_access_entry(clusterName=NAME, principalArn=principal, kubernetesGroups=["deployers"])[
        "accessEntry"
    ]
    assert entry["username"] == "arn:aws:sts::123456789012:assumed-role/deployer/{{SessionName}}"
    assert entry["type"] == "STANDARD"
    assert principal in eks.list_access_entries(clusterName=NAME)["accessEntries"]
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
    scope = {"type": "namespace", "namespaces": ["creator"]}
    eks.associate_access_policy(clusterName=NAME, principalArn=principal, policyArn=policy, accessScope=scope)
    [found] = eks.list_associated_access_policies(clusterName=NAME, principalArn=principal)["associatedAccessPolicies"]
    assert found["accessScope"] == scope
    for groups, expected in ((["system:masters"], "InvalidParameterException"), ([], "ResourceInUseException")):
        with pytest.raises(ClientError) as error:
            eks.create_access_entry(
                clusterName=NAME, principalArn=principal if not groups else ROLE, kubernetesGroups=groups
            )
        assert code(error) == expected
    eks.update_access_entry(clusterName=NAME, principalArn=principal, kubernetesGroups=["readers"])
    assert eks.describe_access_entry(clusterName=NAME, principalArn=principal)["accessEntry"]["kubernetesGroups"] == [
        "readers"
    ]
    eks.disassociate_access_policy(clusterName=NAME, principalArn=principal, policyArn=policy)
    eks.delete_access_entry(clusterName=NAME, principalArn=principal)
    with pytest.raises(ClientError) as error:
        eks.describe_access_entry(clusterName=NAME, principalArn=principal)
    assert code(error) == "ResourceNotFoundException"


@pytest.mark.usefixtures("cluster")
def test_pod_identity_associations(eks: Any) -> None:
    made = eks.create_pod_identity_association(
        clusterName=NAME, namespace="creator", serviceAccount="web", roleArn=ROLE
    )["association"]
    [found] = eks.list_pod_identity_associations(clusterName=NAME, namespace="creator")["associations"]
    assert found["associationId"] == made["associationId"]
    with pytest.raises(ClientError) as error:
        eks.create_pod_identity_association(clusterName=NAME, namespace="creator", serviceAccount="web", roleArn=ROLE)
    assert code(error) == "ResourceInUseException"
    changed = eks.update_pod_identity_association(
        clusterName=NAME, associationId=made["associationId"], roleArn=f"{ROLE}2"
    )["association"]
    assert changed["roleArn"] == f"{ROLE}2"
    eks.delete_pod_identity_association(clusterName=NAME, associationId=made["associationId"])
    assert eks.list_pod_identity_associations(clusterName=NAME)["associations"] == []


def test_tags_of_everything(eks: Any, cluster: dict[str, Any]) -> None:
    group = eks.describe_nodegroup(clusterName=NAME, nodegroupName="general")["nodegroup"]["nodegroupArn"]
    for arn in (cluster["arn"], group):
        eks.tag_resource(resourceArn=arn, tags={"x": "1", "y": "2"})
        eks.untag_resource(resourceArn=arn, tagKeys=["x"])
        tags = eks.list_tags_for_resource(resourceArn=arn)["tags"]
        assert tags["y"] == "2"
        assert "x" not in tags
    assert eks.describe_nodegroup(clusterName=NAME, nodegroupName="general")["nodegroup"]["tags"]["y"] == "2"


@pytest.mark.usefixtures("cluster")
def test_fargate_gives_each_pod_a_node_of_its_own(cloud: Any, eks: Any) -> None:
    eks.create_fargate_profile(
        fargateProfileName="jobs",
        clusterName=NAME,
        podExecutionRoleArn=ROLE,
        subnets=subnets(cloud),
        selectors=[{"namespace": "default", "labels": {"compute": "fargate"}}],
    )
    with pytest.raises(ClientError) as error:
        eks.create_fargate_profile(
            fargateProfileName="more", clusterName=NAME, podExecutionRoleArn=ROLE, selectors=[{"namespace": "x"}]
        )
    assert code(error) == "InvalidRequestException"
    eks.get_waiter("fargate_profile_active").wait(
        clusterName=NAME, fargateProfileName="jobs", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    core = kubernetes.client.CoreV1Api(api(cloud, NAME))
    for name in ("a", "b"):
        core.create_namespaced_pod(
            "default",
            {
                "metadata": {"name": name, "labels": {"compute": "fargate"}},
                "spec": {"containers": [{"name": "web", "image": "registry.k8s.io/pause:3.10"}]},
            },
        )

    def running() -> Any:
        pods = core.list_namespaced_pod("default", label_selector="compute=fargate").items
        return pods if all(pod.status.phase == "Running" for pod in pods) else None

    pods = wait("pods on Fargate", running)
    assert len({pod.spec.node_name for pod in pods}) == 2
    assert all(pod.spec.node_name.startswith("fargate-ip-") for pod in pods)
    eks.delete_fargate_profile(clusterName=NAME, fargateProfileName="jobs")
    wait("profile gone", lambda: not eks.list_fargate_profiles(clusterName=NAME)["fargateProfileNames"])
    assert not [node for node in core.list_node().items if node.metadata.name.startswith("fargate-")]


@pytest.mark.usefixtures("cluster")
def test_deletion_is_guarded_and_leaves_nothing(cloud: Any, eks: Any) -> None:
    with pytest.raises(ClientError) as error:
        eks.delete_cluster(name=NAME)
    assert code(error) == "InvalidRequestException"
    updated(eks, eks.update_cluster_config(name=NAME, deletionProtection=False)["update"])
    with pytest.raises(ClientError) as error:
        eks.delete_cluster(name=NAME)
    assert code(error) == "ResourceInUseException"
    for name in eks.list_nodegroups(clusterName=NAME)["nodegroups"]:
        assert eks.delete_nodegroup(clusterName=NAME, nodegroupName=name)["nodegroup"]["status"] == "DELETING"
    wait("node groups gone", lambda: not eks.list_nodegroups(clusterName=NAME)["nodegroups"])
    assert eks.delete_cluster(name=NAME)["cluster"]["status"] == "DELETING"
    wait("cluster gone", lambda: not eks.list_clusters()["clusters"])
    assert not [name for name in Processes(cloud.state).names() if name.startswith("eks-")]
    assert not list((cloud.state / "kubernetes").iterdir())
