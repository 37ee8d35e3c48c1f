"""Four phases (check, run, check, run) of the modules for queues, topics and rules, and their kinds' readers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import compare
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module

TAGS = {"platform": "creator", "environment": "test", "component": "x"}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:creator-test-"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:creator-test-"


def policy(arn: str, action: str) -> dict[str, Any]:
    """TLS only."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": action,
                "Resource": arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def plan(cloud: RunningCloud, kind_name: str, name: str, properties: dict[str, Any]) -> list[Change]:
    """What the kind's reader finds different of one resource."""
    kind = load_kind(kind_name)
    scope = Scope("creator", "test", "x", cloud.content.region, (name,))
    found = kind.read(cloud.client(kind.service), scope)
    changes = compare([Resource(kind_name, name, properties, scope.region)], found, kind.rules)
    return [change for change in changes if change.name == name]


def differing(changes: list[Change]) -> list[str]:
    """The attributes of the one change."""
    (change,) = changes
    return [attribute for attribute, _before, _after in change.attributes]


DEAD: dict[str, Any] = {
    "retention_seconds": 1209600,
    "kms_key": KEY,
    "policy": policy(f"{QUEUE}renders-dlq", "sqs:*"),
    "redrive_from": [f"{QUEUE}renders"],
    "tags": TAGS,
}
RENDERS: dict[str, Any] = {
    "visibility_seconds": 900,
    "retention_seconds": 345600,
    "delay_seconds": 0,
    "wait_seconds": 20,
    "max_bytes": 262144,
    "kms_key": KEY,
    "kms_reuse_seconds": 300,
    "policy": policy(f"{QUEUE}renders", "sqs:*"),
    "dead_letter_arn": f"{QUEUE}renders-dlq",
    "max_receives": 5,
    "redrive_from": [],
    "tags": TAGS,
}


@pytest.fixture(scope="module")
def queue(cloud: RunningCloud) -> str:
    """A queue with its dead-letter queue, made by the module in four phases."""
    done = four_phases(cloud, "sqs_queue", {"name": "creator-test-renders-dlq", **DEAD})
    assert done.writes == ["CreateQueue"]
    done = four_phases(cloud, "sqs_queue", {"name": "creator-test-renders", **RENDERS})
    assert done.writes == ["CreateQueue"]
    assert plan(cloud, "sqs_queue", "creator-test-renders-dlq", DEAD) == []
    return "creator-test-renders"


@pytest.mark.parametrize(
    ("attribute", "name", "value"),
    [
        ("visibility_seconds", "VisibilityTimeout", "30"),
        ("retention_seconds", "MessageRetentionPeriod", "60"),
        ("delay_seconds", "DelaySeconds", "10"),
        ("wait_seconds", "ReceiveMessageWaitTimeSeconds", "0"),
        ("max_bytes", "MaximumMessageSize", "1024"),
        ("kms_key", "KmsMasterKeyId", "alias/other"),
        ("kms_reuse_seconds", "KmsDataKeyReusePeriodSeconds", "600"),
        ("policy", "Policy", ""),
        ("dead_letter_arn", "RedrivePolicy", ""),
        ("redrive_from", "RedriveAllowPolicy", '{"redrivePermission": "allowAll"}'),
    ],
)
def test_a_queue_changed_behind_our_back_is_seen_and_mended(
    cloud: RunningCloud, queue: str, attribute: str, name: str, value: str
) -> None:
    assert plan(cloud, "sqs_queue", queue, RENDERS) == []
    client = cloud.client("sqs")
    client.set_queue_attributes(QueueUrl=client.get_queue_url(QueueName=queue)["QueueUrl"], Attributes={name: value})
    assert attribute in differing(plan(cloud, "sqs_queue", queue, RENDERS))
    assert run_module(cloud, "sqs_queue", {"name": queue, **RENDERS}).writes == ["SetQueueAttributes"]
    assert plan(cloud, "sqs_queue", queue, RENDERS) == []


def test_tags_of_a_queue_are_seen_and_mended(cloud: RunningCloud, queue: str) -> None:
    client = cloud.client("sqs")
    url = client.get_queue_url(QueueName=queue)["QueueUrl"]
    client.tag_queue(QueueUrl=url, Tags={"who": "me"})
    assert differing(plan(cloud, "sqs_queue", queue, RENDERS)) == ["tags"]
    assert four_phases(cloud, "sqs_queue", {"name": queue, **RENDERS}).writes == ["UntagQueue"]


def test_options_that_are_not_given_leave_a_queue_alone(cloud: RunningCloud, queue: str) -> None:
    assert run_module(cloud, "sqs_queue", {"name": queue}).writes == []


def test_a_queue_is_removed(cloud: RunningCloud) -> None:
    four_phases(cloud, "sqs_queue", {"name": "creator-test-brief"})
    four_phases(cloud, "sqs_queue", {"name": "creator-test-brief", "state": "absent"})


ALARMS: dict[str, Any] = {
    "display_name": "Alarms of test",
    "kms_key": KEY,
    "policy": policy(f"{TOPIC}alarms", "sns:Publish"),
    "signature_version": "2",
    "tags": TAGS,
}


@pytest.fixture(scope="module")
def topic(cloud: RunningCloud) -> str:
    """A topic made by the module in four phases."""
    assert four_phases(cloud, "sns_topic", {"name": "creator-test-alarms", **ALARMS}).writes == ["CreateTopic"]
    return "creator-test-alarms"


@pytest.mark.parametrize(
    ("attribute", "name", "value"),
    [
        ("display_name", "DisplayName", "other"),
        ("kms_key", "KmsMasterKeyId", ""),
        ("signature_version", "SignatureVersion", "1"),
        (
            "policy",
            "Policy",
            '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}]}',
        ),
    ],
)
def test_a_topic_changed_behind_our_back_is_seen_and_mended(
    cloud: RunningCloud, topic: str, attribute: str, name: str, value: str
) -> None:
    assert plan(cloud, "sns_topic", topic, ALARMS) == []
    cloud.client("sns").set_topic_attributes(TopicArn=f"{TOPIC}alarms", AttributeName=name, AttributeValue=value)
    assert differing(plan(cloud, "sns_topic", topic, ALARMS)) == [attribute]
    assert run_module(cloud, "sns_topic", {"name": topic, **ALARMS}).writes == ["SetTopicAttributes"]


def test_tags_of_a_topic_are_seen_and_mended(cloud: RunningCloud, topic: str) -> None:
    cloud.client("sns").tag_resource(ResourceArn=f"{TOPIC}alarms", Tags=[{"Key": "who", "Value": "me"}])
    assert differing(plan(cloud, "sns_topic", topic, ALARMS)) == ["tags"]
    four_phases(cloud, "sns_topic", {"name": topic, **ALARMS})


def test_a_topic_without_a_policy_is_refused(cloud: RunningCloud, topic: str) -> None:
    refused = run_module(cloud, "sns_topic", {"name": topic, "policy": {}}, check=True)
    assert "cannot be without a policy" in refused.result["msg"]


SUBSCRIPTION: dict[str, Any] = {
    "topic_arn": f"{TOPIC}alarms",
    "protocol": "sqs",
    "endpoint": f"{QUEUE}renders",
    "raw_delivery": True,
    "filter_policy": {"kind": ["render"]},
    "filter_scope": "MessageBody",
    "dead_letter_arn": f"{QUEUE}renders-dlq",
}


def test_a_subscription_changed_behind_our_back_is_seen_and_mended(cloud: RunningCloud, topic: str) -> None:
    arn = four_phases(cloud, "sns_subscription", SUBSCRIPTION).result["subscription"]["arn"]
    called = "creator-test-alarms sqs creator-test-renders"
    assert plan(cloud, "sns_subscription", called, SUBSCRIPTION) == []
    seen: list[str] = []
    for attribute, name, value in [
        ("dead_letter_arn", "RedrivePolicy", "{}"),
        ("filter_policy", "FilterPolicy", "{}"),
        ("filter_scope", "FilterPolicyScope", "MessageAttributes"),
        ("raw_delivery", "RawMessageDelivery", "false"),
    ]:
        cloud.client("sns").set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue=value)
        seen.append(attribute)
        assert differing(plan(cloud, "sns_subscription", called, SUBSCRIPTION)) == seen
    four_phases(cloud, "sns_subscription", SUBSCRIPTION)
    four_phases(cloud, "sns_subscription", {**SUBSCRIPTION, "state": "absent"})


def test_a_subscription_of_a_sandbox_is_not_its_environments(cloud: RunningCloud) -> None:
    sns, sqs = cloud.client("sns"), cloud.client("sqs")
    kind = load_kind("sns_subscription")

    def found(environment: str) -> list[str]:
        scope = Scope("creator", environment, "messaging", cloud.content.region, ())
        return [each.name for each in kind.read(cloud.client("sns"), scope)]

    for environment in ("sand", "sand-alice"):
        tags = {"platform": "creator", "environment": environment, "component": "messaging"}
        rows = [{"Key": key, "Value": value} for key, value in tags.items()]
        topic = sns.create_topic(Name=f"creator-{environment}-events", Tags=rows)["TopicArn"]
        sqs.create_queue(QueueName=f"creator-{environment}-notes")
        sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=f"{QUEUE.replace('creator-test-', '')}creator-{environment}-notes"
        )
    assert found("sand") == ["creator-sand-events sqs creator-sand-notes"]
    assert found("sand-alice") == ["creator-sand-alice-events sqs creator-sand-alice-notes"]


def test_a_subscription_by_mail_is_asked_for_once(cloud: RunningCloud, topic: str) -> None:
    mail = {"topic_arn": f"{TOPIC}alarms", "protocol": "email", "endpoint": "ops@example.com"}
    assert four_phases(cloud, "sns_subscription", mail).writes == ["Subscribe"]
    assert plan(cloud, "sns_subscription", "creator-test-alarms email ops@example.com", mail) == []
    gone = run_module(cloud, "sns_subscription", {**mail, "state": "absent"})
    assert (gone.result["changed"], gone.writes) == (False, [])


RULE: dict[str, Any] = {
    "description": "New media",
    "enabled": True,
    "pattern": {"source": ["aws.s3"], "detail-type": ["Object Created"]},
    "targets": [
        {
            "id": "queue",
            "arn": f"{QUEUE}renders",
            "dead_letter_arn": f"{QUEUE}renders-dlq",
            "max_age_seconds": 3600,
            "max_retries": 10,
        }
    ],
    "tags": TAGS,
}


def test_a_rule_changed_behind_our_back_is_seen_and_mended(cloud: RunningCloud) -> None:
    name = "creator-test-media-created"
    assert four_phases(cloud, "events_rule", {"name": name, **RULE}).writes == ["PutRule", "PutTargets"]
    assert plan(cloud, "events_rule", name, RULE) == []
    client = cloud.client("events")
    arn = client.describe_rule(Name=name)["Arn"]
    client.put_rule(Name=name, EventPattern='{"source": ["aws.ec2"]}', Description="other", State="DISABLED")
    assert differing(plan(cloud, "events_rule", name, RULE)) == ["description", "enabled", "pattern"]
    client.put_targets(Rule=name, Targets=[{"Id": "stranger", "Arn": f"{QUEUE}other"}])
    client.tag_resource(ResourceARN=arn, Tags=[{"Key": "who", "Value": "me"}])
    assert differing(plan(cloud, "events_rule", name, RULE))[3:] == ["tags", "targets"]
    four_phases(cloud, "events_rule", {"name": name, **RULE})
    assert run_module(cloud, "events_rule", {"name": name}).writes == []
    four_phases(cloud, "events_rule", {"name": name, "state": "absent"})


def test_a_rule_by_the_clock(cloud: RunningCloud) -> None:
    clock = {"schedule": "rate(1 hour)", "description": ""}
    four_phases(cloud, "events_rule", {"name": "creator-test-clock", **clock})
    assert plan(cloud, "events_rule", "creator-test-clock", clock) == []
    four_phases(cloud, "events_rule", {"name": "creator-test-clock", "schedule": "rate(2 hours)"})
