"""Four phases of the modules for trails, AWS Config, GuardDuty and budgets, their kinds' readers, and what AWS refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import compare
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind
from botocore.exceptions import ClientError

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module

TAGS = {"platform": "creator", "environment": "test", "component": "x"}
ACCOUNT = "123456789012"
BUCKET = "creator-test-audit"
GROUP = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/creator/test/audit/trail"


def plan(cloud: RunningCloud, kind_name: str, name: str, properties: dict[str, Any]) -> list[Change]:
    """What the kind's reader finds different of one resource."""
    kind = load_kind(kind_name)
    region = kind.home or cloud.content.region
    clients = {service: cloud.client(service, region) for service in kind.also}
    found = kind.read(cloud.client(kind.service, region), Scope("creator", "test", "x", region, (name,), clients))
    changes = compare([Resource(kind_name, name, properties, region)], found, kind.rules)
    return [change for change in changes if change.name == name]


def differing(changes: list[Change]) -> list[str]:
    """The attributes of the one change."""
    (change,) = changes
    return [attribute for attribute, _before, _after in change.attributes]


def refused(call: Any, **parameters: Any) -> str:
    """AWS's error code."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def statement(service: str, action: str, resource: str) -> dict[str, Any]:
    """Lets a service do something."""
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource}


def document(*statements: dict[str, Any]) -> str:
    """A policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="module")
def places(cloud: RunningCloud) -> dict[str, str]:
    """A bucket, a key, a log group and roles that the services may use."""
    s3, kms, iam = cloud.client("s3"), cloud.client("kms"), cloud.client("iam")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    arn = f"arn:aws:s3:::{BUCKET}"
    allowed = [
        statement("cloudtrail.amazonaws.com", "s3:GetBucketAcl", arn),
        statement("cloudtrail.amazonaws.com", "s3:PutObject", f"{arn}/trail/AWSLogs/{ACCOUNT}/*"),
        statement("config.amazonaws.com", "s3:PutObject", f"{arn}/config/AWSLogs/{ACCOUNT}/Config/*"),
    ]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document(*allowed))
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    key = kms.create_key(Policy=document(root, statement("cloudtrail.amazonaws.com", "kms:GenerateDataKey*", "*")))
    roles = {}
    for name in ("cloudtrail", "config"):
        trust = {"Effect": "Allow", "Principal": {"Service": f"{name}.amazonaws.com"}, "Action": "sts:AssumeRole"}
        roles[name] = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    cloud.client("logs").create_log_group(logGroupName="/creator/test/audit/trail")
    return {"key": key["KeyMetadata"]["Arn"], **roles}


@pytest.fixture(scope="module")
def trail(places: dict[str, str]) -> dict[str, Any]:
    """What is asked of the trail."""
    return {
        "bucket": BUCKET,
        "prefix": "trail",
        "multi_region": True,
        "global_events": True,
        "validation": True,
        "kms_key": places["key"],
        "log_group_arn": f"{GROUP}:*",
        "role_arn": places["cloudtrail"],
        "logging": True,
        "management_events": True,
        "object_events": ["creator-test-media"],
        "tags": TAGS,
    }


def test_a_trail_changed_behind_our_back_is_seen_and_mended(cloud: RunningCloud, trail: dict[str, Any]) -> None:
    name = "creator-test-audit"
    done = four_phases(cloud, "cloudtrail_trail", {"name": name, **trail})
    assert done.writes == ["CreateTrail", "PutEventSelectors", "StartLogging"]
    assert plan(cloud, "cloudtrail_trail", name, trail) == []
    client = cloud.client("cloudtrail")
    client.stop_logging(Name=name)
    client.update_trail(Name=name, IsMultiRegionTrail=False, EnableLogFileValidation=False)
    assert differing(plan(cloud, "cloudtrail_trail", name, trail)) == ["logging", "multi_region", "validation"]
    basic = [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]
    client.put_event_selectors(TrailName=name, EventSelectors=basic)
    client.add_tags(ResourceId=done.result["trail"]["arn"], TagsList=[{"Key": "who", "Value": "me"}])
    seen = {"management_events", "object_events", "tags"}
    assert seen <= set(differing(plan(cloud, "cloudtrail_trail", name, trail)))
    four_phases(cloud, "cloudtrail_trail", {"name": name, **trail})
    assert plan(cloud, "cloudtrail_trail", name, trail) == []
    assert run_module(cloud, "cloudtrail_trail", {"name": name}).writes == []
    four_phases(cloud, "cloudtrail_trail", {"name": name, "state": "absent"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"S3KeyPrefix": "elsewhere"}, "InsufficientS3BucketPolicyException"),
        ({"S3BucketName": "creator-test-none"}, "S3BucketDoesNotExistException"),
        ({"KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/none"}, "KmsKeyNotFoundException"),
        ({"CloudWatchLogsLogGroupArn": GROUP}, "InvalidCloudWatchLogsLogGroupArnException"),
        ({"CloudWatchLogsRoleArn": "config"}, "InvalidCloudWatchLogsRoleArnException"),
        ({"Name": "x"}, "InvalidTrailNameException"),
    ],
)
def test_trails_that_could_not_write_are_refused(
    cloud: RunningCloud, trail: dict[str, Any], places: dict[str, str], change: dict[str, str], code: str
) -> None:
    client = cloud.client("cloudtrail")
    good = {
        "Name": "creator-test-refused",
        "S3BucketName": BUCKET,
        "S3KeyPrefix": "trail",
        "KmsKeyId": places["key"],
        "CloudWatchLogsLogGroupArn": f"{GROUP}:*",
        "CloudWatchLogsRoleArn": places["cloudtrail"],
    }
    wrong = {**good, **{key: places.get(value, value) for key, value in change.items()}}
    assert refused(client.create_trail, **wrong) == code
    assert [row["Name"] for row in client.describe_trails()["trailList"]] == []
    client.create_trail(**good)
    assert refused(client.create_trail, **good) == "TrailAlreadyExistsException"
    client.delete_trail(Name=good["Name"])
    assert refused(client.delete_trail, Name=good["Name"]) == "TrailNotFoundException"


def test_a_key_that_trails_may_not_use_is_refused(cloud: RunningCloud, places: dict[str, str]) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    wrong = {"Name": "creator-test-refused", "S3BucketName": BUCKET, "S3KeyPrefix": "trail", "KmsKeyId": key}
    assert refused(cloud.client("cloudtrail").create_trail, **wrong) == "InsufficientEncryptionPolicyException"


def test_a_recorder_and_its_rules(cloud: RunningCloud, places: dict[str, str]) -> None:
    name = "creator-test-recorder"
    rule: dict[str, Any] = {"source": "CLOUD_TRAIL_ENABLED", "description": "A trail records", "frequency": "One_Hour"}
    early = run_module(cloud, "config_rule", {"name": "creator-test-trail", **rule})
    assert "NoAvailableConfigurationRecorderException" in str(early.result)
    recorder: dict[str, Any] = {
        "role_arn": places["config"],
        "global_resources": True,
        "recording": True,
        "bucket": BUCKET,
        "prefix": "config",
        "kms_key": places["key"],
        "snapshots": "TwentyFour_Hours",
    }
    client = cloud.client("config")
    lost = run_module(cloud, "config_recorder", {"name": name, **recorder, "prefix": "elsewhere"})
    assert "InsufficientDeliveryPolicyException" in str(lost.result)
    done = four_phases(cloud, "config_recorder", {"name": name, **recorder})
    assert done.writes == ["PutDeliveryChannel", "StartConfigurationRecorder"], "half of it was there already"
    assert plan(cloud, "config_recorder", name, recorder) == []
    client.stop_configuration_recorder(ConfigurationRecorderName=name)
    group = {"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]}
    client.put_configuration_recorder(
        ConfigurationRecorder={"name": name, "roleARN": places["cloudtrail"], "recordingGroup": group}
    )
    client.put_delivery_channel(DeliveryChannel={"name": name, "s3BucketName": BUCKET, "s3KeyPrefix": "config"})
    seen = ["all_resources", "global_resources", "kms_key", "recording", "role_arn", "snapshots"]
    assert differing(plan(cloud, "config_recorder", name, recorder)) == seen
    four_phases(cloud, "config_recorder", {"name": name, **recorder})
    assert plan(cloud, "config_recorder", name, recorder) == []

    four_phases(cloud, "config_rule", {"name": "creator-test-trail", **rule})
    assert plan(cloud, "config_rule", "creator-test-trail", rule) == []
    other = {"ConfigRuleName": "creator-test-trail", "Source": {"Owner": "AWS", "SourceIdentifier": rule["source"]}}
    client.put_config_rule(ConfigRule={**other, "MaximumExecutionFrequency": "Six_Hours"})
    assert differing(plan(cloud, "config_rule", "creator-test-trail", rule)) == ["description", "frequency"]
    four_phases(cloud, "config_rule", {"name": "creator-test-trail", **rule})
    four_phases(cloud, "config_rule", {"name": "creator-test-trail", "state": "absent"})
    four_phases(cloud, "config_recorder", {"name": name, "state": "absent"})
    assert refused(client.describe_config_rules, ConfigRuleNames=["none"]) == "NoSuchConfigRuleException"


def test_a_detector(cloud: RunningCloud) -> None:
    wanted: dict[str, Any] = {
        "enabled": True,
        "publish_every": "FIFTEEN_MINUTES",
        "features": ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS"],
        "tags": TAGS,
    }
    client = cloud.client("guardduty")
    found = four_phases(cloud, "guardduty_detector", wanted)
    assert found.writes == ["CreateDetector"]
    assert plan(cloud, "guardduty_detector", "detector", wanted) == []
    (identifier,) = client.list_detectors()["DetectorIds"]
    client.update_detector(
        DetectorId=identifier,
        Enable=False,
        FindingPublishingFrequency="SIX_HOURS",
        Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}],
    )
    client.untag_resource(ResourceArn=found.result["detector"]["arn"], TagKeys=["platform"])
    seen = ["enabled", "features", "publish_every", "tags"]
    assert differing(plan(cloud, "guardduty_detector", "detector", wanted)) == seen
    four_phases(cloud, "guardduty_detector", wanted)
    assert refused(client.create_detector, Enable=True) == "BadRequestException"
    four_phases(cloud, "guardduty_detector", {"state": "absent"})


def test_a_budget(cloud: RunningCloud) -> None:
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:creator-test-alarms"
    wanted: dict[str, Any] = {
        "amount": 500,
        "tag_filter": {"environment": "test"},
        "notifications": [
            {"kind": "ACTUAL", "percent": 80, "emails": [], "topics": [topic]},
            {"kind": "FORECASTED", "percent": 100, "emails": ["ops@example.com"], "topics": [topic]},
        ],
        "tags": TAGS,
    }
    name = "creator-test-monthly"
    place = {"name": name, "account": ACCOUNT, "region": "us-east-1"}
    four_phases(cloud, "budgets_budget", {**place, **wanted})
    assert plan(cloud, "budgets_budget", name, wanted) == []
    client = cloud.client("budgets", "us-east-1")
    budget = client.describe_budget(AccountId=ACCOUNT, BudgetName=name)["Budget"]
    more = {
        "BudgetName": name,
        "BudgetLimit": {"Amount": "9000", "Unit": "USD"},
        "TimeUnit": budget["TimeUnit"],
        "BudgetType": "COST",
    }
    client.update_budget(AccountId=ACCOUNT, NewBudget=more)
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}
    row = {**notification, "ThresholdType": "PERCENTAGE"}
    client.delete_notification(AccountId=ACCOUNT, BudgetName=name, Notification=row)
    client.untag_resource(ResourceARN=f"arn:aws:budgets::{ACCOUNT}:budget/{name}", ResourceTagKeys=["platform"])
    seen = ["amount", "notifications", "tag_filter", "tags"]
    assert differing(plan(cloud, "budgets_budget", name, wanted)) == seen
    done = four_phases(cloud, "budgets_budget", {**place, **wanted})
    assert done.writes == ["UpdateBudget", "CreateNotification", "TagResource"]
    assert plan(cloud, "budgets_budget", name, wanted) == []
    none = {**more, "BudgetLimit": {"Amount": "0", "Unit": "USD"}}
    assert refused(client.update_budget, AccountId=ACCOUNT, NewBudget=none) == "InvalidParameterException"
    four_phases(cloud, "budgets_budget", {**place, "state": "absent"})
