"""Changes behind our back in the cluster."""

from __future__ import annotations

from tests.localcloud.drift import Change, World


def _settle(world: World) -> None:
    world.client("eks").get_waiter("cluster_active").wait(
        name=world.prefix, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
    )


def _nodes_settle(world: World) -> None:
    waiter = world.client("eks").get_waiter("nodegroup_active")
    waiter.wait(clusterName=world.prefix, nodegroupName="general", WaiterConfig={"Delay": 1, "MaxAttempts": 120})


def logs(world: World) -> None:
    logging = {"clusterLogging": [{"types": ["audit"], "enabled": False}]}
    world.client("eks").update_cluster_config(name=world.prefix, logging=logging)
    _settle(world)


def cluster_tags(world: World) -> None:
    arn = f"arn:aws:eks:{world.region}:{world.account}:cluster/{world.prefix}"
    world.client("eks").tag_resource(resourceArn=arn, tags={"owner": "somebody"})


def sizes(world: World) -> None:
    eks = world.client("eks")
    scaling = eks.describe_nodegroup(clusterName=world.prefix, nodegroupName="general")["nodegroup"]["scalingConfig"]
    more = {**scaling, "maxSize": scaling["maxSize"] + 7}
    eks.update_nodegroup_config(clusterName=world.prefix, nodegroupName="general", scalingConfig=more)
    _nodes_settle(world)


def labels(world: World) -> None:
    added = {"addOrUpdateLabels": {"experiment": "yes"}}
    world.client("eks").update_nodegroup_config(clusterName=world.prefix, nodegroupName="general", labels=added)
    _nodes_settle(world)


def template(world: World) -> None:
    data = {"MetadataOptions": {"HttpTokens": "optional"}}
    world.client("ec2").create_launch_template_version(
        LaunchTemplateName=f"{world.prefix}-general", SourceVersion="$Latest", LaunchTemplateData=data
    )


def profile(world: World) -> None:
    eks = world.client("eks")
    eks.delete_fargate_profile(clusterName=world.prefix, fargateProfileName="batch")
    waiter = eks.get_waiter("fargate_profile_deleted")
    place = {"clusterName": world.prefix, "fargateProfileName": "batch"}
    waiter.wait(**place, WaiterConfig={"Delay": 1, "MaxAttempts": 120})


def addon(world: World) -> None:
    world.client("eks").update_addon(
        clusterName=world.prefix, addonName="coredns", configurationValues='{"replicaCount": 1}'
    )


def access(world: World) -> None:
    place = {"clusterName": world.prefix, "principalArn": f"arn:aws:iam::{world.account}:role/{world.prefix}-deployer"}
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
    world.client("eks").disassociate_access_policy(**place, policyArn=policy)


CHANGES = [
    Change("eks_cluster", "log_types", "somebody saves the cost of audit logs", logs, "{prefix}"),
    Change("eks_cluster", "tags", "a script tags everything", cluster_tags, "{prefix}"),
    Change("eks_nodegroup", "max_size", "somebody needs more nodes for a night", sizes, "{prefix}/general"),
    Change("eks_nodegroup", "labels", "an experiment is left behind", labels, "{prefix}/general"),
    Change("ec2_launch_template", "metadata_tokens", "an old agent needs IMDSv1", template, "{prefix}-general"),
    Change("eks_fargate_profile", "", "somebody tidies up", profile, "{prefix}/batch"),
    Change("eks_addon", "configuration", "one replica is enough for me", addon, "{prefix}/coredns"),
    Change(
        "eks_access_entry",
        "policies",
        "the deployer is locked out",
        access,
        "{prefix}/arn:aws:iam::{account}:role/{prefix}-deployer",
    ),
]
