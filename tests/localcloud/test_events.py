"""EventBridge through boto3: where events go, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import RunningCloud

SQS = "arn:aws:sqs:eu-west-1:123456789012:"
PATTERN = json.dumps({"source": ["creator"]})


def put(cloud: RunningCloud, detail: str) -> None:
    """One event of the platform."""
    entry = {"Source": "creator", "DetailType": "t", "Detail": json.dumps({"what": detail})}
    assert cloud.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def rule(cloud: RunningCloud, name: str, *targets: dict[str, Any]) -> None:
    """A rule for those events."""
    client = cloud.client("events")
    client.put_rule(Name=name, EventPattern=PATTERN)
    client.put_targets(Rule=name, Targets=list(targets))


def received(cloud: RunningCloud, name: str) -> list[dict[str, Any]]:
    """Messages of a queue."""
    client = cloud.client("sqs")
    url = client.get_queue_url(QueueName=name)["QueueUrl"]
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    return list(found.get("Messages", []))


def test_an_event_reaches_a_queue_and_through_a_topic_another(cloud: RunningCloud) -> None:
    queues, topics = cloud.client("sqs"), cloud.client("sns")
    for name in ("direct", "through"):
        queues.create_queue(QueueName=name)
    topic = topics.create_topic(Name="all")["TopicArn"]
    attributes = {"RawMessageDelivery": "true"}
    topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"{SQS}through", Attributes=attributes)
    rule(cloud, "both", {"Id": "queue", "Arn": f"{SQS}direct"}, {"Id": "topic", "Arn": topic})
    put(cloud, "hello")
    for name in ("direct", "through"):
        (message,) = received(cloud, name)
        assert json.loads(message["Body"])["detail"] == {"what": "hello"}
    cloud.client("events").disable_rule(Name="both")
    put(cloud, "unheard")
    assert received(cloud, "direct") == []


def test_what_cannot_be_delivered_is_kept(cloud: RunningCloud) -> None:
    cloud.client("sqs").create_queue(QueueName="dead")
    rule(cloud, "lost", {"Id": "none", "Arn": f"{SQS}none", "DeadLetterConfig": {"Arn": f"{SQS}dead"}})
    put(cloud, "lost")
    (message,) = received(cloud, "dead")
    assert message["MessageAttributes"]["TARGET_ARN"]["StringValue"] == f"{SQS}none"


@pytest.mark.parametrize(
    "fields",
    [
        {"RetryPolicy": {"MaximumRetryAttempts": 186}},
        {"RetryPolicy": {"MaximumEventAgeInSeconds": 86401}},
        {"DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-central-1:123456789012:far"}},
        {"DeadLetterConfig": {"Arn": f"{SQS}in-order.fifo"}},
    ],
)
def test_wrong_targets_are_refused(cloud: RunningCloud, fields: dict[str, Any]) -> None:
    cloud.client("events").put_rule(Name="wrong", EventPattern=PATTERN)
    with pytest.raises(ClientError, match=r"ValidationException|minimum|valid"):
        cloud.client("events").put_targets(Rule="wrong", Targets=[{"Id": "x", "Arn": f"{SQS}x", **fields}])


def test_a_rule_has_five_targets_at_most(cloud: RunningCloud) -> None:
    rule(cloud, "many", *({"Id": str(number), "Arn": f"{SQS}x"} for number in range(5)))
    with pytest.raises(ClientError, match="ValidationException"):
        cloud.client("events").put_targets(Rule="many", Targets=[{"Id": "6", "Arn": f"{SQS}x"}])
