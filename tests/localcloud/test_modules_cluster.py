"""Four phases of the EKS modules and of replicated backups, on one cluster and one instance for all."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import compare
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module, run_task

CLUSTER = "creator-test"
AWAY = "eu-central-1"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
TAGS = {"platform": "creator", "environment": "test", "component": "cluster"}


def arn(role: str) -> str:
    """ARN of a role."""
    return f"arn:aws:iam::123456789012:role/{role}"


def until(cloud: RunningCloud, state: str, ask: Any) -> None:
    """Wait until `ask()` answers `state`."""
    deadline = time.monotonic() + 120
    while (found := ask()) != state:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


@pytest.fixture(scope="module")
def subnets(cloud: RunningCloud) -> list[str]:
    """Two subnets in two zones, and the roles of the tests."""
    for name in ("cluster", "node", "pod", "other"):
        document = json.dumps({"Version": "2012-10-17", "Statement": []})
        cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("ab")
    ]


@pytest.fixture(scope="module")
def cluster(cloud: RunningCloud, subnets: list[str]) -> dict[str, Any]:
    """The arguments of a cluster that was made in four phases and is ACTIVE."""
    arguments = {
        "name": CLUSTER,
        "version": "1.35",
        "role_arn": arn("cluster"),
        "subnets": subnets,
        "endpoint_private_access": True,
        "endpoint_public_access": False,
        "log_types": ["api"],
        "authentication_mode": "API",
        "support_type": "STANDARD",
        "tags": TAGS,
    }
    assert four_phases(cloud, "eks_cluster", arguments).writes == ["CreateCluster"]
    eks = cloud.client("eks")
    until(cloud, "ACTIVE", lambda: eks.describe_cluster(name=CLUSTER)["cluster"]["status"])
    return arguments


def changes(cloud: RunningCloud, kind_name: str, name: str, properties: dict[str, Any], region: str = "") -> list[Any]:
    """What the kind's reader finds different."""
    kind = load_kind(kind_name)
    place = region or cloud.content.region
    also = {service: cloud.client(service, place) for service in kind.also}
    scope = Scope("creator", "test", "cluster", place, (name,), also)
    found = kind.read(cloud.client(kind.service, place), scope)
    return compare([Resource(kind_name, name, properties, scope.region)], found, kind.rules)


def test_a_cluster_changes_one_setting_at_a_time(cloud: RunningCloud, cluster: dict[str, Any]) -> None:
    eks = cloud.client("eks")
    wanted = {**cluster, "log_types": ["api", "audit"], "support_type": "EXTENDED"}
    properties = {key: value for key, value in wanted.items() if key != "name"}
    (change,) = changes(cloud, "eks_cluster", CLUSTER, properties)
    assert [row[0] for row in change.attributes] == ["log_types", "support_type"]
    first = run_module(cloud, "eks_cluster", wanted)
    assert (first.writes, first.result["pending"]) == (["UpdateClusterConfig"], ["support_type"])
    busy = run_module(cloud, "eks_cluster", wanted)
    assert busy.writes == []
    until(cloud, "ACTIVE", lambda: eks.describe_cluster(name=CLUSTER)["cluster"]["status"])
    second = run_module(cloud, "eks_cluster", wanted)
    assert (second.writes, second.result["pending"]) == (["UpdateClusterConfig"], [])
    until(cloud, "ACTIVE", lambda: eks.describe_cluster(name=CLUSTER)["cluster"]["status"])
    assert changes(cloud, "eks_cluster", CLUSTER, properties) == []
    back = run_module(cloud, "eks_cluster", {**wanted, "version": "1.34"})
    assert "cannot take it to 1.34" in back.result["msg"]


@pytest.fixture(scope="module")
def machine(cloud: RunningCloud) -> dict[str, Any]:
    """What a launch template says that was made in four phases, tagged as the component's."""
    made = {
        "metadata_tokens": "required",
        "metadata_hops": 1,
        "volume_type": "gp3",
        "volume_size": 50,
        "volume_encrypted": True,
        "volume_key_arn": "",
        "launched_tags": {"Name": "creator-test-general"},
    }
    four_phases(cloud, "ec2_launch_template", {"name": "creator-test-general", **made, "tags": TAGS})
    return made


def test_a_launch_template(cloud: RunningCloud, machine: dict[str, Any]) -> None:
    name, properties = "creator-test-general", {**machine, "tags": TAGS}
    assert changes(cloud, "ec2_launch_template", name, properties) == []
    bigger = {**machine, "volume_size": 80}
    (change,) = changes(cloud, "ec2_launch_template", name, {**bigger, "tags": TAGS})
    assert change.attributes == (("volume_size", 50, 80),)
    done = four_phases(cloud, "ec2_launch_template", {"name": name, **bigger, "tags": TAGS})
    assert done.result["launch_template"]["latest_version"] == 2
    four_phases(cloud, "ec2_launch_template", {"name": "creator-test-other", "tags": TAGS})
    four_phases(cloud, "ec2_launch_template", {"name": "creator-test-other", "state": "absent"})


def test_a_node_group(cloud: RunningCloud, cluster: dict[str, Any], machine: dict[str, Any]) -> None:
    properties = {
        "node_role_arn": arn("node"),
        "subnets": cluster["subnets"],
        "ami_type": "AL2023_x86_64_STANDARD",
        "instance_types": ["m7i.large"],
        "capacity_type": "ON_DEMAND",
        "machine": machine,
        "min_size": 1,
        "max_size": 3,
        "version": "1.35",
        "labels": {"tier": "general"},
        "taints": [],
        "tags": TAGS,
    }
    settings = {key: value for key, value in properties.items() if key != "machine"}
    template = {"name": "creator-test-general", "version": "1"}
    arguments = {"cluster": CLUSTER, "name": "general", "launch_template": template, **settings}
    four_phases(cloud, "eks_nodegroup", arguments)
    place = {"clusterName": CLUSTER, "nodegroupName": "general"}
    eks = cloud.client("eks")
    until(cloud, "ACTIVE", lambda: eks.describe_nodegroup(**place)["nodegroup"]["status"])
    assert changes(cloud, "eks_nodegroup", f"{CLUSTER}/general", properties) == []
    eks.update_nodegroup_config(**place, scalingConfig={"minSize": 1, "maxSize": 5, "desiredSize": 2})
    until(cloud, "ACTIVE", lambda: eks.describe_nodegroup(**place)["nodegroup"]["status"])
    (change,) = changes(cloud, "eks_nodegroup", f"{CLUSTER}/general", properties)
    assert change.attributes == (("max_size", 5, 3),)
    four_phases(cloud, "eks_nodegroup", arguments)
    assert eks.describe_nodegroup(**place)["nodegroup"]["scalingConfig"]["desiredSize"] == 2
    until(cloud, "ACTIVE", lambda: eks.describe_nodegroup(**place)["nodegroup"]["status"])
    # Another version of the template is another machine, and replaces the nodes.
    run_module(cloud, "ec2_launch_template", {"name": template["name"], "volume_size": 90})
    newest = cloud.client("ec2").describe_launch_templates(LaunchTemplateNames=[template["name"]])["LaunchTemplates"][0]
    rolled = {**arguments, "launch_template": {**template, "version": str(newest["LatestVersionNumber"])}}
    assert four_phases(cloud, "eks_nodegroup", rolled).writes == ["UpdateNodegroupVersion"]
    until(cloud, "ACTIVE", lambda: eks.describe_nodegroup(**place)["nodegroup"]["status"])
    (change,) = changes(cloud, "eks_nodegroup", f"{CLUSTER}/general", properties)
    assert change.attributes[0][1]["volume_size"] == 90
    four_phases(cloud, "eks_nodegroup", {"cluster": CLUSTER, "name": "general", "state": "absent"})
    gone = {"cluster": CLUSTER, "name": "general", "state": "absent"}
    until(cloud, "[]", lambda: str(run_module(cloud, "eks_nodegroup", gone).result["pending"]))


def test_a_fargate_profile(cloud: RunningCloud, cluster: dict[str, Any]) -> None:
    properties = {
        "pod_role_arn": arn("pod"),
        "subnets": cluster["subnets"],
        "selectors": [{"namespace": "creator", "labels": {"compute": "fargate"}}],
        "tags": TAGS,
    }
    arguments = {"cluster": CLUSTER, "name": "batch", **properties}
    four_phases(cloud, "eks_fargate_profile", arguments)
    eks = cloud.client("eks")
    place = {"clusterName": CLUSTER, "fargateProfileName": "batch"}
    until(cloud, "ACTIVE", lambda: eks.describe_fargate_profile(**place)["fargateProfile"]["status"])
    assert changes(cloud, "eks_fargate_profile", f"{CLUSTER}/batch", properties) == []
    (change,) = changes(cloud, "eks_fargate_profile", f"{CLUSTER}/batch", {**properties, "selectors": []})
    assert change.action == "replace"
    retagged = {**TAGS, "more": "yes"}
    four_phases(cloud, "eks_fargate_profile", {**arguments, "tags": retagged})
    gone = {"cluster": CLUSTER, "name": "batch", "state": "absent"}
    four_phases(cloud, "eks_fargate_profile", gone)
    until(cloud, "[]", lambda: str(run_module(cloud, "eks_fargate_profile", gone).result["pending"]))


def test_an_upgrade_is_judged_before_it_begins(cloud: RunningCloud, cluster: dict[str, Any]) -> None:
    asked = run_module(cloud, "eks_upgrade_info", {"cluster": CLUSTER, "version": "1.36"})
    assert asked.writes == []
    assert (asked.result["steps"], asked.result["blockers"]) == (["1.36"], [])
    never = run_module(cloud, "eks_upgrade_info", {"cluster": CLUSTER, "version": "1.99"})
    assert "EKS does not offer 1.99" in never.result["blockers"]
    none = run_module(cloud, "eks_upgrade_info", {"cluster": "creator-none", "version": "1.36"})
    assert none.result["msg"] == "there is no cluster creator-none to upgrade: provision it first"


def test_an_addon(cloud: RunningCloud, cluster: dict[str, Any]) -> None:
    properties = {"configuration": {"replicaCount": 3}, "tags": TAGS}
    arguments = {"cluster": CLUSTER, "name": "coredns", **properties}
    four_phases(cloud, "eks_addon", arguments)
    eks = cloud.client("eks")
    place = {"clusterName": CLUSTER, "addonName": "coredns"}
    until(cloud, "ACTIVE", lambda: eks.describe_addon(**place)["addon"]["status"])
    assert changes(cloud, "eks_addon", f"{CLUSTER}/coredns", properties) == []
    eks.update_addon(**place, configurationValues="{}")
    until(cloud, "ACTIVE", lambda: eks.describe_addon(**place)["addon"]["status"])
    assert len(changes(cloud, "eks_addon", f"{CLUSTER}/coredns", properties)) == 1
    four_phases(cloud, "eks_addon", arguments)
    until(cloud, "ACTIVE", lambda: eks.describe_addon(**place)["addon"]["status"])
    four_phases(cloud, "eks_addon", {"cluster": CLUSTER, "name": "coredns", "state": "absent"})


def test_an_access_entry(cloud: RunningCloud, cluster: dict[str, Any]) -> None:
    policies = [{"policy_arn": VIEW, "namespaces": ["creator"]}]
    properties = {"type": "STANDARD", "kubernetes_groups": ["readers"], "policies": policies, "tags": TAGS}
    arguments = {"cluster": CLUSTER, "principal_arn": arn("other"), **properties}
    four_phases(cloud, "eks_access_entry", arguments)
    name = f"{CLUSTER}/{arn('other')}"
    assert changes(cloud, "eks_access_entry", name, properties) == []
    place = {"clusterName": CLUSTER, "principalArn": arn("other")}
    cloud.client("eks").disassociate_access_policy(**place, policyArn=VIEW)
    (change,) = changes(cloud, "eks_access_entry", name, properties)
    assert change.attributes == (("policies", [], policies),)
    four_phases(cloud, "eks_access_entry", arguments)
    four_phases(cloud, "eks_access_entry", {"cluster": CLUSTER, "principal_arn": arn("other"), "state": "absent"})


def test_a_pod_identity(cloud: RunningCloud, cluster: dict[str, Any]) -> None:
    place = {"cluster": CLUSTER, "namespace": "creator", "service_account": "api"}
    properties = {"role_arn": arn("pod"), "tags": TAGS}
    four_phases(cloud, "eks_pod_identity_association", {**place, **properties})
    name = f"{CLUSTER}/creator/api"
    assert changes(cloud, "eks_pod_identity_association", name, properties) == []
    other = {**properties, "role_arn": arn("other")}
    assert len(changes(cloud, "eks_pod_identity_association", name, other)) == 1
    four_phases(cloud, "eks_pod_identity_association", {**place, **other})
    four_phases(cloud, "eks_pod_identity_association", {**place, "state": "absent"})


def test_a_cluster_that_is_gone_has_nothing_in_it(cloud: RunningCloud) -> None:
    for kind in ("eks_nodegroup", "eks_addon", "eks_access_entry", "eks_pod_identity_association"):
        (change,) = changes(cloud, kind, "creator-nowhere/x/y", {"tags": TAGS})
        assert change.action == "create"


def test_objects_of_a_cluster_that_does_not_answer(
    cloud: RunningCloud, cluster: dict[str, Any], tmp_path: Path
) -> None:
    def compared(name: str, optional: bool) -> tuple[int, str]:
        silent = {"name": name, "endpoint": "https://127.0.0.1:9", "certificate_authority": ""}
        leaving = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "creator"}}]
        options = {"cluster": silent, "region": "eu-west-1", "objects": [], "replaces": leaving}
        return run_task(cloud, tmp_path, "rollout_apply", {**options, "dry_run": True, "cluster_optional": optional})

    # One that EKS still has, or that has to be there, is never taken for empty.
    for name, optional in ((cluster["name"], True), ("creator-gone", False)):
        code, said = compared(name, optional)
        assert code == 2, said
        assert "no answer from https://127.0.0.1:9" in said
    code, said = compared("creator-gone", True)
    assert code == 0, said
    assert '"reached": false' in said


def test_replicated_backups(cloud: RunningCloud) -> None:
    rds = cloud.client("rds")
    made = rds.create_db_instance(
        DBInstanceIdentifier="creator-test",
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="admin_user",
        MasterUserPassword="long-enough-1",
        BackupRetentionPeriod=7,
    )["DBInstance"]
    described = {"DBInstanceIdentifier": "creator-test"}
    until(cloud, "available", lambda: rds.describe_db_instances(**described)["DBInstances"][0]["DBInstanceStatus"])
    place = {"region": AWAY, "source_arn": made["DBInstanceArn"]}
    done = four_phases(cloud, "rds_automated_backup_replication", {**place, "retention_days": 14})
    assert done.result["backup"]["DBInstanceArn"] == made["DBInstanceArn"]
    properties = {"source_arn": made["DBInstanceArn"], "retention_days": 14}
    kind = "rds_automated_backup_replication"
    assert changes(cloud, kind, "creator-test", properties, AWAY) == []
    (change,) = changes(cloud, kind, "creator-test", {**properties, "retention_days": 30}, AWAY)
    assert change.action == "replace"
    refused = run_module(cloud, kind, {**place, "retention_days": 30})
    assert "stop it (state: absent) and start it anew" in refused.result["msg"]
    wrong = run_module(cloud, kind, {**place, "region": "eu-west-1"})
    assert "of another region than eu-west-1" in wrong.result["msg"]
    four_phases(cloud, kind, {**place, "state": "absent"})
