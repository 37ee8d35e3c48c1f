"""The module resource_removal, on a network and roles of a local cloud."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.images import push_placeholder
from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


def policy(action: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})


@pytest.fixture
def network(cloud: RunningCloud) -> dict[str, dict[str, Any]]:
    """A VPC with all that hangs together in it, as the resources of a plan by kind."""
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    associated = [{"Name": "association.subnet-id", "Values": [subnet]}]
    (before,) = ec2.describe_network_acls(Filters=associated)["NetworkAcls"]
    (row,) = [row for row in before["Associations"] if row["SubnetId"] == subnet]
    ec2.replace_network_acl_association(AssociationId=row["NetworkAclAssociationId"], NetworkAclId=acl)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.eu-west-1.s3", RouteTableIds=[table])
    group = f"/creator-test/{vpc}/flow"
    cloud.client("logs").create_log_group(logGroupName=group)
    flow = ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName=group,
        DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/creator-test-flow",
    )
    security = ec2.create_security_group(GroupName="creator-test-removal", Description="a", VpcId=vpc)["GroupId"]
    itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": security}]}
    ec2.authorize_security_group_ingress(GroupId=security, IpPermissions=[itself])
    ids = {
        "logs_group": group,
        "ec2_security_group": security,
        "ec2_flow_log": flow["FlowLogIds"][0],
        "ec2_vpc": vpc,
        "ec2_subnet": subnet,
        "ec2_internet_gateway": gateway,
        "ec2_route_table": table,
        "ec2_network_acl": acl,
        "ec2_elastic_ip": address,
        "ec2_vpc_endpoint": endpoint["VpcEndpoint"]["VpcEndpointId"],
    }
    return {
        kind: {"kind": kind, "name": identifier if kind == "logs_group" else kind, "facts": {"id": identifier}}
        for kind, identifier in ids.items()
    }


def test_a_network_goes_in_the_order_in_which_nothing_is_in_use(
    cloud: RunningCloud, network: dict[str, dict[str, Any]]
) -> None:
    done = four_phases(cloud, "resource_removal", {"resources": list(network.values()), "attempts": 20, "delay": 0.2})
    assert done.result["removed"] == sorted(f"{row['kind']} {row['name']}" for row in network.values())
    assert done.result["gone"] == []
    ec2 = cloud.client("ec2")
    vpcs = ec2.describe_vpcs()["Vpcs"]
    assert network["ec2_vpc"]["facts"]["id"] not in [vpc["VpcId"] for vpc in vpcs]


def test_lists_and_tables_leave_their_subnets_to_the_default(
    cloud: RunningCloud, network: dict[str, dict[str, Any]]
) -> None:
    only = [network["ec2_network_acl"], network["ec2_route_table"]]
    four_phases(cloud, "resource_removal", {"resources": only})
    subnet = network["ec2_subnet"]["facts"]["id"]
    wanted = [{"Name": "association.subnet-id", "Values": [subnet]}]
    (acl,) = cloud.client("ec2").describe_network_acls(Filters=wanted)["NetworkAcls"]
    assert acl["IsDefault"]
    assert cloud.client("ec2").describe_route_tables(Filters=wanted)["RouteTables"] == []


def test_groups_that_name_each_other_go_at_the_first_attempt(cloud: RunningCloud) -> None:
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    ids = [
        ec2.create_security_group(GroupName=name, Description="a", VpcId=vpc)["GroupId"] for name in ("first", "second")
    ]
    for one, other in (ids, reversed(ids)):
        rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": [{"GroupId": other}]}
        ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=[rule])
        ec2.authorize_security_group_egress(GroupId=one, IpPermissions=[rule])
    rows = [{"kind": "ec2_security_group", "name": one, "facts": {"id": one}} for one in ids]
    four_phases(cloud, "resource_removal", {"resources": rows})
    ec2.delete_vpc(VpcId=vpc)


@pytest.fixture
def messages(cloud: RunningCloud) -> list[dict[str, Any]]:
    """A rule that leads to a queue, a topic and its subscription, and the queue, as resources of a plan."""
    queue = cloud.client("sqs").create_queue(QueueName="creator-test-removal")["QueueUrl"]
    arn = f"arn:aws:sqs:{cloud.content.region}:123456789012:creator-test-removal"
    sns, events = cloud.client("sns"), cloud.client("events")
    topic = sns.create_topic(Name="creator-test-removal")["TopicArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    events.put_rule(Name="creator-test-removal", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="creator-test-removal", Targets=[{"Id": "queue", "Arn": arn}])
    return [
        {"kind": "sqs_queue", "name": "queue", "facts": {"url": queue}},
        {"kind": "sns_topic", "name": "topic", "facts": {"arn": topic}},
        {"kind": "sns_subscription", "name": "subscription", "facts": {"arn": subscription}},
        {"kind": "events_rule", "name": "creator-test-removal", "facts": {}},
    ]


def test_what_points_at_something_goes_before_it(cloud: RunningCloud, messages: list[dict[str, Any]]) -> None:
    done = four_phases(cloud, "resource_removal", {"resources": messages})
    calls = ["RemoveTargets", "DeleteRule", "Unsubscribe", "DeleteTopic", "DeleteQueue"]
    assert done.writes == calls
    assert cloud.client("events").list_rules(NamePrefix="creator-test-removal")["Rules"] == []


def test_keys_of_several_regions_lose_their_alias_and_wait_for_their_deletion(cloud: RunningCloud) -> None:
    rows = []
    for region in ("eu-west-1", "eu-central-1"):
        kms = cloud.client("kms", region)
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName="alias/creator-test-removal", TargetKeyId=key)
        facts = {"id": key, "window_days": 7}
        rows.append({"kind": "kms_key", "name": "creator-test-removal", "region": region, "facts": facts})
    done = four_phases(cloud, "resource_removal", {"resources": rows})
    assert done.result["removed"] == [
        "kms_key creator-test-removal in eu-central-1",
        "kms_key creator-test-removal in eu-west-1",
    ]
    for row in rows:
        kms = cloud.client("kms", row["region"])
        metadata = kms.describe_key(KeyId=row["facts"]["id"])["KeyMetadata"]
        assert metadata["KeyState"] == "PendingDeletion"
        assert 6 <= (metadata["DeletionDate"] - metadata["CreationDate"]).days <= 7
        names = [alias["AliasName"] for alias in kms.list_aliases()["Aliases"]]
        assert "alias/creator-test-removal" not in names


def test_a_key_that_waits_already_only_loses_its_alias(cloud: RunningCloud) -> None:
    kms = cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/creator-test-half", TargetKeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    row = {"kind": "kms_key", "name": "creator-test-half", "facts": {"id": key}}
    assert four_phases(cloud, "resource_removal", {"resources": [row]}).writes == ["DeleteAlias"]


def test_alarms_filters_and_dashboards_go_with_their_group(cloud: RunningCloud) -> None:
    watch, logs = cloud.client("cloudwatch"), cloud.client("logs")
    common = {"Namespace": "creator", "MetricName": "a", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1}
    for name in ("creator-test-one", "creator-test-two"):
        watch.put_metric_alarm(AlarmName=name, Statistic="Sum", ComparisonOperator="GreaterThanThreshold", **common)
    watch.put_composite_alarm(AlarmName="creator-test-both", AlarmRule="ALARM(creator-test-one)")
    widget = {"type": "text", "width": 1, "height": 1, "properties": {"markdown": "a"}}
    watch.put_dashboard(DashboardName="creator-test", DashboardBody=json.dumps({"widgets": [widget]}))
    logs.create_log_group(logGroupName="/creator-test/removal")
    change = {"metricName": "a", "metricNamespace": "creator", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName="/creator-test/removal",
        filterName="creator-test",
        filterPattern="x",
        metricTransformations=[change],
    )
    rows = [
        {"kind": "logs_group", "name": "/creator-test/removal"},
        {"kind": "logs_metric_filter", "name": "creator-test", "facts": {"log_group": "/creator-test/removal"}},
        {"kind": "cloudwatch_alarm", "name": "creator-test-one"},
        {"kind": "cloudwatch_alarm", "name": "creator-test-two"},
        {"kind": "cloudwatch_composite_alarm", "name": "creator-test-both"},
        {"kind": "cloudwatch_dashboard", "name": "creator-test"},
    ]
    done = four_phases(cloud, "resource_removal", {"resources": rows})
    assert len(done.result["removed"]) == len(rows)
    assert watch.describe_alarms(AlarmNamePrefix="creator-test")["MetricAlarms"] == []


def test_what_is_in_use_is_named_and_what_comes_later_is_left_alone(
    cloud: RunningCloud, network: dict[str, dict[str, Any]]
) -> None:
    ec2 = cloud.client("ec2")
    subnet = network["ec2_subnet"]["facts"]["id"]
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    answer = run_module(cloud, "resource_removal", {"resources": list(network.values()), "attempts": 2, "delay": 0.1})
    assert answer.result["failed"]
    assert "ec2_subnet ec2_subnet" in answer.result["msg"]
    assert "DependencyViolation" in answer.result["msg"]
    assert ec2.describe_vpcs(VpcIds=[network["ec2_vpc"]["facts"]["id"]])["Vpcs"]
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    again = run_module(cloud, "resource_removal", {"resources": list(network.values()), "attempts": 20, "delay": 0.1})
    assert "ec2_subnet ec2_subnet" in again.result["removed"]
    assert "ec2_elastic_ip ec2_elastic_ip" in again.result["gone"]


@pytest.fixture
def role(cloud: RunningCloud) -> list[dict[str, Any]]:
    """A role with its own policy, a profile and a managed policy of two versions, as resources of a plan."""
    iam = cloud.client("iam")
    iam.create_role(RoleName="creator-test-removal", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="creator-test-removal", PolicyName="own", PolicyDocument=policy("s3:ListBucket"))
    made = iam.create_policy(PolicyName="creator-test-removal", PolicyDocument=policy("s3:GetObject"))
    arn = made["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy("s3:PutObject"), SetAsDefault=True)
    iam.attach_role_policy(RoleName="creator-test-removal", PolicyArn=arn)
    iam.create_instance_profile(InstanceProfileName="creator-test-removal-profile")
    iam.add_role_to_instance_profile(
        InstanceProfileName="creator-test-removal-profile", RoleName="creator-test-removal"
    )
    return [
        {"kind": "iam_managed_policy", "name": "creator-test-removal", "facts": {"arn": arn}},
        {"kind": "iam_role", "name": "creator-test-removal", "facts": {}},
    ]


def test_roles_go_with_what_hangs_on_them_alone(cloud: RunningCloud, role: list[dict[str, Any]]) -> None:
    iam = cloud.client("iam")
    policy_alone = run_module(cloud, "resource_removal", {"resources": role[:1], "attempts": 2, "delay": 0.1})
    assert "iam_managed_policy creator-test-removal" in policy_alone.result["msg"]
    assert "DeleteConflict" in policy_alone.result["msg"]
    attached = iam.list_attached_role_policies(RoleName="creator-test-removal")["AttachedPolicies"]
    assert [row["PolicyName"] for row in attached] == ["creator-test-removal"]
    done = four_phases(cloud, "resource_removal", {"resources": role})
    assert done.result["removed"] == ["iam_managed_policy creator-test-removal", "iam_role creator-test-removal"]
    profile = iam.get_instance_profile(InstanceProfileName="creator-test-removal-profile")["InstanceProfile"]
    assert profile["Roles"] == []
    iam.delete_instance_profile(InstanceProfileName="creator-test-removal-profile")


def test_repositories_of_several_regions_go_with_their_images(cloud: RunningCloud) -> None:
    rows = []
    for region in ("eu-west-1", "eu-central-1"):
        ecr = cloud.client("ecr", region)
        ecr.create_repository(repositoryName="creator-test-removal")
        push_placeholder(ecr, "creator-test-removal", "1", region)
        rows.append({"kind": "ecr_repository", "name": "creator-test-removal", "region": region})
    assert four_phases(cloud, "resource_removal", {"resources": rows}).writes == ["DeleteRepository"] * 2


def test_providers_and_analyzers(cloud: RunningCloud) -> None:
    made = cloud.client("iam").create_open_id_connect_provider(
        Url="https://token.example.com", ClientIDList=["a"], ThumbprintList=["a" * 40]
    )
    cloud.client("accessanalyzer").create_analyzer(analyzerName="creator-test-removal", type="ACCOUNT")
    rows = [
        {"kind": "iam_oidc_provider", "name": "token.example.com", "facts": {"arn": made["OpenIDConnectProviderArn"]}},
        {"kind": "accessanalyzer_analyzer", "name": "creator-test-removal"},
    ]
    four_phases(cloud, "resource_removal", {"resources": rows})


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ({"kind": "rds_instance", "name": "a"}, "rds_instance a is of a kind"),
        ({"kind": "ec2_vpc", "name": "a", "facts": {}}, "the id of ec2_vpc a"),
        ({"kind": "sqs_queue", "name": "a"}, "the url of sqs_queue a"),
        ({"kind": "iam_managed_policy", "name": "a"}, "the arn of iam_managed_policy a"),
    ],
)
def test_bad_input_stops_before_the_first_change(
    cloud: RunningCloud, network: dict[str, dict[str, Any]], resource: dict[str, Any], words: str
) -> None:
    answer = run_module(cloud, "resource_removal", {"resources": [network["ec2_elastic_ip"], resource]})
    assert words in answer.result["msg"]
    assert "nothing was removed" in answer.result["msg"]
    assert answer.writes == []
